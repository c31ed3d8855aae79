package check

import (
	"context"
	"sync"
	"time"

	"menshen/hal"
)

// sample is how often each input is read: the resolution of every time that is measured at one.
const sample = time.Millisecond

// unrest is how long a contact may bounce before it counts as one that never comes to rest.
const unrest = time.Second

// change is one settled change of an input.
type change struct {
	Role   string
	Active bool
	At     time.Time     // of the first edge
	Bounce time.Duration // from the first edge to the last
}

// line is one input as its samples tell it.
type line struct {
	in       hal.Input
	debounce time.Duration

	known       bool
	raw, stable bool
	first, last time.Time // edge since it was last at rest
	judged      time.Time // when it was last taken as it was, for want of rest
	chatters    bool
	err         error
}

// take looks at one sample, and reports a change once the line has rested for its debounce time.
func (l *line) take(raw bool, at time.Time) (c change, settled bool) {
	if !l.known {
		l.known, l.raw, l.stable = true, raw, raw
		return change{Active: raw, At: at}, true
	}
	if raw != l.raw {
		l.raw, l.last = raw, at
		if l.first.IsZero() {
			l.first = at
		}
	}
	if l.first.IsZero() {
		return c, false
	}
	resting := at.Sub(l.last) >= l.debounce
	if l.chatters = !resting && at.Sub(l.first) > unrest; !resting && !(l.chatters && at.Sub(l.judged) > unrest) {
		return c, false
	}
	l.judged = at
	c = change{Active: raw, At: l.first, Bounce: l.last.Sub(l.first)}
	settled = raw != l.stable
	l.stable = raw
	if resting {
		l.first = time.Time{}
	}
	return c, settled
}

// lines reads all inputs of a door, all the time.
type lines struct {
	mu   sync.Mutex
	all  map[string]*line
	seen []change // of this step
}

func newLines(inputs map[string]hal.Input, debounce func(role string) time.Duration) *lines {
	ls := &lines{all: map[string]*line{}}
	for role, in := range inputs {
		ls.all[role] = &line{in: in, debounce: debounce(role)}
	}
	return ls
}

// run samples until ctx ends, and hands each change to tell. The first state of a line is a change
// as well.
func (ls *lines) run(ctx context.Context, tell func(change), tick func()) {
	t := time.NewTicker(sample)
	defer t.Stop()
	for ctx.Err() == nil {
		for role, l := range ls.all {
			raw, err := l.in.Active()
			ls.mu.Lock()
			l.err = err
			var c change
			settled := false
			if err == nil {
				c, settled = l.take(raw, time.Now())
			}
			if settled {
				c.Role = role
				ls.seen = append(ls.seen, c)
			}
			ls.mu.Unlock()
			if settled {
				tell(c)
			}
		}
		tick()
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
}

// state gives an input as it settled; known is false before the first sample, or while it cannot be
// read.
func (ls *lines) state(role string) (active, known, chatters bool, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.all[role]
	return l.stable, l.known && l.err == nil, l.chatters, l.err
}

// since gives the first change of an input to a state at or after a time.
func (ls *lines) since(role string, active bool, t time.Time) (change, bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for _, c := range ls.seen {
		if c.Role == role && c.Active == active && !c.At.Before(t) {
			return c, true
		}
	}
	return change{}, false
}

// forget drops the changes of the step before.
func (ls *lines) forget() {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.seen = ls.seen[:0]
}
