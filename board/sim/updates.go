package sim

import (
	"context"
	"fmt"
	"time"

	"menshen/board/desk"
	"menshen/board/slots"
	"menshen/store/audit"
)

const (
	updateHolds = "an update is kept if all works for a minute, and else the system before is back, as the log tells"
	trialFor    = 10 * time.Minute // what root's timer gives a trial
)

// updates has staff install another system and try it.
func (w *world) updates(*person) {
	if !w.calm() || !w.atRest() || w.disk.cutIn > 0 || w.unplugged || w.door.inUse() {
		return
	}
	before, err := w.machine.State()
	if err != nil {
		w.fail(updateHolds, "%v", err)
	}
	w.installed++
	version := slots.Version(fmt.Sprintf("1.%d", w.installed))
	w.machine.stick = version
	if !w.atDesk("an update is installed and tried", nil, func(ctx context.Context, s desk.Session) error {
		o, err := w.door.Desk.LookForUpdate(ctx, s)
		if err == nil {
			err = w.door.Desk.InstallUpdate(ctx, s, o, func(desk.Step) {})
		}
		if err == nil {
			err = w.door.Desk.TryUpdate(ctx, s, o)
		}
		return err
	}) || !w.machine.asked {
		return
	}
	w.restart(nil, w.between(10*time.Second, time.Minute))
	kept := w.undergoesTrial()
	w.watchSystem(trialFor)
	if w.machine.onTrial() {
		if err := w.machine.Expire(); err != nil {
			w.fail(updateHolds, "at the end of the trial: %v", err)
		}
		w.restart(nil, w.between(10*time.Second, time.Minute))
		w.pass(2 * time.Minute)
	}
	w.checkUpdate(before.Version, version, kept)
}

// undergoesTrial is what happens to the new system while it is on trial, or soon after. It reports
// whether it must be kept.
func (w *world) undergoesTrial() (kept bool) {
	if !w.plan.faults {
		return true
	}
	switch w.rnd.IntN(4) {
	case 0:
		w.tell("the new system cannot use the reader")
		w.unplugReader(nil)
		w.mendAt = w.clock.now.Add(2 * trialFor)
		return false
	case 1:
		w.watchSystem(w.between(0, 55*time.Second))
		w.tell("the power is gone, and the update is not kept yet")
		w.restart(readFile(w.disk.path), w.between(time.Second, time.Minute))
		return false
	case 2:
		w.watchSystem(w.between(2*time.Minute, trialFor))
		w.tell("the power is gone, and the update is kept")
		w.restart(readFile(w.disk.path), w.between(time.Second, time.Minute))
	}
	return true
}

// checkUpdate holds the running system and the newest records against what must have come of it.
func (w *world) checkUpdate(before, version slots.Version, kept bool) {
	s, err := w.machine.State()
	es, err2 := w.door.vault.Entries(0, 200, true)
	if err != nil || err2 != nil {
		w.fail(updateHolds, "%v, %v", err, err2)
	}
	told := map[audit.Kind]int{}
	for _, e := range es {
		if e.Detail["version"] == string(version) {
			told[e.Kind]++
		}
	}
	want := map[audit.Kind]int{audit.UpdateBegun: 1, audit.UpdateTried: 1, audit.UpdateKept: 1}
	runs := version
	if !kept {
		delete(want, audit.UpdateKept)
		want[audit.UpdateTakenBack], runs = 1, before
	}
	if s.Version != runs || s.OnTrial || fmt.Sprint(told) != fmt.Sprint(want) {
		w.fail(updateHolds, "%s runs, on trial %v; told %v, want %s and %v", s.Version, s.OnTrial, told, runs, want)
	}
}

// inUse reports whether the unit would not begin an update now.
func (d *door) inUse() bool {
	s, err := d.Unit.State(context.Background())
	return err != nil || s.Unlocked || s.Lockdown || s.Codes.Lockout > 0 || s.Faces.Lockout > 0 || d.vault.Waits()
}

// watchSystem lets time go by in which the unit looks at the running system as often as it does; at
// other times it looks once a minute.
func (w *world) watchSystem(d time.Duration) {
	const every = 5 * time.Second
	for ; d > 0; d -= every {
		w.pass(min(d, every))
		w.lookAtSystem()
	}
}

// lookAtSystem lets the unit look whether the running system works.
func (w *world) lookAtSystem() {
	if w.looks != nil && w.looks(w.clock.now) {
		w.looks = nil
	}
}
