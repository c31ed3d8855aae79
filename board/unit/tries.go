package unit

import (
	"time"

	"menshen/policy"
	"menshen/recognizer/fusion"
	"menshen/store"
	"menshen/store/audit"
)

// tries are what failed at this door, by codes and by faces, and how long the lockout for it
// lasts. A clock that is set, in either direction, neither ends a lockout nor makes it
// longer: times are of Unit.steady.
type tries struct {
	codes    policy.Tries
	faces    fusion.Attempts
	guessing bool // the alarm is raised
}

// count takes a decision into account.
func (t *tries) count(l policy.TryLimits, d policy.Decision, now time.Duration) {
	t.codes = t.codes.Count(l, d, now)
	switch {
	case d.Moves() && byTheKnown[d.Means]: // the lockout of faces ends
		t.faces = t.faces.Succeeded()
	case !d.Moves() && (d.Means == policy.ByFace || d.Means == policy.ByCardFace) && compared[d.Reason]:
		t.faces = t.faces.Failed(fusion.DefaultLimits(), now)
	}
}

// byTheKnown are the means of people whom the door knows.
var byTheKnown = map[policy.Means]bool{
	policy.ByCard: true, policy.ByPIN: true, policy.ByPass: true, policy.ByFace: true, policy.ByCardFace: true,
}

// compared are the refusals that count as failed attempts: a face was there and
// was not let in for what it is.
var compared = map[policy.Reason]bool{
	policy.ReasonNoMatch: true, policy.ReasonNotLive: true, policy.ReasonAmbiguous: true, policy.ReasonFrames: true,
}

// watchGuesses raises the alarm while codes are being guessed, and ends it after that.
func (u *Unit) watchGuesses() {
	now := u.tries.codes.Guessing(u.site.conf.Keypad.Limits(), u.steady())
	if now == u.tries.guessing {
		return
	}
	u.tries.guessing = now
	u.Record(store.Entry{Kind: either(now, audit.Alarm, audit.Quiet),
		Detail: map[string]string{"of": policy.AlarmGuessing}})
	u.outputs.alarm(policy.AlarmGuessing, now)
}
