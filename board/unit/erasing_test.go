package unit_test

import (
	"errors"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/policy"
	"menshen/store"
)

// tapsOf taps a card several times, seconds apart.
func (b *bench) tapsOf(n uint64, times int, every time.Duration) {
	for range times {
		b.Tap(n)
		b.Later(every)
	}
}

// settled lets the unit destroy what is due, as its own goroutine does.
func (b *bench) settled() {
	b.Helper()
	b.Driver.EraseDue()
}

// TestRWithdrawAtTheDoor: with one's own card and nothing else; the face opens nothing from the
// same event on, and its data is destroyed.
func TestRWithdrawAtTheDoor(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(7)
	if !b.WalkUp(7).Grant {
		t.Fatal("the face does not open to begin with")
	}
	b.Later(time.Minute)
	b.tapsOf(7, 5, 2*time.Second)
	if p, _ := b.Vault.Person(id); p.Face.State != policy.FaceEnrolled || b.Count("withdrawal asked") != 1 {
		t.Fatalf("after five taps: %s, asked %d times", p.Face.State, b.Count("withdrawal asked"))
	}
	b.Later(3 * time.Second)
	b.Tap(7)
	if n := b.State().Faces.People; n != 0 {
		t.Errorf("%d faces would still open the door", n)
	}
	b.settled()
	p, err := b.Vault.Person(id)
	if err != nil || p.Face.State != policy.FaceWithdrawn {
		t.Errorf("%s, %v", p.Face.State, err)
	}
	rs, err := b.Vault.Receipts()
	if err != nil || len(rs) != 1 || rs[0].What != "face" || rs[0].Found != 0 || !rs[0].Verify(b.Vault.PublicKey()) {
		t.Errorf("receipts: %+v, %v", rs, err)
	}
	if b.Tap(7); !b.Last().Grant {
		t.Error("the card must open as before")
	}
	if err := policy.MayAsk(p); err == nil {
		t.Error("they may be asked again (R-REFUSE)")
	}
}

// TestWithdrawalIsNoOracle: during the lockout of the keypad, the right PIN is answered as a wrong
// one is, and erases nothing; nor does a card that was revoked.
func TestWithdrawalIsNoOracle(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(7)
	b.pin(id, "481516")
	for range b.Config.Site.Keypad.Free + 3 { // and is locked out for minutes
		b.types("0000")
		b.Later(b.State().Codes.Lockout)
	}
	b.types("0000")
	asked := func(what string, act func()) {
		t.Helper()
		for range 5 {
			act()
			b.Later(2 * time.Second)
		}
		b.Later(3 * time.Second)
		act()
		if n := b.Count("withdrawal asked"); n != 0 || b.Unit.Due() != 0 || b.State().Faces.People != 1 {
			t.Errorf("%s: asked %d times, %d due", what, n, b.Unit.Due())
		}
	}
	asked("the right PIN during the lockout", func() {
		if e := b.types("481516"); e.Reason != policy.ReasonKeypadLockout {
			t.Fatalf("no lockout: %+v", e)
		}
	})
	p, err := b.Vault.Person(id)
	if err != nil {
		t.Fatal(err)
	}
	b.Later(time.Hour)
	if err := b.Vault.RevokeCredential(store.Door, id, p.Credentials[0].ID); err != nil {
		t.Fatal(err)
	}
	asked("a revoked card", func() { b.Tap(7) })
}

// Whoever has no face taps as often as they like.
func TestTappingOftenAsksNobodyWithoutAFace(t *testing.T) {
	b := newBench(t)
	b.Someone(7)
	b.tapsOf(7, 12, 2*time.Second)
	if b.Count("withdrawal asked") != 0 || b.Unit.Due() != 0 {
		t.Error("asked somebody who has no face")
	}
}

// TestREraseAtLeaseEnd: nobody has to think of it; the face goes at once, the rest a
// month later, each with a receipt.
func TestREraseAtLeaseEnd(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Site.ForgetAfter = config.Duration(30 * 24 * time.Hour)
	})
	id := b.Enrolled(7)
	b.Time.Set()
	b.SetBench(false) // a bench's computer would be believed
	b.Enrolled(8)
	until := b.Clock.Now().Add(time.Hour)
	if err := b.Vault.ChangePerson(store.Door, id, "lease", func(p *policy.Person) error {
		p.Until = until
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	look := func() {
		t.Helper()
		people, err := b.Vault.People()
		if err != nil {
			t.Fatal(err)
		}
		b.Driver.EndLeases(people)
		b.settled()
	}
	look()
	if p, _ := b.Vault.Person(id); p.Face.State != policy.FaceEnrolled {
		t.Fatal("ended before its time")
	}
	b.Later(time.Hour)
	look()
	if p, _ := b.Vault.Person(id); p.Face.State != policy.FaceWithdrawn || b.State().Faces.People != 1 {
		t.Errorf("lease over, face %s, %d in the index", p.Face.State, b.State().Faces.People)
	}
	b.Later(31 * 24 * time.Hour)
	b.Time.Forget()
	look()
	if _, err := b.Vault.Person(id); err != nil {
		t.Error("a clock that nobody vouches for destroyed data")
	}
	b.Time.Set()
	look()
	if _, err := b.Vault.Person(id); err == nil {
		t.Error("still known a month after the end of the lease")
	}
	rs, err := b.Vault.Receipts()
	if err != nil || len(rs) != 2 || rs[0].Why != "lease end" || rs[1].What != "person" {
		t.Errorf("receipts: %+v, %v", rs, err)
	}
}

// TestREraseNotOfAnExtendedLease: an erasure waits for a failing disk, and the lease is extended
// meanwhile. The face opens again. What its owner asked for is erased all the same.
func TestREraseNotOfAnExtendedLease(t *testing.T) {
	for name, test := range map[string]struct {
		forgotten, asked bool
		want             policy.FaceState
	}{
		"face":                    {want: policy.FaceEnrolled},
		"person":                  {forgotten: true, want: policy.FaceEnrolled},
		"person, face taken back": {forgotten: true, asked: true, want: policy.FaceWithdrawn},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			id := b.Enrolled(7)
			b.Time.Set()
			b.SetBench(false)
			lease := func(until time.Time) {
				t.Helper()
				if err := b.Vault.ChangePerson(store.Door, id, "lease", func(p *policy.Person) error {
					p.Until = until
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			}
			until := b.Clock.Now().Add(-time.Minute)
			if test.forgotten {
				until = until.Add(-b.Config.Site.ForgetAfter.D())
			}
			lease(until)
			people, err := b.Vault.People()
			if err != nil {
				t.Fatal(err)
			}
			b.Driver.EndLeases(people)
			b.Unit.Erased(id, errors.New("the disk is full"))
			if test.asked {
				b.Unit.EndFace(id, "withdrawn at the door", b.Clock.Now())
			}
			if b.Unit.Due() != 1 || b.State().Faces.People != 0 {
				t.Fatalf("%d due, %d in the index", b.Unit.Due(), b.State().Faces.People)
			}
			lease(b.Clock.Now().Add(24 * time.Hour))
			b.settled()
			p, err := b.Vault.Person(id)
			if err != nil || p.Face.State != test.want || b.Unit.Due() != 0 || b.State().Faults["erasure"] != "" {
				t.Errorf("face %q, %v; %d due", p.Face.State, err, b.Unit.Due())
			}
			if in := b.State().Faces.People == 1; in != (test.want == policy.FaceEnrolled) {
				t.Errorf("%d in the index", b.State().Faces.People)
			}
		})
	}
}

// A disk that refuses leaves the face out of use, says so, and is tried again.
func TestErasureIsTriedAgain(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(7)
	b.Unit.EndFace(id, "lease end", b.Clock.Now())
	b.Unit.Erased(id, store.ErrCorrupt)
	if b.State().Faults["erasure"] == "" || b.Unit.Due() != 1 || b.State().Faces.People != 0 {
		t.Errorf("fault %q, %d due, %d in the index", b.State().Faults["erasure"], b.Unit.Due(), b.State().Faces.People)
	}
	b.settled()
	if b.State().Faults["erasure"] != "" || b.Unit.Due() != 0 {
		t.Errorf("fault %q, %d due", b.State().Faults["erasure"], b.Unit.Due())
	}
}
