package sim

import (
	"errors"
	"math"
	"time"

	"menshen/hal"
	"menshen/recognizer"
	"menshen/recognizer/eye"
)

func (w *world) freezeCamera(*person) {
	if !w.calm() {
		return
	}
	w.Faults[CameraFrozen]++
	w.door.eye.camera = eye.CameraFrozen
	w.lasts(w.between(time.Minute, 3*time.Hour), func() { w.door.eye.camera = eye.CameraOK })
}

func (w *world) crashEye(*person) {
	if !w.calm() {
		return
	}
	w.Faults[EyeCrashes]++
	w.door.eye.state = eye.Waiting
	w.lasts(w.between(time.Minute, 10*time.Minute), func() { w.door.eye.state = eye.Running })
}

// eyeLies sends what no camera sees. Nothing may come of it.
func (w *world) eyeLies(*person) {
	w.Faults[EyeLies]++
	w.decisions = nil
	for range 60 {
		var e recognizer.Embedding
		for i := range e {
			e[i] = []float32{float32(math.NaN()), float32(math.Inf(1)), 0, math.MaxFloat32, -1}[w.rnd.IntN(5)]
		}
		at := w.clock.host().Add(w.between(-time.Hour, 24*time.Hour))
		o := recognizer.Observation{At: at, Faces: w.rnd.IntN(9) - 4,
			Live: []float32{float32(math.NaN()), 7, -1, 1}[w.rnd.IntN(4)], Embedding: &e}
		w.driver.See(&o)
		w.settle()
		w.pass(100 * time.Millisecond)
		for _, d := range w.decisions {
			if d.Grant {
				w.fail(faceLawful, "a face that is none opened")
			}
		}
	}
	w.pass(10 * time.Second)
}

func (w *world) unplugReader(*person) {
	if !w.calm() {
		return
	}
	w.Faults[ReaderLost]++
	w.unplugged = true
	w.lasts(w.between(time.Minute, 3*time.Hour), func() {
		w.unplugged = false
		w.driver.Device(hal.ReaderEvent{At: w.clock.host(), Reader: "outside", Recovered: true})
	})
	w.driver.Device(hal.ReaderEvent{At: w.clock.host(), Reader: "outside", Fault: errors.New("no answer")})
	w.settle()
}

// noise puts pulses on the lines that no card sent. What happens to be a card is one.
func (w *world) noise(*person) {
	w.Faults[ReaderNoise]++
	for range 30 {
		if w.unplugged {
			return
		}
		bits := make([]bool, 1+w.rnd.IntN(60))
		for i := range bits {
			bits[i] = w.rnd.IntN(2) == 0
		}
		e, takes, ok := w.door.reader.train(w.clock.running(), bits, func(int) time.Duration {
			return w.between(-1900*time.Microsecond, 3*time.Millisecond)
		})
		w.pass(takes + frameEnd)
		e.At = w.clock.host()
		switch {
		case !ok:
		case e.Card != nil && e.Card.Facility == facility:
			w.present(e, w.expectCard(e.Card.Number, w.unitTime()), w.ownerOf(e.Card.Number))
		case e.Card != nil:
			w.present(e, w.expectCard(0, w.unitTime()), nil)
		case e.Button == '#': // nobody types now
		default:
			w.driver.Device(e)
			w.settle()
		}
	}
	w.pass(15 * time.Second)
}

func (w *world) chatter(*person) {
	w.Faults[ContactChatter]++
	for range 10 {
		w.contact(true)
		w.pass(w.between(time.Millisecond, 80*time.Millisecond))
		w.contact(false)
		w.pass(w.between(time.Millisecond, 80*time.Millisecond))
	}
	w.pass(5 * time.Second)
}
