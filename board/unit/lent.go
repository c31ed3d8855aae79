package unit

import (
	"context"
	"errors"
	"sync"

	"menshen/board/config"
	"menshen/hal"
)

// lamp is a signal's output, which can be lent: what the unit sets meanwhile it shows when it is
// given back.
type lamp struct {
	hal.Output

	mu   sync.Mutex
	want bool
	lent bool
}

// lamps makes outputs that can be lent. The emitter is the eye's.
func lamps(out map[string]hal.Output) map[string]*lamp {
	all := map[string]*lamp{}
	for role, o := range out {
		if role != config.EmitterRole {
			all[role] = &lamp{Output: o}
		}
	}
	return all
}

// outputsOf are lamps as outputs.
func outputsOf(all map[string]*lamp) map[string]hal.Output {
	out := map[string]hal.Output{}
	for role, l := range all {
		out[role] = l
	}
	return out
}

// Set implements hal.Output.
func (l *lamp) Set(on bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.want = on; l.lent {
		return nil
	}
	return l.Output.Set(on)
}

// lend puts the lamp out for whoever borrows it, or gives it back. One that fails shows it at the
// next Set.
func (l *lamp) lend(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lent == on {
		return
	}
	l.lent = on
	_ = l.Output.Set(l.want && !on)
}

// followed is an input of a unit that runs, for a self-test.
type followed struct {
	hal.Input
	c    *Checking
	role string
}

// followedLine is one on a supervised line.
type followedLine struct {
	followed
	line hal.Supervised
}

// Measure implements hal.Supervised.
func (f followedLine) Measure() (hal.LineState, float64, error) { return f.line.Measure() }

// waits is how many events wait for a self-test; what it is too slow for is lost, the oldest first.
const waits = 64

// Run implements hal.Input: the state as it is, then each change, in the unit's time.
func (f followed) Run(ctx context.Context, changed func(hal.InputEvent)) error {
	u, events := f.c.u, make(chan hal.InputEvent, waits)
	err := u.do(ctx, func() {
		active, err := f.Active()
		events <- hal.InputEvent{At: u.now(), Input: f.role, Active: active, Fault: err}
		f.c.inputs[f.role] = events
	})
	if err != nil {
		return err
	}
	defer func() { _ = u.do(context.WithoutCancel(ctx), func() { delete(f.c.inputs, f.role) }) }()
	return handOn(ctx, u, events, changed)
}

// lentReader is a reader of a unit that runs, for a self-test.
type lentReader struct {
	c    *Checking
	name string
}

func (l lentReader) String() string { return l.name }

// Run implements hal.Reader: the fault that it has, then what comes, which the door does not get.
func (l lentReader) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	u, events := l.c.u, make(chan hal.ReaderEvent, waits)
	err := u.do(ctx, func() {
		if fault := u.faults["reader "+l.name]; fault != "" {
			events <- hal.ReaderEvent{At: u.now(), Reader: l.name, Fault: errors.New(fault)}
		}
		l.c.readers[l.name] = events
	})
	if err != nil {
		return err
	}
	defer func() { _ = u.do(context.WithoutCancel(ctx), func() { delete(l.c.readers, l.name) }) }()
	return handOn(ctx, u, events, emit)
}

// handOn hands events on until ctx or the unit ends.
func handOn[E any](ctx context.Context, u *Unit, events <-chan E, to func(E)) error {
	for {
		select {
		case e := <-events:
			to(e)
		case <-ctx.Done():
			return ctx.Err()
		case <-u.stopped:
			return ErrStopped
		}
	}
}

// takes gives a lent reader's event to the test, and reports whether that is all that comes of it:
// a fault that lasts, and its end, are the door's as well. It is the loop's to call; c may be nil.
func (c *Checking) takes(e hal.ReaderEvent) bool {
	if c == nil || c.readers[e.Reader] == nil {
		return false
	}
	offer(c.readers[e.Reader], e)
	return !e.Recovered && (e.Fault == nil || e.Frame)
}

// follow gives an input's event to the test. It is the loop's to call; c may be nil.
func (c *Checking) follow(e hal.InputEvent) {
	if c != nil && c.inputs[e.Input] != nil {
		offer(c.inputs[e.Input], e)
	}
}

// offer puts an event into a queue, in the place of the oldest where it is full.
func offer[E any](to chan E, e E) {
	for {
		select {
		case to <- e:
			return
		default:
		}
		select {
		case <-to:
		default:
		}
	}
}
