package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"menshen/policy"
	"menshen/store/audit"
	"menshen/store/disktest"
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
	names := []string{"withcode", "nocode", "blocked", "unknown"}
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
	if got := fmt.Sprint(tries["secret"]("unknown")); got != "log in: too many wrong tries: wait 1m0s" {
		t.Errorf("locked: %q", got)
	}
	if got := u.logIn("e", "unknown", "000000").Error(); got != "name or secret is wrong" {
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

// TestLogInOnAFullDisk: who has the right secret is let in, by a record that waits in memory and is
// written when there is room. Wrong tries count and are refused as ever. Acts fail at once, also
// behind many records that wait.
func TestLogInOnAFullDisk(t *testing.T) {
	if !disktest.Alone(t) {
		return
	}
	u, zhao, _ := staffed(t)
	secret := []byte("739182")
	free := disktest.Fill(t)
	at := u.clock.now()
	if op, err := u.CheckOperator("serial", "Zhao", secret); !errors.Is(err, ErrSlow) || op.ID != zhao.ID {
		t.Errorf("the right secret: %v, %v", op, err)
	}
	refused := 0
	for ; refused < 100; refused++ {
		op, err := u.CheckOperator("serial", "Zhao", []byte("000000"))
		if op.ID != "" {
			t.Fatal("a wrong secret was let in")
		}
		if errors.Is(err, ErrLocked) {
			break
		}
		if !errors.Is(err, ErrDenied) {
			t.Fatalf("a wrong secret: %v", err)
		}
	}
	if _, err := u.CheckOperator("serial", "Zhao", secret); !errors.Is(err, ErrLocked) {
		t.Errorf("the right secret during the lockout: %v", err)
	}
	if op, err := u.CheckOperator("serial", "nobody", secret); !errors.Is(err, ErrDenied) {
		t.Errorf("no such operator: %v, %v", op, err)
	}
	atOnce, cancel := context.WithCancel(context.Background())
	cancel()
	for range 2 * batchMax {
		if _, err := u.Record(atOnce, Entry{At: at, Kind: audit.Bell, Actor: Door}); !errors.Is(err, ErrSlow) {
			t.Fatal(err)
		}
	}
	if _, err := u.AddPerson("op", policy.Person{Name: "x", From: start}); err == nil || errors.Is(err, ErrSlow) {
		t.Errorf("an act on a full disk: %v", err)
	}

	free()
	u.clock.advance(time.Minute)
	if err := u.Ping(); err != nil {
		t.Fatal(err)
	}
	got := map[audit.Kind]int{}
	es, err := u.Entries(0, 10000, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		got[e.Kind]++
		if e.Kind == audit.LogIn && (!e.At.Equal(at) || e.Actor != Actor(zhao.ID)) {
			t.Errorf("the log-in is recorded as %+v", e)
		}
	}
	if got[audit.LogIn] != 1 || got[audit.LogInRefused] != refused+1 || got[audit.Bell] != 2*batchMax {
		t.Errorf("recorded: %v, want %d refused", got, refused+1)
	}
}
