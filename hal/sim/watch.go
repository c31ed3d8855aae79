package sim

import (
	"sync"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal/gpio"
)

// watch is the queue of edges of the lines that one driver watches. It behaves as the kernel's:
// edges are numbered, and the oldest are dropped when it is full.
type watch struct {
	door *Door
	pins []*Pin
	kind periph.Edge

	mu    sync.Mutex
	queue []gpio.Edge
	seq   uint32
	open  bool  // an edge was read and no quiet after it yet
	why   error // set when the watch has ended
	more  chan struct{}
}

// Watch implements gpio.Bank.
func (d *Door) Watch(pull periph.Pull, kind periph.Edge, offsets []int) (gpio.Edges, error) {
	w := &watch{door: d, kind: kind, more: make(chan struct{}, 1)}
	for _, o := range offsets {
		w.pins = append(w.pins, d.order[o])
	}
	for _, p := range w.pins {
		if err := p.attach(w, pull); err != nil {
			w.Close() // those that are attached already
			return nil, err
		}
	}
	return w, nil
}

func (p *Pin) attach(w *watch, pull periph.Pull) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.gone:
		return gpio.ErrGone
	case p.watch != nil || p.driven:
		return gpio.ErrBusy
	}
	p.watch, p.pull = w, pull
	return nil
}

// edge is called with the pin's lock held.
func (w *watch) edge(p *Pin, l periph.Level, at time.Duration) {
	if w.kind == periph.RisingEdge && !bool(l) || w.kind == periph.FallingEdge && bool(l) || w.kind == periph.NoEdge {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seq++
	e := gpio.Edge{Level: l, At: at, Seq: w.seq}
	for i, q := range w.pins {
		if q == p {
			e.Line = i
		}
	}
	w.queue = append(w.queue, e)
	if len(w.queue) > w.door.cfg.Queue {
		w.queue = w.queue[1:]
	}
	w.signal()
}

func (w *watch) signal() {
	select {
	case w.more <- struct{}{}:
	default:
	}
}

// Next implements gpio.Edges. The lines are never quiet within a frame; when the door does not run
// in real time, quiet after an edge comes at once.
func (w *watch) Next(wait time.Duration) (gpio.Edge, error) {
	late, expired := (<-chan time.Time)(nil), false
	if wait >= 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		late = t.C
	}
	for {
		if e, err, done := w.take(wait >= 0, expired); done {
			return e, err
		}
		select {
		case <-w.more:
		case <-late:
			expired = true
		}
	}
}

func (w *watch) take(timed, expired bool) (e gpio.Edge, err error, done bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.why != nil {
		return e, w.why, true
	}
	if len(w.queue) > 0 {
		e, w.queue, w.open = w.queue[0], w.queue[1:], true
		return e, nil, true
	}
	atOnce := timed && w.open && !w.door.cfg.RealTime
	if (atOnce || expired) && !w.door.busy.Load() {
		w.open = false
		return e, gpio.ErrQuiet, true
	}
	return e, nil, false
}

// Level implements gpio.Edges.
func (w *watch) Level(line int) (periph.Level, error) {
	w.mu.Lock()
	why := w.why
	w.mu.Unlock()
	if why != nil {
		return periph.Low, why
	}
	return w.pins[line].Level(), nil
}

// Wall implements gpio.Edges.
func (w *watch) Wall(at time.Duration) time.Time { return w.door.wall(at) }

// Close implements gpio.Edges.
func (w *watch) Close() error {
	for _, p := range w.pins {
		p.mu.Lock()
		if p.watch == w {
			p.watch = nil
		}
		p.mu.Unlock()
	}
	w.end(gpio.ErrClosed)
	return nil
}

func (w *watch) end(why error) {
	w.mu.Lock()
	if w.why == nil {
		w.why = why
	}
	w.mu.Unlock()
	w.signal()
}
