package osdp

import (
	"context"
	"sync"
	"time"

	"menshen/hal"
)

// contacts are the reader's own state: whether it was opened or taken off its wall, and whether its
// supply fails.
type contacts struct {
	mu    sync.Mutex
	known bool
	state Local
	at    time.Time
	why   error
	watch map[chan struct{}]bool
}

func (c *contacts) set(at time.Time, l Local) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known && c.why == nil && c.state == l {
		return
	}
	c.known, c.state, c.at, c.why = true, l, at, nil
	c.tell()
}

func (c *contacts) lost(at time.Time, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.why = at, why
	c.tell()
}

func (c *contacts) tell() {
	for w := range c.watch {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// Tamper is the reader's tamper switch, as an input of the unit. A reader without a session is a
// fault of it.
func (r *Reader) Tamper() hal.Input {
	return contact{r, "tamper", func(l Local, why error) (bool, error) { return l.Tamper, why }}
}

// Supply is an input that has a fault, ErrSupply, while the reader says that its supply fails, and
// is never active. A reader without a session leaves it as it was: that has a fault of its own.
func (r *Reader) Supply() hal.Input {
	fails := r.named(ErrSupply)
	return contact{r, "supply", func(l Local, _ error) (bool, error) {
		if l.Power {
			return false, fails
		}
		return false, nil
	}}
}

// contact is an input made of the reader's own state, and of why there is no session.
type contact struct {
	reader *Reader
	name   string
	of     func(Local, error) (active bool, fault error)
}

func (c contact) String() string { return c.name + " of reader " + c.reader.cfg.Name }

// Active implements hal.Input.
func (c contact) Active() (bool, error) {
	s := &c.reader.local
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.of(s.state, s.why)
}

// Run implements hal.Input.
func (c contact) Run(ctx context.Context, changed func(hal.InputEvent)) error {
	s, w := &c.reader.local, make(chan struct{}, 1)
	w <- struct{}{}
	s.mu.Lock()
	if s.watch == nil {
		s.watch = map[chan struct{}]bool{}
	}
	s.watch[w] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watch, w)
	}()
	var last *hal.InputEvent
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w:
		}
		s.mu.Lock()
		e := hal.InputEvent{At: s.at, Input: c.String()}
		e.Active, e.Fault = c.of(s.state, s.why)
		known := s.known || s.why != nil
		s.mu.Unlock()
		if known && (last == nil || last.Active != e.Active || last.Fault != e.Fault) {
			changed(e)
			last = &e
		}
	}
}

// supplyFails is as the reader said last.
func (c *contacts) supplyFails() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.Power
}
