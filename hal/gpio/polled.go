package gpio

import (
	"fmt"
	"sync"
	"time"

	periph "periph.io/x/conn/v3/gpio"
)

const pollEvery = 5 * time.Millisecond

// polled makes edges of a pin that can only be read. It does not use WaitForEdge, whose time-outs
// differ from one driver of periph to another.
type polled struct {
	pin    periph.PinIn
	edge   periph.Edge
	start  time.Time
	last   periph.Level
	seq    uint32
	tick   *time.Ticker
	closed chan struct{}
	once   sync.Once
}

func poll(p periph.PinIn, pull periph.Pull, edge periph.Edge) (Edges, error) {
	if err := p.In(pull, periph.NoEdge); err != nil {
		return nil, fmt.Errorf("make %s an input: %w", p, err)
	}
	return &polled{
		pin: p, edge: edge, start: time.Now(), last: p.Read(),
		tick: time.NewTicker(pollEvery), closed: make(chan struct{}),
	}, nil
}

func (p *polled) Next(wait time.Duration) (Edge, error) {
	var late <-chan time.Time
	if wait >= 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		late = t.C
	}
	for {
		select {
		case <-p.closed:
			return Edge{}, ErrClosed
		case <-late:
			return Edge{}, ErrQuiet
		case <-p.tick.C:
		}
		l := p.pin.Read()
		if l == p.last {
			continue
		}
		p.last = l
		if wants(p.edge, l) {
			p.seq++
			return Edge{Level: l, At: time.Since(p.start), Seq: p.seq}, nil
		}
	}
}

// wants reports whether an edge that ends at level l is of kind e.
func wants(e periph.Edge, l periph.Level) bool {
	switch e {
	case periph.BothEdges:
		return true
	case periph.RisingEdge:
		return l == periph.High
	case periph.FallingEdge:
		return l == periph.Low
	}
	return false
}

func (p *polled) Level(int) (periph.Level, error) { return p.pin.Read(), nil }

func (p *polled) Wall(at time.Duration) time.Time { return p.start.Add(at) }

func (p *polled) Close() error {
	p.once.Do(func() { p.tick.Stop(); close(p.closed) })
	return nil
}
