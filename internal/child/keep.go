package child

import (
	"context"
	"fmt"
	"time"
)

// Back-off between two children: doubled each time; it starts again after a child
// that ran for calm.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 30 * time.Second
	calm       = time.Minute
)

// State is where a child process is in its life.
type State string

// The states.
const (
	Starting State = "starting" // runs, and is not ready yet
	Running  State = "running"
	Waiting  State = "waiting" // failed; will be started again after the back-off
	Stopped  State = "stopped" // closed
)

// Life is how the children of one sort fare.
type Life struct {
	State    State
	PID      int       // zero without a child
	Since    time.Time // when State was entered
	Restarts int       // children started after the first
	// LastError is why the last child ended, or why it could not start; nil when none did.
	LastError error
}

// Parent is what is particular about one sort of child. Keep calls all its methods from one
// goroutine.
type Parent interface {
	// Config is what the next child is told first, as JSON.
	Config() any
	// Began hands over a child that runs. It may be told things until Ended.
	Began(*Child)
	// Took is handed each message of the child, the first of which is Ready. The payload is valid
	// until it returns. An error ends the child.
	Took(c *Child, k Kind, payload []byte) error
	// Ended says that the child has failed, and is dead in a moment. ready: it had been so.
	Ended(ready bool)
	// Lives is told each change.
	Lives(Life)
}

// Keep keeps a child of this sort alive until ctx ends; then none is left.
func Keep(ctx context.Context, s *Spec, p Parent) {
	pause := firstPause
	life := Life{}
	enter := func(state State, pid int) {
		life.State, life.PID, life.Since = state, pid, time.Now()
		p.Lives(life)
	}
	defer func() { enter(Stopped, 0) }()
	for {
		began := time.Now()
		err := live(ctx, s, p, enter)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > calm {
			pause = firstPause
		}
		life.LastError = fmt.Errorf("%s %w", s.Name, err)
		enter(Waiting, 0)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(pause*2, lastPause)
		life.Restarts++
	}
}

// live is the life of one child, from its start until it is dead.
func live(ctx context.Context, s *Spec, p Parent, enter func(State, int)) error {
	enter(Starting, 0)
	c, err := spawn(s, p.Config())
	if err != nil {
		return err
	}
	pid := c.cmd.Process.Pid
	enter(Starting, pid)
	p.Began(c)
	stop := context.AfterFunc(ctx, func() { c.kill(ctx.Err()) })
	defer stop()
	for err == nil {
		var k Kind
		var payload []byte
		if k, payload, err = c.next(); err != nil {
			break
		}
		if err = p.Took(c, k, payload); err == nil && k == Ready {
			enter(Running, pid)
		}
	}
	p.Ended(c.ready)
	return c.end(err)
}
