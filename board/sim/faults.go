package sim

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"menshen/board/desk"
	"menshen/hal"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// What goes wrong.
const (
	PowerCut       Kind = "FAULT: the power is cut while something is written"
	PowerOff       Kind = "FAULT: the power is off for a while"
	ClockLost      Kind = "FAULT: the power is off, and the machine's clock begins in the past"
	BrownOut       Kind = "FAULT: the program is started again"
	DiskFull       Kind = "FAULT: the disk is full"
	DiskSlow       Kind = "FAULT: the disk is slow"
	ClockAhead     Kind = "FAULT: the machine's clock jumps ahead"
	ClockFarAhead  Kind = "FAULT: the machine's clock jumps a month ahead"
	ClockBehind    Kind = "FAULT: the machine's clock jumps back"
	CameraFrozen   Kind = "FAULT: the camera gives no pictures"
	EyeCrashes     Kind = "FAULT: the eye crashes"
	EyeLies        Kind = "FAULT: the eye sends nonsense"
	ReaderLost     Kind = "FAULT: the reader is unplugged"
	ReaderNoise    Kind = "FAULT: noise on the reader's lines"
	ContactChatter Kind = "FAULT: the door contact chatters"
)

// faultScript says how each goes.
var faultScript = map[Kind]func(*world, *person){
	PowerCut:       (*world).armPowerCut,
	PowerOff:       func(w *world, _ *person) { w.powerOff(w.between(time.Second, 8*time.Hour)) },
	ClockLost:      (*world).loseClock,
	BrownOut:       func(w *world, _ *person) { w.powerOff(5 * time.Second) },
	DiskFull:       func(w *world, _ *person) { w.diskFails(unix.ENOSPC) },
	DiskSlow:       func(w *world, _ *person) { w.diskFails(store.ErrSlow) },
	ClockAhead:     func(w *world, _ *person) { w.clockJumps(w.between(time.Minute, 50*time.Minute)) },
	ClockFarAhead:  func(w *world, _ *person) { w.clockJumps(30 * 24 * time.Hour) },
	ClockBehind:    func(w *world, _ *person) { w.clockJumps(-w.between(time.Minute, 400*24*time.Hour)) },
	CameraFrozen:   (*world).freezeCamera,
	EyeCrashes:     (*world).crashEye,
	EyeLies:        (*world).eyeLies,
	ReaderLost:     (*world).unplugReader,
	ReaderNoise:    (*world).noise,
	ContactChatter: (*world).chatter,
}

// breakThings plans a day's faults; none in a calm history, which is the same otherwise, and none
// on the last day, so that the door can be seen to come back.
func (p *Plan) breakThings(r *rand.Rand, day int, faults bool) {
	if !faults {
		return
	}
	midnight := p.midnight(day)
	at := func(from, to int) time.Time { return during(r, midnight, from, to) }
	p.some(r, at, -1, []chance{{2, PowerCut}, {2, PowerCut}, {8, PowerOff}, {10, ClockLost}, {8, BrownOut},
		{6, DiskFull}, {6, DiskSlow}, {10, ClockAhead}, {15, ClockFarAhead},
		{12, ClockBehind}, {6, CameraFrozen}, {6, EyeCrashes}, {4, EyeLies}, {8, ReaderLost}, {5, ReaderNoise},
		{6, ContactChatter}}, 7, 24)
}

// mend ends, at its time, a fault that lasts.
func (w *world) mend() {
	if w.mends != nil && !w.clock.now.Before(w.mendAt) && w.atRest() {
		f := w.mends
		w.mends = nil
		f()
	}
}

// lasts lets a fault last for a time; only one of them at a time.
func (w *world) lasts(d time.Duration, ends func()) {
	w.mends, w.mendAt = ends, w.clock.now.Add(d)
}

// atRest reports whether nothing goes on at the door: a clock is only set then.
func (w *world) atRest() bool {
	return !w.model.open && w.model.until.IsZero() && !w.model.emergency() && w.acting == nil
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
	w.driver.Device(hal.ReaderEvent{At: w.clock.host(), Reader: "outside", Fault: errors.New("no answer")})
	w.settle()
	w.lasts(w.between(time.Minute, 3*time.Hour), func() {
		w.unplugged = false
		w.driver.Device(hal.ReaderEvent{At: w.clock.host(), Reader: "outside", Recovered: true})
	})
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

// armPowerCut has the power go in one of the next transactions.
func (w *world) armPowerCut(*person) {
	if w.disk.fails == nil {
		w.disk.cutIn = 1 + w.rnd.IntN(12)
	}
}

// powerOff stops the program as systemd does, and starts it again later.
func (w *world) powerOff(d time.Duration) {
	if !w.calm() || !w.atRest() || w.disk.cutIn > 0 {
		return
	}
	w.Faults[w.now.Kind]++
	w.restart(nil, d)
}

func (w *world) loseClock(*person) {
	if !w.calm() || !w.atRest() || w.disk.cutIn > 0 {
		return
	}
	w.Faults[ClockLost]++
	w.clock.kept, w.clock.wrong = false, -20*365*24*time.Hour
	w.restart(nil, w.between(time.Minute, 8*time.Hour))
	w.lasts(w.between(time.Minute, 30*time.Minute), func() {
		w.tell("the clock is right again")
		w.clock.kept, w.clock.wrong = true, 0
	})
}

// powerReturns starts the unit on a disk on which any part of the last transaction's pages arrived.
// A sector is written whole; the two heads are written after all else is synced.
func (w *world) powerReturns() {
	w.Faults[PowerCut]++
	before, after := w.disk.before, readFile(w.disk.path)
	const page, sector = 4096, 512
	image := append([]byte(nil), after...)
	heads := w.rnd.IntN(3) // 0: the cut came before a head was written; 1: within it; 2: after it
	for at := 0; at < len(after); at += sector {
		isHead := at < 2*page
		keepOld := isHead && heads == 0 || isHead && heads == 1 && w.rnd.IntN(2) == 0 ||
			!isHead && heads == 0 && w.rnd.IntN(2) == 0
		if keepOld && at+sector <= len(before) {
			copy(image[at:at+sector], before[at:at+sector])
		}
	}
	w.tell("the power is gone")
	w.restart(image, w.between(time.Second, 10*time.Minute))
	w.startAfresh()
}

// restart closes the vault, leaves image on the disk where there is one, and starts the program
// again after a time. The corridor is empty by then, and the door shut.
func (w *world) restart(image []byte, off time.Duration) {
	cut := image != nil
	if !cut {
		w.drain()
	}
	err := w.door.vault.Close()
	if !cut && err != nil {
		w.fail(nothingLost, "%v", err)
	}
	w.door.Unit.Close()
	if cut {
		w.drain()
		if err := os.WriteFile(w.disk.path, image, 0o600); err != nil {
			w.fail(nothingLost, "%v", err)
		}
	}
	if w.mends != nil { // what lasted is over when the power is back
		f := w.mends
		w.mends = nil
		w.disk.fails, w.unplugged = nil, false
		if w.clock.wrong != 0 || w.door.eye.camera != eye.CameraOK || w.door.eye.state != eye.Running {
			f()
		}
	}
	w.disk.fails, w.disk.cutIn = nil, 0
	for i := range w.story {
		w.story[i].cut = cut
	}
	w.clock.now = w.clock.now.Add(off)
	w.clock.began = w.clock.now.Add(-20 * time.Second)
	w.trouble = w.clock.now
	w.lastTick, w.mismatch, w.unsure = w.clock.now, time.Time{}, time.Time{}
	orders := w.model
	w.model, w.raised = newModel(), map[string]bool{}
	w.door.contact.on, w.door.fire.on, w.door.alarm.on = false, false, false
	w.door.vault = store.Await(w.door.conf.Unit.Dir, w.door.options)
	if err := w.door.vault.Mend(context.Background()); err != nil {
		w.fail(nothingLost, "after the power came back: %v", err)
	}
	kept, err := w.door.vault.Overrides()
	if err != nil || w.acting == nil && !w.ordering &&
		(kept.Lockdown != orders.lockdown || kept.Evacuation != orders.evacuation) {
		w.fail(nothingLost, "the overrides are %+v, %v", kept, err)
	}
	w.model.lockdown = kept.Lockdown
	if err := w.assemble(); err != nil {
		w.fail(comesBack, "%v", err)
	}
	if kept.Evacuation {
		w.model.setEmergency(&w.model.evacuation, "evacuate", true, w.clock.now)
	}
	w.adoptLog()
	w.tell("the unit is started")
	w.settle()
	w.lastHour = w.clock.now.Add(-time.Hour)
	w.housekeep()
}

// adoptLog takes into the story what was written and never acknowledged.
func (w *world) adoptLog() {
	last := w.compared
	for _, s := range w.story {
		last = max(last, s.seq)
	}
	es, err := w.door.vault.Entries(last+1, 1000, false)
	if err != nil {
		w.fail(chainHolds, "%v", err)
	}
	var pending []told
	for _, s := range w.story {
		if s.seq == 0 {
			pending = append(pending, s)
		}
	}
	for _, e := range es {
		if e.Kind != audit.Decision {
			continue
		}
		known := false
		for _, s := range pending {
			known = known || same(e, s)
		}
		if !known {
			w.story = append(w.story, told{seq: e.Seq, at: e.At, means: e.Means, grant: e.Grant, reason: e.Reason})
		}
	}
}

// startAfresh ends, after a power cut, what staff were doing: orders are taken back, and a person
// who was half entered is removed.
func (w *world) startAfresh() {
	p := w.acting
	w.acting = nil
	if w.model.lockdown || w.model.evacuation {
		w.atDesk("orders are taken back", nil, func(ctx context.Context, s desk.Session) error {
			was := w.model.evacuation
			err := errors.Join(w.door.Desk.Lockdown(ctx, s, false), w.door.Desk.Evacuate(ctx, s, false))
			if err != nil {
				return err
			}
			w.model.lockdown = false
			if was {
				w.model.setEmergency(&w.model.evacuation, "evacuate", false, w.clock.now)
			}
			return nil
		})
	}
	w.ordering = false
	if p == nil {
		return
	}
	people, err := w.door.vault.People()
	if err != nil {
		w.fail(nothingLost, "%v", err)
	}
	p.known, p.enrolled, p.consent = false, false, false
	for _, is := range people {
		if is.Name.Reveal() == p.name {
			p.id, p.known = is.ID, true
			w.remove(p, "mistake")
		}
	}
}
