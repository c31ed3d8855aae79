package store

import (
	"errors"
	"fmt"
	"time"

	"menshen/site/fact"
)

// StateEvery is the least time between two states that a door tells: one whose input rattles must
// not fill its chain. The first change after a quiet time is told at once.
const StateEvery = 15 * time.Minute

// TellState tells the other doors how this one fares, where that has changed since it was told
// last, and [StateEvery] has passed. The vault fills in time and erasures. It may be called often:
// with nothing to tell it reads two records. A vault that belongs to no site tells nothing.
func (v *Vault) TellState(s fact.State) (told bool, err error) {
	due := false
	err = v.view(func(t *tx) error {
		due, err = t.stateDue(&s, v.now(t))
		return err
	})
	if err != nil || !due {
		return false, err
	}
	err = v.act(func(t *tx) error {
		told = false
		site, err := t.teller()
		if site == nil || err != nil {
			return err
		}
		if due, err := t.stateDue(&s, v.now(t)); !due || err != nil {
			return err
		}
		site.state, site.members[t.r.Unit].State, told = &s, &s, true
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("tell the other doors how this one fares: %w", err)
	}
	return told, nil
}

// stateDue completes a state, and reports whether it is to be told at a time.
func (t *tx) stateDue(s *fact.State, now time.Time) (bool, error) {
	var here member
	switch err := t.get(siteBucket, memberKey(t.r.Unit), &t.r.seal, &here); {
	case errors.Is(err, ErrUnknown):
		return false, nil
	case err != nil || here.gone():
		return false, err
	}
	due, err := t.due()
	s.At, s.Due = now, len(due)
	*s = s.Fit()
	if err != nil || here.State == nil {
		return err == nil, err
	}
	ago := now.Sub(here.State.At)
	return !s.Same(*here.State) && (ago < 0 || ago >= StateEvery), nil // a clock that was set back silences nobody
}

// heardState keeps what another door told of itself.
func (m *member) heardState(s *fact.State) {
	if s != nil {
		fit := s.Fit()
		m.State = &fit
	}
}

// tellStateAgain has this door tell how it fares when that is looked at next.
func (t *tx) tellStateAgain() error {
	here := t.telling.members[t.r.Unit]
	here.State = nil
	return t.putMember(here)
}
