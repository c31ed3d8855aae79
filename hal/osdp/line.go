package osdp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"menshen/hal"
	"menshen/hal/serial"
)

// Source opens the port of a line at a speed. It is called again after the device went away, and
// when the line has another speed. Closing the port must end its Read.
type Source func(baud int) (io.ReadWriteCloser, error)

// Port is the serial port of a line; kernel: the kernel switches its direction.
func Port(device string, kernel bool) Source {
	return func(baud int) (io.ReadWriteCloser, error) {
		port, err := serial.Open(device, baud)
		if err == nil && kernel {
			if err = port.RS485(); err != nil {
				err = errors.Join(err, port.Close())
			}
		}
		if err != nil {
			return nil, err
		}
		return port, nil
	}
}

// Line is one RS-485 line with its readers. One goroutine drives it while any of its readers runs.
type Line struct {
	source  Source
	baud    int // as the configuration has it
	ring    *Ring
	readers []*Reader
	wake    chan struct{}
	acting  sync.Mutex // held while readers are moved

	mu      sync.Mutex
	bus     *Bus // nil: the port is not open at that speed
	speed   int
	running int // readers
	ctx     context.Context
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
	l := &Line{source: source, baud: baud, speed: baud, ring: ring, wake: make(chan struct{}, 1)}
	var all []Setup
	for i, c := range readers {
		if c.Cards == nil {
			c.Cards = func(b CardBits) (hal.Card, error) { return b.Card(), nil }
		}
		all = append(all, Setup{Addresses: []byte{c.Address}})
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
	l.ctx, l.stop, l.stopped = ctx, stop, make(chan struct{})
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
	var settling sync.WaitGroup
	defer settling.Wait()
	speed, was := l.speeds()
	l.setSpeed(speed)
	if was != speed {
		settling.Go(func() { l.settle(ctx, speed, was) })
	}
	_ = hal.KeepOpen(ctx, "", func(e hal.ReaderEvent) {
		if e.Fault != nil {
			for _, r := range l.readers {
				r.local.lost(e.At, e.Fault)
				r.down(e.At, e.Fault)
			}
		}
	}, l.live)
}

// live is one life of the port, whatever speeds it has in it.
func (l *Line) live(ctx context.Context, up func()) error {
	for {
		if err := l.atSpeed(ctx, up); !errors.Is(err, errOtherSpeed) {
			return err
		}
	}
}

// errOtherSpeed ends the use of a port at one speed.
var errOtherSpeed = errors.New("the line has another speed now")

func (l *Line) atSpeed(ctx context.Context, up func()) error {
	for _, r := range l.readers {
		r.Beat()
	}
	l.mu.Lock()
	speed := l.speed
	l.mu.Unlock()
	port, err := l.source(speed)
	if err != nil {
		return err
	}
	bus, err := l.newBus(speed)
	if err != nil {
		port.Close()
		return err
	}
	l.use(bus, speed)
	defer l.use(nil, speed)
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
		write, wait, err := l.turn(nil)
		if err == nil && write != nil {
			_, err = port.Write(write)
		}
		if err != nil {
			return err
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			return err
		case b := <-chunks:
			if _, _, err := l.turn(b); err != nil {
				return err
			}
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
// readers. Errors: errOtherSpeed.
func (l *Line) turn(received []byte) (write []byte, wait time.Duration, err error) {
	l.mu.Lock()
	if l.bus == nil {
		l.mu.Unlock()
		return nil, 0, errOtherSpeed
	}
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
	return write, wait, nil
}

func (l *Line) newBus(speed int) (*Bus, error) {
	var all []Setup
	for _, r := range l.readers {
		keys, err := l.ring.Keys(r.cfg.Name)
		if err != nil {
			return nil, fmt.Errorf("reader %s: %w", r.cfg.Name, err)
		}
		places, err := l.ring.Places(r.cfg.Name, r.file())
		if err != nil {
			return nil, fmt.Errorf("reader %s: %w", r.cfg.Name, err)
		}
		s := Setup{Keys: keys}
		for _, p := range places {
			if !slices.Contains(s.Addresses, p.Address) {
				s.Addresses = append(s.Addresses, p.Address)
			}
		}
		all = append(all, s)
	}
	b, err := NewBus(speed, all...)
	if err != nil {
		err = fmt.Errorf("%w; a reader that was moved has its new address yet, see 'reader'", err)
	}
	return b, err
}

// use takes the bus of a port at a speed, unless the line was given another one meanwhile.
func (l *Line) use(b *Bus, speed int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b != nil && l.speed == speed {
		for i, r := range l.readers {
			b.stations[i].tally = r.tally
		}
		l.bus = b
		return
	}
	l.bus = nil
}

// with calls f with the bus, if the line is open, and lets the line have a turn.
func (l *Line) with(f func(*Bus)) (open bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bus == nil {
		return false
	}
	f(l.bus)
	l.wakeUp()
	return true
}

func (l *Line) wakeUp() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
