package sim

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
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

// checkStep holds the door against the model, after every event.
func (w *world) checkStep() {
	now := w.clock.now
	w.model.pass(now)
	switch must := w.model.unlocked(now); {
	case must == w.door.relay.on:
	case must && (w.model.emergency() || w.model.because == string(policy.ReasonREX)):
		w.fail(exitOpens, "the relay is off (%s)", either(w.model.emergency(), "fire or evacuation", "exit button"))
	case must:
		w.fail(grantOpens, "the relay is off after a grant by %s", w.model.because)
	case !w.model.ended.IsZero() || w.model.because != "":
		w.fail(relocks, "the relay is still on; the last release was by %s", w.model.because)
	default:
		w.fail(relayHasCause, "the relay is on")
	}
	w.checkAlarms(now)
}

// checkAlarms compares the alarms raised with those that the world earned. Guessing has its own
// count.
func (w *world) checkAlarms(now time.Time) {
	raised := maps.Clone(w.raised)
	guessing := raised[policy.AlarmGuessing]
	delete(raised, policy.AlarmGuessing)
	switch wrong := w.wrongLately(); {
	case guessing == (wrong >= 8), wrong >= 8 && wrong < 8+w.rightPINs: // a right code takes one back
		w.unsure = time.Time{}
	case w.unsure.IsZero():
		w.unsure = now
	case now.Sub(w.unsure) > 2*tickEvery:
		w.fail(alarmsHold, "guessing is %s after %d wrong codes in an hour",
			either(guessing, "alarmed", "not alarmed"), wrong)
	}
	if maps.Equal(raised, w.model.alarms) {
		w.mismatch = time.Time{}
	} else if w.mismatch.IsZero() {
		w.mismatch = now
	} else if now.Sub(w.mismatch) > alarmsWithin {
		w.fail(alarmsHold, "raised are %v, earned are %v", slices.Sorted(maps.Keys(raised)),
			slices.Sorted(maps.Keys(w.model.alarms)))
	}
	if on := len(w.raised) > 0; w.door.alarm.on != on {
		w.fail(alarmsHold, "the alarm contact is %v, alarms are %v", w.door.alarm.on, w.raised)
	}
}

// checkDecision compares a decision with what the world expects of it.
func (w *world) checkDecision(d policy.Decision, want outcome, p *person) {
	what := fmt.Sprintf("%s, %s; due was %s, %s", either(d.Grant, "granted", "denied"), d.Reason,
		either(want.grant, "a grant", "a refusal"), want.reason)
	if late := 9 * time.Hour; d.Grant && p != nil && !p.until.IsZero() && w.clock.now.Sub(p.until) > late {
		w.fail(endedDenied, "granted %v after the lease, by a clock that is wrong", w.clock.now.Sub(p.until))
	}
	switch {
	case d.Grant == want.grant && d.Reason == want.reason:
	case !want.grant && !d.Grant && w.disk.fails != nil: // it could not be recorded either
	case want.grant && !d.Grant:
		w.fail(validGranted, "%s", what)
	case d.Grant && !want.grant:
		w.fail(endedDenied, "%s", what)
	default:
		w.fail(decided, "%s", what)
	}
}

// checkFace holds a decision on a face against the world. own: the person themself stood there.
func (w *world) checkFace(d policy.Decision, there *person, own, alive bool) {
	if !d.Grant {
		return
	}
	p := w.byID(d.Person)
	switch {
	case p == nil:
		w.fail(faceLawful, "a face opened for nobody on record")
	case !alive:
		w.fail(faceLawful, "a photo opened that looks like one in every picture")
	case !p.enrolled || !p.consent:
		w.fail(faceLawful, "a face opened without consent")
	case p.minor:
		w.fail(faceLawful, "a child's face opened without a guardian")
	case !p.until.IsZero() && !w.unitTime().Before(p.until):
		w.fail(endedDenied, "a face opened after the lease")
	case !w.inHours(p.group, w.unitTime()):
		w.fail(endedDenied, "a face opened outside its hours")
	case w.model.lockdown && !w.model.emergency():
		w.fail(endedDenied, "a face opened in lockdown")
	case w.disk.fails != nil:
		w.fail(faceLawful, "a face opened that could not be recorded")
	case w.door.eye.camera != eye.CameraOK:
		w.fail(faceLawful, "a face opened with a broken camera")
	case w.unplugged:
		w.fail(faceLawful, "a face opened while nothing else could (R-ALT)")
	}
	if p != there {
		if w.FalseYes++; w.FalseYes > 2 {
			w.fail(faceLawful, "three faces were taken for another person's; the rate asked for is 1 in 10,000")
		}
	}
}

// checkErased looks for what was stored of a face that ended.
func (w *world) checkErased(p *person) {
	files, err := w.door.vault.Files()
	if err != nil {
		w.fail(erasedGone, "%v", err)
	}
	found, err := store.Scan(files, p.blocks)
	if err != nil || len(found.Hits) > 0 {
		w.fail(erasedGone, "%d blocks of what was stored of %s are there, %v", len(found.Hits), p.name, err)
	}
	if is, err := w.door.vault.Person(p.id); err == nil && is.Face.State == policy.FaceEnrolled {
		w.fail(erasedGone, "%s is still enrolled", p.name)
	}
	p.blocks = nil
}

// checkPeople looks each hour that the vault has of each person what it must have, and no more.
func (w *world) checkPeople() {
	if w.disk.fails != nil || w.door.vault.Waits() {
		return
	}
	now := w.clock.now
	for _, p := range w.people {
		if p.id.IsZero() || p == w.acting { // of whom the power cut left one half or the other
			continue
		}
		is, err := w.door.vault.Person(p.id)
		switch {
		case errors.Is(err, store.ErrUnknown):
			if p.known {
				w.fail(nothingLost, "%s is not on record", p.name)
			}
			continue
		case err != nil:
			w.fail(nothingLost, "%s: %v", p.name, err)
		case !p.until.IsZero() && w.overdue(p.until) > erasedByTheHour && is.HasFace():
			w.fail(erasedGone, "%s has a face %v after the lease", p.name, now.Sub(p.until).Round(time.Minute))
		case !p.until.IsZero() && w.overdue(p.until.Add(forgetAfter)) > erasedByTheHour,
			!p.known && p.until.IsZero():
			w.fail(erasedGone, "%s is on record %v after the lease", p.name, now.Sub(p.until).Round(time.Minute))
		}
		if (is.Face.State == policy.FaceEnrolled) != p.enrolled || is.HasFace() != (p.consent || p.enrolled) {
			w.fail(nothingLost, "the face of %s is %q, and was %v", p.name, is.Face.State, p.enrolled)
		}
		if is.Face.Minor != p.minor {
			w.fail(nothingLost, "whether %s is under 14", p.name)
		}
	}
}

// overdue is for how long something has been due, in which no fault kept the unit from doing it.
func (w *world) overdue(since time.Time) time.Duration {
	if w.trouble.After(since) {
		since = w.trouble
	}
	return w.clock.now.Sub(since)
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
		if f.State == policy.Broken && !(f.Rule.ID == policy.RuleAlt && w.unplugged) {
			w.fail(lawHolds, "%s: %v", f.Rule.ID, f.Problems)
		}
	}
	_ = facts
	w.checkBytes()
}

// checkStory compares the decisions in the log with those that the world saw. It verifies the
// chain.
func (w *world) checkStory() {
	if r, err := w.door.vault.VerifyAudit(); err != nil || !r.OK {
		w.fail(chainHolds, "%v %v", r, err)
	}
	oldest := w.clock.now
	var logged []store.Entry
	moves, cut := 0, false
	last := w.compared
	for {
		es, err := w.door.vault.Entries(last+1, 500, false)
		if err != nil {
			w.fail(chainHolds, "%v", err)
		}
		for _, e := range es {
			last = e.Seq
			if e.Kind == audit.Relay {
				moves++
			}
			if e.Kind == audit.Decision {
				logged = append(logged, e)
			}
		}
		if len(es) < 500 {
			break
		}
	}
	i := 0
	for _, s := range w.story {
		for i+1 < len(logged) && takenBack(logged[i], logged[i+1]) {
			i++
		}
		if i < len(logged) && same(logged[i], s) {
			i++
			continue
		}
		switch {
		case s.seq > 0:
			w.fail(either(s.cut, nothingLost, storyHolds), "the decision at %s (%s, %s) is not in the log",
				s.at.In(w.plan.Zone).Format(time.DateTime), s.means, s.reason)
		case s.cut, !s.grant: // never acknowledged; or only counted, as strange ones are
		default:
			w.fail(storyHolds, "a grant at %s is not in the log", s.at.In(w.plan.Zone).Format(time.DateTime))
		}
	}
	if i < len(logged) {
		e := logged[i]
		w.fail(storyHolds, "the log has a decision that nobody saw: %s, %s, %s",
			e.At.In(w.plan.Zone).Format(time.DateTime), e.Means, e.Reason)
	}
	for _, s := range w.story {
		cut = cut || s.cut
	}
	if !cut && moves != w.moves {
		w.fail(relayRecorded, "it moved %d times, the log has %d", w.moves, moves)
	}
	w.story, w.compared, w.moves = w.story[:0], last, 0
	if es, err := w.door.vault.Entries(0, 1, false); err == nil && len(es) > 0 && es[0].Kind == audit.Decision {
		oldest = es[0].At
	}
	if age := w.clock.now.Sub(oldest); age > keptAccess+50*time.Hour && w.clock.wrong == 0 {
		w.fail(retentionHolds, "a decision is %v old", age.Round(time.Hour))
	}
}

// takenBack reports whether a grant in the log was taken back: it could not be recorded in time.
func takenBack(grant, refusal store.Entry) bool {
	return grant.Grant && !refusal.Grant && grant.At.Equal(refusal.At) && grant.Means == refusal.Means
}

func same(e store.Entry, s told) bool {
	return e.At.Equal(s.at) && e.Means == s.means && e.Grant == s.grant && e.Reason == s.reason
}

// checkBytes looks at every byte of every file of the unit for names and strangers' faces.
func (w *world) checkBytes() {
	files, err := w.door.vault.Files()
	if err != nil {
		w.fail(namesSealed, "%v", err)
	}
	var needles [][]byte
	for i := 0; i+4 <= len(w.strangers); i += 128 {
		var b []byte
		for _, x := range w.strangers[i : i+4] {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
		needles = append(needles, b)
	}
	for _, path := range files {
		b := readFile(path)
		for _, secret := range []string{"Resident-", "Apartment-"} {
			if bytes.Contains(b, []byte(secret)) {
				w.fail(namesSealed, "a name lies in the vault in clear")
			}
		}
		for _, n := range needles {
			if bytes.Contains(b, n) {
				w.fail(strangersGone, "a stranger's face lies in the vault")
			}
		}
	}
	w.strangers = nil
}

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
