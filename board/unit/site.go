package unit

import (
	"maps"
	"slices"
	"time"

	"menshen/board/config"
	"menshen/policy"
	"menshen/store"
)

// site is what the loop knows of the site's own rules: hours, who came in when, the overrides in
// force. Who came in is forgotten when the program ends, and with the day: it is not a record.
type site struct {
	conf config.Site
	free policy.FreePassage

	first          policy.First                  // of two persons
	entering       *entrance                     // let in, not yet through the door
	entered        map[policy.PersonID]time.Time // for Passback
	counted        time.Time                     // when a person who counts for free passage came in
	overrides      store.Overrides
	overridesKnown bool            // they were read from the vault
	orders         []standing      // of the whole site …
	ordered        store.Overrides // … and what they come to
	keySwitch,
	otherOpen bool // the inputs of these roles are active
}

// entrance is a person to whom the door was opened.
type entrance struct {
	person policy.PersonID
	counts bool // for free passage
	until  time.Time
}

func newSite(c config.Site) site {
	return site{
		conf:    c,
		free:    policy.FreePassage{Hours: c.Free.Hours, FirstPerson: c.Free.FirstPerson, Groups: c.Free.Groups},
		entered: map[policy.PersonID]time.Time{},
	}
}

// fill tells an attempt what this door's own rules need.
func (s *site) fill(a *policy.Attempt) {
	a.Site.Lockdown, a.Site.First, a.Site.Interlock = s.lockdown(), s.first, s.otherOpen
	if a.Person != nil {
		a.LastEntry = s.entered[a.Person.ID]
	}
}

func (s *site) lockdown() bool { return s.overrides.Lockdown || s.ordered.Lockdown || s.keySwitch }

func (s *site) evacuation() bool { return s.overrides.Evacuation || s.ordered.Evacuation }

// noteDecision takes a decision into account. A person counts as having come in when the door opens
// after their grant; without a door contact, at the grant.
func (s *site) noteDecision(d policy.Decision, a policy.Attempt, contact bool) {
	p := a.Person
	switch {
	case d.Reason == policy.ReasonSecond:
		s.first = policy.First{Person: a.CountsAs(), At: d.At}
	case d.Grant && p != nil:
		s.first = policy.First{}
		s.entering = &entrance{person: p.ID, counts: s.free.Counts(*p), until: d.At.Add(d.Release + rexShunt)}
		if !contact {
			s.noteEntry(d.At)
		}
	case d.Grant: // REX, staff: the next person through the door may be going out
		s.entering = nil
	}
}

// noteEntry says that the door opened: the person it was released for came in.
func (s *site) noteEntry(at time.Time) {
	e := s.entering
	s.entering = nil
	if e == nil || at.After(e.until) {
		return
	}
	if s.conf.Passback > 0 {
		s.entered[e.person] = at
	}
	if e.counts {
		s.counted = at
	}
}

// forget drops entrances that the rules do not need any more.
func (s *site) forget(now time.Time) {
	maps.DeleteFunc(s.entered, func(_ policy.PersonID, at time.Time) bool { return now.Sub(at) >= s.conf.Passback.D() })
	if s.entering != nil && now.After(s.entering.until) {
		s.entering = nil
	}
}

// keepHours opens and ends free passage by the clock.
func (u *Unit) keepHours(now time.Time) {
	u.site.forget(now)
	if len(u.site.free.Hours) == 0 {
		return
	}
	free := u.site.overridesKnown && !u.site.lockdown() &&
		u.site.free.Open(u.rules.site.Calendar, u.clock(), now, u.site.counted)
	if free != u.door.Free {
		u.step(policy.DoorEvent{At: now, Kind: either(free, policy.EvFreeOn, policy.EvFreeOff)})
	}
}

// brokenKinds are the kinds of credential that no working reader of this door takes now.
func (u *Unit) brokenKinds() (kinds []policy.CredentialKind) {
	for _, k := range []policy.CredentialKind{policy.CardKind, policy.PINKind, policy.PassKind} {
		if !u.readerTakes(k) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// hasReader reports whether a door has a reader for a kind of credential, in order or not.
func hasReader(c *config.Config, kind policy.CredentialKind) bool {
	return slices.ContainsFunc(c.Readers, func(r config.Reader) bool { return r.Takes(kind) })
}

// readerTakes reports whether a working reader of this door takes a kind of credential.
func (u *Unit) readerTakes(kind policy.CredentialKind) bool {
	for _, r := range u.cfg.Readers {
		if r.Takes(kind) && u.faults["reader "+r.Name] == "" {
			return true
		}
	}
	return false
}
