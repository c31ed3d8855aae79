package osdptest

import (
	"time"

	"menshen/hal/osdp"
)

// Wire is a line in simulated time, with the unit's bus at one end and readers along it.
type Wire struct {
	Bus     *osdp.Bus
	Readers []*Reader
	Now     time.Time
	Baud    int
	Latency time.Duration // of a reader, before it answers

	// ToReaders and ToUnit change what goes over the line: nil leaves it as it is. What they give
	// nothing of is lost.
	ToReaders, ToUnit func([]byte) []byte

	Events []osdp.Event
}

// Run lets the line work for a while.
func (w *Wire) Run(d time.Duration) {
	for end := w.Now.Add(d); w.Now.Before(end); {
		write, wait := w.Bus.Next(w.Now)
		w.Events = append(w.Events, w.Bus.Events()...)
		if write == nil {
			w.Now = w.Now.Add(min(wait, end.Sub(w.Now)))
			continue
		}
		w.carry(write)
		w.Events = append(w.Events, w.Bus.Events()...)
	}
}

// carry takes a command to the readers, and their answers back.
func (w *Wire) carry(b []byte) {
	w.pass(b)
	if w.ToReaders != nil {
		b = w.ToReaders(b)
	}
	var back []byte
	for _, r := range w.Readers {
		r.Pause()
		back = mix(back, r.Received(w.Baud, b))
	}
	if w.ToUnit != nil {
		back = w.ToUnit(back)
	}
	if len(back) > 0 {
		w.Now = w.Now.Add(w.Latency)
		w.pass(back)
		w.Bus.Received(w.Now, back)
	}
}

// pass is the time that bytes take.
func (w *Wire) pass(b []byte) {
	w.Now = w.Now.Add(time.Duration(10*len(b)) * time.Second / time.Duration(w.Baud))
}

// mix is what two readers make of a line when both speak.
func mix(a, b []byte) []byte {
	out := append([]byte(nil), b...)
	for i := range a {
		if i < len(out) {
			out[i] &= a[i]
		} else {
			out = append(out, a[i])
		}
	}
	return out
}

// Take gives the events since the last call.
func (w *Wire) Take() []osdp.Event {
	all := w.Events
	w.Events = nil
	return all
}
