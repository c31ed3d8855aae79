package unit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"menshen/policy"
	"menshen/store"
)

// A person may take their face back at another door of the site, and then this one must hear of it
// (R-WITHDRAW). Where no other door answers for long, all its faces rest, and cards go on.

// trustEvery is how often the unit looks whether a word to the other doors is due.
const trustEvery = time.Minute

// OtherDoors is the device that has a fault while faces rest, since no other door answers.
const OtherDoors = "other doors"

// trust is what the loop knows of the other doors' answers.
type trust struct {
	policy.Trust
	learned time.Duration // when the last answer was learnt of, by Unit.steady
}

// loadTrust takes up what the vault knows of answers.
func (u *Unit) loadTrust() error {
	t, err := u.readTrust()
	if err == nil {
		u.noteTrust(t)
	}
	return err
}

// readTrust asks the vault. A door of no site is one that has no others.
func (u *Unit) readTrust() (policy.Trust, error) {
	t, err := u.vault.SiteTrust()
	if errors.Is(err, store.ErrNoSite) {
		return policy.Trust{Alone: true}, nil
	}
	return t, err
}

// keepSite says this door's word when that is due, and notes whose orders' time is over, until ctx
// ends. A vault that does not answer is a fault already, and this is tried again.
func (u *Unit) keepSite(ctx context.Context) {
	for ctx.Err() == nil {
		_ = u.KeepTrust(ctx)
		_ = u.KeepOrders(ctx)
		pause(ctx, trustEvery)
	}
}

// KeepTrust takes up the other doors' answers, and says this door's word to them when that is due.
func (u *Unit) KeepTrust(ctx context.Context) error {
	t, err := u.readTrust()
	if err != nil {
		return err
	}
	var waits bool
	if err := u.do(ctx, func() { u.noteTrust(t); waits = u.unheard() }); err != nil {
		return err
	}
	_, err = u.vault.SayWord(waits)
	return err
}

// noteTrust takes over what the vault knows. It runs on the loop.
func (u *Unit) noteTrust(t policy.Trust) {
	if t.Answered != u.trust.Answered {
		u.trust.learned = u.steady()
	}
	u.trust.Trust = t
	if u.unheard() {
		u.fault(OtherDoors, fmt.Errorf("none has answered for %.0f days, or the clock cannot tell: faces rest, "+
			"cards and codes go on", u.cfg.Site.FaceTrust.D().Hours()/24))
	} else {
		u.recovered(OtherDoors)
	}
}

// unheard reports whether faces rest, since no other door answers. It runs on the loop.
func (u *Unit) unheard() bool {
	return u.cfg.Faces.Enabled && !u.trusted().Holds(u.clock(), u.now(), u.cfg.Site.FaceTrust.D())
}

func (u *Unit) trusted() policy.Trust {
	t := u.trust.Trust
	t.Passed = u.steady() - u.trust.learned
	return t
}

// Answers is what this door knows of the other doors' answers.
type Answers struct {
	Last time.Time // when it said what another door has answered last; zero: not known
	Rest bool      // faces rest until the next one
	Ends time.Time // when they will, without another one; zero: never, or they do
}

// Answers tells whether the other doors answer.
func (u *Unit) Answers(ctx context.Context) (a Answers, err error) {
	err = u.do(ctx, func() {
		a = Answers{Last: u.trust.Answered, Rest: u.unheard(),
			Ends: u.trusted().Ends(u.clock(), u.now(), u.cfg.Site.FaceTrust.D())}
	})
	return a, err
}
