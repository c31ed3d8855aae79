package gpio

import (
	"errors"
	"fmt"
	"time"

	periph "periph.io/x/conn/v3/gpio"
)

// Errors of watching and switching.
var (
	ErrQuiet  = errors.New("no edge in time")
	ErrClosed = errors.New("line is closed")
	ErrGone   = errors.New("the chip of this line is gone") // unplugged; it may come back
	ErrBusy   = errors.New("line is in use by another program or driver")
)

// Edge is one change of one line.
type Edge struct {
	Line  int           // which one: its place in the list given to Watch
	Level periph.Level  // the level after the edge
	At    time.Duration // when, on the source's own monotonic clock; only differences mean something
	Seq   uint32        // counts the edges of all lines watched together, from 1; a jump means lost edges
}

// Edges is the queue of edges of the lines that are watched together. Only one goroutine may call
// Next; the other methods may be called from any.
type Edges interface {
	// Next gives the oldest edge not yet given. Errors: ErrQuiet when none came for wait, never
	// when wait is negative; ErrClosed after Close; ErrGone when the device went away.
	Next(wait time.Duration) (Edge, error)
	// Level reads a line by its place in the list given to Watch.
	Level(line int) (periph.Level, error)
	// Wall gives the wall-clock time of an edge.
	Wall(at time.Duration) time.Time
	// Close frees the lines and wakes Next.
	Close() error
}

// Bank is a group of lines that can be watched through one queue: a chip of the
// kernel, a simulated door.
type Bank interface {
	Watch(pull periph.Pull, edge periph.Edge, offsets []int) (Edges, error)
}

// Banked is a pin that knows its bank and its place there.
type Banked interface {
	Bank() (Bank, int)
}

// Watch makes the pins inputs and queues their edges. Pins of one bank share one queue
// and one count. A single pin without a bank is polled every 5 ms, which is good for a
// button and too slow for data.
func Watch(pull periph.Pull, edge periph.Edge, pins ...periph.PinIn) (Edges, error) {
	if len(pins) == 0 {
		return nil, errors.New("no pin to watch")
	}
	var bank Bank
	offsets := make([]int, 0, len(pins))
	for _, p := range pins {
		b, ok := underAlias(p).(Banked)
		if !ok && len(pins) == 1 {
			return poll(p, pull, edge)
		}
		if !ok {
			return nil, fmt.Errorf("watch %s: its driver cannot share a queue with other lines: "+
				"name it as a line of the kernel, such as gpiochip0:17", p)
		}
		own, offset := b.Bank()
		if bank != nil && own != bank {
			return nil, fmt.Errorf("watch %s: all lines of one reader must be on one chip", p)
		}
		bank, offsets = own, append(offsets, offset)
	}
	return bank.Watch(pull, edge, offsets)
}

// underAlias gives the pin that an alias of periph's registry stands for.
func underAlias(p any) any {
	if a, ok := p.(periph.RealPin); ok {
		return a.Real()
	}
	return p
}
