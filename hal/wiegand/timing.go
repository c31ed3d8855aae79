package wiegand

import (
	"slices"
	"sync"
	"time"

	"menshen/hal/gpio"
)

// Timing is how one frame came over the wire, for an installer to look at while the door works. It
// holds no bit of it: which pulse came on which line is what a card's number is made of.
type Timing struct {
	At  time.Time // of the last pulse, on the wall clock
	Err error     // what the reader made of it; nil: a card or a key
	Key bool      // a key of the keypad

	// Gaps are the times between its pulses, of the first 128, in whole halves of the middle one: a
	// reader may send a one a little later than a zero.
	Gaps   []time.Duration
	Middle time.Duration // gap, as it was

	// D0 and D1 say on which lines pulses came, of a frame that was not read: a dead wire shows.
	D0, D1 bool
	Lost   int // pulses that the board was too busy to take
}

// kept is how many frames' timings a reader has in memory.
const kept = 8

// Recent gives the timings of the last frames, the newest first. It may be called at any time,
// from any goroutine.
func (r *Reader) Recent() []Timing {
	r.recent.mu.Lock()
	defer r.recent.mu.Unlock()
	return slices.Clone(r.recent.all)
}

// recent are the last timings, the newest first.
type recent struct {
	mu  sync.Mutex
	all []Timing
}

func (rs *recent) add(t Timing) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.all = slices.Insert(rs.all, 0, t)
	rs.all = rs.all[:min(len(rs.all), kept)]
}

// stopwatch takes the times of a frame's pulses as they come.
type stopwatch struct {
	gaps  []time.Duration
	lines [2]bool
	lost  int
	last  gpio.Edge
	runs  bool // a pulse came since the frame before
}

func (s *stopwatch) pulse(e gpio.Edge) {
	if s.last.Seq != 0 {
		s.lost += int(e.Seq - s.last.Seq - 1)
	}
	if s.runs && len(s.gaps) < maxBits {
		s.gaps = append(s.gaps, e.At-s.last.At)
	}
	s.lines[e.Line], s.last, s.runs = true, e, true
}

// frame gives the timing of the frame that has ended, and begins again.
func (s *stopwatch) frame(at time.Time, key bool, err error) Timing {
	t := Timing{At: at, Err: err, Key: key, Gaps: s.gaps, Lost: s.lost}
	if err != nil {
		t.D0, t.D1 = s.lines[0], s.lines[1]
	}
	if len(s.gaps) > 0 {
		t.Middle = slices.Sorted(slices.Values(s.gaps))[len(s.gaps)/2]
	}
	for i, gap := range t.Gaps {
		t.Gaps[i] = gap.Round(t.Middle / 2)
	}
	s.again()
	return t
}

// again begins at the next pulse.
func (s *stopwatch) again() { *s = stopwatch{last: s.last} }
