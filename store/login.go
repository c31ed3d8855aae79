package store

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"menshen/store/audit"
)

// CheckOperator is a log-in by name and secret. Each try is recorded. ErrDenied when either is wrong (an unknown name takes as long), ErrLocked while the account rests,
// and then even the right secret does not help. The second factor is CheckOperatorCard.
func (v *Vault) CheckOperator(name string, secret []byte) (Operator, error) {
	return v.login(name, audit.LogIn, audit.LogInRefused, func(_ *tx, acc *account) func() bool {
		h := acc.Secret
		return func() bool { return h.fits(secret) }
	})
}

// CheckOperatorCard is the second factor: the operator's own card. It counts towards the same lock.
func (v *Vault) CheckOperatorCard(name string, card []byte) (Operator, error) {
	return v.login(name, audit.LogInCard, audit.LogInCardRefused, func(t *tx, acc *account) func() bool {
		fits := len(acc.Card) > 0 && subtle.ConstantTimeCompare(acc.Card, t.operatorCard(card)) == 1
		return func() bool { return fits }
	})
}

func (t *tx) operatorCard(card []byte) []byte {
	h := t.r.secrets.Lookup.MAC([]byte("operator card"), card)
	return h[:]
}

// login runs the slow check outside of any transaction, then records its result.
func (v *Vault) login(name string, kind, refused audit.Kind, prepare func(*tx, *account) func() bool) (Operator, error) {
	acc := &account{Secret: v.o.Cost.hash(nil)} // an unknown name costs as much
	var now time.Time
	var check func() bool
	err := v.view(func(t *tx) error {
		now = v.now(t)
		switch found, err := t.operator(name); {
		case err == nil:
			acc = found
		case !errors.Is(err, ErrUnknown):
			return err
		}
		check = prepare(t, acc)
		return nil
	})
	if err != nil {
		return Operator{}, fmt.Errorf("log in: %w", err)
	}
	if now.Before(acc.LockedTill) {
		return Operator{}, fmt.Errorf("log in: %w: try again at %s", ErrLocked, acc.LockedTill.Format(time.TimeOnly))
	}
	right := check() && acc.ID != "" && !acc.Blocked
	err = v.act(func(t *tx) error {
		e := Entry{At: v.now(t), Kind: kind, Actor: Actor(acc.ID)}
		if acc.ID == "" {
			e.Kind, e.Actor = refused, Door
			_, err := t.log(e)
			return err
		}
		now, err := t.operator(name) // others may have tried meanwhile
		if err != nil {
			return err
		}
		if right {
			now.Failures, now.LockedTill, now.LastLogin = 0, time.Time{}, e.At
		} else {
			e.Kind = refused
			now.fail(e.At)
		}
		acc = now
		return t.putOperator(now, e)
	})
	switch {
	case err != nil:
		return Operator{}, fmt.Errorf("log in: %w", err)
	case !right:
		return Operator{}, ErrDenied
	}
	return acc.Operator, nil
}

func (acc *account) fail(at time.Time) {
	acc.Failures++
	if over := acc.Failures - lockAfter; over >= 0 {
		acc.LockedTill = at.Add(min(lockFirst<<min(over, 10), lockMost))
	}
}

// LocksOut reports whether wrong tries lock an account for a while, and never for good: tried on an account that nobody has, since guessing at a real one would
// lock somebody out, and seen in the real ones, none of which may have failed so often without a rest (R-OPERATOR).
func LocksOut(all []Operator) bool {
	var acc account
	at := time.Unix(0, 0)
	for range lockAfter {
		acc.fail(at)
	}
	first := acc.LockedTill.Sub(at)
	for range 100 {
		acc.fail(at)
	}
	if first <= 0 || acc.LockedTill.Sub(at) > lockMost {
		return false
	}
	for _, o := range all {
		if o.Failures >= lockAfter && o.LockedTill.IsZero() {
			return false
		}
	}
	return true
}

// Recover sets a new secret by the sealed code, which is then used up, and drops the second factor. ErrDenied, ErrLocked as for CheckOperator.
func (v *Vault) Recover(name, code string, secret []byte) (Operator, error) {
	if err := strong(secret); err != nil {
		return Operator{}, fmt.Errorf("recover: %w", err)
	}
	op, err := v.login(name, audit.Recovery, audit.RecoveryRefused, func(_ *tx, acc *account) func() bool {
		h := acc.Recovery
		return func() bool { return h.fits([]byte(strings.ToLower(strings.TrimSpace(code)))) }
	})
	if err != nil {
		return Operator{}, err
	}
	h := v.o.Cost.hash(secret)
	err = v.changeAccount(Actor(op.ID), op.ID, audit.Recovered, func(_ *tx, acc *account) error {
		acc.Secret, acc.Recovery, acc.Card, acc.HasCard = h, hashed{}, nil, false
		acc.Term++
		op = acc.Operator
		return nil
	})
	return op, err
}
