package sim

import (
	"context"
	"fmt"
	"time"

	"menshen/policy"
)

// Violation is an invariant that did not hold.
type Violation struct {
	Invariant string
	What      string
	At        time.Time
	During    Happening
}

func (v *Violation) Error() string { return v.Invariant + ": " + v.What }

// The invariants, by their names. A failing run says which.
const (
	relayHasCause   = "the relay is on only for a recorded grant, the exit button, fire or an operator"
	relocks         = "the door relocks"
	exitOpens       = "exit and fire open within 200 ms"
	grantOpens      = "a grant opens"
	decided         = "each attempt is decided as the world knows it must be"
	faceLawful      = "no face opens without consent, another way in and liveness"
	validGranted    = "a valid credential is granted, whatever happens to faces"
	endedDenied     = "who left, or whose credential ended, is not let in by it"
	nothingLost     = "nothing that was acknowledged is lost"
	chainHolds      = "the audit log verifies"
	storyHolds      = "the audit log tells the world's own story"
	erasedGone      = "of what was erased no bytes remain"
	strangersGone   = "nothing of a stranger is kept"
	namesSealed     = "no name lies on the disk in clear"
	alarmsHold      = "every alarm that was earned is raised, and no other"
	retentionHolds  = "nothing is kept longer than its retention"
	lawHolds        = "each rule of the law is kept"
	relayRecorded   = "every move of the relay is in the log"
	guessesSlow     = "guesses are slowed down"
	staffServed     = "what staff do is done"
	comesBack       = "after the last fault the door is normal again within five minutes"
	alarmsWithin    = time.Second
	keptAccess      = 90 * 24 * time.Hour
	backToNormal    = 5 * time.Minute
	erasedByTheHour = 2*time.Hour + 10*time.Minute
)

// fail ends the run with a violation.
func (w *world) fail(invariant, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	w.tell("VIOLATION: %s: %s", invariant, what)
	panic(&Violation{Invariant: invariant, What: what, At: w.clock.now, During: w.now})
}

// checkDay holds the day's log against the day's story, the law against the unit, and looks for
// what must not lie on the disk.
func (w *world) checkDay() {
	if w.disk.fails != nil || w.door.vault.Waits() {
		return
	}
	w.checkStory()
	found, facts := w.door.Law.Review()
	for _, f := range found {
		switch {
		case f.State != policy.Broken:
		case needsReader[f.Rule.ID] && w.unplugged:
		case f.Rule.ID == policy.RuleRetain && w.clock.now.Sub(w.trouble) < purgedAgain:
		default:
			w.fail(lawHolds, "%s: %v", f.Rule.ID, f.Problems)
		}
	}
	_ = facts
	w.checkBytes()
}

// purgedAgain is how long the unit may take to remove what became overdue while it was off, or while
// its clock could not tell.
const purgedAgain = 20 * time.Minute

// needsReader are the rules that a door without its reader cannot keep: it stops using faces.
var needsReader = map[policy.RuleID]bool{policy.RuleAlt: true, policy.RuleWithdraw: true}

// atTheEnd checks once more, and that the door is normal.
func (w *world) atTheEnd() {
	w.checkNormal()
	w.checkPeople()
	w.checkDay()
}

// checkNormal holds that nothing is wrong any more, five minutes after the last fault.
func (w *world) checkNormal() {
	if w.mends != nil {
		w.passUntil(w.mendAt.Add(2 * tickEvery))
	}
	w.pressREX()
	w.pass(backToNormal)
	s, err := w.door.Unit.State(context.Background())
	switch {
	case err != nil:
		w.fail(comesBack, "%v", err)
	case len(s.Faults) > 0:
		w.fail(comesBack, "faults: %v", s.Faults)
	case s.Storeless || s.Unlocked || s.Faces.Off.Is():
		w.fail(comesBack, "storeless %v, unlocked %v, faces off: %s", s.Storeless, s.Unlocked, s.Faces.Off)
	case w.door.vault.Backlog() > 0:
		w.fail(comesBack, "%d records wait", w.door.vault.Backlog())
	}
}
