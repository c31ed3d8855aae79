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
	garageHasCause  = "the garage opens only for who has the right to it, and never in an alarm"
	garageOpens     = "the garage opens for who has the right to it, also where the door does not"
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
	relayRecorded   = "every move of the relay and of the garage is in the log"
	guessesSlow     = "guesses are slowed down"
	staffServed     = "what staff do is done"
	noncesOnce      = "no nonce is used twice"
	clockHolds      = "the unit's time is the true one, but for what it cannot know"
	scenesRight     = "the door tells each answer as it is given"
	scenesEnd       = "nothing of a person is told once they may have left"
	callsEnd        = "a call at the bell ends, and ringing makes two entries a minute at most"
	comesBack       = "after the last fault the door is normal again within a quarter of an hour"
	siteHeard       = "what another door told counts"
	siteEqual       = "once all is carried all doors are equal"
	siteAnswered    = "each erasure is answered by every door"
	passCounted     = "a pass for several doors never opens more often than its uses"
	alarmsWithin    = time.Second
	keptAccess      = 3 * 24 * time.Hour
	keptActs        = 3 * 365 * 24 * time.Hour
	backToNormal    = 15 * time.Minute
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
	w.checkStory()
	w.checkLaw()
	w.checkBytes()
	w.checkNonces()
}

// diskWell reports whether the vault can be read, and nothing is to wait.
func (w *world) diskWell() bool { return w.disk.fails == nil && !w.door.vault.Waits() }

// atTheEnd checks once more, and that the door is normal.
func (w *world) atTheEnd() {
	w.checkNormal()
	w.checkPeople()
	w.checkDay()
	w.Openings = w.opened.Openings()
	w.Weeks = policy.Weeks(w.Openings, w.plan.Zone, w.plan.Begin, w.plan.end())
}

// checkClock compares the unit's time with the true one. A jump of up to seven days is believed
// where something is said to keep the clock right; those of the world are under an hour, or a
// month.
func (w *world) checkClock() {
	if w.clock.source() != "" && w.clock.wrong >= 0 && w.clock.wrong < time.Hour { // it is believed
		w.behind = 0
	}
	if off := w.unitTime().Sub(w.clock.now); off > time.Hour || -off > w.behind+time.Minute {
		w.fail(clockHolds, "it is %v ahead; it may be %v behind", off.Round(time.Second), w.behind.Round(time.Second))
	}
}

// checkNormal holds that nothing is wrong any more, some time after the last fault.
func (w *world) checkNormal() {
	if w.mends != nil {
		w.passUntil(w.mendAt.Add(2 * tickEvery))
	}
	if w.clock.unkept {
		w.passUntil(w.keptAt.Add(2 * tickEvery))
	}
	w.pressREX()
	w.pass(backToNormal)
	s, err := w.door.Unit.State(context.Background())
	switch {
	case err != nil:
		w.fail(comesBack, "%v", err)
	case len(s.Faults) > 0:
		w.fail(comesBack, "faults: %v", s.Faults)
	case !w.lawful(): // nobody filed another impact assessment
	case s.Storeless || s.Unlocked || s.Faces.Off.Is():
		w.fail(comesBack, "storeless %v, unlocked %v, faces off: %s", s.Storeless, s.Unlocked, s.Faces.Off)
	case w.door.vault.Backlog() > 0:
		w.fail(comesBack, "%d records wait", w.door.vault.Backlog())
	}
}
