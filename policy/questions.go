package policy

import (
	"fmt"
	"slices"
	"time"
)

// The answers to the questions of the deny order, in its order: pass or fail, and figures for the
// trace. Comparisons are written so that a NaN fails.

func meansKnown(a Attempt) (bool, string) {
	_, ok := opens[a.Means]
	return ok, ""
}

func noLockdown(a Attempt) (bool, string) {
	return !a.Site.Lockdown || a.Site.Fire || a.Site.Evacuation, ""
}

// lockoutOver says in the trace how long the lockout still lasts, not when it ends:
// the clock may be set meanwhile.
func lockoutOver(left time.Duration) (bool, string) {
	if left <= 0 {
		return true, ""
	}
	return false, fmt.Sprintf("for %v more", left.Round(time.Second))
}

// credentialKnown: the person is known, and the credential presented is theirs and of
// the kind that the means takes.
func credentialKnown(a Attempt) (bool, string) {
	c, ok := a.credential()
	return ok && c.Kind == kindOf[a.Means], ""
}

var kindOf = map[Means]CredentialKind{ByCard: CardKind, ByCardFace: CardKind, ByPIN: PINKind, ByPass: PassKind}

// credential is the credential presented.
func (a Attempt) credential() (Credential, bool) {
	if a.Person != nil {
		for _, c := range a.Person.Credentials {
			if c.ID == a.CredentialID {
				return c, true
			}
		}
	}
	return Credential{}, false
}

// underDuress: help is called even where the door is denied for another reason.
func underDuress(a Attempt) bool {
	c, ok := a.credential()
	return ok && a.Means == ByPIN && c.Kind == PINKind && c.Duress && !c.Revoked
}

func notRevoked(a Attempt) (bool, string) {
	c, _ := a.credential()
	return !c.Revoked, ""
}

func forThisDoor(a Attempt) (bool, string) {
	c, _ := a.credential()
	return c.opensAt(a.Door), ""
}

// clockCanDate: a visitor's pass needs a trusted clock. A resident's card does not: it
// must open after a power cut.
func clockCanDate(a Attempt) (bool, string) {
	return a.Clock.Trusted || a.Means != ByPass, ""
}

func hasBegun(a Attempt) (bool, string) {
	c, _ := a.credential()
	return !a.At.Before(c.From), stamp(a, "from", c.From)
}

func notExpired(a Attempt) (bool, string) {
	c, _ := a.credential()
	return c.Until.IsZero() || a.At.Before(c.Until), stamp(a, "until", c.Until)
}

func notUsedUp(a Attempt) (bool, string) {
	c, _ := a.credential()
	if c.Uses == 0 {
		return true, "no limit"
	}
	return c.Used < c.Uses, fmt.Sprintf("used %d of %d", c.Used, c.Uses)
}

// useCanBeCounted: a code can be shown again after a power cut, so a counted pass opens only
// when its use is on the disk.
func useCanBeCounted(a Attempt) (bool, string) {
	c, _ := a.credential()
	return c.Uses == 0 || a.Site.Durable, ""
}

func facesOn(a Attempt) (bool, string) { return a.Site.FacesOff == "", a.Site.FacesOff }

func logDurable(a Attempt) (bool, string) { return a.Site.Durable, "" }

func faceSeen(a Attempt) (bool, string) { return a.Face != nil, "" }

func pictureGood(a Attempt) (bool, string) { return a.Face.Quality == "", a.Face.Quality }

func framesAgree(a Attempt) (bool, string) {
	f := a.Face
	return f.Frames >= f.FramesMin && f.Frames > 0, fmt.Sprintf("%d of %d", f.Frames, f.FramesMin)
}

func alive(a Attempt) (bool, string) {
	return a.Face.Live >= a.Face.LiveMin, fmt.Sprintf("%.2f of %.2f", a.Face.Live, a.Face.LiveMin)
}

func faceKnown(a Attempt) (bool, string) {
	f := a.Face
	return a.Person != nil && f.Score >= f.Threshold, fmt.Sprintf("score %.3f of %.3f", f.Score, f.Threshold)
}

func unlikeOthers(a Attempt) (bool, string) {
	lead := a.Face.Score - a.Face.RunnerUp
	return lead >= a.Face.Margin, fmt.Sprintf("leads by %.3f of %.3f", lead, a.Face.Margin)
}

// consented: enrolled on consent to words that can be shown again (R-CONSENT).
func consented(a Attempt) (bool, string) {
	c := a.Person.Face
	switch {
	case c.State != FaceEnrolled:
		return false, "face entry is not switched on"
	case c.Notice == [32]byte{}:
		return false, "no notice on record"
	}
	return true, "since " + c.At.In(a.At.Location()).Format("2006-01-02")
}

func guardianConsented(a Attempt) (bool, string) {
	c := a.Person.Face
	return !c.Minor || c.Guardian != "", ""
}

func notBlocked(a Attempt) (bool, string) { return !a.Person.Blocked, "" }

func leaseBegun(a Attempt) (bool, string) {
	return !a.At.Before(a.Person.From), stamp(a, "from", a.Person.From)
}

func leaseNotOver(a Attempt) (bool, string) {
	u := a.Person.Until
	return u.IsZero() || a.At.Before(u), stamp(a, "until", u)
}

// goodEnough passes a card that can be copied only for people who need no AES card.
func goodEnough(a Attempt) (bool, string) {
	c, _ := a.credential()
	return a.enough(c), ""
}

// enough reports whether a credential counts by its kind: not a card that can be copied, of a
// person in a group of Site.AESCards.
func (a Attempt) enough(c Credential) bool {
	return c.Kind != CardKind || c.AES || !NeedsAES(a.Site.AESCards, a.Person.Groups)
}

// hasOtherWay: the face is never the only way in (R-ALT), at this door and in this hour.
func hasOtherWay(a Attempt) (bool, string) {
	n := 0
	for _, k := range a.Person.Working(a.At) {
		if k.opensAt(a.Door) && a.enough(k) && !slices.Contains(a.Site.Down, k.Kind) {
			n++
		}
	}
	return n > 0, fmt.Sprintf("%d working credentials", n)
}

func faceAloneAllowed(a Attempt) (bool, string) { return !a.Person.Face.CardRequired, "" }

func inTheirHours(a Attempt) (bool, string) {
	return allowed(a.Site.Access, a.Site.Calendar, a.Person.Groups, a.At), stamp(a, "at", a.At)
}

// notInJustNow is timed anti-passback. An entry that lies in the future shows that the clock
// was set back: it says nothing.
func notInJustNow(a Attempt) (bool, string) {
	if a.Site.Passback == 0 || a.LastEntry.IsZero() {
		return true, ""
	}
	ago := a.At.Sub(a.LastEntry)
	return ago < 0 || ago >= a.Site.Passback, fmt.Sprintf("%v of %v", ago.Round(time.Second), a.Site.Passback)
}

func otherDoorClosed(a Attempt) (bool, string) { return !a.Site.Interlock, "" }

func twoPersons(a Attempt) (bool, string) {
	if a.Site.TwoPersons == 0 {
		return true, ""
	}
	f := a.Site.First
	ago := a.At.Sub(f.At)
	second := !f.Person.IsZero() && f.Person != a.CountsAs() && ago >= 0 && ago <= a.Site.TwoPersons
	return second, fmt.Sprintf("within %v", a.Site.TwoPersons)
}
