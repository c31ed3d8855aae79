package console

import (
	"context"
	"time"

	"menshen/board/desk"
	"menshen/board/rights"
	"menshen/policy"
)

// What only some desks can do. The console offers the commands of those that its Desk has.

// Watcher tells what happens at the unit, as it happens.
type Watcher interface {
	// Watch calls show for each event until ctx ends, and gives nil then. show may take as long
	// as the line does; a desk that has too many events meanwhile leaves the oldest out and
	// says how many in Event.Lost.
	Watch(ctx context.Context, s desk.Session, show func(desk.Event)) error
}

// Aimer shows what the camera sees, for aiming it. The unit records beginning and end, lights the
// camera's lamp meanwhile, and keeps no picture.
type Aimer interface {
	// Aim calls show with the newest picture until ctx ends, and gives nil then.
	// Errors: [desk.LongestAim] has passed. show may take half a second. When it
	// returns the desk wipes the picture.
	Aim(ctx context.Context, s desk.Session, show func(*desk.Picture)) error
}

// TimeSetter tells the unit's time, and sets the clock of a unit that has lost it.
type TimeSetter interface {
	Clock(ctx context.Context, s desk.Session) (desk.ClockState, error)
	// SetTime sets the clock. Only a manager may change it by more than a week. After a far jump
	// ahead nothing is destroyed by date until ConfirmTime, in another session.
	SetTime(ctx context.Context, s desk.Session, t time.Time) error
	ConfirmTime(ctx context.Context, s desk.Session) error
}

// AccessTeller says why a person can never come in at this door.
type AccessTeller interface {
	// NeverIn gives the reason with the remedy, in the session's language; empty: they can come in.
	NeverIn(ctx context.Context, s desk.Session, p policy.Person) (string, error)
}

// Rights answers a person who asks what the unit stores about them (R-RIGHTS).
type Rights interface {
	// Stored gives all of it, in the session's language. The look-up is itself recorded.
	Stored(ctx context.Context, s desk.Session, id policy.PersonID) (rights.Page, error)
	// Copy writes it as a page to print, in the person's own language, into an encrypted file: for
	// the holder of an age public key, or, where recipient is empty, under a passphrase made for
	// it. The file is deleted after some days, or with the person.
	Copy(ctx context.Context, s desk.Session, id policy.PersonID, recipient string) (desk.Copy, error)
}

// Passes gives visitors a way in without a face: short, for this door, counted.
type Passes interface {
	// AddPass makes a pass. Its host is the person of id, or staff for the zero id. doors are those
	// of the site that it is for; none: this one alone. The code is
	// shown once; the caller wipes it.
	AddPass(ctx context.Context, s desk.Session, id policy.PersonID, from, until time.Time, uses int,
		doors ...string) (desk.Pass, error)
	// EndPass revokes a pass by its handle, or the beginning of it.
	EndPass(ctx context.Context, s desk.Session, id string) error
	// ListPasses gives the passes made here, until a day after their end, by their end. The
	// look-up of their hosts is recorded.
	ListPasses(ctx context.Context, s desk.Session) ([]desk.PassState, error)
	// PassesOf gives those of one host that open, or will.
	PassesOf(ctx context.Context, s desk.Session, host policy.PersonID) ([]desk.PassState, error)
	// PrintPass writes a pass as a page to print, A4 or a label, and gives its path.
	PrintPass(ctx context.Context, s desk.Session, p desk.Pass, label bool) (path string, err error)
}
