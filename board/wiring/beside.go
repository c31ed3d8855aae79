package wiring

import (
	"context"
	"errors"
	"sync"

	"menshen/hal"
)

// beside gives an output that does what both do; the first may be nil.
func beside(first, second hal.Output) hal.Output {
	if first == nil {
		return second
	}
	return both{first, second}
}

// both is two outputs of one role.
type both [2]hal.Output

func (b both) String() string    { return b[0].String() }
func (b both) Set(on bool) error { return errors.Join(b[0].Set(on), b[1].Set(on)) }
func (b both) Close() error      { return errors.Join(b[0].Close(), b[1].Close()) }

// anyOf gives an input that is active while either is, and faulty while either is; the first may be
// nil.
func anyOf(first, second hal.Input) hal.Input {
	if first == nil {
		return second
	}
	return either{first, second}
}

// either is two inputs of one role.
type either [2]hal.Input

func (e either) String() string { return e[0].String() }

// Active implements hal.Input.
func (e either) Active() (bool, error) {
	one, err1 := e[0].Active()
	other, err2 := e[1].Active()
	return one || other, errors.Join(err1, err2)
}

// Run implements hal.Input.
func (e either) Run(ctx context.Context, changed func(hal.InputEvent)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex // changed is called by one at a time
	var last [2]hal.InputEvent
	var ends [2]error
	var all sync.WaitGroup
	for i, in := range e {
		all.Go(func() {
			defer cancel()
			ends[i] = in.Run(ctx, func(ev hal.InputEvent) {
				mu.Lock()
				defer mu.Unlock()
				last[i] = ev
				ev.Active = last[0].Active || last[1].Active
				if ev.Fault == nil {
					ev.Fault = last[1-i].Fault
				}
				changed(ev)
			})
		})
	}
	all.Wait()
	return errors.Join(ends[:]...)
}
