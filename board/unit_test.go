package board

import (
	"context"
	"errors"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
)

func TestCardOpensAndRelocks(t *testing.T) {
	b := newBench(t)
	id := b.someone(7)
	b.tapped(7)
	if !b.relay.On() {
		t.Fatal("a good card did not open")
	}
	if e := b.last(); !e.Grant || e.Person != id || e.Reason != policy.ReasonCard {
		t.Errorf("recorded as %+v", e)
	}
	b.later(4900 * time.Millisecond)
	if !b.relay.On() {
		t.Error("locked before the release was over")
	}
	b.later(200 * time.Millisecond)
	if b.relay.On() {
		t.Error("still unlocked after the release")
	}
	b.tapped(8)
	if e := b.last(); b.relay.On() || e.Grant || e.Reason != policy.ReasonUnknown || !e.Person.IsZero() {
		t.Errorf("an unknown card: relay %v, recorded as %+v", b.relay.On(), e)
	}
}

func TestPIN(t *testing.T) {
	b := newBench(t)
	id := b.someone(1)
	if _, err := b.vault.AddCredential("door", id, policy.PINKind, []byte("481516"), "PIN", false); err != nil {
		t.Fatal(err)
	}
	keys := func(s string, pause time.Duration) {
		for _, k := range s {
			b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Key: hal.Key(k)})
			b.later(pause)
		}
	}
	keys("99*481516#", time.Second/2)
	if e := b.last(); !e.Grant || e.Means != policy.ByPIN || e.Person != id {
		t.Errorf("recorded as %+v", e)
	}
	b.later(time.Minute)
	n := b.count("decision")
	keys("481", time.Second)
	b.later(11 * time.Second)
	keys("516#", time.Second)
	if e := b.last(); e.Grant || b.count("decision") != n+1 {
		t.Errorf("the halves of a PIN, eleven seconds apart, were taken together: %+v", e)
	}
	keys("481516000000000000#", 0)
	if b.last().Grant {
		t.Error("a PIN with digits to spare opened")
	}
}

// watchful is a relay that looks, at each move, whether the reason stands in the log already.
type watchful struct {
	hal.Output
	check func(on bool)
}

func (w *watchful) Set(on bool) error { w.check(on); return w.Output.Set(on) }

// TestRAuditRecordFirst: the decision is durable before the relay moves.
func TestRAuditRecordFirst(t *testing.T) {
	b := newBench(t)
	b.someone(7)
	moves := 0
	b.hw.Relay = &watchful{b.relay, func(on bool) {
		moves++
		if on {
			es, err := b.vault.Entries(0, 1, true)
			if err != nil || len(es) != 1 || !(es[0].Kind == "decision" && es[0].Grant || es[0].Kind == "relay") {
				t.Errorf("the relay moves and the log ends with %+v, %v", es, err)
			}
		}
	}}
	b.tapped(7)
	b.later(time.Minute)
	if moves != 2 || b.count("relay") != 2 {
		t.Errorf("%d moves, %d recorded", moves, b.count("relay"))
	}
}

// TestRSafe: REX and fire open whatever happens: with the vault gone, in any state of the door.
func TestRSafe(t *testing.T) {
	b := newBench(t)
	b.vault.Close()
	b.input("rex", true)
	if !b.relay.On() {
		t.Error("REX did not open without a vault")
	}
	b.later(time.Minute)
	if b.relay.On() {
		t.Error("still unlocked")
	}
	b.input("fire", true)
	if !b.relay.On() {
		t.Error("fire did not open without a vault")
	}
	b.later(time.Hour)
	if !b.relay.On() {
		t.Error("locked while the fire line is active")
	}
	b.input("fire", false)
	if b.relay.On() {
		t.Error("unlocked after the fire line was cleared")
	}
}

func TestForcedAndHeld(t *testing.T) {
	b := newBench(t)
	b.someone(7)
	b.input("contact", true)
	if b.door.State != policy.Forced || b.count("alarm") != 1 {
		t.Errorf("an opening without a release: %s, %d alarms", b.door.State, b.count("alarm"))
	}
	b.input("contact", false)
	b.tapped(7)
	b.later(time.Second)
	b.input("contact", true)
	b.later(31 * time.Second)
	if b.door.State != policy.Held || b.count("alarm") != 2 {
		t.Errorf("open for 31 s: %s, %d alarms", b.door.State, b.count("alarm"))
	}
}

func TestFaceOpensForTheEnrolled(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(1)
	if e := b.walkUp(1); !e.Grant || e.Person != id || e.Means != policy.ByFace {
		t.Errorf("recorded as %+v", e)
	}
	if !b.relay.On() {
		t.Error("the relay did not move")
	}
}

// TestFaceIsDecidedByTheDoorsClock: frames that claim to be of an hour in which somebody may come in do not let them in at another.
func TestFaceIsDecidedByTheDoorsClock(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Site.Access = []config.Access{{Group: "day", Hours: hours(t, "mon-sun 07:00-18:00")}}
	})
	id := b.enrolled(1)
	if err := b.vault.ChangePerson(store.Door, id, "groups", func(p *policy.Person) error { p.Groups = []string{"day"}; return nil }); err != nil {
		t.Fatal(err)
	}
	morning := b.clock.now() // 16:01 in Shanghai
	b.later(6 * time.Hour)
	for n := b.count("decision"); b.count("decision") == n; b.later(100 * time.Millisecond) {
		o := look(1)
		o.At = morning
		b.observe(&o)
	}
	if e := b.last(); e.Grant || e.Reason != policy.ReasonHours || e.At.Sub(b.clock.now()).Abs() > time.Second {
		t.Errorf("decided as %v, %s, at %v; it is %v", e.Grant, e.Reason, e.At, b.clock.now())
	}
}

// TestEachVisitIsANewOrder: after a decision, and after a card that wants its owner's face, the eye's order begins anew, so that what it
// saw before counts no more.
func TestEachVisitIsANewOrder(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.walkUp(2)
	n := b.eye.told
	b.later(100 * time.Millisecond)
	if b.eye.told != n+1 || b.eye.Mode() != eye.Looking {
		t.Errorf("after the decision: %d new orders, %s", b.eye.told-n, b.eye.Mode())
	}
	b.later(100 * time.Millisecond)
	if b.eye.told != n+1 {
		t.Error("and again, without a visit")
	}
	b.cfg.Faces.WithCard = true
	b.later(time.Minute)
	b.tapped(1)
	n = b.eye.told
	b.tapped(1)
	if b.eye.told != n+1 || b.eye.Mode() != eye.Looking {
		t.Errorf("after a second card: %d new orders, %s", b.eye.told-n, b.eye.Mode())
	}
}

// TestRStrangerNotNamed: a stranger's record names nobody, and after the walk-up nothing of the face is left in the visit.
func TestRStrangerNotNamed(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.later(time.Minute)
	e := b.walkUp(2)
	if e.Grant || !e.Person.IsZero() || e.Reason != policy.ReasonNoMatch || b.relay.On() {
		t.Errorf("recorded as %+v", e)
	}
	if f := b.faces.visit.Face(); f.Score != -1 || f.Frames != 0 {
		t.Errorf("the visit still holds %+v", f)
	}
}

// TestRAltNoReaderNoFace: when no reader works, no face opens either; with the reader back, faces are back.
func TestRAltNoReaderNoFace(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Fault: errors.New("gone")})
	if off := b.facesOff().String(); off != "R-ALT" {
		t.Fatalf("faces off: %q", off)
	}
	b.later(time.Second)
	if b.eye.Mode() != eye.Off {
		t.Errorf("the eye still looks: %s", b.eye.Mode())
	}
	b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Recovered: true})
	b.later(time.Second)
	if off := b.facesOff().String(); off != "" || b.eye.Mode() == eye.Off {
		t.Errorf("after recovery: off %q, eye %s", off, b.eye.Mode())
	}
}

// TestRPurposeNobodyEnrolled: with nobody enrolled the camera is closed: there is nothing to look for.
func TestRPurposeNobodyEnrolled(t *testing.T) {
	b := newBench(t)
	b.later(time.Second)
	if b.eye.Mode() != eye.Off {
		t.Errorf("the eye is %s with nobody enrolled", b.eye.Mode())
	}
	b.enrolled(1)
	b.later(time.Second)
	if b.eye.Mode() != eye.Idle {
		t.Errorf("the eye is %s with somebody enrolled and nobody there", b.eye.Mode())
	}
}

func TestFaultIsRecordedOnce(t *testing.T) {
	b := newBench(t)
	for range 5 {
		b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Fault: errors.New("lost frame")})
	}
	b.someone(7)
	b.tapped(7)
	if b.count("fault") != 1 || b.count("fault over") != 1 {
		t.Errorf("%d faults, %d over", b.count("fault"), b.count("fault over"))
	}
}

// TestRunMovesNothing: start and stop leave the relay alone.
func TestRunMovesNothing(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- b.Unit.Run(ctx) }()
	if err := b.do(ctx, func() {}); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if m := b.relay.Moves(); len(m) != 0 || !b.relay.Closed() {
		t.Errorf("the relay moved %d times, closed %v", len(m), b.relay.Closed())
	}
	if err := b.do(context.Background(), func() {}); !errors.Is(err, ErrStopped) {
		t.Errorf("a call to a stopped unit: %v", err)
	}
}

// TestREqualCardThenFace: at a door that takes faces after the card, the owner's own face opens, another's does not, and who has no face
// enrolled opens with the card alone, as everybody does while faces are off (R-EQUAL).
func TestREqualCardThenFace(t *testing.T) {
	b := newBench(t)
	b.cfg.Faces.WithCard = false
	id, other := b.enrolled(1), b.someone(2)
	b.cfg.Faces.WithCard = true
	b.later(time.Minute)
	if b.eye.Mode() != eye.Off {
		t.Errorf("without a card the eye is %s", b.eye.Mode())
	}
	b.tapped(1)
	if b.relay.On() || b.eye.Mode() != eye.Looking {
		t.Fatalf("after the card: relay %v, eye %s", b.relay.On(), b.eye.Mode())
	}
	if e := b.walkUp(1); !e.Grant || e.Means != policy.ByCardFace || e.Person != id || e.KeyID == "" {
		t.Errorf("owner's face: %+v", e)
	}
	b.later(time.Minute)
	b.tapped(1)
	if e := b.walkUp(3); e.Grant || e.Means != policy.ByCardFace || e.Reason != policy.ReasonFrames && e.Reason != policy.ReasonNoMatch {
		t.Errorf("another face after the card: %+v", e)
	}
	b.later(time.Minute)
	b.tapped(2)
	if e := b.last(); !e.Grant || e.Means != policy.ByCard || e.Person != other {
		t.Errorf("somebody without a face: %+v", e)
	}
	b.later(time.Minute)
	b.eye.cam = eye.CameraGone
	b.tapped(1)
	if e := b.last(); !e.Grant || e.Means != policy.ByCard || e.Person != id {
		t.Errorf("the card while the camera is gone: %+v", e)
	}
}

// TestRAltCardTappedAgain: whose face is refused after their card taps once more and is in; with a PIN for the keypad of this door they have that instead.
func TestRAltCardTappedAgain(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(1)
	b.cfg.Faces.WithCard = true
	b.later(time.Minute)
	b.tapped(1)
	if e := b.walkUp(3); e.Grant {
		t.Fatalf("another face after the card: %+v", e)
	}
	b.tapped(1)
	if e := b.last(); !e.Grant || e.Means != policy.ByCard || e.Person != id {
		t.Errorf("tapped again after a refusal: %+v", e)
	}
	b.later(2 * time.Minute)
	n := b.count("decision")
	if b.tapped(1); b.count("decision") != n {
		t.Error("two minutes later the face is asked for again")
	}
	b.walkUp(3)
	b.pin(id, "481516")
	b.cfg.Readers[0].Keypad = 4
	n = b.count("decision")
	if b.tapped(1); b.count("decision") != n || b.eye.Mode() != eye.Looking {
		t.Error("who has a PIN is to use it: the card alone opened")
	}
	if e := b.types("481516"); !e.Grant || e.Means != policy.ByPIN {
		t.Errorf("the PIN: %+v", e)
	}
}

// TestREqualCardAloneWhileFacesRest: whose face is refused again and again after their card, by a bandage say, and who has no PIN, comes in with the
// card: at once while faces wait, and from then on they are looked at again (R-ALT, R-EQUAL).
func TestREqualCardAloneWhileFacesRest(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(1)
	b.cfg.Faces.WithCard = true
	b.strangersAfterCard(1, 5)
	b.tapped(1)
	if e := b.last(); !e.Grant || e.Means != policy.ByCard || e.Person != id {
		t.Errorf("the card while faces wait: %+v", e)
	}
	b.later(time.Minute)
	b.tapped(1)
	if e := b.walkUp(1); !e.Grant || e.Means != policy.ByCardFace {
		t.Errorf("card and face afterwards: %+v", e)
	}
}

// strangersAfterCard taps a card several times, each time with another face before the camera than its owner's.
func (b *bench) strangersAfterCard(card uint64, times int) {
	b.Helper()
	for n := range times {
		b.later(2 * time.Minute)
		b.tapped(card)
		if e := b.walkUp(100 + uint64(n)); e.Grant || e.Means != policy.ByCardFace {
			b.Fatalf("another face after the card: %+v", e)
		}
	}
	b.later(10 * time.Second)
}

// TestStolenCardAlone: at a door that takes faces after the card, a stolen card of somebody who has a PIN there opens by nothing that
// the thief can do to the door; its owner comes in with the PIN.
func TestStolenCardAlone(t *testing.T) {
	for name, thief := range map[string]func(b *bench){
		"tape over the lens":    func(b *bench) { b.eye.cam = eye.CameraBlack },
		"the camera torn off":   func(b *bench) { b.eye.cam = eye.CameraGone },
		"five strangers' faces": func(b *bench) { b.strangersAfterCard(1, 5) },
		"a stranger's face":     func(b *bench) { b.strangersAfterCard(1, 1) },
		"a disk that is full":   func(b *bench) { b.durable(store.ErrSlow) },
		"a withdrawal by the card": func(b *bench) {
			b.tapsOf(1, 5, 2*time.Second)
			b.later(3 * time.Second)
			b.tapped(1)
			b.settled()
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			id := b.enrolled(1)
			b.pin(id, "481516")
			b.cfg.Faces.WithCard, b.cfg.Readers[0].Keypad = true, 4
			b.later(time.Minute)
			thief(b)
			b.later(6 * time.Second)
			for range 6 {
				if b.tapped(1); b.relay.On() {
					t.Fatal("the card alone opened")
				}
				b.later(8 * time.Second)
			}
			if e := b.last(); e.Grant || e.Person != id {
				t.Errorf("recorded as %+v", e)
			}
			if e := b.types("481516"); !e.Grant || e.Means != policy.ByPIN || !b.relay.On() {
				t.Errorf("the PIN: %+v", e)
			}
		})
	}
}

// TestSlowDiskStopsFacesNotCards: after a record that was not durable in time no face opens, until one is (design decision 4).
func TestSlowDiskStopsFacesNotCards(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.durable(store.ErrSlow)
	if e := b.walkUp(1); e.Grant || e.Reason != policy.ReasonNotDurable || b.relay.On() {
		t.Errorf("a face while the disk does not answer: %+v", e)
	}
	b.later(time.Minute)
	b.durable(store.ErrSlow)
	b.tapped(1)
	if e := b.last(); !e.Grant || e.Means != policy.ByCard {
		t.Errorf("a card while the disk does not answer: %+v", e)
	}
	b.later(time.Minute)
	if e := b.walkUp(1); !e.Grant {
		t.Errorf("a face after the disk answered: %+v", e)
	}
}

// TestFacesRestAfterFailures: after five failed faces in a row faces wait, the card goes on, and a card that opens ends the wait.
func TestFacesRestAfterFailures(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	for n := range uint64(5) {
		b.later(10 * time.Second)
		if e := b.walkUp(100 + n); e.Grant || e.Reason != policy.ReasonNoMatch {
			t.Fatalf("stranger %d: %+v", n, e)
		}
	}
	b.later(10 * time.Second)
	if e := b.walkUp(1); e.Grant || e.Reason != policy.ReasonFaceRest {
		t.Errorf("an enrolled face during the wait: %+v", e)
	}
	b.later(time.Second)
	b.tapped(1)
	if !b.last().Grant {
		t.Error("the card had to wait with the faces (R-EQUAL)")
	}
	b.later(10 * time.Second)
	if e := b.walkUp(1); !e.Grant {
		t.Errorf("an enrolled face after a card opened: %+v", e)
	}
}
