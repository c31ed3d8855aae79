package console

import (
	"errors"
	"fmt"
	"time"

	"menshen/policy"
)

// Errors that a Desk gives and the console words itself.
var (
	ErrRefused         = errors.New("name or secret is wrong")
	ErrLockedOut       = errors.New("too many wrong tries; wait, or use another line")
	ErrNotAcknowledged = errors.New("the confidentiality commitment is not yet accepted")
	ErrNotAllowed      = errors.New("this role may not do that")
	ErrEnded           = errors.New("the session has ended")
	ErrNoPerson        = errors.New("no such person")
	ErrNoRecord        = errors.New("no such record")
)

// Problem is an error with what a person can do about it.
type Problem struct {
	Err    error
	Remedy string // one sentence, begins lower case: "tap a card that is nobody's yet"
}

// Error is the problem and the remedy in one line.
func (p *Problem) Error() string { return p.Err.Error() + "; " + p.Remedy }

// Unwrap gives the problem alone.
func (p *Problem) Unwrap() error { return p.Err }

// Secret is what only its owner knows: a passphrase, a PIN. It never prints. Wipe it after use.
type Secret []byte

// Wipe overwrites the secret.
func (s Secret) Wipe() { clear(s[:cap(s)]) }

// String, GoString and Format never show the secret.
func (s Secret) String() string             { return "(secret)" }
func (s Secret) GoString() string           { return "(secret)" }
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, "(secret)") }

// Role is what an operator is for (R-OPERATOR).
type Role string

// The roles.
const (
	Installer  Role = "installer"  // wires and checks the unit; sees no person
	Technician Role = "technician" // keeps the unit working; sees status, events and decisions, no names
	Manager    Role = "manager"    // people, credentials, consent, faces, the door
	Auditor    Role = "auditor"    // reads everything, changes nothing
)

// Session is one operator, logged in on one line.
type Session struct {
	ID         uint64
	Operator   string
	Role       Role
	Lang       string // "en" or "zh"; the console sets it when the operator changes it
	Since      time.Time
	Commitment *Commitment // not nil: to be shown and accepted first
}

// Commitment is the confidentiality commitment that an operator accepts before the first use and after each change.
type Commitment struct {
	Version string
	Text    string // plain text, lines of any length
}

// Step tells a person what the unit waits for, or how far it is.
type Step struct {
	Text   string // "tap the card at the door", "come closer"
	Done   int    // pictures taken; 0 with Wanted 0: not counted
	Wanted int
	Trial  bool // they shall step out of the picture and come back, to try the face before it is stored
}

// Progress receives steps. It returns at once and may be called from any goroutine, never after the call it was given to has returned.
type Progress func(Step)

// Details is what staff write about a person.
type Details struct {
	Name      policy.Private
	Apartment policy.Private
	Lang      string    // "en" or "zh"
	From      time.Time // lease begins; zero: no limit
	Until     time.Time // lease ends (exclusive); zero: no limit
	Groups    []string
	Minor     bool // under 14: a guardian consents (R-MINOR)
	LongOpen  bool
	Blocked   bool
}

// Notice is the words that a person agrees to, or not.
type Notice struct {
	Lang    string
	Version string
	Text    string   // plain text, lines of any length
	Hash    [32]byte // SHA-256 of Text
}

// ConsentGiven is a consent about to be recorded.
type ConsentGiven struct {
	Person       policy.PersonID
	Notice       [32]byte // Hash of the notice shown
	Lang         string
	GuardianName policy.Private // for a person under 14
	Guardian     string         // relation: "mother"
}

// Enrolment is how taking a face ended.
type Enrolment struct {
	Pictures int  // how many the template is made of; none of them is kept
	CardToo  bool // somebody enrolled looks too similar: the face works only together with the card
	Score    float64
}

// Receipt proves an erasure or a revocation.
type Receipt struct {
	At       time.Time
	What     string // "face", "person", "credential"
	Serial   string // number of the signed receipt in the store; empty when nothing had to be erased
	Detail   string // "no block of the old ciphertext left; 2 files scanned"
	FaceGone bool   // a face was erased as well
}

// Record is a decision as the audit log keeps it.
type Record struct {
	Seq uint64
	policy.Decision
	Who  policy.Private // the person's name for a role that may see it; otherwise empty
	Told string         // how the door answered, by lamp and buzzer: "three short (no)"; in the reader's language
}

// AuditState is the outcome of verifying the audit log.
type AuditState struct {
	Entries  uint64
	OK       bool
	FirstBad uint64 // when not OK
	Problem  string // what is wrong with it
	Signed   time.Time
}

// Fact is one line of Status that has no field of its own: a reader, a lamp, a disk.
type Fact struct {
	Name  string // "reader in", "camera"
	State string // "12 cards, 0 lost frames"
	Fault string // empty: in order; otherwise what is wrong and the remedy
}

// Status is the unit at one moment.
type Status struct {
	At         time.Time
	Unit       string // the unit's name in the configuration
	Door       policy.DoorState
	Unlocked   bool
	FacesOff   string // why faces are off, a rule's id or a fault; empty: faces work
	FacesFix   string // the remedy
	People     int
	WithFace   int
	Camera     Fact
	Store      Fact
	Clock      policy.Clock
	ClockFrom  string // "rtc", "sync", "operator", "bench", "floor"
	ClockDoubt string // why nothing is destroyed by date, with the remedy; empty: the time is certain
	Readers    []Fact
	Others     []Fact // inputs, temperature, storage, watchdog…
	Uptime     time.Duration
	LockedDown bool
}
