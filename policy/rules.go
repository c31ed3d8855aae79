package policy

import "fmt"

// The questions of the deny order, in its order. Each gives pass or fail, and figures for the trace.
// Comparisons are written so that a NaN fails.

func meansKnown(a Attempt) (bool, string) {
	_, ok := opens[a.Means]
	return ok, ""
}

// keyKnown: the person is known, and the credential presented is theirs and of the kind that the means takes.
func keyKnown(a Attempt) (bool, string) {
	if a.Person == nil {
		return false, ""
	}
	k, ok := a.key()
	return ok && k.Kind == kindOf[a.Means], ""
}

var kindOf = map[Means]CredentialKind{ByCard: CardKind, ByCardFace: CardKind, ByPIN: PINKind, ByPass: PassKind}

// key is the credential presented.
func (a Attempt) key() (Credential, bool) {
	for _, k := range a.Person.Keys {
		if k.ID == a.KeyID {
			return k, true
		}
	}
	return Credential{}, false
}

func keyNotRevoked(a Attempt) (bool, string) {
	k, _ := a.key()
	return !k.Revoked, ""
}

func keyInTime(a Attempt) (bool, string) {
	k, _ := a.key()
	return k.inTime(a.At), stamp(a, "until", k.Until)
}

func facesOn(a Attempt) (bool, string) {
	return a.Site.FacesOff == "", a.Site.FacesOff
}

func facesNotResting(a Attempt) (bool, string) {
	if !a.At.Before(a.Site.FaceRest) {
		return true, ""
	}
	return false, stamp(a, "until", a.Site.FaceRest)
}

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

func likeNobodyElse(a Attempt) (bool, string) {
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

func leaseBegun(a Attempt) (bool, string) {
	return !a.At.Before(a.Person.From), stamp(a, "from", a.Person.From)
}

func leaseNotOver(a Attempt) (bool, string) {
	u := a.Person.Until
	return u.IsZero() || a.At.Before(u), stamp(a, "until", u)
}

// hasOtherWay: the face is never the only way in (R-ALT).
func hasOtherWay(a Attempt) (bool, string) {
	n := len(a.Person.Working(a.At))
	return n > 0, fmt.Sprintf("%d working credentials", n)
}
