package board

import (
	"context"
	"errors"
	"time"

	"menshen/store"
)

// keepEvery is how often the unit removes what is overdue (R-RETAIN); the first time soon after the start, since a unit that is
// switched off every night would otherwise never come to it.
const (
	keepEvery = 24 * time.Hour
	keepFirst = time.Minute
	keepAgain = 10 * time.Minute // while the time is not certain
)

// keep removes what is overdue, on schedule, beside the loop: the door goes on working meanwhile.
func (u *Unit) keep(ctx context.Context) {
	for wait := keepFirst; ; {
		if pause(ctx, wait); ctx.Err() != nil {
			return
		}
		if u.vaultWaits() {
			wait = 0 // the first run is still to come
			continue
		}
		_, err := u.vault.Prune(ctx, store.Door)
		if wait = keepAgain; !errors.Is(err, store.ErrClock) {
			wait = keepEvery
			err = errors.Join(err, u.dropOldPapers())
			if c := u.vault.Clock(); c.Destroys() {
				err = errors.Join(err, u.out.DropOldCopies(c.Now))
			}
		}
		if ctx.Err() != nil {
			return
		}
		_ = u.do(ctx, func() {
			if err != nil {
				u.fault("retention", err)
			} else {
				u.recovered("retention")
			}
		})
	}
}
