package board

import (
	"testing"
	"time"

	"menshen/board/config"
	"menshen/policy"
	"menshen/store"
)

// tapsOf taps a card several times, seconds apart.
func (b *bench) tapsOf(n uint64, times int, every time.Duration) {
	for range times {
		b.tapped(n)
		b.later(every)
	}
}

// settled lets the unit destroy what is due, as its own goroutine does.
func (b *bench) settled() {
	b.Helper()
	for id, e := range b.due.of {
		b.erased(id, e, b.erase(id, e))
	}
}

// TestRWithdrawAtTheDoor: with one's own card and nothing else; the face opens nothing from the same event on, and its data is destroyed.
func TestRWithdrawAtTheDoor(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(7)
	if !b.walkUp(7).Grant {
		t.Fatal("the face does not open to begin with")
	}
	b.later(time.Minute)
	b.tapsOf(7, 5, 2*time.Second)
	if p, _ := b.vault.Person(id); p.Face.State != policy.FaceEnrolled || b.count("withdrawal asked") != 1 {
		t.Fatalf("after five taps: %s, asked %d times", p.Face.State, b.count("withdrawal asked"))
	}
	b.later(3 * time.Second)
	b.tapped(7)
	if n := b.faces.index.Len(); n != 0 {
		t.Errorf("%d faces would still open the door", n)
	}
	b.settled()
	p, err := b.vault.Person(id)
	if err != nil || p.Face.State != policy.FaceWithdrawn {
		t.Errorf("%s, %v", p.Face.State, err)
	}
	rs, err := b.vault.Receipts()
	if err != nil || len(rs) != 1 || rs[0].What != "face" || rs[0].Found != 0 || !rs[0].Verify(b.vault.PublicKey()) {
		t.Errorf("receipts: %+v, %v", rs, err)
	}
	if b.tapped(7); !b.last().Grant {
		t.Error("the card must open as before")
	}
	if err := policy.MayAsk(p); err == nil {
		t.Error("they may be asked again (R-REFUSE)")
	}
}

// TestWithdrawalIsNoOracle: while the keypad rests, the right PIN is answered as a wrong one is, and erases nothing; nor does a card that was revoked.
func TestWithdrawalIsNoOracle(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(7)
	b.pin(id, "481516")
	for range b.cfg.Site.Keypad.Free + 3 { // and rests for minutes
		b.types("0000")
		b.later(b.tries.codes.Rest(b.steady()))
	}
	b.types("0000")
	asked := func(what string, act func()) {
		t.Helper()
		for range 5 {
			act()
			b.later(2 * time.Second)
		}
		b.later(3 * time.Second)
		act()
		if n := b.count("withdrawal asked"); n != 0 || len(b.due.of) != 0 || b.faces.index.Len() != 1 {
			t.Errorf("%s: asked %d times, %d due", what, n, len(b.due.of))
		}
	}
	asked("the right PIN during the rest", func() {
		if e := b.types("481516"); e.Reason != policy.ReasonKeypadRest {
			t.Fatalf("no rest: %+v", e)
		}
	})
	p, err := b.vault.Person(id)
	if err != nil {
		t.Fatal(err)
	}
	b.later(time.Hour)
	if err := b.vault.RevokeCredential(store.Door, id, p.Keys[0].ID); err != nil {
		t.Fatal(err)
	}
	asked("a revoked card", func() { b.tapped(7) })
}

// Whoever has no face taps as often as they like.
func TestTappingOftenAsksNobodyWithoutAFace(t *testing.T) {
	b := newBench(t)
	b.someone(7)
	b.tapsOf(7, 12, 2*time.Second)
	if b.count("withdrawal asked") != 0 || len(b.due.of) != 0 {
		t.Error("asked somebody who has no face")
	}
}

// TestREraseAtLeaseEnd: nobody has to think of it; the face goes at once, the rest a month later, each with a receipt.
func TestREraseAtLeaseEnd(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Site.ForgetAfter = config.Duration(30 * 24 * time.Hour)
	})
	id := b.enrolled(7)
	b.source.set.Store(true)
	b.cfg.Unit.Bench = false // a bench's computer would be believed
	b.enrolled(8)
	until := b.clock.now().Add(time.Hour)
	if err := b.vault.ChangePerson(store.Door, id, "lease", func(p *policy.Person) error { p.Until = until; return nil }); err != nil {
		t.Fatal(err)
	}
	look := func() {
		t.Helper()
		people, err := b.vault.People()
		if err != nil {
			t.Fatal(err)
		}
		b.endLeases(people)
		b.settled()
	}
	look()
	if p, _ := b.vault.Person(id); p.Face.State != policy.FaceEnrolled {
		t.Fatal("ended before its time")
	}
	b.later(time.Hour)
	look()
	if p, _ := b.vault.Person(id); p.Face.State != policy.FaceWithdrawn || b.faces.index.Len() != 1 {
		t.Errorf("lease over, face %s, %d in the index", p.Face.State, b.faces.index.Len())
	}
	b.later(31 * 24 * time.Hour)
	b.source.set.Store(false)
	look()
	if _, err := b.vault.Person(id); err != nil {
		t.Error("a clock that nobody vouches for destroyed data")
	}
	b.source.set.Store(true)
	look()
	if _, err := b.vault.Person(id); err == nil {
		t.Error("still known a month after the end of the lease")
	}
	rs, err := b.vault.Receipts()
	if err != nil || len(rs) != 2 || rs[0].Why != "lease end" || rs[1].What != "person" {
		t.Errorf("receipts: %+v, %v", rs, err)
	}
}

// A disk that refuses leaves the face out of use, says so, and is tried again.
func TestErasureIsTriedAgain(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(7)
	b.endFace(id, erasure{why: "lease end", since: b.clock.now()})
	b.erased(id, b.due.of[id], store.ErrCorrupt)
	if b.faults["erasure"] == "" || len(b.due.of) != 1 || b.faces.index.Len() != 0 {
		t.Errorf("fault %q, %d due, %d in the index", b.faults["erasure"], len(b.due.of), b.faces.index.Len())
	}
	b.settled()
	if b.faults["erasure"] != "" || len(b.due.of) != 0 {
		t.Errorf("fault %q, %d due", b.faults["erasure"], len(b.due.of))
	}
}
