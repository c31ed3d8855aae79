package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"menshen/policy"
	"menshen/recognizer/eye"
)

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
	w.checkGarage(now)
	w.checkAlarms(now)
	w.checkScene()
	w.checkCall()
}

// checkAlarms compares the alarms raised with those that the world earned. Guessing has its own
// count.
func (w *world) checkAlarms(now time.Time) {
	raised := maps.Clone(w.raised)
	guessing := raised[policy.AlarmGuessing]
	delete(raised, policy.AlarmGuessing)
	switch {
	case guessing && w.wrongAtMost(time.Hour) >= 8, !guessing && w.wrongAtLeast() < 8:
		w.unsure = time.Time{}
	case w.unsure.IsZero():
		w.unsure = now
	case now.Sub(w.unsure) > 2*tickEvery:
		w.fail(alarmsHold, "guessing is %s after %d to %d wrong codes in an hour",
			either(guessing, "alarmed", "not alarmed"), w.wrongAtLeast(), w.wrongAtMost(time.Hour))
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

// checkFace holds a decision on a face against the world.
func (w *world) checkFace(d policy.Decision, v visit) {
	if d.Reason == policy.ReasonNoConsent || d.Reason == policy.ReasonNoGuardian {
		w.fail(erasedGone, "a face was known of a person who did not consent, or does not any more")
	}
	if !d.Grant {
		return
	}
	p := w.byID(d.Person)
	switch {
	case p == nil:
		w.fail(faceLawful, "a face opened for nobody on record")
	case !v.alive:
		w.fail(faceLawful, "a photo opened that looks like one in every picture")
	case !p.enrolled || !p.consent:
		w.fail(faceLawful, "a face opened without consent")
	case p.taken.likeness(v.seen) < unlike && (p != v.there || v.best < unlike):
		w.fail(faceLawful, "a face opened that is not like the one that was taken")
	case !w.mayEnter(p, w.unitTime(), policy.ReasonFace).grant:
		w.fail(endedDenied, "a face opened; due was a refusal, %s",
			w.mayEnter(p, w.unitTime(), policy.ReasonFace).reason)
	case !w.lawful():
		w.fail(faceLawful, "a face opened without an impact assessment in force")
	case w.lockedDown():
		w.fail(endedDenied, "a face opened in lockdown")
	case w.trusts != nil && !w.trusts():
		w.fail(faceLawful, "a face opened where no other door has answered for the lease on trust")
	case w.disk.fails != nil:
		w.fail(faceLawful, "a face opened that could not be recorded")
	case w.door.eye.camera != eye.CameraOK:
		w.fail(faceLawful, "a face opened with a broken camera")
	case w.unplugged:
		w.fail(faceLawful, "a face opened while nothing else could (R-ALT)")
	}
	if p != v.there {
		if w.FalseYes++; w.FalseYes > 2 {
			w.fail(faceLawful, "three faces were taken for another person's; the rate asked for is 1 in 10,000")
		}
	}
}

// unlike is a likeness that no two pictures have of which the shipped calibration says that one
// stranger in 1,000 at most is taken for another person.
const unlike = 0.34
