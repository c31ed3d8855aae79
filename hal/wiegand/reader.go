package wiegand

import (
	"context"
	"errors"
	"fmt"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal"
	"menshen/hal/gpio"
)

// Source opens the two data lines: Line 0 of the edges is D0 and 1 is D1, falling edges only. It is
// called again after the lines went away.
type Source func() (gpio.Edges, error)

// Lines is the source that watches two lines of one chip by their names. Readers have open
// collectors, so it sets the lines' pull-ups, besides those of the unit.
func Lines(d0, d1 string) Source {
	return func() (gpio.Edges, error) {
		p0, err := gpio.Open(d0)
		if err != nil {
			return nil, err
		}
		p1, err := gpio.Open(d1)
		if err != nil {
			return nil, err
		}
		return gpio.Watch(periph.PullUp, periph.FallingEdge, p0, p1)
	}
}

// Config describes a reader.
type Config struct {
	Name    string
	Formats []Format // none: H10301
	Keypad  Keypad
}

// What a reader counts.
const (
	cards = iota
	buttons
	lost
	parity
	length
	noise
	noButton
	glitches
)

// Reader is a Wiegand reader on two lines.
type Reader struct {
	name   string
	source Source
	dec    *Decoder
	tally  hal.Tally
	recent recent
	hal.LastBeat
}

var (
	_ hal.Reader  = (*Reader)(nil)
	_ hal.Counter = (*Reader)(nil)
)

// New makes a reader. Nothing is opened before Run.
func New(source Source, cfg Config) (*Reader, error) {
	dec, err := NewDecoder(cfg.Keypad, cfg.Formats...)
	if err != nil {
		return nil, fmt.Errorf("reader %s: %w", cfg.Name, err)
	}
	counts := hal.NewTally("cards", "keys",
		"frames with lost edges", "frames of wrong parity", "frames of wrong length", "frames of noise",
		"bursts that are no key", "pulses taken for ringing")
	return &Reader{tally: counts, name: cfg.Name, source: source, dec: dec}, nil
}

// Counts implements hal.Counter.
func (r *Reader) Counts() []hal.Count { return r.tally.Counts() }

func (r *Reader) String() string { return r.name }

// Run implements hal.Reader. Lines that cannot be opened, or go away, are a Fault and
// are tried again.
func (r *Reader) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	return hal.KeepOpen(ctx, r.name, emit, func(ctx context.Context, up func()) error {
		r.Beat()
		edges, err := r.source()
		if err != nil {
			return fmt.Errorf("reader %s: %w", r.name, err)
		}
		defer context.AfterFunc(ctx, func() { edges.Close() })()
		defer edges.Close()
		up()
		return r.read(edges, emit)
	})
}

// idle is how often quiet lines are looked at.
const idle = time.Second

// read follows the edges until the lines fail.
func (r *Reader) read(edges gpio.Edges, emit func(hal.ReaderEvent)) error {
	f := Framer{Patient: !r.dec.OneLength()}
	var held holding
	var watch stopwatch
	var rung uint64
	for {
		r.Beat()
		wait := idle
		if f.Open() {
			wait = f.Gap()
		}
		e, err := edges.Next(wait)
		var frame Frame
		var whole bool
		switch {
		case err == nil:
			frame, whole = f.Edge(e)
		case !errors.Is(err, gpio.ErrQuiet):
			return fmt.Errorf("reader %s: %w", r.name, err)
		case f.Open():
			frame, whole = f.Quiet()
		default:
			if err := held.look(edges, r.name, emit); err != nil {
				return fmt.Errorf("reader %s: %w", r.name, err)
			}
		}
		r.tally.Add(glitches, f.Glitches()-rung)
		rung = f.Glitches()
		if whole {
			held.fault = held.fault || errors.Is(frame.Err, ErrTooLong)
			out := r.event(frame, edges.Wall(frame.At))
			r.recent.add(watch.frame(out.At, out.Button != 0, errors.Unwrap(out.Fault)))
			emit(out)
		}
		switch {
		case err == nil:
			watch.pulse(e)
		case !f.Open():
			watch.again()
		}
	}
}

// event turns a frame into what the door sees of it. A frame that was disturbed is a fault of that
// frame only; noise without an end, and swapped wires, are the reader's.
func (r *Reader) event(f Frame, at time.Time) hal.ReaderEvent {
	card, button, err := r.dec.Decode(f)
	switch {
	case card != nil:
		r.tally.Add(cards, 1)
		return hal.ReaderEvent{At: at, Reader: r.name, Card: card}
	case err == nil:
		r.tally.Add(buttons, 1)
		return hal.ReaderEvent{At: at, Reader: r.name, Button: button}
	case errors.Is(err, ErrLost):
		r.tally.Add(lost, 1)
	case errors.Is(err, ErrParity), errors.Is(err, ErrReversed):
		r.tally.Add(parity, 1)
	case errors.Is(err, ErrLength):
		r.tally.Add(length, 1)
	case errors.Is(err, ErrButton):
		r.tally.Add(noButton, 1)
	default:
		r.tally.Add(noise, 1)
	}
	lasting := errors.Is(err, ErrTooLong) || errors.Is(err, ErrReversed)
	return hal.ReaderEvent{At: at, Reader: r.name, Fault: fmt.Errorf("reader %s: %w", r.name, err), Frame: !lasting}
}

// holding remembers whether a fault of the lines was reported that their rest ends.
type holding struct{ fault bool }

// look reads both lines while they should be High. It reports when one begins to stay low, and when
// the lines are at rest again.
func (h *holding) look(edges gpio.Edges, name string, emit func(hal.ReaderEvent)) error {
	low := false
	for line := range 2 {
		l, err := edges.Level(line)
		if err != nil {
			return err
		}
		low = low || l == periph.Low
	}
	switch {
	case low && !h.fault:
		emit(hal.ReaderEvent{At: time.Now(), Reader: name, Fault: fmt.Errorf("reader %s: %w", name, ErrHeldLow)})
	case !low && h.fault:
		emit(hal.ReaderEvent{At: time.Now(), Reader: name, Recovered: true})
	}
	h.fault = low
	return nil
}
