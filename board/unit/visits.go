package unit

import (
	"time"

	"menshen/policy"
)

// Who wants in gives signs: a key, a card, a code, a face. A visit is a run of them, from the first
// up to the grant or to a pause; how long it took goes into the record of the grant, and nothing is
// kept of a visit without one (docs/decisions/0057). What the camera sees begins the visit of a
// face and of nothing else: who comes with a card is not timed by it.

// visitPause is how long after the last sign, or after a lockout, the next one belongs to the same
// visit.
const visitPause = 30 * time.Second

// handVisit is the visit at the readers. Times are of Unit.steady.
type handVisit struct {
	began   time.Duration // its first sign
	own     time.Duration // the first sign of the attempt that is under way
	until   time.Duration // to here the next sign belongs to it
	going   bool
	decided bool            // no sign since the last decision
	person  policy.PersonID // zero: not known yet
	refused bool
}

// sign takes a sign.
func (v *handVisit) sign(at time.Duration) {
	if !v.going || at > v.until {
		*v = handVisit{began: at, own: at, going: true}
	}
	if v.decided {
		v.own, v.decided = at, false
	}
	v.until = max(v.until, at+visitPause)
}

// expire forgets the visit of a person who went away.
func (v *handVisit) expire(now time.Duration) {
	if v.going && now > v.until {
		*v = handVisit{}
	}
}

// by says whose attempt it is now. Another person than before has just begun to wait.
func (v *handVisit) by(p policy.PersonID) {
	if p.IsZero() {
		return
	}
	if !v.person.IsZero() && p != v.person {
		*v = handVisit{began: v.own, own: v.own, until: v.until, going: v.going}
	}
	v.person = p
}

// signAt notes a sign at a reader, at a moment of the unit's time.
func (u *Unit) signAt(at time.Time) { u.hand.sign(u.steadyAt(at)) }

// steadyAt gives a moment of the unit's time, not long ago, by the clock that is never set.
func (u *Unit) steadyAt(at time.Time) time.Duration { return u.steady() - u.now().Sub(at) }

// visitOf gives how the visit went to which an attempt belongs, decided at a moment; nil: none is
// known.
func (u *Unit) visitOf(a policy.Attempt, at time.Time) *policy.Visit {
	began, retried := u.hand.began, u.hand.refused
	switch {
	case !a.Means.Measured():
		return nil
	case a.Means == policy.ByFace:
		began, retried = u.faces.came, u.faces.visit.Refused()
	case !u.hand.going:
		return nil
	}
	return &policy.Visit{Waited: max(0, u.steadyAt(at)-began), Retried: retried}
}

// noteVisit takes a decision into account. Once the door opens, or an output is switched, no visit
// goes on.
func (u *Unit) noteVisit(d policy.Decision) {
	switch {
	case d.Moves():
		u.hand = handVisit{}
		u.faces.visit.Opened()
	case d.Means != policy.ByFace && d.Means.Measured():
		u.hand.refused, u.hand.decided = true, true
		u.hand.until = max(u.hand.until, u.steady()+u.tries.codes.Lockout(u.steady())+visitPause)
	}
}
