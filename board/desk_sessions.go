package board

import (
	"context"
	"errors"
	"fmt"

	"menshen/board/console"
	"menshen/board/notice"
	"menshen/store"
	"menshen/store/audit"
)

// LogIn checks name and secret, and the operator's own card where they have one (R-OPERATOR).
func (d *Desk) LogIn(ctx context.Context, name string, secret console.Secret, lang string, step console.Progress) (console.Session, error) {
	op, err := d.u.vault.CheckOperator(name, secret)
	if err == nil && op.HasCard {
		op, err = d.secondFactor(ctx, name, words(lang, "tap your own card at the reader", "请刷您本人的卡"), step)
	}
	switch {
	case errors.Is(err, store.ErrDenied):
		return console.Session{}, console.ErrRefused
	case errors.Is(err, store.ErrLocked):
		return console.Session{}, console.ErrLockedOut
	case errors.Is(err, store.ErrWaiting), errors.Is(err, store.ErrReadOnly):
		return console.Session{}, d.noLogIn(ctx, lang, err)
	case err != nil:
		return console.Session{}, err
	}
	s := console.Session{Operator: op.ID, Role: console.Role(op.Role), Lang: lang, Since: d.u.now()}
	if text, version := notice.Commitment(lang); op.Commitment.Version != version {
		s.Commitment = &console.Commitment{Version: version, Text: text}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last++
	s.ID = d.last
	d.sessions[s.ID] = s
	return s, nil
}

func (d *Desk) secondFactor(ctx context.Context, name, what string, step console.Progress) (store.Operator, error) {
	c, err := d.cardAtDoor(ctx, what, step)
	if err != nil {
		return store.Operator{}, err
	}
	return d.u.vault.CheckOperatorCard(name, c.Credential())
}

// LogOut ends the session.
func (d *Desk) LogOut(s console.Session, why string) {
	d.mu.Lock()
	_, was := d.sessions[s.ID]
	delete(d.sessions, s.ID)
	d.mu.Unlock()
	if was {
		d.u.record(store.Entry{Kind: audit.LogOut, Actor: store.Actor(s.Operator), Detail: map[string]string{"why": why}})
	}
}

// Acknowledge records the confidentiality commitment.
func (d *Desk) Acknowledge(_ context.Context, s console.Session) (console.Session, error) {
	d.mu.Lock()
	now, ok := d.sessions[s.ID]
	d.mu.Unlock()
	if !ok {
		return s, console.ErrEnded
	}
	if now.Commitment == nil {
		return now, nil
	}
	err := d.u.vault.ChangeOperator(store.Actor(s.Operator), s.Operator, audit.CommitmentAccepted, func(o *store.Operator) error {
		o.Commitment = store.Commitment{Version: now.Commitment.Version, At: d.u.now()}
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("recording the commitment: %w", err)
	}
	now.Commitment = nil
	d.mu.Lock()
	d.sessions[s.ID] = now
	d.mu.Unlock()
	return now, nil
}
