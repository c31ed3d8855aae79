package policy

import "time"

// Assumption is what a unit takes an input for while its supervised line is cut, shorted, or not
// measured: the state of the contact is then not known (decision 30).
type Assumption string

// The assumptions.
const (
	AssumeActive  Assumption = "active"   // as if the contact said so
	AssumeAtRest  Assumption = "at rest"  // as if the contact said so
	AssumeAsItWas Assumption = "as was"   // as it was last seen
	AssumeNothing Assumption = "nothing"  // nothing is concluded from it
	AssumeInTurns Assumption = "in turns" // the door opens for a release at once, and every ExitTurn
)

// ExitTurn is how long a person inside waits at most while the unit cannot see the exit button. In
// between the door is locked.
const ExitTurn = time.Minute

// WhileFaulty gives what the unit assumes of an input by its role: what is safe for people, and
// where that is no matter, for the building. A role that it does not know gives AssumeNothing.
func WhileFaulty(role string) Assumption {
	switch role {
	case "fire", "tamper", "interlock":
		return AssumeActive
	case "rex":
		return AssumeInTurns
	case "lockdown":
		return AssumeAsItWas // a cut line neither begins nor ends a lockdown
	case "staff", "bell":
		return AssumeAtRest // a cut line opens nothing
	}
	return AssumeNothing // contact, mains, battery
}

// fireReason gives why fire releases the door: a fire, unless the event says that it is the line.
func fireReason(e DoorEvent) Reason {
	if e.Reason == ReasonFireLine {
		return ReasonFireLine
	}
	return ReasonFire
}

// loseContact ends what was concluded from the door contact: whether the door is open is not known
// until the contact is heard again. An alarm that it gave ends with it.
func (s *step) loseContact() {
	if !s.c.HasContact || s.Blind {
		return
	}
	s.quiet(ReasonContactLine)
	s.Blind = true
	s.OpenedAt, s.HeldAt, s.EndedAt, s.PreAlarmed = time.Time{}, time.Time{}, time.Time{}, false
	s.State = Released // moveRelay makes it Locked where the relay is
}

// findContact takes the first word of a contact after it was lost, and reports whether that was all
// there is to it. A door that is found open is not forced: it may have been opened rightly.
func (s *step) findContact(open bool, at time.Time) bool {
	if !s.Blind {
		return false
	}
	s.Blind = false
	if open {
		s.OpenedAt, s.State = at, Open
		if !s.mayStandOpen() {
			s.expectClosed(s.c, at, s.RelockAt.Sub(at))
		}
	}
	return true
}
