// Package desk is what an operator may do at a unit, by role: people, faces, papers, records,
// staff, keys. It checks who may do what, records who did it, and puts answers into the operator's
// language. The loop that decides (package unit) knows no language.
package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"menshen/board/compliance"
	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/outbox"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// Parts are what a desk needs.
type Parts struct {
	Config   *config.Config
	Vault    *store.Vault
	Unit     *unit.Unit
	Law      *compliance.Keeper
	Out      outbox.Box
	Time     TimeSource
	SetClock func(time.Time) error // of the machine; nil: SetSystemClock
	Board    host.Board
	Updates  Updates           // nil: this unit has one system only
	Advise   func(error) error // adds the remedy to an error of the vault; nil: it stays as it is
	Beside   Beside
}

// Beside is what a door has beside the unit, such as a display and a voice, by the device that a
// fault of it names: how it is, and what is wrong with it, with the remedy; nil: nothing.
type Beside map[string]func() (i18n.Message, error)

// TimeSource tells where the time comes from. The vault trusts its clock
// only while there is a source.
type TimeSource interface {
	From() string // "operator", "bench", "sync", "rtc"; empty: there is none
	Set()         // an operator set the clock
}

// Desk is the unit as the technician's console sees it. Each method checks the session's
// role itself, names the operator in its record, and says with each refusal what to do.
// All consoles share one Desk.
type Desk struct {
	cfg      *config.Config
	vault    *store.Vault
	unit     *unit.Unit
	law      *compliance.Keeper
	out      outbox.Box
	source   TimeSource
	setClock func(time.Time) error
	board    host.Board
	updates  Updates
	advise   func(error) error
	beside   Beside

	mu             sync.Mutex
	sessions       map[uint64]*session
	last           uint64
	drafts         drafts
	longestAim     time.Duration
	longestInstall time.Duration

	timeSetIn atomic.Uint64 // the session in which the clock was set last
}

// New gives the unit's desk.
func New(p Parts) *Desk {
	if p.SetClock == nil {
		p.SetClock = SetSystemClock
	}
	if p.Advise == nil {
		p.Advise = func(err error) error { return err }
	}
	if p.Updates == nil {
		p.Updates = oneSystem{}
	}
	return &Desk{cfg: p.Config, vault: p.Vault, unit: p.Unit, law: p.Law, out: p.Out, source: p.Time,
		setClock: p.SetClock, board: p.Board, updates: p.Updates, advise: p.Advise, beside: p.Beside,
		sessions: map[uint64]*session{}, drafts: drafts{}, longestAim: LongestAim, longestInstall: LongestInstall}
}

// Now is the unit's time.
func (d *Desk) Now() time.Time { return d.now() }

func (d *Desk) now() time.Time { return d.vault.Clock().Now }

// allow finds the session and checks that its role has the right, by the account as it is now.
// Errors: [ErrEnded], [ErrRecordsWait], [ErrNotAcknowledged], [ErrNotAllowed],
// [ErrSeat].
func (d *Desk) allow(s Session, right Right) (store.Actor, error) {
	now, err := d.session(s)
	if err != nil {
		return "", err
	}
	account, err := d.vault.Operator(now.Operator)
	switch {
	case errors.Is(err, store.ErrUnknown) || err == nil && (account.Blocked || account.Term != now.term):
		d.end(s, accountChanged)
		return "", ErrEnded
	case err != nil:
		return "", fmt.Errorf("reading the operator's account: %w", err)
	case now.unrecorded && right != SeesStatus:
		return "", i18n.Problem(ErrRecordsWait, i18n.M("desk.free-space", "free space on the unit's disk, or replace "+
			"it; 'status' says what is wrong with it"))
	case now.Commitment != nil:
		return "", ErrNotAcknowledged
	case !right.Of(account.Role):
		return "", ErrNotAllowed
	case d.cfg.Seat() && slices.Contains(ofDoor, right):
		return "", i18n.Problem(ErrSeat, i18n.M("desk.seat-how", "do it at the door, at its console or its page"))
	}
	return store.Actor(now.Operator), nil
}

// AsksAtTheDoor is how long a session waits for a person to act at the door.
const AsksAtTheDoor = time.Minute

var errNoCard = i18n.E("desk.no-card-came", "no card came")

// cardAt asks for a card at a place and waits for it. Errors: errNoCard after [AsksAtTheDoor];
// [ErrEnded] when the session ends.
func (d *Desk) cardAt(ctx context.Context, at unit.Place, what string, step Progress) (hal.Card, error) {
	return d.cardWithin(ctx, at, AsksAtTheDoor, what, step)
}

// cardWithin is cardAt with another time.
func (d *Desk) cardWithin(ctx context.Context, at unit.Place, within time.Duration, what string,
	step Progress) (hal.Card, error) {
	if len(d.unit.ReadersAt(at)) == 0 {
		return hal.Card{}, i18n.Problem(i18n.E("desk.no-card-reader", "this unit has no card reader"),
			i18n.M("desk.wire-reader", "wire a reader, and name it in the configuration"))
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ask := func() { step(Step{Text: what}) }
	c, err := d.unit.NextCard(ctx, at, ask, func(misread error) { step(Step{Text: misread.Error()}) })
	if why := context.Cause(ctx); errors.Is(why, ErrEnded) {
		return hal.Card{}, why
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return c, i18n.Problem(errNoCard, i18n.M("desk.try-card-again",
			"try again, and hold the card to the reader within a minute"))
	}
	return c, err
}

// explain turns errors of the vault into those that a console shows.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrTaken):
		return i18n.Problem(i18n.E("desk.belongs-to-another", "this belongs to another person"),
			i18n.M("desk.use-another-or-revoke", "use another one, or revoke it there first"))
	case errors.Is(err, store.ErrUnknown):
		return ErrNoPerson
	case errors.Is(err, store.ErrSpoilt):
		return i18n.Problem(i18n.E("desk.spoilt",
			"a broken door has told of this person what no door can change any more"),
			i18n.M("desk.spoilt-how", "erase the person and enter them again, and send the broken door away"))
	}
	return err
}

// Notice gives the notice in force in a language.
func (d *Desk) Notice(_ context.Context, s Session, lang string) (Notice, error) {
	if _, err := d.allow(s, SeesStatus); err != nil {
		return Notice{}, err
	}
	text, hash, err := d.vault.Notice(lang)
	if err != nil {
		return Notice{}, fmt.Errorf("reading the notice: %w", err)
	}
	return Notice{Lang: lang, Version: fmt.Sprintf("%x", hash[:4]), Text: text, Hash: hash,
		Doors: d.cfg.Faces.Doors}, nil
}

// OpenDoor releases the door once.
func (d *Desk) OpenDoor(ctx context.Context, s Session, reason string) (policy.Decision, error) {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return policy.Decision{}, err
	}
	return d.unit.Release(ctx, by, reason)
}

// SwitchOutput switches an output beside the door once, and gives how long it is on. The reason is
// recorded.
func (d *Desk) SwitchOutput(ctx context.Context, s Session, output, reason string) (time.Duration, error) {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return 0, err
	}
	return d.unit.SwitchOutput(ctx, by, output, reason)
}

func either[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
