// Package haltest plays and records the interfaces of hal, for the tests of the packages that use
// them. As with periph's gpiotest, a test sets the exported fields, runs, and looks.
package haltest

import (
	"context"
	"math"
	"sync"
	"time"

	"menshen/hal"
)

// Reader plays ReaderEvents: those in Script at once, then what Present is given.
type Reader struct {
	Name   string
	Script []hal.ReaderEvent

	once   sync.Once
	events chan hal.ReaderEvent
}

var _ hal.Reader = (*Reader)(nil)

func (r *Reader) queue() chan hal.ReaderEvent {
	r.once.Do(func() { r.events = make(chan hal.ReaderEvent) })
	return r.events
}

// Run implements hal.Reader. It fills in the reader's name, and the time where an event has none.
func (r *Reader) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	for _, e := range r.Script {
		emit(r.fill(e))
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-r.queue():
			emit(r.fill(e))
		}
	}
}

// Present hands an event to the running reader, and waits until it is taken.
func (r *Reader) Present(e hal.ReaderEvent) { r.queue() <- e }

// Tap presents a card.
func (r *Reader) Tap(c hal.Card) { r.Present(hal.ReaderEvent{Card: &c}) }

// Type presses buttons one after the other.
func (r *Reader) Type(buttons string) {
	for _, b := range buttons {
		r.Present(hal.ReaderEvent{Button: hal.Button(b)})
	}
}

func (r *Reader) fill(e hal.ReaderEvent) hal.ReaderEvent {
	e.Reader = r.Name
	if e.At.IsZero() {
		e.At = time.Now()
	}
	return e
}

func (r *Reader) String() string { return r.Name }

// Input is an input that a test sets. Run reports each change that Set makes, in order.
type Input struct {
	Name string

	mu      sync.Mutex
	active  bool
	err     error
	pending []hal.InputEvent
	more    chan struct{}
}

var _ hal.Input = (*Input)(nil)

// Set changes the state at a time of the test's choosing.
func (i *Input) Set(active bool, at time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.active = active
	i.add(hal.InputEvent{At: at, Input: i.Name, Active: active})
}

// Fail makes Active return err, and Run report it; nil repairs the input.
func (i *Input) Fail(err error, at time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.err = err
	i.add(hal.InputEvent{At: at, Input: i.Name, Active: i.active, Fault: err})
}

func (i *Input) add(e hal.InputEvent) {
	i.pending = append(i.pending, e)
	select {
	case i.wake() <- struct{}{}:
	default:
	}
}

func (i *Input) wake() chan struct{} {
	if i.more == nil {
		i.more = make(chan struct{}, 1)
	}
	return i.more
}

// Active implements hal.Input.
func (i *Input) Active() (bool, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.active, i.err
}

// Run implements hal.Input. When nothing was set before, it reports the inactive state first.
func (i *Input) Run(ctx context.Context, changed func(hal.InputEvent)) error {
	i.mu.Lock()
	more := i.wake()
	if len(i.pending) == 0 {
		i.add(hal.InputEvent{At: time.Now(), Input: i.Name, Active: i.active})
	}
	i.mu.Unlock()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-more:
		}
		i.mu.Lock()
		events := i.pending
		i.pending = nil
		i.mu.Unlock()
		for _, e := range events {
			changed(e)
		}
	}
}

func (i *Input) String() string { return i.Name }

// Output records what it is set to. Its zero value is off.
type Output struct {
	Name   string
	SafeOn bool
	Err    error // when not nil, Set fails with it and changes nothing

	mu     sync.Mutex
	on     bool
	closed bool
	moves  []Move
}

// Move is one change of an Output.
type Move struct {
	At time.Time
	On bool
}

var _ hal.Output = (*Output)(nil)

// Set implements hal.Output. Setting the present state again is not a move.
func (o *Output) Set(on bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.Err != nil {
		return o.Err
	}
	o.set(on)
	return nil
}

// Close implements hal.Output.
func (o *Output) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.set(o.SafeOn)
	return nil
}

func (o *Output) set(on bool) {
	if on != o.on {
		o.on = on
		o.moves = append(o.moves, Move{At: time.Now(), On: on})
	}
}

// On is the present state.
func (o *Output) On() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.on
}

// Closed reports whether Close was called.
func (o *Output) Closed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// Moves is every change so far.
func (o *Output) Moves() []Move {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Move(nil), o.moves...)
}

func (o *Output) String() string { return o.Name }

// Counted gives one of a reader's counts by its name; math.MaxUint64, which no test expects, for a
// name that the reader does not have.
func Counted(c hal.Counter, of string) uint64 {
	for _, n := range c.Counts() {
		if n.Of == of {
			return n.N
		}
	}
	return math.MaxUint64
}
