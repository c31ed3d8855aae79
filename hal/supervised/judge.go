package supervised

import (
	"time"

	"menshen/hal"
)

// How long a state must last before it counts, besides the debounce time of closed and open.
const (
	faultAfter = 100 * time.Millisecond // cut, short, odd: a contact that moves passes through them
	lostAfter  = time.Second            // a chip that does not answer may have been disturbed
	healAfter  = time.Second            // from a fault back to closed or open: a loose wire touches now and then
)

// A line is restless when more than a third of its samples say something else than its state, for
// some seconds. Such a sample adds two, each other one takes one away. A button that is hammered on
// five times a second stays below that.
const (
	unrestStep  = 2
	unrestLimit = 200
)

// judge turns samples into settled states.
type judge struct {
	wiring   Wiring
	debounce time.Duration

	state  hal.LineState // settled
	cause  error         // of a state that is a fault
	next   hal.LineState // what the samples say since, if that is not state
	since  time.Time
	unrest int
}

// take looks at one sample; err is of the chip. It reports whether the settled state has changed,
// and when that began.
func (j *judge) take(volts float64, err error, at time.Time) (began time.Time, changed bool) {
	now := hal.LineLost
	if err == nil {
		now = j.wiring.Classify(volts, j.state)
	}
	if now == j.state {
		j.next = hal.LineUnknown
		j.unrest = max(j.unrest-1, 0)
		return at, false
	}
	if now != j.next {
		j.next, j.since = now, at
	}
	if err == nil && j.state.Sound() {
		j.unrest += unrestStep
	}
	switch {
	case at.Sub(j.since) >= j.wait(now):
		return j.since, j.settle(now, err)
	case j.unrest > unrestLimit:
		return at, j.settle(hal.LineOdd, hal.ErrChatter)
	}
	return at, false
}

// wait is how long a state must last before it counts.
func (j *judge) wait(s hal.LineState) time.Duration {
	faulty := j.state != hal.LineUnknown && !j.state.Sound()
	switch {
	case s == hal.LineLost:
		return lostAfter
	case s.Sound() && faulty:
		return max(healAfter, j.debounce)
	case s.Sound():
		return j.debounce
	}
	return max(faultAfter, j.debounce)
}

// settle takes a state for the line's, which is a change.
func (j *judge) settle(s hal.LineState, cause error) bool {
	j.state, j.cause, j.next = s, cause, hal.LineUnknown
	if !s.Sound() {
		j.unrest = 0
	}
	return true
}

// fault is why the contact's state is not known; nil: it is.
func (j *judge) fault() error {
	if j.state.Sound() {
		return nil
	}
	return &hal.LineFault{State: j.state, Cause: j.cause}
}
