package ads1115test

import (
	"math"
	"sync"
)

// Line is a supervised line: a pull-up in the unit, a cable, two resistors and a contact. Resistors
// are in ohms. The methods may be called from any goroutine.
type Line struct {
	Supply                   float64 // volts
	PullUp, Series, Parallel float64
	Cable                    float64        // both wires together
	Noise                    func() float64 // volts, added to each sample; nil: none

	mu      sync.Mutex
	closed  bool
	cut     bool
	short   bool
	leak    float64 // ohms between the wires; 0: none
	foreign float64 // volts that something else puts on the line; 0: none
}

// Contact closes or opens the contact.
func (l *Line) Contact(closed bool) { l.do(func() { l.closed = closed }) }

// Cut cuts a wire, or mends it.
func (l *Line) Cut(on bool) { l.do(func() { l.cut = on }) }

// Short joins the two wires, or parts them.
func (l *Line) Short(on bool) { l.do(func() { l.short = on }) }

// Leak puts so many ohms between the wires, as water does; 0: none.
func (l *Line) Leak(ohms float64) { l.do(func() { l.leak = ohms }) }

// Foreign puts a voltage on the line; 0: none.
func (l *Line) Foreign(volts float64) { l.do(func() { l.foreign = volts }) }

func (l *Line) do(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// Volts is the voltage at the unit's terminal.
func (l *Line) Volts() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	noise := 0.0
	if l.Noise != nil {
		noise = l.Noise()
	}
	if l.foreign != 0 {
		return l.foreign + noise
	}
	ohms := l.ohms()
	if math.IsInf(ohms, 1) {
		return l.Supply + noise
	}
	return l.Supply*ohms/(ohms+l.PullUp) + noise
}

func (l *Line) ohms() float64 {
	ohms := l.Cable + l.Series
	if !l.closed {
		ohms += l.Parallel
	}
	switch {
	case l.short:
		return l.Cable / 2
	case l.cut:
		ohms = math.Inf(1)
	}
	if l.leak > 0 {
		ohms = 1 / (1/ohms + 1/l.leak)
	}
	return ohms
}
