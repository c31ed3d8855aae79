package unit

import (
	"context"

	"menshen/hal"
	"menshen/internal/i18n"
)

// ErrStopped is what a call gets when the unit ends before it could be answered.
var ErrStopped = i18n.E("unit.stopping", "the unit is stopping")

// do runs f on the loop's goroutine, in its turn among the events, and waits for it. All other
// goroutines touch the unit's state only in this way. Errors: [ErrStopped], or that of ctx.
func (u *Unit) do(ctx context.Context, f func()) error {
	if u.driven {
		f()
		return nil
	}
	done := make(chan struct{})
	select {
	case u.calls <- func() { f(); close(done) }:
	case <-ctx.Done():
		return ctx.Err()
	case <-u.stopped:
		return ErrStopped
	}
	select {
	case <-done:
		return nil
	case <-u.stopped:
		return ErrStopped
	}
}

// NextCard waits for the next card at a place and gives it to the caller instead of to the door.
// ready is called once the next card would be the caller's; misread is called with each misread
// frame there meanwhile. Callers are served in turn. Errors: [ErrStopped], or that of ctx.
func (u *Unit) NextCard(ctx context.Context, at Place, ready func(), misread func(error)) (hal.Card, error) {
	w := waiter{at, make(chan hal.Card, 1), make(chan error, 1)}
	if err := u.do(ctx, func() { u.waiting = append(u.waiting, w) }); err != nil {
		return hal.Card{}, err
	}
	ready()
	for {
		select {
		case c := <-w.card:
			return c, nil
		case err := <-w.misread:
			misread(err)
		case <-u.stopped:
			return hal.Card{}, ErrStopped
		case <-ctx.Done():
			// Taken back on the loop, where a card may just have been handed
			// over; that card opens nothing.
			_ = u.do(context.WithoutCancel(ctx), func() { u.forget(w) })
			return hal.Card{}, ctx.Err()
		}
	}
}

// waiter waits for a card; both channels have room for one.
type waiter struct {
	at      Place
	card    chan hal.Card
	misread chan error
}

// tell gives it a misread frame, if it has read of the last one.
func (w waiter) tell(err error) {
	select {
	case w.misread <- err:
	default:
	}
}

// forget ends a wait for a card.
func (u *Unit) forget(got waiter) {
	for i, w := range u.waiting {
		if w == got {
			u.waiting = append(u.waiting[:i], u.waiting[i+1:]...)
			return
		}
	}
}
