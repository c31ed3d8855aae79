package compliance

import (
	"context"
	"errors"
	"time"

	"menshen/store"
)

// keepEvery is how often the unit removes what is overdue (R-RETAIN); the first time soon after the
// start, since a unit that is switched off every night would otherwise never come to it.
const (
	keepEvery = 24 * time.Hour
	keepFirst = time.Minute
	keepAgain = 10 * time.Minute // after a failure: a full disk, a time that is not certain
)

// retain removes what is overdue, on schedule, beside the loop: the door goes on working meanwhile.
func (k *Keeper) retain(ctx context.Context, report Report) {
	for wait := keepFirst; ; {
		if pause(ctx, wait); ctx.Err() != nil {
			return
		}
		if k.vault.Waits() {
			wait = 0 // the first run is still to come
			continue
		}
		wait = k.Retain(ctx, report)
	}
}

// Retain removes what is overdue now, and gives when it wants to do so again.
func (k *Keeper) Retain(ctx context.Context, report Report) (wait time.Duration) {
	_, err := k.vault.Prune(ctx, store.Door)
	k.recountSoon() // a run that finds nothing to remove is no act, and leaves no entry
	if !errors.Is(err, store.ErrClock) {
		err = errors.Join(err, k.dropOldPapers())
		if c := k.vault.Clock(); c.Destroys() {
			err = errors.Join(err, k.out.DropOldCopies(c.Now))
		}
	}
	if ctx.Err() == nil {
		_ = report(ctx, "retention", err)
	}
	if err != nil {
		return keepAgain
	}
	return keepEvery
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
