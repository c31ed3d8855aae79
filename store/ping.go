package store

import (
	"context"
	"fmt"
)

// Ping asks the writer for one empty transaction, in its turn among those that wait, and returns when it is durable. It says that the
// store answers; nothing is recorded but how late it is, so that little of the time known is lost with the power. It waits as long as the disk does.
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
