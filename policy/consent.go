package policy

import (
	"slices"
	"time"

	"menshen/internal/i18n"
)

// Why a person cannot consent or be enrolled. Each error says what the operator can do.
var (
	ErrNoNotice = i18n.E("policy.no-notice-shown",
		"no notice was shown: show the notice in the person's language first")
	ErrNotVoluntary = i18n.E("policy.not-own-act",
		"the person did not agree by an act of their own: ask them to tap their own card")
	ErrSaidNo = i18n.E("policy.refused-before",
		"the person refused before: do not ask again; they must ask for it themselves")
	ErrNeedsGuardian = i18n.E("policy.guardian-needed",
		"the person is under 14: a parent or guardian must consent, and who they are must be recorded")
	ErrNoOtherWay  = i18n.E("policy.no-other-way", "the person has no working card or PIN: give them one first")
	ErrNotUsedHere = i18n.E("policy.no-credential-used",
		"the person's card or PIN was never used at this door: let them open the door with it once first")
	ErrFromElsewhere = i18n.E("policy.face-from-elsewhere",
		"another door took this face and gave it to this one: take it once more there")
	ErrNoConsent = i18n.E("policy.no-consent",
		"the person has not consented to face entry: record their consent first")
)

// Yes is the consent of one person to one notice.
type Yes struct {
	At           time.Time
	Notice       [32]byte // SHA-256 of the exact notice text that was shown
	Lang         string   // the language it was shown in
	OwnAct       bool     // they agreed by an act of their own, apart from any contract (tapped their own card)
	OwnRequest   bool     // they asked for face entry themselves; needed after a no
	Minor        bool     // under 14
	Guardian     string   // for a minor: the relation of the parent or guardian who consented
	GuardianName Private  // and who they are
	// Doors of the site to which their template may go too, each by its Door and Name: the notice
	// names them, and the person named them.
	Doors []ConsentDoor
}

// named joins the doors of a yes to those of earlier ones. One that is named again is agreed to
// anew.
func (y Yes) named(before []ConsentDoor) []ConsentDoor {
	all := slices.DeleteFunc(slices.Clone(before), func(d ConsentDoor) bool {
		return slices.ContainsFunc(y.Doors, func(n ConsentDoor) bool { return n.Door == d.Door })
	})
	for _, d := range y.Doors {
		all = append(all, ConsentDoor{Door: d.Door, Name: d.Name, Notice: y.Notice, At: y.At})
	}
	return all
}

// Consent records a yes. It must be separate, voluntary and to one exact notice (R-CONSENT), with
// another way in at hand (R-ALT); by a guardian for a person under 14 (R-MINOR); after a refusal
// only at the person's own request (R-REFUSE). Otherwise it gives the person unchanged and one of
// the errors above. Consenting again keeps the face that is enrolled, and the doors to
// which it goes: so a further door is named.
func Consent(p Person, y Yes) (Person, error) {
	f := p.Face
	minor := y.Minor || f.Minor
	switch {
	case y.Notice == [32]byte{}:
		return p, ErrNoNotice
	case !y.OwnAct:
		return p, ErrNotVoluntary
	case !y.OwnRequest && MayAsk(p) != nil:
		return p, ErrSaidNo
	case minor && (y.Guardian == "" || y.GuardianName == ""):
		return p, ErrNeedsGuardian
	case len(p.Working(y.At)) == 0:
		return p, ErrNoOtherWay
	}
	state := FaceConsented
	if f.State == FaceEnrolled {
		state = FaceEnrolled
	}
	p.Face = FaceConsent{State: state, At: y.At, Notice: y.Notice, Lang: y.Lang, Minor: minor, Guardian: y.Guardian,
		GuardianName: y.GuardianName, CardRequired: f.CardRequired, OnCard: f.OnCard, Again: f.Again, Learns: f.Learns,
		Doors: y.named(f.Doors)}
	return p, nil
}

// MayAsk gives an error if staff or the unit must not ask this person about face entry: [ErrSaidNo]
// after a refusal or a withdrawal (R-REFUSE).
func MayAsk(p Person) error {
	if p.Face.State == FaceRefused || p.Face.State == FaceWithdrawn {
		return ErrSaidNo
	}
	return nil
}

// Enrol records that a template is being stored at the door that takes it. cardRequired says that
// another person looks too similar for the face alone. Errors: [ErrNoConsent]; [ErrFromElsewhere];
// [ErrNoOtherWay] and [ErrNotUsedHere], where the person has not opened this door with a working
// credential (R-ALT).
func Enrol(p Person, at time.Time, cardRequired bool) (Person, error) {
	if p.Face.State != FaceConsented && p.Face.State != FaceEnrolled {
		return p, ErrNoConsent
	}
	if p.Face.FromElsewhere() {
		return p, ErrFromElsewhere
	}
	working := p.Working(at)
	if len(working) == 0 {
		return p, ErrNoOtherWay
	}
	for _, k := range working {
		if !k.LastUsed.IsZero() {
			p.Face.State, p.Face.CardRequired = FaceEnrolled, cardRequired
			return p, nil
		}
	}
	return p, ErrNotUsedHere
}

// Refuse records a refusal (R-REFUSE). It takes a consent back where there was
// one, and changes nothing else.
func Refuse(p Person, at time.Time) Person {
	if p.Face.State == FaceConsented || p.Face.State == FaceEnrolled {
		return Withdraw(p, at)
	}
	if MayAsk(p) == nil {
		p.Face = FaceConsent{State: FaceRefused, At: at, Lang: p.Face.Lang, Minor: p.Face.Minor}
	}
	return p
}

// Withdraw takes the consent back (R-WITHDRAW). With the person that it gives, the face
// opens nothing; the caller destroys the template at once. It never fails. Where there
// was no consent it is a refusal.
func Withdraw(p Person, at time.Time) Person {
	if p.Face.State != FaceConsented && p.Face.State != FaceEnrolled {
		return Refuse(p, at)
	}
	p.Face = FaceConsent{State: FaceWithdrawn, At: at, Lang: p.Face.Lang, Minor: p.Face.Minor}
	p.Occasions = nil
	return p
}
