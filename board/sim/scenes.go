package sim

import (
	"time"

	"menshen/hal/scene"
	"menshen/policy"
)

// front is what the door tells whoever stands before it, as its presenter gets it.
type front struct {
	clock *clock
	told  scene.Scene
	since time.Time        // when it was told
	owed  *policy.Decision // is to be told in this step
	at    time.Time        // when that was decided
}

// Present implements scene.Presenter.
func (f *front) Present(s scene.Scene) { f.told, f.since = s, f.clock.now }

// owes keeps the answer that the door must tell in the same step.
func (f *front) owes(d policy.Decision) { f.owed, f.at = &d, f.clock.now }

// checkScene holds that each answer is told as it was given, and that nothing of a person is told
// once they may be gone.
func (w *world) checkScene() {
	f := &w.front
	if d := f.owed; d != nil && f.at.Equal(w.clock.now) {
		w.checkAnswer(*d, f.told)
	}
	f.owed = nil
	most, ok := personal[f.told.Kind]
	if !ok {
		most = 30 * time.Second
	}
	if ago := w.clock.now.Sub(f.since); (f.told.Lang != "" || f.told.Unhurried) && ago > most+time.Second {
		w.fail(scenesEnd, "for %v the door tells %q in %q", ago, f.told.Title().String(), f.told.Lang)
	}
}

// personal is how long something is told in a person's own manner at most; what is not here, half a
// minute.
var personal = map[scene.Kind]time.Duration{
	scene.Notice: 10 * time.Minute, scene.Consent: 2 * time.Minute, scene.Standing: 2 * time.Minute,
	scene.Enrolling: 2 * time.Minute, scene.SteppingOut: 2 * time.Minute, scene.WalkingUp: 2 * time.Minute,
	scene.Writing: 2 * time.Minute, scene.Second: twoWithin, scene.Asking: 40 * time.Second,
}

// checkAnswer holds what is told of a decision against what the world knows.
func (w *world) checkAnswer(d policy.Decision, s scene.Scene) {
	if d.Moves() && !d.Grant {
		return // an output alone was switched: nothing is told of the door
	}
	p := w.byID(d.Person)
	gesture := s.Kind == scene.Asking || s.Kind == scene.Erased || s.Kind == scene.NotErased
	switch want := w.answerFor(d); {
	case !d.Grant && d.Moves() && s.Kind != scene.Refused: // an output alone: nothing is told of the door
		return
	case s.Kind == want:
	case gesture && p != nil && p.chose && !w.model.emergency():
		return
	default:
		w.fail(scenesRight, "%s by %s (%s), and the door tells %q", either(d.Grant, "granted", "denied"), d.Means,
			d.Reason, s.Title().String())
	}
	switch {
	case w.model.emergency():
	case s.Kind == scene.Refused && s.Next == scene.Nothing:
		w.fail(scenesRight, "denied (%s), and not told what to do", d.Reason)
	case (d.Reason == policy.ReasonUnknown || d.Reason == policy.ReasonRevoked) && s.Lang != "":
		w.fail(scenesEnd, "whoever holds a credential that is %s reads it in %q", d.Reason, s.Lang)
	case d.Grant && p != nil && (s.Lang != p.lang || s.Unhurried != p.longOpen):
		w.fail(scenesRight, "%s is let in in %q, unhurried %v", p.name, s.Lang, s.Unhurried)
	}
}

// answerFor is what the door must tell of a decision.
func (w *world) answerFor(d policy.Decision) scene.Kind {
	switch {
	case w.model.fire:
		return scene.Fire
	case w.model.evacuation:
		return scene.Evacuation
	case d.Grant && d.Means == policy.ByREX:
		return scene.Exit
	case d.Grant:
		return scene.Opened
	}
	switch d.Reason {
	case policy.ReasonLockdown:
		return scene.Lockdown
	case policy.ReasonNoVault:
		return scene.Broken
	case policy.ReasonPINRequired:
		return scene.Code
	case policy.ReasonSecond:
		return scene.Second
	}
	return scene.Refused
}
