package desk

import (
	"fmt"
	"image"
	"strings"
	"time"

	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Errors of the desk that a console words itself.
var (
	ErrRefused         = i18n.E("desk.login-denied", "name or secret is wrong")
	ErrLockedOut       = i18n.E("desk.locked-out", "too many wrong tries; wait, or use another line")
	ErrNotAcknowledged = i18n.E("desk.not-acknowledged", "the confidentiality commitment is not yet accepted")
	ErrNotAllowed      = i18n.E("desk.not-allowed", "this role may not do that")
	ErrRecordsWait     = i18n.E("desk.records-wait", "the disk takes no records, so nothing can be done or looked up")
	ErrEnded           = i18n.E("desk.session-ended", "the session has ended")
	ErrNoPerson        = i18n.E("desk.no-such-person", "no such person")
	ErrNoRecord        = i18n.E("desk.no-such-record", "no such record")
)

// Secret is what only its owner knows: a passphrase, a PIN. It never prints. Wipe it after use.
type Secret []byte

// Wipe overwrites the secret.
func (s Secret) Wipe() { clear(s[:cap(s)]) }

// Grouped is digits as a person reads them, three by three, counted from the end. It cannot be
// wiped: for what is shown anyway.
func (s Secret) Grouped() string {
	var b strings.Builder
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(d)
	}
	return b.String()
}

// String, GoString and Format never show the secret.
func (s Secret) String() string { return "(secret)" }

// LineName is where log-ins come from, such as "serial". Wrong ones at one
// line do not lock out another.
type LineName string

// Session is one operator, logged in on one line.
type Session struct {
	ID         uint64
	Operator   string
	Role       Role
	Seat       bool          // at the manager's seat, which has no door
	Lang       i18n.Language // the console sets it when the operator changes it
	Since      time.Time
	Commitment *Commitment // not nil: to be shown and accepted first
}

// Commitment is the confidentiality commitment that an operator accepts before the
// first use and after each change.
type Commitment struct {
	Version string
	Text    string // plain text, lines of any length
}

// Step tells what the unit waits for a person to do, or how far it is.
type Step struct {
	Text   string // "tap the card at the door", "come closer"
	Done   int    // pictures taken; 0 with Wanted 0: not counted
	Wanted int
	Trial  bool // the person steps out of the picture and comes back, to try the face before it is stored
}

// Progress receives steps. It returns at once and may be called from any goroutine, never after the
// call it was given to has returned.
type Progress func(Step)

// Retention is what is kept for how long, and what is overdue.
type Retention struct {
	Events, Acts time.Duration
	LastRun      time.Time
	Removed      uint64
	Overdue      uint64 // zero is the lawful state
	Oldest       time.Time
}

// Erasure is a signed receipt in short. JSON is the whole receipt, a line that "menshen receipt
// verify" takes on any machine.
type Erasure struct {
	Number        uint64
	At            time.Time
	What, Why     string
	Sought, Found int  // blocks of the erased ciphertext, in all of the unit's files
	Signed        bool // with a signature that verifies
	JSON          string
}

// Request is a person's request with its last day.
type Request struct {
	papers.Request
	Due time.Time
}

// Operator is an account as others may see it.
type Operator struct {
	Name       string
	Role       Role
	Blocked    bool
	HasCard    bool
	Commitment string // version accepted; empty: none
	LockedTill time.Time
	LastLogin  time.Time
}

func (s Secret) GoString() string { return "(secret)" }

func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, "(secret)") }

// Details are what staff write about a person.
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
	Doors   []string // other doors that it names: to these a template may go
}

// ConsentGiven is a consent about to be recorded.
type ConsentGiven struct {
	Person       policy.PersonID
	Notice       [32]byte // Hash of the notice shown
	Lang         string
	GuardianName policy.Private // for a person under 14
	Guardian     string         // relation: "mother"
	// Doors to which their template goes too: of those that the notice names. Those named before
	// stay.
	Doors []string
}

// Enrolment is how taking a face ended.
type Enrolment struct {
	Pictures     int  // how many the template is made of; none of them is kept
	Occasions    int  // on which the face was taken, with this one
	CardRequired bool // another enrolled person looks too similar: the face works only together with the card
	Score        float64
}

// Receipt proves an erasure or a revocation.
type Receipt struct {
	At       time.Time
	What     string // "face", "person", "credential"
	Serial   string // number of the signed receipt in the store; empty when nothing had to be erased
	Detail   string // "no block of the old ciphertext left; 2 files scanned"
	FaceGone bool   // a face was erased as well
	OnCard   bool   // the face lay on its owner's cards, which are overwritten if they come within a minute
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
	Unit       string           // the unit's name in the configuration
	Door       policy.DoorState // or NoDoor
	Unlocked   bool
	FacesOff   string // why faces are off, a rule's id or a fault; empty: faces work, or there is no door
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
	Evacuated  bool            // by an operator, not by fire
	Own        store.Overrides // of both, what this door's own Lockdown and Evacuate end
	Orders     []SiteOrder     // of the whole site that stand here

	FacesLocked bool  // behind their passphrase
	Bell        *Bell // nil: nobody waits at it
}

// NoDoor is in the place of a door's state at the manager's seat.
const NoDoor policy.DoorState = "no door"

// Event is one thing that happened. It holds no name and no card number.
type Event struct {
	At     time.Time
	Source string // "door", "input rex", "reader in", "decision 4711", "eye", "clock", "store"
	Text   string // "active", "a card of 26 bits", "refused: no match"
	Fault  bool   // it needs attention
	Lost   int    // events left out before this one

	// What of it programs tell apart; Text says the same in words.
	Decision *Decided   // nil: it is no decision
	Record   audit.Kind // of an entry of the audit log, and
	Reason   policy.Reason
	Part     bool // the state of a part has changed; else, without the above: a reader, or an input
}

// Decided is a decision without whose it is.
type Decided struct {
	Number uint64 // in the audit log; 0: it is not on disk yet
	Means  policy.Means
	Grant  bool
	Reason policy.Reason
}

// LongestAim is how long a camera is shown at most, in case an operator forgets to end it.
const LongestAim = 10 * time.Minute

// Picture is one small grey picture with what the recognizer says of it.
type Picture struct {
	Width, Height int     // 160 by 120 is plenty
	Gray          []uint8 // Width*Height, row by row
	Zone          image.Rectangle
	Face          image.Rectangle // empty: none
	Good          bool            // the face could be used as it is
	Advice        string          // "come closer"; in Session.Lang
	Left          time.Duration   // until the aiming ends by itself
	Figures       string          // "182 px, sharp 120, bright 96, yaw +4"

	// Infrared is what the second camera sees by the emitter's light; its Zone is where the face
	// should be. nil: there is none, or it gives nothing.
	Infrared *Picture
}

// ClockState is a unit's time, and where it comes from.
type ClockState struct {
	Now   time.Time
	From  string // as Status.ClockFrom
	Doubt string // as Status.ClockDoubt
}

// Copy is a person's own page in a file.
type Copy struct {
	Path       string
	Until      time.Time // when the unit deletes it
	Passphrase Secret    // shown once, the caller's to wipe; empty: it is for the holder of a key
}

// PassState is a pass as the list shows it, without code and digits: those cannot be shown again.
type PassState struct {
	Pass
	Host  policy.Private // who invited; empty: staff, or a person who was erased since
	By    string         // who made it
	Used  int            // at all doors, as far as this one knows
	State policy.Reason  // why the door refuses it now; empty: it opens
}

// Pass is a pass just made.
type Pass struct {
	ID    string   // its handle, for the record
	Code  Secret   // digits for the keypad; empty: none
	QR    [][]bool // rows of modules, true is dark, without the quiet zone; empty: none
	From  time.Time
	Until time.Time
	Uses  int
	Doors []PassDoor // that it is for; empty: this one alone
	Other bool       // there are other doors that it could be for
}

// PassDoor is a door of the site, and what it holds of a pass, as far as this one knows.
type PassDoor struct {
	Name string
	Here bool
	Left int  // uses that it has, and no other door
	None bool // it takes no passes, as it told last
}
