package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"menshen/store/audit"
)

// TestROperatorLockOutlivesARestart: what failed is counted again from the log, which holds no name
// that was typed.
func TestROperatorLockOutlivesARestart(t *testing.T) {
	u, op, _ := staffed(t)
	u.failsTo(t, 4, "a", "Zhao")
	u.failsTo(t, 5, "a", "Quirinius")
	for range 6 {
		_, _ = u.Recover("a", "Zhao", "wrong", []byte("new secret"))
	}
	u.failsTo(t, 3, "b", "Zhao")
	if err := u.logIn("b", "Zhao", "739182"); err != nil {
		t.Fatal(err)
	}
	u.clock.advance(10 * time.Second)
	before, _ := u.Operators()
	u.reopen(t)
	if after, err := u.Operators(); err != nil || after[0] != before[0] || after[0].Failures != 4 {
		t.Errorf("operators after the restart: %+v, %v", after, err)
	}
	u.failsTo(t, 1, "a", "Zhao")
	for _, name := range []string{"Zhao", "Quirinius"} {
		if err := u.logIn("a", name, "739182"); !errors.Is(err, ErrLocked) {
			t.Errorf("%s got new tries by a restart: %v", name, err)
		}
	}
	if _, err := u.Recover("a", "Zhao", "wrong", []byte("new secret")); !errors.Is(err, ErrLocked) {
		t.Errorf("recovery got new tries by a restart: %v", err)
	}
	u.failsTo(t, 4, "b", "Zhao") // the success there was counted too
	if err := u.SetOperatorSecret(Door, op.ID, []byte("739182")); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	if err := u.logIn("a", "Zhao", "739182"); err != nil {
		t.Errorf("a new secret did not unlock, after a restart: %v", err)
	}
	es, err := u.Entries(0, 1000, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"zhao", "quirinius"} {
		if strings.Contains(strings.ToLower(fmt.Sprintf("%+v", es)), name) {
			t.Errorf("%s is in the log", name)
		}
	}
}

// TestROperatorLockAndTheClock: a clock set back or ahead neither ends a lock nor makes it longer.
func TestROperatorLockAndTheClock(t *testing.T) {
	u, _, _ := staffed(t)
	var runs time.Duration
	u.o.Running = func() time.Duration { return runs }
	u.reopen(t)
	for _, jump := range []time.Duration{-6 * time.Hour, 2 * 24 * time.Hour} {
		u.failsTo(t, 5, "a", "Zhao")
		u.clock.advance(jump)
		runs += 59 * time.Second
		if err := u.logIn("a", "Zhao", "739182"); !errors.Is(err, ErrLocked) {
			t.Errorf("the clock moved by %v and the lock is gone: %v", jump, err)
		}
		runs += time.Second
		if err := u.logIn("a", "Zhao", "739182"); err != nil {
			t.Errorf("the clock moved by %v and the lock stays: %v", jump, err)
		}
	}
	u.failsTo(t, 5, "a", "Zhao")
	u.clock.advance(-72 * time.Hour) // while the unit is off
	u.reopen(t)
	if err := u.logIn("a", "Zhao", "739182"); !errors.Is(err, ErrLocked) {
		t.Errorf("lifted by a restart with the clock set back: %v", err)
	}
	if runs += time.Minute; u.logIn("a", "Zhao", "739182") != nil {
		t.Error("locked for ever by a clock that was set back")
	}
	u.clock.advance(72 * time.Hour)
	u.failsTo(t, 5, "a", "Zhao")
	u.reopen(t)
	u.clock.advance(2 * time.Hour) // after the start, and before the first log-in
	if err := u.logIn("a", "Zhao", "739182"); !errors.Is(err, ErrLocked) {
		t.Errorf("lifted by a clock set ahead after the start: %v", err)
	}
}

// TestLockOfEarlierPrograms: they stored failures and the end of a lock with the account. Both are
// read over, and gone with the next log-in.
func TestLockOfEarlierPrograms(t *testing.T) {
	u, op, _ := staffed(t)
	type earlier struct {
		account
		Failures   int
		LockedTill time.Time
	}
	err := u.act(func(t *tx) error {
		var acc earlier
		if err := t.get(operatorBucket, []byte(op.ID), &t.r.seal, &acc.account); err != nil {
			return err
		}
		acc.Failures, acc.LockedTill = 9, u.clock.now().Add(time.Hour)
		if err := t.put(operatorBucket, []byte(op.ID), &t.r.seal, &acc); err != nil {
			return err
		}
		for range 9 {
			if _, err := t.log(Entry{At: u.clock.now(), Kind: audit.LogInRefused, Actor: Actor(op.ID)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	if all, err := u.Operators(); err != nil || all[0].Failures != 0 || !all[0].LockedTill.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
	if err := u.logIn("a", "Zhao", "739182"); err != nil {
		t.Error(err)
	}
}
