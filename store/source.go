package store

import (
	"context"
	"errors"
	"fmt"

	"menshen/store/audit"
	"menshen/store/keys"
)

// ChangeKey moves the vault to another key source, which must hold no key yet, and makes the old one forget. The vault's file is
// rewritten under the new key. A power cut meanwhile leaves a vault that opens by the one source or by the other: try both.
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
	err := v.renewTo(ctx, to, forget{}, func(t *tx) error {
		t.st.Count = 0
		if c, ok := to.(keys.Counter); ok {
			n, err := c.Count(ctx)
			if err != nil {
				return err
			}
			t.st.Count = n
		}
		_, err := t.log(Entry{At: v.now(t), Kind: audit.KeySourceChanged, Actor: a})
		return err
	})
	if err != nil {
		if v.Epoch() == epoch { // the vault did not move: the new source is left as it was
			err = errors.Join(err, v.said(to.Forget(ctx)))
		}
		return fmt.Errorf("change key source: %w", err)
	}
	if err := v.said(from.Forget(ctx)); err != nil {
		return fmt.Errorf("the key source is changed, but %s still holds the old key: %w", from, err)
	}
	return nil
}

// counts compares a state with the key source's counter, where it has one: ErrRolledBack when an older copy of the vault was put in its place.
func (v *Vault) counts(ctx context.Context, st state) error {
	c, ok := v.o.Key.(keys.Counter)
	if !ok || st.Count == 0 {
		return nil
	}
	n, err := c.Count(ctx)
	if err == nil && st.Count != n && st.Count != n+1 {
		err = fmt.Errorf("%w: the vault counts %d, %s %d: bring the newest copy, or restore a backup", ErrRolledBack, st.Count, v.o.Key, n)
	}
	return err
}

// count moves the state and the key source's counter on, where it has one. The state goes first, so that after a power cut
// between the two it is ahead by one, which no old copy ever is.
func (v *Vault) count(ctx context.Context) error {
	c, ok := v.o.Key.(keys.Counter)
	if !ok {
		return nil
	}
	n, err := c.Count(ctx)
	if err != nil {
		return err
	}
	if err := v.act(func(t *tx) error { t.st.Count = n + 1; return nil }); err != nil {
		return err
	}
	return c.Advance(ctx)
}
