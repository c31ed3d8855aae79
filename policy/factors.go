package policy

import (
	"slices"
	"time"
)

// At a door that takes faces after the card ([Site.WithCard]), a person who
// chose a face has these ways in:
//
//	with a PIN for this door     card and face, or the PIN
//	without one                  card and face; or the card alone, while faces cannot be used,
//	                             after their face was refused, and where it lies on a card of
//	                             theirs and this one does not carry it
//
// For a person with a PIN the card alone never opens. A covered lens, five strangers' faces, a
// broken keypad, a slow disk, a card pulled away or a withdrawal with a stolen card do not change
// that. A person without a PIN must have a way in without the face (R-ALT), so for them the card
// alone opens: where a second factor is always needed, give people a PIN. After a withdrawal a PIN
// stays the second factor (R-REFUSE).
//
// A person who never chose a face is not asked for a second factor (R-EQUAL).

// MissedFor is how long after a refused face (Site.Missed) the card alone opens for
// its owner, if they have no PIN.
const MissedFor = time.Minute

// faceNotShown passes when the card need not be followed by a face: its owner has none here, or it
// cannot be used, or it was refused just now.
func faceNotShown(a Attempt) (bool, string) {
	switch {
	case !a.Site.WithCard || a.Person.Face.State != FaceEnrolled:
		return true, ""
	case a.Person.Face.OnCard && !a.Carried:
		return true, "the card carries no face"
	case a.Site.FacesOff != "" || !a.Site.Durable || a.Site.FaceLockout > 0:
		return true, "faces cannot be used"
	case a.missed() && !a.hasPIN():
		return true, "the face was refused"
	}
	return false, ""
}

// cardEnough passes when no second factor is on file that can be asked for.
func cardEnough(a Attempt) (bool, string) {
	if !a.Site.WithCard || !a.Person.Face.chosen() {
		return true, ""
	}
	if a.hasPIN() {
		return false, "has a PIN"
	}
	return true, "has no PIN"
}

// chosen reports whether the person ever consented to face entry, even if they withdrew since.
func (f FaceConsent) chosen() bool {
	return f.State == FaceConsented || f.State == FaceEnrolled || f.State == FaceWithdrawn
}

// hasPIN reports whether the person has a PIN that opens this door. A keypad with a
// fault is still the door's keypad.
func (a Attempt) hasPIN() bool {
	return a.Site.Keypad && slices.ContainsFunc(a.Person.Working(a.At), func(c Credential) bool {
		return c.Kind == PINKind && c.opensAt(a.Door)
	})
}

// missed reports whether this person's face was refused after their card a short time ago.
func (a Attempt) missed() bool {
	ago := a.At.Sub(a.Site.Missed.At)
	return a.Site.Missed.Person == a.Person.ID && ago >= 0 && ago < MissedFor
}
