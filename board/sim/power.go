package sim

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

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

// flicker lets the power go and come back some times, each time before the unit is quite there.
func (w *world) flicker(*person) {
	if !w.calm() || !w.atRest() || w.disk.cutIn > 0 {
		return
	}
	w.Faults[BrownOut]++
	for range 1 + w.rnd.IntN(4) {
		w.restart(readFile(w.disk.path), w.between(time.Second, 20*time.Second))
		w.pass(w.between(0, 90*time.Second))
	}
}

func (w *world) loseClock(*person) {
	if !w.calm() || !w.atRest() || w.disk.cutIn > 0 {
		return
	}
	w.Faults[ClockLost]++
	w.clock.lost, w.clock.wrong = true, -20*365*24*time.Hour
	w.restart(nil, w.between(time.Minute, 8*time.Hour))
	w.lasts(w.between(time.Minute, 3*time.Hour), func() {
		w.tell("the clock is right again")
		w.clock.lost, w.clock.wrong = false, 0
	})
}

// powerReturns starts the unit on a disk on which any part of the last transaction's pages arrived.
// A sector is written whole; the two heads are written after all else is synced.
func (w *world) powerReturns() {
	w.Faults[PowerCut]++
	before, after := w.disk.before, readFile(w.disk.path)
	const sector = 512
	image := append([]byte(nil), after...)
	heads := w.rnd.IntN(3) // 0: the cut came before a head was written; 1: within it; 2: after it
	for at := 0; at < len(after); at += sector {
		isHead := at < 2*pageSize
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

// restart ends the program and starts it again after a time. image is what is on the disk then,
// after a power cut; nil: the program had time to end.
func (w *world) restart(image []byte, off time.Duration) {
	w.stop(image)
	w.start(off)
}

// stop ends the program. The corridor is empty by then, and the door shut.
func (w *world) stop(image []byte) {
	cut := image != nil
	w.stopped = w.unitTime()
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
	w.wasCut = w.wasCut || cut
	for i := range w.story {
		s := &w.story[i]
		s.cut = s.cut || cut && !s.safe
	}
	for i := range w.wrongPINs {
		if c := &w.wrongPINs[i]; cut && !c.safe {
			c.oldest = time.Time{}
		}
	}
}

// start starts the program after a time without power.
func (w *world) start(off time.Duration) {
	w.clock.now = w.clock.now.Add(off)
	w.clock.began = w.clock.now.Add(-20 * time.Second)
	w.trouble, w.retainAt = w.clock.now, w.clock.now.Add(time.Minute)
	w.lastTick, w.mismatch, w.unsure = w.clock.now, time.Time{}, time.Time{}
	w.looking, w.first, w.missed, w.call = nil, waiting{}, waiting{}, call{}
	orders := w.model
	w.model, w.raised = newModel(), map[string]bool{}
	w.door.contact.on, w.door.fire.on, w.door.bell.on, w.door.alarm.on = false, false, false, false
	w.door.vault = store.Await(w.door.conf.Unit.Dir, w.door.options)
	if err := w.door.vault.Mend(context.Background()); err != nil && !errors.Is(err, store.ErrHead) {
		w.fail(nothingLost, "after the power came back: %v", err)
	}
	w.missTime(off)
	kept, err := w.door.vault.Overrides()
	if err != nil || w.acting == nil && !w.ordering &&
		(kept.Lockdown != orders.lockdown || kept.Evacuation != orders.evacuation) {
		w.fail(nothingLost, "the overrides are %+v, %v", kept, err)
	}
	w.model.lockdown = kept.Lockdown
	w.adoptHours()
	if err := w.assemble(); err != nil {
		w.fail(comesBack, "%v", err)
	}
	if kept.Evacuation {
		w.model.setEmergency(&w.model.evacuation, "evacuate", true, w.clock.now)
	}
	w.recallCodes()
	w.adoptLog()
	if w.adopts != nil {
		w.adopts()
	}
	w.tell("the unit is started")
	w.settle()
	w.lastHour = w.clock.now.Add(-time.Hour)
	w.adoptEnds()
	w.adoptAssessment()
	w.housekeep()
}

// adoptEnds looks which erasures that were due as the power went had been made.
func (w *world) adoptEnds() {
	for _, p := range w.ending {
		is, err := w.door.vault.Person(p.id)
		if gone := errors.Is(err, store.ErrUnknown); gone || err == nil && !is.HasFace() {
			w.ends(p.person, gone)
		}
	}
	w.ending = nil
}

// missTime takes in what the unit cannot know of: with a clock that nothing keeps right, the time
// since its newest record.
func (w *world) missTime(off time.Duration) {
	es, err := w.door.vault.Entries(0, 1, true)
	if err != nil || len(es) == 0 {
		w.fail(chainHolds, "%d entries, %v", len(es), err)
	}
	if w.clock.source() == "" {
		w.behind += off + max(0, w.stopped.Sub(es[0].At))
	}
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
	es = slices.DeleteFunc(es, func(e store.Entry) bool { return e.Kind != audit.Decision })
	for i, e := range es {
		if i+1 < len(es) && takenBack(e, es[i+1]) {
			continue
		}
		known := false
		for _, s := range pending {
			known = known || same(e, s)
		}
		if !known {
			w.story = append(w.story, told{seq: e.Seq, at: e.At, means: e.Means, grant: e.Grant, reason: e.Reason})
			d := policy.Decision{Means: e.Means, Grant: e.Grant, Reason: e.Reason, Outputs: e.Outputs}
			if countsWrong(d) {
				w.noteWrong(wrongCode{at: e.At, youngest: w.clock.now})
			}
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
			if w.model.lockdown {
				if err := w.door.Desk.Lockdown(ctx, s, false); err != nil {
					return err
				}
				w.model.lockdown = false
			}
			if w.model.evacuation {
				if err := w.door.Desk.Evacuate(ctx, s, false); err != nil {
					return err
				}
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
	p.known, p.enrolled, p.consent, p.gone = false, false, false, true // as far as they were entered
	for _, is := range people {
		if is.Name.Reveal() == p.name {
			p.id, p.known = is.ID, true
			w.remove(p, "mistake")
		}
	}
}
