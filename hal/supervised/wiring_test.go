package supervised

import (
	"math"
	"testing"

	"menshen/hal"
	"menshen/hal/supervised/ads1115test"
)

var (
	usual = Wiring{Supply: 3.3, PullUp: 2200, Series: 1000, Parallel: 2200}
	equal = Wiring{Supply: 3.3, PullUp: 4700, Series: 4700, Parallel: 4700}
)

// TestStatesWithinTolerance: with each resistor, the supply and the cable at either end of its
// tolerance a line still reads as what it is.
func TestStatesWithinTolerance(t *testing.T) {
	for _, w := range []Wiring{usual, equal} {
		if err := w.Validate(); err != nil {
			t.Error(err)
		}
		for corner := range 1 << 5 {
			off := func(bit int) float64 { return 1 - tolerance + 2*tolerance*float64(corner>>bit&1) }
			l := ads1115test.Line{Supply: w.Supply * off(0), PullUp: w.PullUp * off(1), Series: w.Series * off(2),
				Parallel: w.Parallel * off(3), Cable: cable * float64(corner>>4&1)}
			for _, x := range []struct {
				closed, cut, short bool
				want               hal.LineState
			}{
				{closed: true, want: hal.LineClosed}, {want: hal.LineOpen},
				{closed: true, cut: true, want: hal.LineCut}, {cut: true, want: hal.LineCut},
				{closed: true, short: true, want: hal.LineShort}, {short: true, want: hal.LineShort},
			} {
				l.Contact(x.closed)
				l.Cut(x.cut)
				l.Short(x.short)
				if got := w.Classify(l.Volts(), hal.LineUnknown); got != x.want {
					t.Errorf("%+v corner %05b, closed %v cut %v short %v: %v", w, corner, x.closed, x.cut, x.short, got)
				}
			}
		}
	}
}

// TestOddValues: what lies between two states, below ground or above the supply is no state.
func TestOddValues(t *testing.T) {
	at := usual.centres()
	for i := 1; i < len(at); i++ {
		if got := usual.Classify((at[i-1]+at[i])/2*usual.Supply, hal.LineUnknown); got != hal.LineOdd {
			t.Errorf("halfway between %v and %v: %v", order[i-1], order[i], got)
		}
	}
	for _, volts := range []float64{-0.5, 3.7, 4.096, math.Inf(1), math.NaN()} {
		if got := usual.Classify(volts, hal.LineUnknown); got != hal.LineOdd {
			t.Errorf("%v V: %v", volts, got)
		}
	}
}

// TestHysteresis: a value at the rim of a state stays in that state, and does not enter it.
func TestHysteresis(t *testing.T) {
	at := usual.centres()
	rim := (at[1] + (enter+leave)/2*(at[2]-at[1])) * usual.Supply
	if got := usual.Classify(rim, hal.LineUnknown); got != hal.LineOdd {
		t.Errorf("entered at the rim: %v", got)
	}
	if got := usual.Classify(rim, hal.LineClosed); got != hal.LineClosed {
		t.Errorf("left at the rim: %v", got)
	}
}

// TestValidate: resistors with which the states cannot be told apart are refused.
func TestValidate(t *testing.T) {
	for _, w := range []Wiring{
		{}, {Supply: 3.3, PullUp: 2200, Series: 1000, Parallel: 100},
		{Supply: 3.3, PullUp: 2200, Series: 47, Parallel: 2200},
		{Supply: 3.3, PullUp: 100, Series: 4700, Parallel: 4700},
		{Supply: 3.3, PullUp: 100000, Series: 1000, Parallel: 2200},
		{Supply: -3.3, PullUp: 2200, Series: 1000, Parallel: 2200},
		{Supply: math.NaN(), PullUp: 1, Series: 1, Parallel: 1},
	} {
		if w.Validate() == nil {
			t.Errorf("%+v was accepted", w)
		}
	}
}

// TestOhms: the resistance at the terminals, as the installer sees it.
func TestOhms(t *testing.T) {
	l := ads1115test.Line{Supply: 3.3, PullUp: 2200, Series: 1000, Parallel: 2200}
	if got := usual.Ohms(l.Volts()); math.Abs(got-3200) > 1 {
		t.Errorf("open: %.1f ohms", got)
	}
	l.Contact(true)
	if got := usual.Ohms(l.Volts()); math.Abs(got-1000) > 1 {
		t.Errorf("closed: %.1f ohms", got)
	}
	l.Cut(true)
	if got := usual.Ohms(l.Volts()); !math.IsInf(got, 1) {
		t.Errorf("cut: %.1f ohms", got)
	}
}
