package store

import (
	"context"
	"fmt"
)

// Ping writes one empty transaction, in its turn among those that wait, and returns when it is
// durable, however long the disk takes. It shows that the store answers. It makes no entry in the
// log, but moves the floor, so that a power cut loses little of the time known.
func (v *Vault) Ping() error {
	if err := v.writer.do(context.Background(), func(t *tx) error {
		if now := v.now(t); now.After(t.st.Floor) {
			t.st.Floor = now
		}
		return nil
	}, false); err != nil {
		return fmt.Errorf("ask the store: %w", err)
	}
	return nil
}
