package policy

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// PersonID is a random handle. It says nothing of the person and dies with their record.
type PersonID [16]byte

// String is the handle in hex, shortened for people to read.
func (id PersonID) String() string { return hex.EncodeToString(id[:4]) }

// IsZero reports whether id names no person.
func (id PersonID) IsZero() bool { return id == PersonID{} }

// Private is text about a person: a name, an apartment. It prints as "(private)"; Reveal is the
// only way to the words, so that each place that shows them can be found.
type Private string

// Reveal gives the words.
func (p Private) Reveal() string { return string(p) }

// String, GoString and Format never show the words.
func (p Private) String() string             { return "(private)" }
func (p Private) GoString() string           { return "(private)" }
func (p Private) Format(s fmt.State, _ rune) { fmt.Fprint(s, "(private)") }

// Person is a person on record, with what a decision needs.
type Person struct {
	ID          PersonID
	Name        Private
	Apartment   Private
	Lang        string    // "en" or "zh"; the notice is shown in it
	From        time.Time // lease begins; zero: no limit
	Until       time.Time // lease ends (exclusive); zero: no limit
	Blocked     bool
	LongOpen    bool // needs more time at the door
	Groups      []string
	Credentials []Credential `json:"Keys"` // stored under this name
	Face        FaceConsent
	Occasions   []Occasion `cbor:",omitempty"` // on which the enrolled face was taken; see occasions.go
}

// HasFace reports whether a face is stored of the person, or may be by their consent.
func (p Person) HasFace() bool { return p.Face.State == FaceEnrolled || p.Face.State == FaceConsented }

// FaceStored reports whether a template of the person is stored at this door, and not on their own
// card alone.
func (p Person) FaceStored() bool { return p.Face.State == FaceEnrolled && !p.Face.OnCard }

// NeverIn says why the person can never come in from t on, whatever they present:
// [ReasonLeaseOver], [ReasonHours] where no rule has hours for any of their groups, or
// [ReasonNotAES] where they need an AES card (aes is Site.AESCards) and have others only. Empty:
// they can. A block does not count, since staff can end it.
func (p Person) NeverIn(rules []Access, aes []string, c Calendar, t time.Time) Reason {
	switch {
	case !p.Until.IsZero() && !t.Before(p.Until):
		return ReasonLeaseOver
	case !MayEver(rules, c, p.Groups, t):
		return ReasonHours
	case p.lacksAES(aes, t):
		return ReasonNotAES
	}
	return ""
}

// CredentialKind is what a person presents.
type CredentialKind string

// The kinds of credential other than the face itself.
const (
	CardKind CredentialKind = "card"
	PINKind  CredentialKind = "pin"
	PassKind CredentialKind = "pass"
)

// Credential is a person's means of entry other than a face. The vault holds a keyed hash of the
// secret itself (number, PIN); ID is that hash's handle.
type Credential struct {
	ID       string
	Kind     CredentialKind
	Label    string // "grey fob"; chosen by staff, never the number
	Clonable bool
	Revoked  bool
	Until    time.Time // zero: as long as the person
	LastUsed time.Time // zero: never used at this door

	From   time.Time // not before then; zero: at once
	Door   string    // the only door it opens; empty: all that the person may open
	Uses   int       // how often it may open; 0: no limit
	Used   int       // how often it has opened; the vault counts each grant
	Digits int       `cbor:",omitempty"` // how many a PIN has; 0: not known
	// a PIN typed under threat: opens like any other, and Decision.Duress tells the
	// unit to call for help in silence
	Duress bool
	AES    bool `cbor:",omitempty"` // a card that proves itself by AES before it tells its number
}

// FaceState is where a person stands with face entry.
type FaceState string

// The states. The zero value means: was never asked and never asked for it.
const (
	FaceNever     FaceState = ""
	FaceRefused   FaceState = "refused"
	FaceConsented FaceState = "consented" // consent given, no template yet
	FaceEnrolled  FaceState = "enrolled"
	FaceWithdrawn FaceState = "withdrawn"
)

// FaceConsent is the record of what a person chose, and to which words they agreed.
type FaceConsent struct {
	State        FaceState
	At           time.Time
	Notice       [32]byte // SHA-256 of the exact notice text shown
	Lang         string
	GuardianName Private // who that was
	Guardian     string  // relation of the guardian who consented, for a person under 14 ("mother"); empty otherwise
	Minor        bool
	// stored as CardToo; the face works only together with the card:
	// another person looks too similar
	CardRequired bool `json:"CardToo"`
	OnCard       bool `cbor:",omitempty"` // the template lies on the person's own card, and in no vault

	Again  time.Time `cbor:",omitzero"` // until then the door takes the face once more after the card, by consent
	Learns Learning  `cbor:",omitzero"` // the separate consent to learn from visits; zero: none

	Doors []ConsentDoor `cbor:",omitempty"` // of the site, to which the template goes too
	From  [16]byte      `cbor:",omitzero"`  // the door that took the face, and gave it to this one; zero: this one
}

// ConsentDoor is another door of the site to which a person lets their template go. The yes to each
// was to a notice that named it.
type ConsentDoor struct {
	Door   [16]byte
	Name   string   // as the notice had it
	Notice [32]byte // SHA-256 of the exact notice text shown
	At     time.Time
}

// Names gives the yes to a door; false: there is none.
func (f FaceConsent) Names(door [16]byte) (ConsentDoor, bool) {
	i := slices.IndexFunc(f.Doors, func(d ConsentDoor) bool { return d.Door == door })
	if i < 0 {
		return ConsentDoor{}, false
	}
	return f.Doors[i], true
}

// FromElsewhere reports whether another door took the face and gave it to this one.
func (f FaceConsent) FromElsewhere() bool { return f.From != [16]byte{} }
