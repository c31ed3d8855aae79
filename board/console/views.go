package console

import (
	"context"
	"image"
	"time"

	"menshen/policy"
)

// What some desks can do besides. The console offers the commands of those that its Desk has.

// Watcher tells what happens at the unit, as it happens.
type Watcher interface {
	// Watch calls show for each event until ctx ends, and answers with nil then. show may take as long as the line does; a desk that has too
	// many events meanwhile leaves the oldest out and says how many in Event.Lost.
	Watch(ctx context.Context, s Session, show func(Event)) error
}

// Event is one thing that happened. It names nobody and holds no card number.
type Event struct {
	At     time.Time
	Source string // "door", "input rex", "reader in", "decision 4711", "eye", "clock", "store"
	Text   string // "active", "a card of 26 bits", "refused: no match"
	Fault  bool   // something wants attention
	Lost   int    // events left out before this one
}

// Aimer shows what the camera sees, for aiming it. The unit records the beginning and the end of an aiming, lights the camera lamp
// as long as it lasts, and keeps nothing of it.
type Aimer interface {
	// Aim calls show with the newest picture until ctx ends, and answers with nil then; after LongestAim with a Problem that says so. show may take half a second. The picture is the
	// desk's again when show returns, which wipes it.
	Aim(ctx context.Context, s Session, show func(*Picture)) error
}

// LongestAim is how long a camera is shown at most, so that no corridor is watched by one that was forgotten.
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
}

// TimeSetter tells the unit's time, and sets the clock of a unit that has lost it.
type TimeSetter interface {
	Clock(ctx context.Context, s Session) (ClockState, error)
	// SetTime sets the clock. By more than a week only a manager may. After a far jump ahead nothing is destroyed by date until ConfirmTime, in
	// another visit.
	SetTime(ctx context.Context, s Session, t time.Time) error
	ConfirmTime(ctx context.Context, s Session) error
}

// ClockState is a unit's time, and where it comes from.
type ClockState struct {
	Now   time.Time
	From  string // as Status.ClockFrom
	Doubt string // as Status.ClockDoubt
}

// AccessTeller says of somebody that they can never come in at this door.
type AccessTeller interface {
	// NeverIn gives the reason with the remedy, in the session's language; empty: they can.
	NeverIn(ctx context.Context, s Session, p policy.Person) (string, error)
}

// Rights answers a person who asks what the unit knows of them (R-RIGHTS).
type Rights interface {
	// Stored gives all of it, in the session's language. The question is itself recorded.
	Stored(ctx context.Context, s Session, id policy.PersonID) (Page, error)
	// Copy writes it as a page to print, in the person's own language, into an encrypted file: for the holder of an age public key, or,
	// where recipient is empty, under a passphrase made for it. The file is deleted after some days, or with the person.
	Copy(ctx context.Context, s Session, id policy.PersonID, recipient string) (Copy, error)
}

// Copy is a person's own page in a file.
type Copy struct {
	Path       string
	Until      time.Time // when the unit deletes it
	Passphrase Secret    // shown once, the caller's to wipe; empty: it is for the holder of a key
}

// Page is all that is stored about one person.
type Page struct {
	Person    policy.Person
	Stored    []Fact   // what else: "template", "consent", with size, date, hash, key epoch; never the data itself
	Notice    string   // the very words that they agreed to; empty: they did not
	Decisions []Record // each decision about them that is still kept
	Acts      []Act    // each act on their data, look-ups included
}

// Act is something that an operator, or the unit itself, did with a person's data.
type Act struct {
	At   time.Time
	By   string // login name; "the unit" for what happens by itself
	What string
}

// Passes gives visitors a way in without a face: short, for this door, counted.
type Passes interface {
	// AddPass makes a pass; whoever hands it over is the person of id, or staff for the zero id. The code is shown once and
	// is the caller's to wipe.
	AddPass(ctx context.Context, s Session, id policy.PersonID, from, until time.Time, uses int) (Pass, error)
	// EndPass ends a pass by its handle, or the beginning of it.
	EndPass(ctx context.Context, s Session, key string) error
	// ListPasses gives the passes made here whose time is not long over, the one that ends first before the others. Whose hosts are named is recorded.
	ListPasses(ctx context.Context, s Session) ([]PassState, error)
}

// PassState is a pass as the list shows it, without code and digits: nobody can show those again.
type PassState struct {
	Pass
	Host  policy.Private // who invited; empty: staff, or somebody who was erased since
	By    string         // who made it
	Used  int
	State policy.Reason // why the door refuses it now; empty: it opens
}

// Pass is a pass just made.
type Pass struct {
	Key   string   // its handle, for the record
	Code  Secret   // digits for the keypad; empty: none
	QR    [][]bool // rows of modules, true is dark, without the quiet zone; empty: none
	From  time.Time
	Until time.Time
	Uses  int
}
