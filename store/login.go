package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"menshen/store/audit"
	"menshen/store/seal"
)

// CheckOperator is a log-in by name and secret, at a line. Each try is recorded. [ErrDenied]: the
// name, the secret or both are wrong, or the account is blocked; neither the message nor the time
// shows which. [ErrLocked]: too many wrong tries of this name, or at this line. Even the right
// secret is then refused until the lockout ends, after 15 minutes at most. [ErrSlow], with the
// operator: all is right, and the disk, which is full or failing, does not take the record of it,
// which waits in memory.
//
// Where the account has a card, [Vault.CheckOperatorCard] completes the log-in. Wrong
// tries are forgotten only then.
func (v *Vault) CheckOperator(line Line, name string, secret []byte) (Operator, error) {
	test := func(_ *tx, acc *account) func() bool { return v.slowTest(acc.Secret, secret) }
	return v.login(&try{line: line, name: name, right: audit.LogIn, wrong: audit.LogInRefused, first: true, test: test})
}

// CheckOperatorCard checks the second factor, the operator's own card. A wrong card counts towards
// the same lockout. Errors: those of [Vault.CheckOperator].
func (v *Vault) CheckOperatorCard(line Line, name string, card []byte) (Operator, error) {
	test := func(t *tx, acc *account) func() bool {
		fits := len(acc.Card) > 0 && subtle.ConstantTimeCompare(acc.Card, t.hashCard(acc, card)) == 1
		return func() bool { return fits }
	}
	return v.login(&try{line: line, name: name, right: audit.LogInCard, wrong: audit.LogInCardRefused, test: test})
}

// LogInWithoutCard completes a log-in begun by [Vault.CheckOperator] where no reader can read the
// card. why is recorded, and must not name a person.
func (v *Vault) LogInWithoutCard(line Line, name, why string) (Operator, error) {
	test := func(*tx, *account) func() bool { return func() bool { return true } }
	return v.login(&try{line: line, name: name, right: audit.LogInWithoutCard, wrong: audit.LogInCardRefused, why: why,
		test: test})
}

// Recover sets a new secret by the recovery code, which is then used up, and removes the second
// factor. It works during a lockout of the account, and ends it. Wrong codes are counted by
// themselves: [ErrLocked] for 5 minutes at most; [ErrDenied] as for [Vault.CheckOperator].
func (v *Vault) Recover(line Line, name, code string, secret []byte) (Operator, error) {
	if err := strong(secret); err != nil {
		return Operator{}, fmt.Errorf("recover: %w", err)
	}
	test := func(_ *tx, acc *account) func() bool {
		h := acc.Recovery
		if len(h.Hash) == 0 {
			h = unfittingHash(acc.Secret.Cost)
		}
		return v.slowTest(h, []byte(strings.ToLower(strings.TrimSpace(code))))
	}
	op, err := v.login(&try{line: line, name: name, right: audit.Recovery, wrong: audit.RecoveryRefused, test: test})
	if err != nil {
		return Operator{}, err
	}
	h := v.o.hash(secret)
	err = v.changeAccount(Actor(op.ID), op.ID, audit.Recovered, func(_ *tx, acc *account) error {
		if acc.Term != op.Term { // the code was used meanwhile, or the account blocked
			return ErrDenied
		}
		acc.Secret, acc.Recovery, acc.Card, acc.CardKey, acc.HasCard = h, hashed{}, nil, nil, false
		acc.Term++
		op = acc.Operator
		return nil
	})
	if err == nil {
		v.forgiveAccount(op.ID)
	}
	return op, err
}

// hashCard gives what a card is kept as in that account.
func (t *tx) hashCard(acc *account, card []byte) []byte {
	key := t.r.secrets.Lookup
	if len(acc.CardKey) == len(key) {
		key = seal.Key(acc.CardKey)
	}
	h := key.MAC([]byte("operator card"), card)
	return h[:]
}

// slowTest gives the slow comparison, which must run outside of a transaction.
func (v *Vault) slowTest(h hashed, secret []byte) func() bool {
	return func() bool { return h.fits(v.o.argon, secret) }
}

// unfittingHash gives a hash that no secret fits, and that takes as long to try as any other.
func unfittingHash(c Cost) hashed {
	h := hashed{Cost: c, Salt: make([]byte, 16), Hash: make([]byte, 32)}
	rand.Read(h.Hash)
	return h
}

// try is one try to log in.
type try struct {
	line         Line
	name         string
	right, wrong audit.Kind                      // how it is recorded; right may be empty: what follows has a record
	why          string                          // for the record
	first        bool                            // where the account has a card, another factor follows
	test         func(*tx, *account) func() bool // gives the slow part of the test

	acc    *account // whose; without an ID when the name is unknown
	handle string
	at     time.Duration // when it was counted
}

// login makes a try and records its result. The try counts as wrong until it turns out to
// be right, so that several at once get no further than one after the other. The slow test
// runs outside of any transaction.
func (v *Vault) login(y *try) (Operator, error) {
	test, err := v.beginTry(y)
	if err != nil {
		return Operator{}, fmt.Errorf("log in: %w", err)
	}
	right := test() && y.acc.ID != "" && !y.acc.Blocked
	var in bool
	err = v.act(func(t *tx) (err error) {
		in, err = v.recordResult(t, y, right)
		return err
	})
	if in || err != nil && right { // a failing disk must not lock an operator out
		v.forgive(y, err == nil)
	}
	if err != nil && diskRefuses(err) {
		in, err = v.recordLater(y, right, err)
	}
	switch {
	case in && errors.Is(err, ErrSlow):
		return y.acc.Operator, fmt.Errorf("log in: %w", err)
	case err != nil:
		return Operator{}, fmt.Errorf("log in: %w", err)
	case !in:
		return Operator{}, ErrDenied
	}
	return y.acc.Operator, nil
}

// beginTry finds the account and counts the try. Errors: ErrLocked.
func (v *Vault) beginTry(y *try) (test func() bool, err error) {
	err = v.view(func(t *tx) (err error) {
		if y.acc, err = t.anyAccount(y.name, v.o.Cost); err != nil {
			return err
		}
		v.logins.mu.Lock()
		defer v.logins.mu.Unlock()
		if err := v.logins.recount(t); err != nil {
			return err
		}
		tries := v.logins.of(y.wrong)
		y.handle, y.at = t.r.handle(y.line, y.name), v.o.Running()
		if d := tries.locked(y.line, y.handle, y.at); d > 0 {
			return fmt.Errorf("%w: wait %s", ErrLocked, (d + time.Second - 1).Truncate(time.Second))
		}
		tries.fail(y.line, y.handle, Actor(y.acc.ID), y.at)
		test = y.test(t, y.acc)
		return nil
	})
	return test, err
}

// recordResult records a try. It refuses an operator who was blocked, or got
// another secret, during the test.
func (v *Vault) recordResult(t *tx, y *try, right bool) (in bool, err error) {
	acc, in, err := y.judge(t, right)
	if err != nil {
		return false, err
	}
	e := y.entry(v.now(t), in)
	switch {
	case e.Kind == "":
		return true, nil
	case !in || y.needsCard():
		_, err := t.log(e)
		return in, err
	}
	acc.LastLogin = e.At
	y.acc = acc
	return true, t.putOperator(acc, e)
}

// recordLater leaves the record of a try that the disk refused, with why, to be written when the
// disk takes records again. in: the operator is let in, with [ErrSlow].
func (v *Vault) recordLater(y *try, right bool, why error) (in bool, err error) {
	var e Entry
	err = v.view(func(t *tx) (err error) {
		_, in, err = y.judge(t, right)
		e = y.entry(v.now(t), in)
		return err
	})
	if err != nil || e.Kind == "" {
		return false, errors.Join(why, err)
	}
	atOnce, cancel := context.WithCancel(context.Background())
	cancel()
	switch _, err = v.record(atOnce, e, func(*tx) error { return nil }); {
	case err != nil && !errors.Is(err, ErrSlow):
		return false, err
	case in:
		return true, fmt.Errorf("%w: %w", ErrSlow, why)
	}
	return false, nil
}

// diskRefuses reports whether an error says that the disk is full or failing.
func diskRefuses(err error) bool {
	return slices.ContainsFunc([]error{unix.ENOSPC, unix.EDQUOT, unix.EFBIG, unix.EIO, unix.EROFS},
		func(is error) bool { return errors.Is(err, is) }) && !errors.Is(err, ErrReadOnly)
}

// judge gives the account as it is now, and whether the try lets its operator in.
func (y *try) judge(t *tx, right bool) (acc *account, in bool, err error) {
	if y.acc.ID == "" {
		return nil, false, nil
	}
	acc = new(account)
	if err := t.get(operatorBucket, []byte(y.acc.ID), &t.r.seal, acc); err != nil {
		return nil, false, err
	}
	return acc, right && acc.Term == y.acc.Term, nil
}

// entry is the record of a try; its kind is empty where what follows has a record.
func (y *try) entry(at time.Time, in bool) Entry {
	e := Entry{At: at, Kind: y.wrong, Actor: Door,
		Detail: map[string]string{atLine: string(y.line), atHandle: y.handle}}
	if y.acc.ID != "" {
		e.Actor = Actor(y.acc.ID)
	}
	if !in {
		return e
	}
	e.Kind = y.right
	if y.why != "" {
		e.Detail["why"] = y.why
	}
	if y.needsCard() {
		delete(e.Detail, atHandle)
	}
	return e
}

// needsCard reports whether another factor follows.
func (y *try) needsCard() bool { return y.first && y.acc.HasCard }

// forgive takes a right try back, and clears the wrong ones before it when the log-in is complete.
func (v *Vault) forgive(y *try, in bool) {
	v.logins.mu.Lock()
	defer v.logins.mu.Unlock()
	tries := v.logins.of(y.wrong)
	tries.takeBack(y.line, y.handle, y.at)
	if in && !y.needsCard() {
		tries.clear(y.handle)
	}
}

// forgiveAccount forgets the wrong tries on an account that has a new secret.
func (v *Vault) forgiveAccount(id string) {
	v.logins.mu.Lock()
	defer v.logins.mu.Unlock()
	v.logins.secrets.forget(Actor(id))
}
