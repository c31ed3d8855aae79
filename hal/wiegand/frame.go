package wiegand

import (
	"errors"
	"time"

	"menshen/hal/gpio"
)

// Errors of frames. None of them holds a bit of the card.
var (
	ErrLost     = errors.New("part of a frame was lost: the unit was too busy to take every pulse")
	ErrNoise    = errors.New("pulses too close together on D0 and D1: noise, or the data lines touch")
	ErrTooLong  = errors.New("more pulses than any card has: noise on a data line")
	ErrLength   = errors.New("number of bits fits no configured format")
	ErrParity   = errors.New("parity is wrong: a bit was disturbed on the wire")
	ErrButton   = errors.New("a burst that is not a key")
	ErrReversed = errors.New("D0 and D1 are swapped: exchange the two data wires")
	ErrHeldLow  = errors.New("a data line stays low: short circuit, or a reader without power")
)

// Limits of the wire.
const (
	maxBits  = 128
	minSpace = 120 * time.Microsecond // pulses closer than this are one pulse that rang, or noise
	gapFirst = 50 * time.Millisecond  // quiet that ends a frame before its pace is known
	gapLeast = 10 * time.Millisecond
	gapPace  = 5 // later the gap is this many times the longest space seen in the frame
)

// Frame is one train of pulses.
type Frame struct {
	Bits []bool        // first on the wire first; empty when Err is set
	At   time.Duration // of the last pulse, on the clock of the edges
	Err  error         // why it must not be read
}

// Framer cuts a stream of falling edges (Line 0 is D0, 1 is D1) into frames. The
// zero value is ready.
type Framer struct {
	// Patient waits 50 ms for the end of each frame, whatever its pace. It is for readers that send
	// more than one length: a pause within a long frame must not make a short one of it.
	Patient bool

	bits     []bool
	err      error
	last     time.Duration
	line     int
	pace     time.Duration // the longest space in this frame
	seq      uint32
	reported bool // err was given already, before the frame's end
	rung     uint64
}

// Gap is how long the lines must be quiet for the frame to be over.
func (f *Framer) Gap() time.Duration {
	if f.Patient || len(f.bits) < 2 {
		return gapFirst
	}
	return min(max(gapPace*f.pace, gapLeast), gapFirst)
}

// Open reports whether a frame has begun.
func (f *Framer) Open() bool { return len(f.bits) > 0 || f.err != nil }

// Glitches counts the pulses that were taken for the ringing of the one before.
func (f *Framer) Glitches() uint64 { return f.rung }

// Edge takes one edge. It gives the frame that this edge shows to be over, or that
// has grown too long.
func (f *Framer) Edge(e gpio.Edge) (Frame, bool) {
	lost := e.Seq != f.seq+1
	f.seq = e.Seq
	if lost && f.Open() {
		f.err = ErrLost
	}
	var done Frame
	var ok bool
	if f.Open() && e.At-f.last > f.Gap() {
		done, ok = f.Quiet()
	}
	if lost { // the missing edges may belong to either frame
		f.err = ErrLost
	}
	n := len(f.bits)
	space := e.At - f.last
	switch {
	case n == 0:
	case n == maxBits:
		f.last = e.At
		if f.reported {
			return done, ok
		}
		f.fail(ErrTooLong)
		f.reported = true
		return Frame{At: e.At, Err: f.err}, true
	case space >= minSpace:
		f.pace = max(f.pace, space)
	case e.Line == f.line: // the same bit, whichever of the two pulses is the true one
		f.rung++
		return done, ok
	default:
		f.fail(ErrNoise)
	}
	f.bits = append(f.bits, e.Line == 1)
	f.last, f.line = e.At, e.Line
	return done, ok
}

// fail keeps the first error of a frame.
func (f *Framer) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// Quiet says that the lines have been quiet for Gap. It gives the frame that this ends, if any.
func (f *Framer) Quiet() (Frame, bool) {
	ok := f.Open() && !f.reported
	frame := Frame{Bits: f.bits, At: f.last, Err: f.err}
	if frame.Err != nil {
		frame.Bits = nil
	}
	f.bits, f.err, f.pace, f.reported = nil, nil, 0, false
	return frame, ok
}
