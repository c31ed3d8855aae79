package policy

import (
	"slices"
	"time"
)

// Way is one thing that a person could present, and what [Decide] would answer to it.
type Way struct {
	Means        Means
	CredentialID string // of the card, PIN or pass; empty for a face alone
	Decision     Decision
}

// May gives each way in that a person has, with the answer that the door would give. a has the
// person, the moment, the door and the site; its means and evidence are not looked at. A face is
// taken at its best, and where two people are needed the second stands beside: so an answer of deny
// holds whatever the person shows, and a grant says that they could come in.
func May(a Attempt) (ways []Way) {
	if a.Person == nil {
		return nil
	}
	if a.Site.TwoPersons > 0 {
		a.Site.First = First{Person: otherThan(a.CountsAs()), At: a.Clock.now(a.At)}
	}
	ask := func(by Means, credential string) {
		a.Means, a.CredentialID, a.Face = by, credential, nil
		if byFace(by) {
			a.Face = &Face{Score: 1, RunnerUp: -1, Live: 1, Frames: 1}
		}
		ways = append(ways, Way{by, credential, Decide(a)})
	}
	for _, c := range a.Person.Credentials {
		ask(presents[c.Kind], c.ID)
		if c.Kind == CardKind && a.Site.WithCard && a.Person.HasFace() {
			ask(ByCardFace, c.ID)
		}
	}
	if !a.Site.WithCard && a.Person.HasFace() {
		ask(ByFace, "")
	}
	return ways
}

// presents is how a credential of a kind is presented.
var presents = map[CredentialKind]Means{CardKind: ByCard, PINKind: ByPIN, PassKind: ByPass}

// otherThan is a handle that is not id.
func otherThan(id PersonID) PersonID {
	if id[0] == 1 {
		return PersonID{2}
	}
	return PersonID{1}
}

// MayEnter reports whether one of the ways opens the door, and otherwise why not: the reason of the
// way that comes furthest in the deny order. No way: [ReasonUnknown].
func MayEnter(ways []Way) (bool, Decision) {
	best := Decision{Reason: ReasonUnknown}
	for _, w := range ways {
		if w.Decision.Grant {
			return true, w.Decision
		}
		if len(w.Decision.Trace) > len(best.Trace) {
			best = w.Decision
		}
	}
	return false, best
}

// NextEntry is the first full minute from a's moment to a week later at which one of the person's
// ways opens the door, by hours and leases as they are now and without lockouts; zero: there is
// none.
func NextEntry(a Attempt) time.Time {
	if a.Person == nil {
		return time.Time{}
	}
	from := a.Clock.now(a.At)
	a.Clock, a.LastEntry = Clock{Trusted: true}, time.Time{}
	a.Site.KeypadLockout, a.Site.FaceLockout = 0, 0
	within := false
	for at := from.Truncate(time.Minute).Add(time.Minute); at.Sub(from) <= 7*24*time.Hour; at = at.Add(time.Minute) {
		was := within
		within = allowed(a.Site.Access, a.Site.Calendar, a.Person.Groups, at)
		if !within || was && !a.Person.begins(at) {
			continue // nothing has changed for the better since the minute before
		}
		a.At = at
		if may, _ := MayEnter(May(a)); may {
			return at
		}
	}
	return time.Time{}
}

// begins reports whether the lease, or a credential, began in the minute before t.
func (p *Person) begins(t time.Time) bool {
	in := func(from time.Time) bool { return !from.After(t) && from.After(t.Add(-time.Minute)) }
	return in(p.From) || slices.ContainsFunc(p.Credentials, func(c Credential) bool { return in(c.From) })
}
