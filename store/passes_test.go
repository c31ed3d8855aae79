package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"menshen/policy"
)

// invite makes a pass for two uses within four hours.
func (u *unit) invite(t testing.TB, host policy.PersonID, digits string) VisitorPass {
	t.Helper()
	now := u.clock.now()
	p, err := u.AddPass("op", policy.Pass{Door: "front", From: now, Until: now.Add(4 * time.Hour), Uses: 2}, host,
		[]byte(digits))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// comesIn is the decision by which a visitor was let in.
func (u *unit) comesIn(p VisitorPass) policy.Decision {
	return policy.Decision{At: u.clock.now(), Door: "front", Means: policy.ByPass, Person: p.ID,
		CredentialID: p.CredentialID(), Grant: true, Reason: policy.ReasonPass}
}

// used is how often a pass was used, as the vault has it now.
func (u *unit) used(t testing.TB, p VisitorPass) int {
	t.Helper()
	got, err := u.Pass(p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return got.Used
}

func TestPassIsCountedWithTheDecision(t *testing.T) {
	u := newUnit(t)
	p := u.invite(t, u.tenant(t, "li"), "123456789")
	seq, err := u.RecordDecision(context.Background(), u.comesIn(p))
	if err != nil {
		t.Fatal(err)
	}
	if e, err := u.Entries(seq, 1, false); err != nil || e[0].Detail["pass"] != p.CredentialID() ||
		!e[0].Person.IsZero() {
		t.Errorf("recorded as %+v, %v", e, err)
	}
	// The power is cut now: what lies on the disk has the use already.
	other := newUnit(t)
	other.Close()
	for from, to := range map[string]string{filepath.Join(u.dir, vaultFile): filepath.Join(other.dir, vaultFile),
		u.key: other.key} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	v, err := Open(other.dir, other.o)
	if err != nil {
		t.Fatal(err)
	}
	other.Vault = v
	if n := other.used(t, p); n != 1 {
		t.Errorf("after a power cut it was used %d times", n)
	}
	refused := u.comesIn(p)
	refused.Grant, refused.Reason = false, policy.ReasonNotYetValid
	if _, err := u.RecordDecision(context.Background(), refused); err != nil || u.used(t, p) != 1 {
		t.Errorf("a refusal counts: %d, %v", u.used(t, p), err)
	}
}

// TestPassUseIsGivenBack: a grant that was not durable in time, and opened
// nothing, costs the visitor nothing.
func TestPassUseIsGivenBack(t *testing.T) {
	u := newUnit(t)
	p := u.invite(t, policy.PersonID{}, "123456789")
	d := u.comesIn(p)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := u.RecordDecision(over, d); err != nil && !errors.Is(err, ErrSlow) {
		t.Fatal(err)
	}
	d.Grant, d.Reason = false, policy.ReasonNotCounted
	if _, err := u.TakeBack(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	if n := u.used(t, p); n != 0 {
		t.Errorf("used %d times", n)
	}
	if _, err := u.TakeBack(context.Background(), d); err != nil || u.used(t, p) != 0 {
		t.Errorf("more is given back than was taken: %d, %v", u.used(t, p), err)
	}
}

func TestPassByItsDigits(t *testing.T) {
	u := newUnit(t)
	p, staff := u.invite(t, u.tenant(t, "li"), "123456789"), u.invite(t, policy.PersonID{}, "")
	for digits, want := range map[string]error{"123456789": nil, "123456780": ErrUnknown, "": ErrUnknown} {
		if got, err := u.FindPass([]byte(digits)); !errors.Is(err, want) || err == nil && got.ID != p.ID {
			t.Errorf("%q: %+v, %v", digits, got, err)
		}
	}
	now := u.clock.now()
	again := policy.Pass{Door: "front", From: now, Until: now.Add(time.Hour), Uses: 1}
	if _, err := u.AddPass("op", again, policy.PersonID{}, []byte("123456789")); !errors.Is(err, ErrTaken) {
		t.Errorf("the same digits twice: %v", err)
	}
	if _, err := u.AddPass("op", again, policy.PersonID{9}, nil); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown host: %v", err)
	}
	again.Until = now.Add(policy.MaxPass + time.Minute)
	if _, err := u.AddPass("op", again, policy.PersonID{}, nil); !errors.Is(err, policy.ErrPass) {
		t.Errorf("a pass for longer than a pass may be: %v", err)
	}
	if err := u.EndPass("op", staff.ID); err != nil {
		t.Fatal(err)
	}
	if err := u.EndPass("op", policy.PersonID{9}); !errors.Is(err, ErrUnknown) {
		t.Errorf("ending a pass that was not made: %v", err)
	}
	u.reopen(t)
	ps, err := u.Passes()
	if err != nil || len(ps) != 2 {
		t.Fatal(ps, err)
	}
	for _, q := range ps {
		if q.Revoked != (q.ID == staff.ID) || q.By != "op" || !q.Made.Equal(now) {
			t.Errorf("%+v", q)
		}
	}
}

// TestREraseHostLeavesNoLink: with the host goes every trace of whom they invited,
// and the pass ends with them.
func TestREraseHostLeavesNoLink(t *testing.T) {
	u := newUnit(t)
	li, wang := u.tenant(t, "li"), u.tenant(t, "wang")
	p, q := u.invite(t, li, "123456789"), u.invite(t, wang, "987654321")
	if _, err := u.RemovePerson("op", li, "lease end"); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	if got, err := u.Pass(p.ID); err != nil || !got.Host.IsZero() || !got.Revoked {
		t.Errorf("their pass: %+v, %v", got, err)
	}
	if got, err := u.FindPass([]byte("987654321")); err != nil || got.Host != wang || got.Revoked || got.ID != q.ID {
		t.Errorf("another's pass: %+v, %v", got, err)
	}
	es, err := u.Entries(0, 100, false)
	for _, e := range es {
		if e.Detail["pass"] == p.CredentialID() && !e.Person.IsZero() {
			t.Errorf("the log still knows who invited: %+v", e)
		}
	}
	if err := errors.Join(err, u.Check()); err != nil {
		t.Error(err)
	}
}

// TestRRetainPasses: a day after its end a pass is gone.
func TestRRetainPasses(t *testing.T) {
	u := newUnit(t)
	p := u.invite(t, policy.PersonID{}, "123456789")
	for _, test := range []struct {
		after time.Duration
		want  error
	}{{4*time.Hour + PassKept, nil}, {time.Minute, ErrUnknown}} {
		u.clock.advance(test.after)
		if _, err := u.Prune(context.Background(), Door); err != nil {
			t.Fatal(err)
		}
		if _, err := u.Pass(p.ID); !errors.Is(err, test.want) {
			t.Errorf("at %v: %v", u.clock.now(), err)
		}
	}
}
