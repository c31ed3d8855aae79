package supervised

import (
	"errors"
	"fmt"
	"math"

	"menshen/hal"
)

// Wiring is the resistors of a line, in ohms, and the supply of its pull-up, in volts. See the
// drawing in the package comment.
type Wiring struct {
	Supply                   float64
	PullUp, Series, Parallel float64
}

// Parts of the way to the next state's value. A state begins within enter and ends beyond leave, so
// a value at the rim does not flicker; between two states lie values of neither.
const (
	enter = 0.40
	leave = 0.47
)

// beyond is how far below ground and above the supply a value may be, in parts of the supply.
const beyond = 0.1

// apart is how far two states must be from each other, in parts of the supply: noise and leaks of a
// long cable are some hundredths.
const apart = 0.1

// Tolerances under which each state must still be told apart: of the resistors and the supply, as
// parts of their values, and the resistance of a cable, in ohms.
const (
	tolerance = 0.05
	cable     = 100
)

// order is the states by rising voltage.
var order = [...]hal.LineState{hal.LineShort, hal.LineClosed, hal.LineOpen, hal.LineCut}

// centres gives the nominal value of each state in order, as parts of the supply.
func (w Wiring) centres() [len(order)]float64 {
	return [...]float64{0, w.ratio(w.Series), w.ratio(w.Series + w.Parallel), 1}
}

// ratio is the voltage of a line with so many ohms, as a part of the supply.
func (w Wiring) ratio(ohms float64) float64 {
	if math.IsInf(ohms, 1) {
		return 1
	}
	return ohms / (ohms + w.PullUp)
}

// Ohms gives the resistance between a line's terminals, from its voltage; +Inf for a cut line.
func (w Wiring) Ohms(volts float64) float64 {
	ratio := min(max(volts/w.Supply, 0), 1)
	if ratio > 0.99 {
		return math.Inf(1)
	}
	return w.PullUp * ratio / (1 - ratio)
}

// Classify gives the state of a line by its voltage; was is the state before.
func (w Wiring) Classify(volts float64, was hal.LineState) hal.LineState {
	ratio, at := volts/w.Supply, w.centres()
	for i, state := range order {
		part := enter
		if state == was {
			part = leave
		}
		low, high := -beyond, 1+beyond
		if i > 0 {
			low = at[i] - part*(at[i]-at[i-1])
		}
		if i < len(order)-1 {
			high = at[i] + part*(at[i+1]-at[i])
		}
		if low <= ratio && ratio <= high {
			return state
		}
	}
	return hal.LineOdd
}

// Validate reports whether the four states can be told apart with resistors and a supply that are
// 5 % off and a cable of up to 100 ohms.
func (w Wiring) Validate() error {
	if !(w.Supply > 0 && w.PullUp > 0 && w.Series > 0 && w.Parallel > 0) {
		return errors.New("supply and resistors must be above zero")
	}
	at := w.centres()
	for i := 1; i < len(at); i++ {
		if at[i]-at[i-1] < apart {
			return w.confusable(order[i-1], order[i])
		}
	}
	for _, s := range []struct {
		state    hal.LineState
		low, top float64 // ohms
	}{
		{hal.LineShort, 0, cable},
		{hal.LineClosed, w.Series * (1 - tolerance), w.Series*(1+tolerance) + cable},
		{hal.LineOpen, (w.Series + w.Parallel) * (1 - tolerance), (w.Series+w.Parallel)*(1+tolerance) + cable},
		{hal.LineCut, math.Inf(1), math.Inf(1)},
	} {
		low, top := w, w
		low.PullUp, top.PullUp = w.PullUp*(1+tolerance), w.PullUp*(1-tolerance)
		least, most := low.ratio(s.low)*(1-tolerance), top.ratio(s.top)*(1+tolerance)
		for _, ratio := range []float64{least, most} {
			if got := w.Classify(ratio*w.Supply, hal.LineUnknown); got != s.state {
				return w.confusable(s.state, got)
			}
		}
	}
	return nil
}

func (w Wiring) confusable(is, reads hal.LineState) error {
	return fmt.Errorf("with a pull-up of %.0f Ω, %.0f Ω in series and %.0f Ω in parallel "+
		"a line that is %v may read as %v: take resistors of about the same size, "+
		"such as 2k2, 1k and 2k2, or three of 4k7",
		w.PullUp, w.Series, w.Parallel, is, reads)
}
