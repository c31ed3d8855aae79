package wiegand

import (
	"context"
	"errors"
	"fmt"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal/gpio"
)

// Pulse is one pulse as it came.
type Pulse struct {
	One  bool          // on D1; else on D0
	Gap  time.Duration // since the pulse before; 0 for the first
	Lost int           // edges that the kernel dropped just before it
}

// Train is the pulses between two quiet times, for an installer to look at. Unlike a [Frame] it has
// all of them, also those that make no card. It holds what can be a card's number: it belongs on a
// screen, and in no log and no report.
type Train struct {
	Pulses []Pulse
	Err    error  // what the reader makes of it; nil: a card or a key
	Format string // of the card; empty: none
	Key    bool   // a key of the keypad
	Parity []bool // of the format with that many bits, whether each parity holds; nil: there is none
}

// Bits are the train's bits, the first on the wire first.
func (t Train) Bits() []bool {
	bits := make([]bool, len(t.Pulses))
	for i, p := range t.Pulses {
		bits[i] = p.One
	}
	return bits
}

// Ones counts the pulses on D1.
func (t Train) Ones() (n int) {
	for _, p := range t.Pulses {
		if p.One {
			n++
		}
	}
	return n
}

// Pulses hands over each train of pulses as it ends, and what is wrong with the lines at rest, till
// ctx ends or the lines fail. It opens the lines itself: Run must not run meanwhile.
func (r *Reader) Pulses(ctx context.Context, train func(Train), rest func(error)) error {
	edges, err := r.source()
	if err != nil {
		return fmt.Errorf("reader %s: %w", r.name, err)
	}
	defer context.AfterFunc(ctx, func() { edges.Close() })()
	defer edges.Close()
	dec := *r.dec // of its own: it counts frames that look swapped
	var pulses []Pulse
	var last gpio.Edge
	low := false
	for {
		e, err := edges.Next(gapFirst)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && len(pulses) < 4*maxBits:
			p := Pulse{One: e.Line == 1}
			if last.Seq != 0 {
				p.Lost = int(e.Seq - last.Seq - 1)
			}
			if len(pulses) > 0 {
				p.Gap = e.At - last.At
			}
			pulses, last = append(pulses, p), e
			continue
		case err == nil: // noise without an end
			last = e
		case !errors.Is(err, gpio.ErrQuiet):
			return fmt.Errorf("reader %s: %w", r.name, err)
		}
		if len(pulses) > 0 {
			train(judge(&dec, pulses))
			pulses = nil
		} else if now, err := heldLow(edges); err == nil && now != low {
			if low = now; low {
				rest(ErrHeldLow)
			}
		}
	}
}

// heldLow reports whether a data line is low at rest.
func heldLow(edges gpio.Edges) (bool, error) {
	for line := range 2 {
		if l, err := edges.Level(line); err != nil || l == periph.Low {
			return l == periph.Low, err
		}
	}
	return false, nil
}

// judge says what a reader makes of a train.
func judge(dec *Decoder, pulses []Pulse) Train {
	t := Train{Pulses: pulses}
	f := Framer{Patient: true}
	var at time.Duration
	for i, p := range pulses {
		if p.Lost > 0 {
			t.Err = ErrLost
		}
		at += p.Gap
		line := 0
		if p.One {
			line = 1
		}
		f.Edge(gpio.Edge{Line: line, At: at, Seq: uint32(i + 1)})
	}
	frame, _ := f.Quiet()
	for _, format := range dec.formats {
		if format.Bits == len(frame.Bits) {
			for _, p := range format.Parity {
				t.Parity = append(t.Parity, p.holds(frame.Bits))
			}
		}
	}
	if t.Err != nil {
		return t
	}
	card, _, err := dec.Decode(frame)
	switch {
	case err != nil:
		t.Err = err
	case card != nil:
		t.Format = card.Layout
	default:
		t.Key = true
	}
	return t
}
