package board

import (
	"context"
	"time"
)

// tellsEvery is how often a door looks whether the managers of its site are to be told of what
// happened: duress is to reach them soon. The vault bounds what is told (store.EventsEvery).
const tellsEvery = 5 * time.Second

// tellEvents tells the managers what happens here, until ctx ends. A failure is tried again, and is
// shown as what it is: a fault of the vault.
func (d *Door) tellEvents(ctx context.Context) {
	tells := d.vault.Teller()
	for tick := time.NewTicker(tellsEvery); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		_, _ = tells.Tell()
	}
}
