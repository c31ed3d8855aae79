package store

import (
	"context"
	"errors"
	"fmt"

	"menshen/store/audit"
	"menshen/store/keys"
)

// ChangeKey moves the vault to another key source, which must not hold a key yet, and makes the old
// one forget. The vault's file is rewritten under the new key. After a power cut the vault opens by
// one source or the other: try both.
func (v *Vault) ChangeKey(ctx context.Context, a Actor, to KeySource) error {
	v.renewing.Lock()
	defer v.renewing.Unlock()
	if _, err := to.Load(ctx); !errors.Is(err, keys.ErrNone) {
		if err == nil {
			err = fmt.Errorf("%s holds a key: %w", to, ErrExists)
		}
		return fmt.Errorf("change key source: %w", err)
	}
	from, epoch := v.o.Key, v.Epoch()
	c, err := newCounter(ctx, to)
	if err != nil {
		return fmt.Errorf("change key source: %w", err)
	}
	err = v.renewTo(ctx, to, c, forget{}, func(t *tx) error {
		t.st.Count = c.current()
		_, err := t.log(Entry{At: v.now(t), Kind: audit.KeySourceChanged, Actor: a})
		return err
	})
	if err != nil {
		if v.Epoch() == epoch { // the vault did not move: the new source is left as it was
			err = errors.Join(err, v.recordUnwiped(to.Forget(ctx)))
		}
		return fmt.Errorf("change key source: %w", err)
	}
	if err := v.recordUnwiped(from.Forget(ctx)); err != nil {
		return fmt.Errorf("the key source is changed, but %s still holds the old key: %w", from, err)
	}
	return nil
}
