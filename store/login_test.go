package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"menshen/store/audit"
)

// staffed is a vault with an operator, whose recovery code it gives.
func staffed(t *testing.T) (u *unit, op Operator, code string) {
	t.Helper()
	u = newUnit(t)
	op, err := u.AddOperator(Door, "Zhao", Manager, []byte("739182"))
	if err != nil {
		t.Fatal(err)
	}
	if code, err = u.NewRecovery(Door, op.ID); err != nil {
		t.Fatal(err)
	}
	return u, op, code
}

// logIn tries a secret.
func (u *unit) logIn(line Line, name, secret string) error {
	_, err := u.CheckOperator(line, name, []byte(secret))
	return err
}

// failsTo tries n wrong secrets, each of which is tested.
func (u *unit) failsTo(t *testing.T, n int, line Line, name string) {
	t.Helper()
	for i := range n {
		if err := u.logIn(line, name, "000000"); !errors.Is(err, ErrDenied) {
			t.Fatalf("wrong try %d: %v", i+1, err)
		}
	}
}

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

// TestROperatorNamesTellNothing: a wrong secret, card or code for an account, a blocked one, one
// without a code, and an unknown name are answered in the same words, by the same number of slow
// hashes, and locked after as many tries.
func TestROperatorNamesTellNothing(t *testing.T) {
	u := newUnit(t)
	var hashes atomic.Int64
	u.Close()
	u.o.argon = func(secret, salt []byte, time, memory uint32, lanes uint8, length uint32) []byte {
		hashes.Add(1)
		return argon2.IDKey(secret, salt, time, memory, lanes, length)
	}
	var err error
	if u.Vault, err = Open(u.dir, u.o); err != nil {
		t.Fatal(err)
	}
	names := []string{"withcode", "nocode", "blocked", "nobodys"}
	for _, name := range names[:3] {
		op, err := u.AddOperator(Door, name, Manager, []byte("739182"))
		if err != nil {
			t.Fatal(err)
		}
		if name == "withcode" {
			_, err = u.NewRecovery(Door, op.ID)
		}
		if name == "blocked" {
			err = u.ChangeOperator(Door, op.ID, audit.OperatorBlocked, func(o *Operator) error {
				o.Blocked = true
				return nil
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tries := map[string]func(name string) error{
		"secret": func(name string) error { return u.logIn("a", name, "000000") },
		"right": func(name string) error { // of whoever is blocked
			secret := "000000"
			if name == "blocked" {
				secret = "739182"
			}
			return u.logIn("b", name, secret)
		},
		"card": func(name string) error { _, err := u.CheckOperatorCard("c", name, []byte("\x1a9999")); return err },
		"code": func(name string) error {
			_, err := u.Recover("d", name, "00000-00000-00000-00000", []byte("new secret"))
			return err
		},
	}
	for what, try := range tries {
		for i := range 12 {
			var said, work []string
			for _, name := range names {
				before := hashes.Load()
				said = append(said, try(name).Error())
				work = append(work, fmt.Sprint(hashes.Load()-before))
			}
			if len(slices.Compact(said)) != 1 || len(slices.Compact(work)) != 1 {
				t.Errorf("%s, try %d: %q, with %v hashes", what, i+1, said, work)
			}
			if want := map[bool]string{true: "1", false: "0"}[what != "card" && i < 5]; work[0] != want {
				t.Errorf("%s, try %d: %s hashes instead of %s", what, i+1, work[0], want)
			}
		}
	}
	if got := fmt.Sprint(tries["secret"]("nobodys")); got != "log in: too many wrong tries: wait 1m0s" {
		t.Errorf("locked: %q", got)
	}
	if got := u.logIn("e", "nobodys", "000000").Error(); got != "name or secret is wrong" {
		t.Errorf("wrong: %q", got)
	}
}

// TestROperatorBothFactors: whoever has the secret alone cannot wipe out their wrong tries, of the
// secret or of the card, by typing it.
func TestROperatorBothFactors(t *testing.T) {
	u, op, _ := staffed(t)
	card := []byte("\x1a4711")
	if err := u.SetOperatorCard(Door, op.ID, card); err != nil {
		t.Fatal(err)
	}
	tap := func(card []byte) error { _, err := u.CheckOperatorCard("a", "Zhao", card); return err }
	for i := range 4 {
		if err := u.logIn("a", "Zhao", "739182"); err != nil {
			t.Fatal(err)
		}
		if err := tap([]byte("\x1a0000")); !errors.Is(err, ErrDenied) {
			t.Fatalf("wrong card %d: %v", i+1, err)
		}
	}
	if all, _ := u.Operators(); all[0].Failures != 4 || !all[0].LastLogin.IsZero() {
		t.Errorf("after four wrong cards: %+v", all[0])
	}
	if err := errors.Join(u.logIn("a", "Zhao", "739182"), tap(card)); err != nil {
		t.Fatal(err)
	}
	if all, _ := u.Operators(); all[0].Failures != 0 || all[0].LastLogin.IsZero() {
		t.Errorf("after both: %+v", all[0])
	}
	u.failsTo(t, 4, "a", "Zhao")
	if err := u.logIn("a", "Zhao", "739182"); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	u.failsTo(t, 1, "a", "Zhao")
	if err := u.logIn("a", "Zhao", "739182"); !errors.Is(err, ErrLocked) {
		t.Errorf("the secret alone forgave wrong ones: %v", err)
	}
}

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

// TestROperatorSpellings: one account has one count, however its name is spelt.
func TestROperatorSpellings(t *testing.T) {
	u := newUnit(t)
	if _, err := u.AddOperator(Door, "Oskar", Manager, []byte("739182")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"oskar", "OSKAR", "o\u017Fkar", "os\u212Aar", " oskar "} {
		if err := u.logIn("a", name, "000000"); !errors.Is(err, ErrDenied) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := u.logIn("a", "Oskar", "739182"); !errors.Is(err, ErrLocked) {
		t.Errorf("each spelling had tries of its own: %v", err)
	}
}

// TestROperatorBlockedMeanwhile: whoever is blocked, or gets another secret, while their secret is
// tested is not let in.
func TestROperatorBlockedMeanwhile(t *testing.T) {
	u, op, code := staffed(t)
	meanwhile := func(f func()) {
		u.Vault.o.argon = func(secret, salt []byte, time, memory uint32, lanes uint8, length uint32) []byte {
			u.Vault.o.argon = argon2.IDKey
			f()
			return argon2.IDKey(secret, salt, time, memory, lanes, length)
		}
	}
	meanwhile(func() {
		if _, err := u.Recover("a", "Zhao", code, []byte("new secret")); err != nil {
			t.Error(err)
		}
	})
	if _, err := u.Recover("a", "Zhao", code, []byte("another secret")); !errors.Is(err, ErrDenied) {
		t.Errorf("one code, two recoveries: %v", err)
	}
	meanwhile(func() {
		block := func(o *Operator) error { o.Blocked = true; return nil }
		if err := u.ChangeOperator(Door, op.ID, audit.OperatorBlocked, block); err != nil {
			t.Error(err)
		}
	})
	if err := u.logIn("a", "Zhao", "new secret"); !errors.Is(err, ErrDenied) {
		t.Errorf("blocked while the secret was tested: %v", err)
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

// TestLogInWithoutRecord: a try that cannot be recorded does not log in, and a right one
// does not count as wrong for it.
func TestLogInWithoutRecord(t *testing.T) {
	u, _, _ := staffed(t)
	u.Close()
	v, err := OpenToRead(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := v.CheckOperator("a", "Zhao", []byte("739182")); !errors.Is(err, ErrReadOnly) {
			t.Fatal(err)
		}
	}
	if all, err := v.Operators(); err != nil || all[0].Failures != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	v.Close()
	if u.Vault, err = Open(u.dir, u.o); err != nil {
		t.Fatal(err)
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
