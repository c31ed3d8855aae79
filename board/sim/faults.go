package sim

import (
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"

	"menshen/store"
)

// What goes wrong.
const (
	PowerCut       Kind = "FAULT: the power is cut while something is written"
	PowerOff       Kind = "FAULT: the power is off for a while"
	ClockLost      Kind = "FAULT: the power is off, and the machine's clock begins in the past"
	BrownOut       Kind = "FAULT: the power flickers"
	DiskFull       Kind = "FAULT: the disk is full"
	DiskSlow       Kind = "FAULT: the disk is slow"
	ClockAhead     Kind = "FAULT: the machine's clock jumps ahead"
	ClockFarAhead  Kind = "FAULT: the machine's clock jumps a month ahead"
	ClockBehind    Kind = "FAULT: the machine's clock jumps back"
	ClockUnkept    Kind = "FAULT: nothing keeps the machine's clock right"
	CameraFrozen   Kind = "FAULT: the camera gives no pictures"
	EyeCrashes     Kind = "FAULT: the eye crashes"
	EyeLies        Kind = "FAULT: the eye sends nonsense"
	ReaderLost     Kind = "FAULT: the reader is unplugged"
	ReaderNoise    Kind = "FAULT: noise on the reader's lines"
	ContactChatter Kind = "FAULT: the door contact chatters"
	HeadDamaged    Kind = "FAULT: the disk damages one of the vault's heads"
	PageDamaged    Kind = "FAULT: the disk damages a page of the vault"
	Restored       Kind = "FAULT: staff restore the last backup"
)

// faultScript says how each goes.
var faultScript = map[Kind]func(*world, *person){
	PowerCut:       (*world).armPowerCut,
	PowerOff:       func(w *world, _ *person) { w.powerOff(w.between(time.Second, 8*time.Hour)) },
	ClockLost:      (*world).loseClock,
	BrownOut:       (*world).flicker,
	DiskFull:       func(w *world, _ *person) { w.diskFails(unix.ENOSPC) },
	DiskSlow:       func(w *world, _ *person) { w.diskFails(store.ErrSlow) },
	ClockAhead:     func(w *world, _ *person) { w.clockJumps(w.between(time.Minute, 50*time.Minute)) },
	ClockFarAhead:  func(w *world, _ *person) { w.clockJumps(30 * 24 * time.Hour) },
	ClockBehind:    func(w *world, _ *person) { w.clockJumps(-w.between(time.Minute, 400*24*time.Hour)) },
	ClockUnkept:    (*world).unkeepClock,
	CameraFrozen:   (*world).freezeCamera,
	EyeCrashes:     (*world).crashEye,
	EyeLies:        (*world).eyeLies,
	ReaderLost:     (*world).unplugReader,
	ReaderNoise:    (*world).noise,
	ContactChatter: (*world).chatter,
	HeadDamaged:    (*world).damageHead,
	PageDamaged:    (*world).damagePage,
	Restored:       (*world).restores,
}

// breakThings plans a day's faults; none in a calm history, which is the same otherwise, and none
// on the last day, so that the door can be seen to come back.
func (p *Plan) breakThings(r *rand.Rand, day int) {
	if !p.faults {
		return
	}
	midnight := p.midnight(day)
	at := func(from, to int) time.Time { return during(r, midnight, from, to) }
	p.some(r, at, -1, []chance{{2, PowerCut}, {2, PowerCut}, {8, PowerOff}, {10, ClockLost}, {8, BrownOut},
		{4, DiskFull}, {3, DiskSlow}, {10, ClockAhead}, {8, ClockFarAhead}, {8, ClockBehind}, {5, ClockUnkept},
		{6, CameraFrozen}, {6, EyeCrashes}, {4, EyeLies}, {5, ReaderLost}, {5, ReaderNoise}, {6, ContactChatter},
		{4, HeadDamaged}, {4, Restored}, {5, PageDamaged}}, 7, 24)
}

// mend ends, at its time, a fault that lasts.
func (w *world) mend() {
	if w.clock.unkept && !w.clock.now.Before(w.keptAt) && w.atRest() {
		w.tell("the clock is kept right again")
		w.clock.unkept = false
	}
	if w.mends != nil && !w.clock.now.Before(w.mendAt) && w.atRest() {
		f := w.mends
		w.mends = nil
		f()
		w.settle()
	}
}

// lasts lets a fault last for a time; only one of them at a time.
func (w *world) lasts(d time.Duration, ends func()) {
	w.mends, w.mendAt = ends, w.clock.now.Add(d)
}

// atRest reports whether nothing goes on at the door, nor at the garage: a clock is only set then.
func (w *world) atRest() bool {
	return !w.model.open && w.model.until.IsZero() && !w.model.emergency() && w.acting == nil &&
		!w.clock.now.Before(w.garageUntil)
}

// calm reports whether no other fault lasts.
func (w *world) calm() bool { return w.mends == nil }

func (w *world) diskFails(with error) {
	if !w.calm() {
		return
	}
	w.Faults[w.now.Kind]++
	w.disk.fails = with
	w.lasts(w.between(2*time.Minute, 3*time.Hour), func() {
		w.tell("the disk is well again")
		w.disk.fails = nil
	})
}

// unkeepClock takes away, for up to two days, what keeps the clock right.
func (w *world) unkeepClock(*person) {
	if w.clock.unkept {
		return
	}
	w.Faults[ClockUnkept]++
	w.clock.unkept = true
	w.keptAt = w.clock.now.Add(w.between(time.Hour, 48*time.Hour))
}

func (w *world) clockJumps(by time.Duration) {
	if !w.calm() || !w.atRest() {
		return
	}
	w.Faults[w.now.Kind]++
	w.clock.wrong = by
	w.lasts(w.between(2*time.Minute, 3*time.Hour), func() {
		w.tell("the clock is right again")
		w.clock.wrong = 0
	})
}
