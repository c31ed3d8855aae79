package check

import (
	"context"
	"errors"
	"sync"
	"time"

	"menshen/hal"
)

// change is one settled change of an input.
type change struct {
	Role   string
	Active bool
	Faulty bool          // a supervised line is faulty, so that Active means nothing
	At     time.Time     // of the first edge
	Bounce time.Duration // from the first edge to the last
}

// unrest is how long a contact may bounce before it counts as one that does not come to rest.
const unrest = time.Second

// line is what an input reported.
type line struct {
	known, active bool  // known: it was read, and can be read now
	err           error // why it cannot be read
	chatters      bool  // now
	chattered     bool  // in this step
}

// lines follows all inputs of a door. The inputs date each change by its edges, so a late reading
// of an edge does not change a measured time.
type lines struct {
	inputs map[string]hal.Input // by role

	mu   sync.Mutex
	all  map[string]*line
	seen []change // of this step
}

func newLines(inputs map[string]hal.Input) *lines {
	ls := &lines{inputs: inputs, all: map[string]*line{}}
	for role := range inputs {
		ls.all[role] = &line{}
	}
	return ls
}

// follow hands each change to tell, until ctx ends; then wait returns. The first state of an input
// is a change as well. follow returns once each input has given its state, or an error.
func (ls *lines) follow(ctx context.Context, tell func(change)) (wait func()) {
	var all, first sync.WaitGroup
	for role, in := range ls.inputs {
		first.Add(1)
		known := sync.OnceFunc(first.Done)
		all.Go(func() {
			defer known()
			err := in.Run(ctx, func(e hal.InputEvent) {
				if c, changed := ls.take(role, e); changed {
					tell(c)
				}
				known()
			})
			if ctx.Err() == nil { // it gave up by itself
				ls.take(role, hal.InputEvent{Fault: err})
			}
		})
	}
	first.Wait()
	return all.Wait
}

// take keeps what an input reported. It gives the change, if it is one.
func (ls *lines) take(role string, e hal.InputEvent) (c change, changed bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.all[role]
	l.chatters = errors.Is(e.Fault, hal.ErrChatter) || e.Bounce >= unrest
	l.chattered = l.chattered || l.chatters
	if e.Fault != nil {
		if !l.chatters {
			l.known, l.err = false, e.Fault
		}
		var fault *hal.LineFault
		return change{Role: role, Faulty: true, At: e.At}, errors.As(e.Fault, &fault)
	}
	changed = !l.known || e.Active != l.active
	l.known, l.active, l.err = true, e.Active, nil
	c = change{Role: role, Active: e.Active, At: e.At, Bounce: e.Bounce}
	if changed {
		ls.seen = append(ls.seen, c)
	}
	return c, changed
}

// state gives an input as it settled. chatters: it did not come to rest in this step.
func (ls *lines) state(role string) (active, known, chatters bool, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.all[role]
	return l.active, l.known, l.chattered, l.err
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

// forget drops what the inputs did in the step before.
func (ls *lines) forget() {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.seen = ls.seen[:0]
	for _, l := range ls.all {
		l.chattered = l.chatters
	}
}
