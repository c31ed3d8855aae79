package osdp

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"menshen/hal"
)

// Source opens the port of a line. It is called again after the device went away. Closing the port
// must end its Read.
type Source func() (io.ReadWriteCloser, error)

// Line is one RS-485 line with its readers. One goroutine drives it while any of its readers runs.
type Line struct {
	source  Source
	baud    int
	ring    *Ring
	readers []*Reader
	wake    chan struct{}

	mu      sync.Mutex
	bus     *Bus // nil: the port is not open
	running int  // readers
	stop    context.CancelFunc
	stopped chan struct{}
}

// Config is a reader of a line.
type Config struct {
	Name    string
	Address byte
	Cards   func(CardBits) (hal.Card, error) // nil: CardBits.Card
}

// NewLine makes the line of readers. Nothing is opened before one of them runs. Errors: as of
// NewBus.
func NewLine(source Source, baud int, ring *Ring, readers ...Config) (*Line, error) {
	l := &Line{source: source, baud: baud, ring: ring, wake: make(chan struct{}, 1)}
	var all []Setup
	for i, c := range readers {
		if c.Cards == nil {
			c.Cards = func(b CardBits) (hal.Card, error) { return b.Card(), nil }
		}
		all = append(all, Setup{Address: c.Address})
		l.readers = append(l.readers, newReader(l, i, c))
	}
	_, err := NewBus(baud, all...)
	return l, err
}

// Readers gives the readers, in the order of NewLine.
func (l *Line) Readers() []*Reader { return l.readers }

// join is called by a reader that begins to run, and leave when it ends.
func (l *Line) join() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running++; l.running > 1 {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	l.stop, l.stopped = stop, make(chan struct{})
	go func(stopped chan struct{}) {
		defer close(stopped)
		l.run(ctx)
	}(l.stopped)
}

func (l *Line) leave() {
	l.mu.Lock()
	l.running--
	last, stopped := l.running == 0, l.stopped
	if last {
		l.stop()
	}
	l.mu.Unlock()
	if last {
		<-stopped
	}
}

// run drives the line, and opens it again when the port went away.
func (l *Line) run(ctx context.Context) {
	_ = hal.KeepOpen(ctx, "", func(e hal.ReaderEvent) {
		if e.Fault != nil {
			for _, r := range l.readers {
				r.local.lost(e.At, e.Fault)
				r.down(e.At, e.Fault)
			}
		}
	}, l.live)
}

// live is one life of the port.
func (l *Line) live(ctx context.Context, up func()) error {
	for _, r := range l.readers {
		r.Beat()
	}
	port, err := l.source()
	if err != nil {
		return err
	}
	bus, err := l.newBus()
	if err != nil {
		port.Close()
		return err
	}
	l.use(bus)
	defer l.use(nil)
	chunks, failed := make(chan []byte), make(chan error, 1)
	done := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() { failed <- receive(port, chunks, done) })
	defer reading.Wait()
	defer port.Close()
	defer close(done)
	up()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		write, wait := l.turn(nil)
		if write != nil {
			if _, err := port.Write(write); err != nil {
				return err
			}
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			return err
		case b := <-chunks:
			l.turn(b)
		case <-l.wake:
		case <-timer.C:
		}
	}
}

// receive hands on what comes, until the port fails or done.
func receive(port io.Reader, to chan<- []byte, done <-chan struct{}) error {
	for {
		b := make([]byte, 256)
		n, err := port.Read(b)
		if n > 0 {
			select {
			case to <- b[:n]:
			case <-done:
			}
		}
		if err != nil {
			return err
		}
	}
}

// turn takes bytes, or else gives what to write and how long nothing is due; events go to their
// readers.
func (l *Line) turn(received []byte) (write []byte, wait time.Duration) {
	l.mu.Lock()
	if received != nil {
		l.bus.Received(time.Now(), received)
		clear(received)
	} else {
		write, wait = l.bus.Next(time.Now())
	}
	events := l.bus.Events()
	l.mu.Unlock()
	for _, e := range events {
		l.readers[e.Reader].happened(e)
	}
	for _, r := range l.readers {
		r.Beat()
	}
	return write, wait
}

func (l *Line) newBus() (*Bus, error) {
	var all []Setup
	for _, r := range l.readers {
		keys, err := l.ring.Keys(r.cfg.Name)
		if err != nil {
			return nil, fmt.Errorf("reader %s: %w", r.cfg.Name, err)
		}
		all = append(all, Setup{Address: r.cfg.Address, Keys: keys})
	}
	return NewBus(l.baud, all...)
}

func (l *Line) use(b *Bus) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b != nil {
		for i, r := range l.readers {
			b.stations[i].tally = r.tally
		}
	}
	l.bus = b
}

// with calls f with the bus, if the line is open, and lets the line have a turn.
func (l *Line) with(f func(*Bus)) (open bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bus == nil {
		return false
	}
	f(l.bus)
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return true
}
