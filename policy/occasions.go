package policy

import (
	"slices"
	"time"

	"menshen/internal/i18n"
)

// Several occasions matter more for recognising a face than anything else. So an enrolled face may
// be taken again on later days: at the desk, at the door after its owner's card by their consent
// ([InviteAgain]), and, by a separate consent ([LearnFromVisits]), from visits that were certain.
// See docs/decisions/0044.

// Occasion is one time at which a person's face was taken. It gave one template.
type Occasion struct {
	At  time.Time // zero: an earlier version did not keep it
	How TakenBy
}

// TakenBy is what took a face. The words are stored.
type TakenBy string

// The ways.
const (
	TakenAtDesk TakenBy = "desk"  // staff, with the person before the camera
	TakenAtDoor TakenBy = "door"  // the door, after the person's card, by their consent
	TakenLearnt TakenBy = "visit" // learnt from a visit
)

// Learning is a consent to learn from visits: a purpose of its own, beside the consent to face
// entry (R-CONSENT).
type Learning struct {
	At           time.Time
	Notice       [32]byte // SHA-256 of the exact notice shown
	GuardianName Private  // for a person under 14
	Guardian     string
}

// Limits of occasions.
const (
	MaxOccasions = 5
	// Two visits of one day look alike, and add nothing.
	learnEvery = 7 * 24 * time.Hour
	// Where one must go out, its data is destroyed as in any erasure, which writes the whole vault.
	replaceEvery = 30 * 24 * time.Hour
	// One occasion a day at the door, as for visits.
	againEvery = 20 * time.Hour
	// A face of three occasions is missed a fifth as often as one of one; more add little.
	againUntil = 3
	// AgainFor is how long the door may take the face once more.
	AgainFor = 30 * 24 * time.Hour
)

// Why an occasion is not added, or a consent to more is not recorded.
var (
	ErrNotEnrolled = i18n.E("policy.not-enrolled", "no face of this person is enrolled: enrol it first")
	ErrOnCard      = i18n.E("policy.face-on-card",
		"the face lies on the person's card, and one occasion fits on it: write it anew (enrol WHO card)")
	ErrOldNotice = i18n.E("policy.old-notice",
		"the person agreed to an earlier notice: show them the present one first (consent)")
	ErrNotInvited = i18n.E("policy.not-invited",
		"the person did not agree to be asked again at the door: ask them first (enrol WHO later)")
	ErrChildAtDoor = i18n.E("policy.child-at-door",
		"the person is under 14: their face is taken once more with staff, and not by the door")
	ErrNotLearning = i18n.E("policy.not-learning",
		"the person did not agree to learning from visits: that takes a consent of its own (learn)")
	ErrTooSoon    = i18n.E("policy.too-soon", "the face was taken a short time ago: wait for a later day")
	ErrNoRoom     = i18n.E("policy.no-room", "five occasions are stored, none of them learnt from a visit")
	ErrAnotherWay = i18n.E("policy.occasion-unknown-way", "this version does not know how the face was taken")
)

// AddOccasion adds an occasion of an enrolled face, as its template is stored. out are the places
// in p.Occasions whose templates are destroyed with it, so that at most [MaxOccasions] stay: the
// oldest, and for a learnt one the oldest learnt. So one that was not learnt always stays, and what
// is stored without the consent to learning stays when that ends. Errors: those above,
// [ErrNoConsent], [ErrNoOtherWay].
func AddOccasion(p Person, o Occasion) (_ Person, out []int, err error) {
	switch may := MayAdd(p, o); {
	case may != nil:
		return p, nil, may
	case o.How == TakenLearnt && len(p.Occasions) >= MaxOccasions:
		out = []int{slices.IndexFunc(p.Occasions, Occasion.learnt)}
	default:
		for i := range len(p.Occasions) + 1 - MaxOccasions {
			out = append(out, i)
		}
	}
	var kept []Occasion
	for i, old := range p.Occasions {
		if !slices.Contains(out, i) {
			kept = append(kept, old)
		}
	}
	p.Occasions = append(kept, o)
	if p.ofOwnWill() >= againUntil {
		p.Face.Again = time.Time{}
	}
	return p, out, nil
}

// MayAdd gives an error if the face may not be taken on this occasion: those of [AddOccasion]. It
// is asked before a picture is looked at, and again when the template is stored.
func MayAdd(p Person, o Occasion) error {
	switch {
	case p.Face.State != FaceEnrolled:
		return ErrNotEnrolled
	case p.Face.OnCard:
		return ErrOnCard
	case p.Face.Notice == [32]byte{}, p.Face.Minor && p.Face.Guardian == "":
		return ErrNoConsent
	case len(p.Working(o.At)) == 0:
		return ErrNoOtherWay
	}
	switch o.How {
	case TakenAtDesk:
		return nil
	case TakenAtDoor:
		switch {
		case p.Face.Minor:
			return ErrChildAtDoor
		case !o.At.Before(p.Face.Again):
			return ErrNotInvited
		}
		return p.waited(o.At, againEvery)
	case TakenLearnt:
		return p.mayLearn(o.At)
	}
	return ErrAnotherWay
}

// mayLearn gives an error if nothing is learnt from a visit now. The consent to learning holds with
// the notice that it was given to: a person who agreed to another notice since is not learnt from
// until they agree to learning again.
func (p Person) mayLearn(at time.Time) error {
	switch {
	case p.Face.Learns.At.IsZero() || p.Face.Learns.Notice != p.Face.Notice,
		p.Face.Minor && p.Face.Learns.Guardian == "":
		return ErrNotLearning
	case len(p.Occasions) < MaxOccasions:
		return p.waited(at, learnEvery)
	case !p.HasLearnt():
		return ErrNoRoom
	}
	return p.waited(at, replaceEvery)
}

// waited gives an error if less than d has passed since the last occasion. One in the future shows
// that the clock was set back: then it is too soon as well.
func (p Person) waited(at time.Time, d time.Duration) error {
	for _, o := range p.Occasions {
		if at.Sub(o.At) < d {
			return ErrTooSoon
		}
	}
	return nil
}

func (o Occasion) learnt() bool { return o.How == TakenLearnt }

// HasLearnt reports whether an occasion learnt from a visit is stored of the person.
func (p Person) HasLearnt() bool { return slices.ContainsFunc(p.Occasions, Occasion.learnt) }

// LacksGuardian reports whether the person is a child for whom no guardian consented to all that is
// stored of their face (R-MINOR).
func (p Person) LacksGuardian() bool {
	return p.Face.Minor && (p.Face.Guardian == "" || p.HasLearnt() && p.Face.Learns.Guardian == "")
}

// ofOwnWill counts the occasions that were not learnt.
func (p Person) ofOwnWill() (n int) {
	for _, o := range p.Occasions {
		if !o.learnt() {
			n++
		}
	}
	return n
}

// InviteAgain records that the door may take the face once more after the person's card, for
// [AgainFor] or until three occasions are stored. It is part of the consent to face entry, whose
// notice says so, and is the person's own act. Of a child it is not recorded: at the door there may
// be no parent or guardian (R-MINOR). Errors: [ErrNotEnrolled], [ErrOldNotice], [ErrNotVoluntary],
// [ErrChildAtDoor].
func InviteAgain(p Person, y Yes) (Person, error) {
	if err := mayAgree(p, y); err != nil {
		return p, err
	}
	if y.Minor || p.Face.Minor {
		return p, ErrChildAtDoor
	}
	p.Face.Again = y.At.Add(AgainFor)
	return p, nil
}

// DoNotAskAgain ends what InviteAgain began. It never fails.
func DoNotAskAgain(p Person) Person {
	p.Face.Again = time.Time{}
	return p
}

// LearnFromVisits records the separate consent to learn from visits (R-CONSENT). Nobody is asked
// for it; the person asks, by an act of their own, or for a person under 14 their guardian
// (R-MINOR, R-REFUSE). Errors: [ErrNotEnrolled], [ErrOldNotice], [ErrNotVoluntary], [ErrSaidNo],
// [ErrNeedsGuardian].
func LearnFromVisits(p Person, y Yes) (Person, error) {
	err := mayAgree(p, y)
	switch {
	case err != nil:
		return p, err
	case !y.OwnRequest:
		return p, ErrSaidNo
	case (y.Minor || p.Face.Minor) && (y.Guardian == "" || y.GuardianName == ""):
		return p, ErrNeedsGuardian
	}
	p.Face.Learns = Learning{At: y.At, Notice: y.Notice, Guardian: y.Guardian, GuardianName: y.GuardianName}
	return p, nil
}

// mayAgree gives an error if the person cannot agree to more of an enrolled face.
func mayAgree(p Person, y Yes) error {
	switch {
	case p.Face.State != FaceEnrolled:
		return ErrNotEnrolled
	case p.Face.OnCard:
		return ErrOnCard
	case p.Face.FromElsewhere():
		return ErrFromElsewhere
	case y.Notice == [32]byte{} || y.Notice != p.Face.Notice:
		return ErrOldNotice
	case !y.OwnAct:
		return ErrNotVoluntary
	}
	return nil
}

// StopLearning takes the consent to learning back (R-WITHDRAW). out are the places in p.Occasions
// of what was learnt by it; the caller destroys those templates at once. The others, and the
// consent to face entry, stay. It never fails.
func StopLearning(p Person) (_ Person, out []int) {
	var kept []Occasion
	for i, o := range p.Occasions {
		if o.learnt() {
			out = append(out, i)
		} else {
			kept = append(kept, o)
		}
	}
	p.Occasions, p.Face.Learns = kept, Learning{}
	return p, out
}

// CardVisit is a visit with card and face, as it is judged for learning from it.
type CardVisit struct {
	Decision Decision
	Face     Face    // the evidence of that decision
	Own      float64 // score with the person's occasions that were not learnt
	Among    float64 // score that a face alone must reach at this door, among all enrolled people
	Other    float64 // best score with another enrolled person; -1 when there is none
	Margin   float64 // what Own must lead Other by
	Alone    bool    // no frame of the visit had more than one face
	Quiet    bool    // the door was closed and locked before, and closed without an alarm after
}

// Certain reports whether a visit is certain enough to be learnt from: granted by the card and then
// the face of its owner, alone before a quiet door; the face as like the occasions that were not
// learnt as a face without a card must be, and not like another's; and lively by half of what is
// left above the limit. What was learnt never is the ground for learning more, so a face cannot be
// led away step by step. A NaN fails.
func (v CardVisit) Certain() bool {
	f := v.Face
	return v.Decision.Grant && v.Decision.Means == ByCardFace && !v.Decision.Duress &&
		v.Alone && v.Quiet &&
		f.Quality == "" && f.Frames >= max(f.FramesMin, 1) &&
		v.Own >= max(v.Among, f.Threshold) && v.Own-v.Other >= v.Margin &&
		f.Live >= (1+f.LiveMin)/2
}
