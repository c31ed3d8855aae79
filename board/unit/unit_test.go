package unit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
)

func TestCardOpensAndRelocks(t *testing.T) {
	b := newBench(t)
	id := b.Someone(7)
	b.Tap(7)
	if !b.Relay.On() {
		t.Fatal("a good card did not open")
	}
	if e := b.Last(); !e.Grant || e.Person != id || e.Reason != policy.ReasonCard {
		t.Errorf("recorded as %+v", e)
	}
	b.Later(4900 * time.Millisecond)
	if !b.Relay.On() {
		t.Error("locked before the release was over")
	}
	b.Later(200 * time.Millisecond)
	if b.Relay.On() {
		t.Error("still unlocked after the release")
	}
	b.Tap(8)
	if e := b.Last(); b.Relay.On() || e.Grant || e.Reason != policy.ReasonUnknown || !e.Person.IsZero() {
		t.Errorf("an unknown card: relay %v, recorded as %+v", b.Relay.On(), e)
	}
}

func TestPIN(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	if _, err := b.Vault.AddCredential("door", id, policy.PINKind, []byte("481516"), "PIN", false); err != nil {
		t.Fatal(err)
	}
	keys := func(s string, pause time.Duration) {
		for _, k := range s {
			b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Button: hal.Button(k)})
			b.Later(pause)
		}
	}
	keys("99*481516#", time.Second/2)
	if e := b.Last(); !e.Grant || e.Means != policy.ByPIN || e.Person != id {
		t.Errorf("recorded as %+v", e)
	}
	b.Later(time.Minute)
	n := b.Count("decision")
	keys("481", time.Second)
	b.Later(11 * time.Second)
	keys("516#", time.Second)
	if e := b.Last(); e.Grant || b.Count("decision") != n+1 {
		t.Errorf("the halves of a PIN, eleven seconds apart, were taken together: %+v", e)
	}
	keys("481516000000000000#", 0)
	if b.Last().Grant {
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
	b.Someone(7)
	moves := 0
	b.Wires.Relay = &watchful{b.Relay, func(on bool) {
		moves++
		if on {
			es, err := b.Vault.Entries(0, 1, true)
			if err != nil || len(es) != 1 || !(es[0].Kind == "decision" && es[0].Grant || es[0].Kind == "relay") {
				t.Errorf("the relay moves and the log ends with %+v, %v", es, err)
			}
		}
	}}
	b.Tap(7)
	b.Later(time.Minute)
	if moves != 2 || b.Count("relay") != 2 {
		t.Errorf("%d moves, %d recorded", moves, b.Count("relay"))
	}
}

// TestRSafe: REX and fire open whatever happens: with the vault gone, in any state of the door.
func TestRSafe(t *testing.T) {
	b := newBench(t)
	b.Vault.Close()
	b.Input("rex", true)
	if !b.Relay.On() {
		t.Error("REX did not open without a vault")
	}
	b.Later(time.Minute)
	if b.Relay.On() {
		t.Error("still unlocked")
	}
	b.Input("fire", true)
	if !b.Relay.On() {
		t.Error("fire did not open without a vault")
	}
	b.Later(time.Hour)
	if !b.Relay.On() {
		t.Error("locked while the fire line is active")
	}
	b.Input("fire", false)
	if b.Relay.On() {
		t.Error("unlocked after the fire line was cleared")
	}
}

func TestForcedAndHeld(t *testing.T) {
	b := newBench(t)
	b.Someone(7)
	b.Input("contact", true)
	if b.State().Door != policy.Forced || b.Count("alarm") != 1 {
		t.Errorf("an opening without a release: %s, %d alarms", b.State().Door, b.Count("alarm"))
	}
	b.Input("contact", false)
	b.Tap(7)
	b.Later(time.Second)
	b.Input("contact", true)
	b.Later(31 * time.Second)
	if b.State().Door != policy.Held || b.Count("alarm") != 2 {
		t.Errorf("open for 31 s: %s, %d alarms", b.State().Door, b.Count("alarm"))
	}
}

// TestNextPersonAtAClosingDoor taps a card just when the door has closed behind somebody else. The
// contact tells that only once it rests, and that must not end the release.
func TestNextPersonAtAClosingDoor(t *testing.T) {
	b := newBench(t)
	b.Someone(7)
	contact := func(open bool, before time.Duration) {
		b.Driver.Device(hal.InputEvent{At: b.Clock.Now().Add(-before), Input: "contact", Active: open})
	}
	b.Tap(7)
	contact(true, 0)
	b.Later(10 * time.Second)
	b.Tap(7)
	contact(false, 50*time.Millisecond)
	if !b.Relay.On() {
		t.Fatal("the door that closed before the tap ended its release")
	}
	contact(true, 0)
	b.Later(time.Second)
	contact(false, 0)
	if b.Relay.On() {
		t.Error("unlocked, though the door closed behind the second person")
	}
}

func TestFaceOpensForTheEnrolled(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	if e := b.WalkUp(1); !e.Grant || e.Person != id || e.Means != policy.ByFace {
		t.Errorf("recorded as %+v", e)
	}
	if !b.Relay.On() {
		t.Error("the relay did not move")
	}
}

// TestFaceIsDecidedByTheDoorsClock: frames that claim to be of an hour in which somebody may come
// in do not let them in at another.
func TestFaceIsDecidedByTheDoorsClock(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Site.Access = []config.Access{{Group: "day", Hours: boardtest.Hours(t, "mon-sun 07:00-18:00")}}
	})
	id := b.Enrolled(1)
	if err := b.Vault.ChangePerson(store.Door, id, "groups", func(p *policy.Person) error {
		p.Groups = []string{"day"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	morning := b.Clock.Now() // 16:01 in Shanghai
	b.Later(6 * time.Hour)
	for n := b.Count("decision"); b.Count("decision") == n; b.Later(100 * time.Millisecond) {
		o := boardtest.Look(1)
		o.At = morning
		b.Driver.See(&o)
	}
	if e := b.Last(); e.Grant || e.Reason != policy.ReasonHours || e.At.Sub(b.Clock.Now()).Abs() > time.Second {
		t.Errorf("decided as %v, %s, at %v; it is %v", e.Grant, e.Reason, e.At, b.Clock.Now())
	}
}

// TestEachVisitIsANewOrder: after a decision, and after a card that wants its owner's face, the
// eye's order begins anew, so that what it saw before counts no more.
func TestEachVisitIsANewOrder(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.WalkUp(2)
	n := b.Eye.Told
	b.Later(100 * time.Millisecond)
	if b.Eye.Told != n+1 || b.Eye.Mode() != eye.Looking {
		t.Errorf("after the decision: %d new orders, %s", b.Eye.Told-n, b.Eye.Mode())
	}
	b.Later(100 * time.Millisecond)
	if b.Eye.Told != n+1 {
		t.Error("and again, without a visit")
	}
	b.Unit.WithCard(true)
	b.Later(time.Minute)
	b.Tap(1)
	n = b.Eye.Told
	b.Tap(1)
	if b.Eye.Told != n+1 || b.Eye.Mode() != eye.Looking {
		t.Errorf("after a second card: %d new orders, %s", b.Eye.Told-n, b.Eye.Mode())
	}
}

// TestRStrangerNotNamed: a stranger's record names nobody, and after the walk-up nothing of
// the face is left in the visit.
func TestRStrangerNotNamed(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Later(time.Minute)
	e := b.WalkUp(2)
	if e.Grant || !e.Person.IsZero() || e.Reason != policy.ReasonNoMatch || b.Relay.On() {
		t.Errorf("recorded as %+v", e)
	}
	if f := b.Unit.VisitFace(); f.Score != -1 || f.Frames != 0 {
		t.Errorf("the visit still holds %+v", f)
	}
}

// TestRAltNoReaderNoFace: when no reader at the door works, no face opens either; with the reader
// back, faces are back. One on a desk is no way in.
func TestRAltNoReaderNoFace(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Readers = append(c.Readers, config.Reader{Name: "office", Kind: "pcsc", Use: "desk"})
	})
	b.Enrolled(1)
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Fault: errors.New("gone")})
	if off := b.FacesOff().String(); off != "R-ALT" {
		t.Fatalf("faces off: %q", off)
	}
	b.Later(time.Second)
	if b.Eye.Mode() != eye.Off {
		t.Errorf("the eye still looks: %s", b.Eye.Mode())
	}
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Recovered: true})
	b.Later(time.Second)
	if off := b.FacesOff().String(); off != "" || b.Eye.Mode() == eye.Off {
		t.Errorf("after recovery: off %q, eye %s", off, b.Eye.Mode())
	}
}

// TestRPurposeNobodyEnrolled: with nobody enrolled the camera is closed:
// there is nothing to look for.
func TestRPurposeNobodyEnrolled(t *testing.T) {
	b := newBench(t)
	b.Later(time.Second)
	if b.Eye.Mode() != eye.Off {
		t.Errorf("the eye is %s with nobody enrolled", b.Eye.Mode())
	}
	b.Enrolled(1)
	b.Later(time.Second)
	if b.Eye.Mode() != eye.Idle {
		t.Errorf("the eye is %s with somebody enrolled and nobody there", b.Eye.Mode())
	}
}

func TestFaultIsRecordedOnce(t *testing.T) {
	b := newBench(t)
	for range 5 {
		b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Fault: errors.New("lost frame")})
	}
	b.Someone(7)
	b.Tap(7)
	if b.Count("fault") != 1 || b.Count("fault over") != 1 {
		t.Errorf("%d faults, %d over", b.Count("fault"), b.Count("fault over"))
	}
}

// TestRunMovesNothing: start and stop leave the relay alone.
func TestRunMovesNothing(t *testing.T) {
	b := newBench(t)
	b.Driver.Leave()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- b.Unit.Run(ctx) }()
	if err := b.Driver.Do(ctx, func() {}); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if m := b.Relay.Moves(); len(m) != 0 || !b.Relay.Closed() {
		t.Errorf("the relay moved %d times, closed %v", len(m), b.Relay.Closed())
	}
	if err := b.Driver.Do(context.Background(), func() {}); !errors.Is(err, unit.ErrStopped) {
		t.Errorf("a call to a stopped unit: %v", err)
	}
}

// TestREqualCardThenFace: at a door that takes faces after the card, the owner's own face opens,
// another's does not, and who has no face enrolled opens with the card alone, as everybody does
// while faces are off (R-EQUAL).
func TestREqualCardThenFace(t *testing.T) {
	b := newBench(t)
	b.Unit.WithCard(false)
	id, other := b.Enrolled(1), b.Someone(2)
	b.Unit.WithCard(true)
	b.Later(time.Minute)
	if b.Eye.Mode() != eye.Off {
		t.Errorf("without a card the eye is %s", b.Eye.Mode())
	}
	b.Tap(1)
	if b.Relay.On() || b.Eye.Mode() != eye.Looking {
		t.Fatalf("after the card: relay %v, eye %s", b.Relay.On(), b.Eye.Mode())
	}
	if e := b.WalkUp(1); !e.Grant || e.Means != policy.ByCardFace || e.Person != id || e.CredentialID == "" {
		t.Errorf("owner's face: %+v", e)
	}
	b.Later(time.Minute)
	b.Tap(1)
	if e := b.WalkUp(3); e.Grant || e.Means != policy.ByCardFace ||
		e.Reason != policy.ReasonFrames && e.Reason != policy.ReasonNoMatch {
		t.Errorf("another face after the card: %+v", e)
	}
	b.Later(time.Minute)
	b.Tap(2)
	if e := b.Last(); !e.Grant || e.Means != policy.ByCard || e.Person != other {
		t.Errorf("somebody without a face: %+v", e)
	}
	b.Later(time.Minute)
	b.Eye.Cam = eye.CameraGone
	b.Tap(1)
	if e := b.Last(); !e.Grant || e.Means != policy.ByCard || e.Person != id {
		t.Errorf("the card while the camera is gone: %+v", e)
	}
}

// TestRAltCardTappedAgain: whose face is refused after their card taps once more and is in; with a
// PIN for the keypad of this door they have that instead.
func TestRAltCardTappedAgain(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.Unit.WithCard(true)
	b.Later(time.Minute)
	b.Tap(1)
	if e := b.WalkUp(3); e.Grant {
		t.Fatalf("another face after the card: %+v", e)
	}
	b.Tap(1)
	if e := b.Last(); !e.Grant || e.Means != policy.ByCard || e.Person != id {
		t.Errorf("tapped again after a refusal: %+v", e)
	}
	b.Later(2 * time.Minute)
	n := b.Count("decision")
	if b.Tap(1); b.Count("decision") != n {
		t.Error("two minutes later the face is asked for again")
	}
	b.WalkUp(3)
	b.pin(id, "481516")
	b.Config.Readers[0].Keypad = 4
	b.Unit.WithCard(true)
	n = b.Count("decision")
	if b.Tap(1); b.Count("decision") != n || b.Eye.Mode() != eye.Looking {
		t.Error("who has a PIN is to use it: the card alone opened")
	}
	if e := b.types("481516"); !e.Grant || e.Means != policy.ByPIN {
		t.Errorf("the PIN: %+v", e)
	}
}

// TestREqualCardAloneDuringFaceLockout: whose face is refused again and again after their card, by
// a bandage say, and who has no PIN, comes in with the card: at once while faces wait, and from
// then on they are looked at again (R-ALT, R-EQUAL).
func TestREqualCardAloneDuringFaceLockout(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.Unit.WithCard(true)
	b.strangersAfterCard(1, 5)
	b.Tap(1)
	if e := b.Last(); !e.Grant || e.Means != policy.ByCard || e.Person != id {
		t.Errorf("the card while faces wait: %+v", e)
	}
	b.Later(time.Minute)
	b.Tap(1)
	if e := b.WalkUp(1); !e.Grant || e.Means != policy.ByCardFace {
		t.Errorf("card and face afterwards: %+v", e)
	}
}

// strangersAfterCard taps a card several times, each time with another face before
// the camera than its owner's.
func (b *bench) strangersAfterCard(card uint64, times int) {
	b.Helper()
	for n := range times {
		b.Later(2 * time.Minute)
		b.Tap(card)
		if e := b.WalkUp(100 + uint64(n)); e.Grant || e.Means != policy.ByCardFace {
			b.Fatalf("another face after the card: %+v", e)
		}
	}
	b.Later(10 * time.Second)
}

// TestErasedWhileACardWaits: a face that is erased while a card waits for its owner's face does not
// make the door look for any other, whoever's face was erased.
func TestErasedWhileACardWaits(t *testing.T) {
	b := newBench(t)
	owner, other := b.Enrolled(1), b.Enrolled(2)
	b.Enrolled(3)
	b.Unit.WithCard(true)
	b.Later(time.Minute)
	b.Tap(1)
	if err := b.Unit.ForgetFace(context.Background(), other); err != nil {
		t.Fatal(err)
	}
	if e := b.WalkUp(3); e.Grant || e.Means != policy.ByCardFace {
		t.Errorf("the face of another person after the card: %+v", e)
	}
	b.Later(2 * time.Minute)
	b.Tap(1)
	if err := b.Unit.ForgetFace(context.Background(), owner); err != nil {
		t.Fatal(err)
	}
	n := b.Count("decision")
	for range 50 {
		o := boardtest.Look(3)
		o.At = b.Clock.Now()
		b.Driver.See(&o)
		b.Later(100 * time.Millisecond)
	}
	if b.Count("decision") != n || b.Eye.Mode() == eye.Looking {
		t.Errorf("after the owner's face was erased: %+v, %s", b.Last(), b.Eye.Mode())
	}
}

// TestStolenCardAlone: at a door that takes faces after the card, a stolen card of somebody who has
// a PIN there opens by nothing that the thief can do to the door; its owner comes in with the PIN.
func TestStolenCardAlone(t *testing.T) {
	for name, thief := range map[string]func(b *bench){
		"tape over the lens":    func(b *bench) { b.Eye.Cam = eye.CameraBlack },
		"the camera torn off":   func(b *bench) { b.Eye.Cam = eye.CameraGone },
		"five strangers' faces": func(b *bench) { b.strangersAfterCard(1, 5) },
		"a stranger's face":     func(b *bench) { b.strangersAfterCard(1, 1) },
		"a disk that is full":   func(b *bench) { b.Unit.Durable(store.ErrSlow) },
		"a withdrawal by the card": func(b *bench) {
			b.tapsOf(1, 5, 2*time.Second)
			b.Later(3 * time.Second)
			b.Tap(1)
			b.settled()
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			id := b.Enrolled(1)
			b.pin(id, "481516")
			b.Config.Readers[0].Keypad = 4
			b.Unit.WithCard(true)
			b.Later(time.Minute)
			thief(b)
			b.Later(6 * time.Second)
			for range 6 {
				if b.Tap(1); b.Relay.On() {
					t.Fatal("the card alone opened")
				}
				b.Later(8 * time.Second)
			}
			if e := b.Last(); e.Grant || e.Person != id {
				t.Errorf("recorded as %+v", e)
			}
			if e := b.types("481516"); !e.Grant || e.Means != policy.ByPIN || !b.Relay.On() {
				t.Errorf("the PIN: %+v", e)
			}
		})
	}
}

// TestSlowDiskStopsFacesNotCards: after a record that was not durable in time no face opens,
// until one is (decision 0004).
func TestSlowDiskStopsFacesNotCards(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Unit.Durable(store.ErrSlow)
	if e := b.WalkUp(1); e.Grant || e.Reason != policy.ReasonNotDurable || b.Relay.On() {
		t.Errorf("a face while the disk does not answer: %+v", e)
	}
	b.Later(time.Minute)
	b.Unit.Durable(store.ErrSlow)
	b.Tap(1)
	if e := b.Last(); !e.Grant || e.Means != policy.ByCard {
		t.Errorf("a card while the disk does not answer: %+v", e)
	}
	b.Later(time.Minute)
	if e := b.WalkUp(1); !e.Grant {
		t.Errorf("a face after the disk answered: %+v", e)
	}
}

// TestDiskIsTrustedAgain: a disk that was slow once does not cost the next face, or the next pass,
// its entry for ever after.
func TestDiskIsTrustedAgain(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Unit.Durable(store.ErrSlow)
	b.Later(9 * time.Second)
	if s := b.State(); s.Faults["vault"] == "" {
		t.Error("the delay is not shown")
	}
	b.Eventually("nothing waits for the disk, and the fault ends", func() bool {
		b.Later(11 * time.Second)
		return b.State().Faults["vault"] == ""
	})
	if e := b.WalkUp(1); !e.Grant {
		t.Errorf("a face a while after the delay: %+v", e)
	}
}

// TestFaceLockoutAfterFailures: after five failed faces in a row faces wait, the card goes on, and
// a card that opens ends the wait.
func TestFaceLockoutAfterFailures(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	for n := range uint64(5) {
		b.Later(10 * time.Second)
		if e := b.WalkUp(100 + n); e.Grant || e.Reason != policy.ReasonNoMatch {
			t.Fatalf("stranger %d: %+v", n, e)
		}
	}
	b.Later(10 * time.Second)
	if e := b.WalkUp(1); e.Grant || e.Reason != policy.ReasonFaceLockout {
		t.Errorf("an enrolled face during the wait: %+v", e)
	}
	b.Later(time.Second)
	b.Tap(1)
	if !b.Last().Grant {
		t.Error("the card had to wait with the faces (R-EQUAL)")
	}
	b.Later(10 * time.Second)
	if e := b.WalkUp(1); !e.Grant {
		t.Errorf("an enrolled face after a card opened: %+v", e)
	}
}
