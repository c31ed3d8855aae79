package osdp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"menshen/hal"
)

// contacts are the reader's own state: whether it was opened or taken off its wall, whether its
// supply fails, how its heads are, and what is wired to its inputs.
type contacts struct {
	mu    sync.Mutex
	watch map[chan struct{}]bool
	known bool
	at    time.Time
	told
}

// told is what a reader said of its contacts last, and why it says nothing now.
type told struct {
	local  Local
	heads  Readers
	inputs Inputs
	why    error
}

// set takes what the reader says. Local comes last when a session begins.
func (c *contacts) set(at time.Time, r Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch r := r.(type) {
	case Local:
		c.local, c.known, c.why = r, true, nil
	case Readers:
		c.heads = r
	case Inputs:
		c.inputs = r
	}
	c.at = at
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

// What is wrong with the contacts of a reader that works.
var (
	ErrHead    = errors.New("a head of the reader is not connected")
	ErrNoInput = errors.New("the reader says nothing of such an input: is it the reader of the configuration?")
)

// Tamper is the reader's tamper switch and those of its heads, as one input of the unit. A reader
// without a session is a fault of it, and so is a head that is not connected.
func (r *Reader) Tamper() hal.Input {
	away := r.named(ErrHead)
	return contact{r, "tamper", func(t told) (bool, error) {
		if t.why == nil && slices.Contains(t.heads, HeadAway) {
			return t.opened(), away
		}
		return t.opened(), t.why
	}}
}

// opened reports whether the reader or a head of it was.
func (t told) opened() bool { return t.local.Tamper || slices.Contains(t.heads, HeadTampered) }

// Input is what is wired to an input of the reader, from 0, as an input of the unit. A reader
// without a session is a fault of it, and so is one that has no such input.
func (r *Reader) Input(n int) hal.Input {
	none := r.named(ErrNoInput)
	return contact{r, fmt.Sprintf("input %d", n), func(t told) (bool, error) {
		if t.why == nil && n >= len(t.inputs) {
			return false, none
		}
		return n < len(t.inputs) && t.inputs[n] != 0, t.why
	}}
}

// Supply is an input that has a fault, ErrSupply, while the reader says that its supply fails, and
// is never active. A reader without a session leaves it as it was: that has a fault of its own.
func (r *Reader) Supply() hal.Input {
	fails := r.named(ErrSupply)
	return contact{r, "supply", func(t told) (bool, error) {
		if t.local.Power {
			return false, fails
		}
		return false, nil
	}}
}

// contact is an input made of what the reader told.
type contact struct {
	reader *Reader
	name   string
	of     func(told) (active bool, fault error)
}

func (c contact) String() string { return c.name + " of reader " + c.reader.cfg.Name }

// Active implements hal.Input.
func (c contact) Active() (bool, error) {
	s := &c.reader.local
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.of(s.told)
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
		e.Active, e.Fault = c.of(s.told)
		known := s.known || s.why != nil
		s.mu.Unlock()
		if known && (last == nil || last.Active != e.Active || last.Fault != e.Fault) {
			changed(e)
			last = &e
		}
	}
}

// last is as the reader said last.
func (c *contacts) last() told {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.told
}
