package policy

import "time"

// Means is how the door was asked to open.
type Means string

// The means.
const (
	ByCard     Means = "card"
	ByPIN      Means = "pin"
	ByPass     Means = "pass"
	ByFace     Means = "face"
	ByCardFace Means = "card+face"
	ByREX      Means = "rex"     // request to exit, from inside
	ByStaff    Means = "staff"   // staffed-release button
	ByConsole  Means = "console" // an operator's command
	ByFire     Means = "fire"
)

// Attempt is one request to open, with everything a decision may look at. It
// holds no secret and no face data.
type Attempt struct {
	At           time.Time
	Clock        Clock
	Door         string
	Means        Means
	Person       *Person  // nil: no known person has this credential or face
	CredentialID string   // which of the person's credentials was presented
	Host         PersonID // who answers for a visitor; zero: staff, or Person is not a visitor
	Face         *Face    // set for ByFace and ByCardFace
	Carried      bool     // the card carries a face that is sealed for this person and this card
	Site         Site

	LastEntry time.Time // when this person last came in by this door, for Site.Passback; zero: not known
}

// Clock is how far the time can be trusted (design decision 7).
type Clock struct {
	Trusted bool
	Floor   time.Time // the last time known to be past; a decision uses the later of this and Attempt.At
}

// Face is the evidence of a walk-up: the score against the best candidate, and
// liveness, apart (design decision 3).
type Face struct {
	Score     float64 // cosine with the best person's template, -1…1
	RunnerUp  float64 // cosine with the best other person; -1 when there is none
	Threshold float64 // what Score must reach for the false-positive rate the operator asked for
	Margin    float64 // what Score must lead RunnerUp by
	Live      float64 // fused liveness evidence, 0…1
	LiveMin   float64 // what Live must reach
	Frames    int     // frames that agreed
	FramesMin int     // frames that must agree
	Quality   string  // the advice in force when no frame was good enough; empty when some were
}

// Site is the state of the unit that a decision depends on.
type Site struct {
	FacesOff    string // id of the rule, or the fault, that switched faces off; empty: faces work
	Durable     bool   // the audit log answers in time; false: cards still open, faces do not (design decision 4)
	NoVault     bool   // the vault is not open: who may come in is not known
	Lockdown    bool
	Evacuation  bool
	Fire        bool
	FaceLockout time.Duration // how long the lockout of faces still lasts; 0: none
	Release     time.Duration
	LongOpen    time.Duration

	KeypadLockout time.Duration    // how long the lockout of the keypad still lasts; 0: none; see Tries
	Down          []CredentialKind // kinds that no working reader of this door takes just now
	Access        []Access         // which groups may come when; empty: all people at all hours
	Calendar      Calendar         // the site's zone and special days, for Access
	Passback      time.Duration    // how long after coming in a person may not come in again; 0: no such rule
	Interlock     bool             // another door of the unit, which must be closed first, is not
	TwoPersons    time.Duration    // two different people must ask within this time; 0: one is enough
	First         First            // the first of two, for TwoPersons
	Outputs       []Output         // beside the door, in the order of the configuration

	AESCards []string // of people in these groups, or of Everybody, only AES cards count

	WithCard bool  // a person with an enrolled face shows it after the card; see factors.go
	Keypad   bool  // this door has a keypad, in order or not
	Missed   First // whose face was refused last after their card, and when
}

// CountsAs is whom the attempt counts as where two people are needed. A visitor counts as their
// host: the two are not two people, nor are two visitors of one host.
func (a Attempt) CountsAs() PersonID {
	switch {
	case !a.Host.IsZero():
		return a.Host
	case a.Person == nil:
		return PersonID{}
	}
	return a.Person.ID
}

// First is who was denied with [ReasonSecond] last, by [Attempt.CountsAs], and
// when: the first of two people.
type First struct {
	Person PersonID
	At     time.Time
}
