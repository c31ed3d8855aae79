package board

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/notice"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
)

// Desk is the unit as the technician's console sees it. It checks each session's role itself, names the operator in each
// record, and words each refusal with what to do about it.
type Desk struct {
	u *Unit

	mu       sync.Mutex
	sessions map[uint64]*session
	last     uint64
	drafts   drafts

	timeSetIn  atomic.Uint64 // the session in which the clock was set last
	longestAim time.Duration
}

var _ console.Desk = (*Desk)(nil)

// Desk gives the unit's desk; all consoles share it.
func (u *Unit) Desk() *Desk {
	return &Desk{u: u, sessions: map[uint64]*session{}, drafts: drafts{}, longestAim: console.LongestAim}
}

// Rights: who may do what.
var (
	anybody     = []console.Role{console.Installer, console.Technician, console.Manager, console.Auditor}
	keepsPeople = []console.Role{console.Manager}
	seesPeople  = []console.Role{console.Manager, console.Auditor}
	opensDoor   = []console.Role{console.Installer, console.Technician, console.Manager}
	seesRecords = []console.Role{console.Technician, console.Manager, console.Auditor}
)

// allow finds the session and holds it to its role, by the account as it is now.
func (d *Desk) allow(s console.Session, roles []console.Role) (store.Actor, error) {
	now, err := d.session(s)
	if err != nil {
		return "", err
	}
	account, err := d.u.vault.Operator(now.Operator)
	switch {
	case errors.Is(err, store.ErrUnknown) || err == nil && (account.Blocked || account.Term != now.term):
		d.end(s, accountChanged)
		return "", console.ErrEnded
	case err != nil:
		return "", fmt.Errorf("reading the operator's account: %w", err)
	case now.Commitment != nil:
		return "", console.ErrNotAcknowledged
	case !slices.Contains(roles, console.Role(account.Role)):
		return "", console.ErrNotAllowed
	}
	return store.Actor(now.Operator), nil
}

// AsksAtTheDoor is how long a session waits for somebody to act at the door.
const AsksAtTheDoor = time.Minute

var errNoCard = errors.New("no card came")

// cardAtDoor asks for a card and waits for it, or for the end of ctx, whose cause it then gives.
func (d *Desk) cardAtDoor(ctx context.Context, what string, step console.Progress) (hal.Card, error) {
	if len(d.u.hw.Readers) == 0 {
		return hal.Card{}, problem(errors.New("this unit has no card reader"), "wire one, and name it in the configuration")
	}
	ctx, cancel := context.WithTimeout(ctx, AsksAtTheDoor)
	defer cancel()
	c, err := d.u.nextCard(ctx, func() { step(console.Step{Text: what}) }, func(misread error) { step(console.Step{Text: misread.Error()}) })
	if why := context.Cause(ctx); errors.Is(why, console.ErrEnded) {
		return hal.Card{}, why
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return c, problem(errNoCard, "try again, and hold the card to the reader within a minute")
	}
	return c, err
}

func problem(err error, remedy string) error { return &console.Problem{Err: err, Remedy: remedy} }

// explain turns the errors of the parts into the console's own.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrTaken):
		return problem(errors.New("this is somebody's already"), "take one that is nobody's, or revoke it there first")
	case errors.Is(err, store.ErrUnknown):
		return console.ErrNoPerson
	}
	return err
}

// Notice gives the words in force.
func (d *Desk) Notice(_ context.Context, s console.Session, lang string) (console.Notice, error) {
	if _, err := d.allow(s, anybody); err != nil {
		return console.Notice{}, err
	}
	text, hash, err := d.u.vault.Notice(lang)
	if err != nil {
		return console.Notice{}, fmt.Errorf("reading the notice: %w", err)
	}
	return console.Notice{Lang: lang, Version: fmt.Sprintf("%x", hash[:4]), Text: text, Hash: hash}, nil
}

// OpenDoor releases the door once.
func (d *Desk) OpenDoor(ctx context.Context, s console.Session, reason string) (policy.Decision, error) {
	by, err := d.allow(s, opensDoor)
	if err != nil {
		return policy.Decision{}, err
	}
	var out policy.Decision
	err = d.u.do(ctx, func() { out = d.u.release(by, reason) })
	return out, err
}

// ensureNotices writes the notices in force into the vault: the words of this version, with this site's facts.
func (u *Unit) ensureNotices() error {
	if !u.cfg.Faces.Enabled {
		return nil
	}
	for _, lang := range notice.Languages {
		text, err := notice.Text(lang, NoticeFacts(u.cfg))
		if err != nil {
			return err
		}
		if now, _, err := u.vault.Notice(lang); err == nil && now == text {
			continue
		}
		if _, err := u.vault.PutNotice(store.Door, text, lang); err != nil {
			return fmt.Errorf("keeping the notice: %w", err)
		}
	}
	return nil
}

// NoticeFacts are what the site says of itself in its notice, sign and commitment.
func NoticeFacts(c *config.Config) notice.Facts {
	return notice.Facts{Place: c.Unit.Location, Door: c.Unit.Name, Handler: c.Unit.Handler, Contact: c.Unit.Contact,
		Access: keepDecisions, Acts: store.DefaultRetention.Acts, Asks: c.Faces.Challenge != "never"}
}

// keepDecisions is how long access events are kept (R-RETAIN).
const keepDecisions = 90 * 24 * time.Hour
