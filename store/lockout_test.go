package store

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestROperatorLockOut: wrong tries lock an account at their line, for a minute at first, and it
// comes back by itself. A recovery code works once.
func TestROperatorLockOut(t *testing.T) {
	u, op, code := staffed(t)
	if _, err := u.AddOperator(Door, "zhao", Manager, []byte("739182")); !errors.Is(err, ErrTaken) {
		t.Errorf("two of one name: %v", err)
	}
	if got, err := u.CheckOperator("a", "zhao", []byte("739182")); err != nil || got.ID != op.ID {
		t.Fatalf("%v, %v", got, err)
	}
	u.failsTo(t, 5, "a", "Zhao")
	if err := u.logIn("a", "Zhao", "739182"); !errors.Is(err, ErrLocked) ||
		!strings.Contains(err.Error(), "wait 1m0s") {
		t.Errorf("not locked: %v", err)
	}
	till := u.clock.now().Add(time.Minute)
	if all, err := u.Operators(); err != nil || all[0].Failures != 5 || !all[0].LockedTill.Equal(till) ||
		!LocksOut(all) {
		t.Errorf("the list of operators: %+v, %v", all, err)
	}
	u.clock.advance(time.Minute)
	if err := u.logIn("a", "Zhao", "739182"); err != nil {
		t.Errorf("locked for ever: %v", err)
	}
	if all, _ := u.Operators(); all[0].Failures != 0 || !all[0].LockedTill.IsZero() {
		t.Errorf("not forgotten: %+v", all)
	}
	if _, err := u.Recover("a", "Zhao", code, []byte("new secret")); err != nil {
		t.Fatal(err)
	}
	if _, err := u.Recover("a", "Zhao", code, []byte("new secret")); !errors.Is(err, ErrDenied) {
		t.Errorf("recovered twice by one code: %v", err)
	}
	if err := u.logIn("a", "Zhao", "new secret"); err != nil {
		t.Error(err)
	}
}

// TestROperatorLockOutIsOfALine: whoever tries a wrong secret every ten seconds for a day, at one
// line, does not keep the owner out: at another line at once, at this one a quarter of an hour
// after the last try; and the recovery code works all the while. They get no more than 105 tries a
// day.
func TestROperatorLockOutIsOfALine(t *testing.T) {
	u, op, code := staffed(t)
	tested := 0
	for i := range 24 * 60 * 6 {
		switch err := u.logIn("serial", "zhao", "000000"); {
		case errors.Is(err, ErrDenied):
			tested++
		case !errors.Is(err, ErrLocked):
			t.Fatal(err)
		}
		u.clock.advance(10 * time.Second)
		if i == 8000 {
			if err := u.logIn("local user 0", "Zhao", "739182"); err != nil {
				t.Fatalf("at another line, during the attack: %v", err)
			}
		}
	}
	if tested > 5+4+96 {
		t.Errorf("%d secrets were tested in a day", tested)
	}
	if err := u.logIn("serial", "Zhao", "739182"); !errors.Is(err, ErrLocked) {
		t.Fatalf("at the attacked line: %v", err)
	}
	u.clock.advance(15 * time.Minute)
	if err := u.logIn("serial", "Zhao", "739182"); err != nil {
		t.Errorf("a quarter of an hour after the attack: %v", err)
	}
	u.failsTo(t, 5, "serial", "Zhao")
	if _, err := u.Recover("serial", "Zhao", code, []byte("new secret")); err != nil {
		t.Fatalf("recovery at the attacked line: %v", err)
	}
	if err := u.logIn("serial", "Zhao", "new secret"); err != nil {
		t.Errorf("still locked after the recovery: %v", err)
	}
	u.failsTo(t, 5, "serial", "Zhao")
	if err := u.SetOperatorSecret(Door, op.ID, []byte("739182")); err != nil {
		t.Fatal(err)
	}
	if err := u.logIn("serial", "Zhao", "739182"); err != nil {
		t.Errorf("still locked with another secret: %v", err)
	}
}

// TestROperatorRecoveryIsBounded: wrong codes are counted apart from wrong secrets, and lock for
// five minutes at most.
func TestROperatorRecoveryIsBounded(t *testing.T) {
	u, _, code := staffed(t)
	tested := 0
	for range 24 * 60 * 6 {
		if _, err := u.Recover("a", "zhao", "00000-00000-00000-00000",
			[]byte("new secret")); errors.Is(err, ErrDenied) {
			tested++
		}
		u.clock.advance(10 * time.Second)
	}
	if tested < 5+4 || tested > 5+24*60/5+3 {
		t.Errorf("%d codes were tested in a day", tested)
	}
	if err := u.logIn("a", "Zhao", "739182"); err != nil {
		t.Errorf("wrong codes locked the secret: %v", err)
	}
	u.clock.advance(5 * time.Minute)
	if _, err := u.Recover("a", "Zhao", code, []byte("new secret")); err != nil {
		t.Errorf("five minutes later: %v", err)
	}
}

// TestROperatorFloodOfNames: name after name for hours, as fast as they are taken, fills neither
// memory nor log, and keeps no name out for more than 15 minutes, or at another line.
func TestROperatorFloodOfNames(t *testing.T) {
	u, _, _ := staffed(t)
	for i := range 6 * 60 {
		for j := range 3 {
			_ = u.logIn("a", fmt.Sprintf("name%d-%d", i, j), "000000")
		}
		_, _ = u.Recover("a", fmt.Sprintf("name%d", i), "wrong", []byte("new secret"))
		u.clock.advance(time.Minute)
	}
	const most, mostCodes = 6 * 26, 6 * 33 // 20 an hour are free, then one in 15 minutes, or in 5
	if n, m := len(u.logins.secrets.pairs), len(u.logins.codes.pairs); n > most || m > mostCodes {
		t.Errorf("%d names, and %d of recovery, are remembered", n, m)
	}
	es, err := u.Entries(0, 10_000, false)
	if err != nil || len(es) > most+mostCodes+10 {
		t.Errorf("%d entries, %v", len(es), err)
	}
	if err := u.logIn("b", "Zhao", "739182"); err != nil {
		t.Errorf("at another line: %v", err)
	}
	u.clock.advance(15 * time.Minute)
	if err := u.logIn("a", "Zhao", "739182"); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
	u.clock.advance(day)
	u.failsTo(t, 1, "a", "Zhao")
	if n := len(u.logins.secrets.pairs); n != 1 {
		t.Errorf("%d names are remembered a day later", n)
	}
}

// TestROperatorTriesAtOnce: tries at the same time get no further than one after the other, and a
// right one among them counts for nothing.
func TestROperatorTriesAtOnce(t *testing.T) {
	u, _, _ := staffed(t)
	var tested atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if errors.Is(u.logIn("a", "Zhao", "000000"), ErrDenied) {
				tested.Add(1)
			}
		})
	}
	all.Wait()
	if n := tested.Load(); n != 5 {
		t.Errorf("%d of 40 wrong secrets at once were tested", n)
	}
	for range 100 {
		if err := u.logIn("b", "Zhao", "739182"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(u.logins.secrets.lines["b"]); n != 0 {
		t.Errorf("%d right tries count as wrong", n)
	}
}

// TestROperatorLocksOut: that wrong tries lock an account is tried, and seen in the accounts there
// are.
func TestROperatorLocksOut(t *testing.T) {
	locked := Operator{Failures: secretLimits.free, LockedTill: time.Unix(1, 0)}
	if !LocksOut([]Operator{{Failures: secretLimits.free - 1}, locked}) {
		t.Error("not seen where it is")
	}
	if LocksOut([]Operator{locked, {Failures: secretLimits.free}}) {
		t.Error("an account failed five times without a lock, and nothing is said")
	}
}
