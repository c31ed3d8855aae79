package unit_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/waits"
)

// slowly presses keys, one in each second.
func (b *bench) slowly(keys string) {
	for i, k := range keys {
		if i > 0 {
			b.Later(time.Second)
		}
		b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Button: hal.Button(k)})
	}
}

// wantWait checks what the last decision, a grant, says of its visit.
func (b *bench) wantWait(when string, by policy.Means, waited time.Duration, retried bool) {
	b.Helper()
	e := b.Last()
	v := e.Visit()
	switch {
	case !e.Grant || e.Means != by:
		b.Errorf("%s: %s by %s", when, e.Reason, e.Means)
	case v == nil:
		b.Errorf("%s: nothing is said of the visit", when)
	case v.Waited != waited || v.Retried != retried:
		b.Errorf("%s: waited %v, retried %v; want %v, %v", when, v.Waited, v.Retried, waited, retried)
	}
}

// shown shows a face for a while, so alive, with a frame each tenth of a second.
func (b *bench) shown(n uint64, live float32, d time.Duration) {
	for end := b.Clock.Now().Add(d); b.Clock.Now().Before(end); b.Later(100 * time.Millisecond) {
		o := boardtest.Look(n)
		o.At, o.Live = b.Clock.Now(), live
		b.Driver.See(&o)
	}
}

// TestREqualWaitsAtTheReader: a visit begins with its first key or tap and holds all that the door
// refused before it opened; another person's begins with their own.
func TestREqualWaitsAtTheReader(t *testing.T) {
	b := newBench(t)
	ann, bob := b.Someone(1), b.Someone(2)
	b.pin(ann, "481516")

	b.Tap(1)
	b.wantWait("a card", policy.ByCard, 0, false)

	b.Later(time.Minute)
	b.slowly("481516#")
	b.wantWait("a code", policy.ByPIN, 6*time.Second, false)

	b.Later(time.Minute)
	b.slowly("481517#")
	b.Later(3 * time.Second)
	b.slowly("481516#")
	b.wantWait("a code at the second try", policy.ByPIN, 15*time.Second, true)

	b.Later(time.Minute)
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Fault: errors.New("parity"), Frame: true})
	b.Later(2 * time.Second)
	b.Tap(1)
	b.wantWait("a card that was misread", policy.ByCard, 2*time.Second, true)

	b.Later(time.Minute)
	b.Tap(99)
	b.Later(4 * time.Second)
	b.Tap(1)
	b.wantWait("the card of another house first", policy.ByCard, 4*time.Second, true)

	b.Later(time.Minute)
	b.Tap(99)
	if !b.Unit.VisitGoes() {
		t.Error("the visit ended with a refusal")
	}
	b.Later(31 * time.Second)
	if b.Unit.VisitGoes() {
		t.Error("who went away is remembered")
	}
	b.Tap(1)
	b.wantWait("half a minute after a stranger", policy.ByCard, 0, false)

	b.Later(time.Minute)
	block := func(on bool) {
		t.Helper()
		if err := b.Vault.ChangePerson(store.Door, ann, audit.PersonCorrected, func(p *policy.Person) error {
			p.Blocked = on
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	block(true)
	b.Tap(1)
	b.Later(3 * time.Second)
	b.Tap(2)
	b.wantWait("after another person's refusal", policy.ByCard, 0, false)
	if b.Last().Person != bob {
		t.Error("the door opened for another person")
	}
	block(false)

	b.Later(time.Minute)
	b.Tap(99)
	b.Later(time.Second)
	b.Input("rex", true)
	b.Later(2 * time.Second)
	b.Tap(2)
	b.wantWait("after the door was opened", policy.ByCard, 0, false)

	for _, e := range b.Entries() {
		if e.Kind == audit.Decision && (!e.Grant || e.Means == policy.ByREX) && len(e.Detail) > 0 &&
			(e.Detail["waited"] != "" || e.Detail["retried"] != "") {
			t.Errorf("something is kept of a visit without a grant by a credential: %+v", e)
		}
	}
}

// TestREqualLockoutIsWaiting: whoever waits until the keypad takes codes again has waited.
func TestREqualLockoutIsWaiting(t *testing.T) {
	b := newBench(t)
	b.pin(b.Someone(1), "481516")
	for range 5 {
		b.slowly("000000#")
		b.Later(time.Second)
	}
	b.Later(40 * time.Second) // the lockout is 30 s
	b.slowly("481516#")
	b.wantWait("after a lockout", policy.ByPIN, (5*7+40+6)*time.Second, true)
}

// TestREqualWaitsOutlastAClockThatIsSet: they are measured by the clock that is never set.
func TestREqualWaitsOutlastAClockThatIsSet(t *testing.T) {
	b := newBench(t)
	b.pin(b.Someone(1), "481516")
	b.slowly("4815")
	b.Clock.Set(b.Clock.Now().Add(-2 * time.Hour))
	b.Later(time.Second)
	b.slowly("16#")
	b.wantWait("the clock was set back", policy.ByPIN, 6*time.Second, false)
}

// TestREqualWaitsOfFaces: the visit of a face begins with the first frame in which one is found,
// and goes on while it is refused and stays.
func TestREqualWaitsOfFaces(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Enrolled(2)
	b.Later(time.Minute)

	for range 8 { // too far away to be compared
		o := boardtest.Far(b.Clock.Now())
		b.Driver.See(&o)
		b.Later(100 * time.Millisecond)
	}
	b.shown(1, 0.95, 300*time.Millisecond)
	b.wantWait("a face", policy.ByFace, time.Second, false)

	b.shown(2, 0.95, 500*time.Millisecond)
	b.wantWait("the next in the queue", policy.ByFace, 200*time.Millisecond, false)

	b.Later(time.Minute)
	b.shown(1, 0.1, 3*time.Second)
	if e := b.Last(); e.Grant || e.Visit() != nil {
		t.Fatalf("a face that does not live: %+v", e)
	}
	b.shown(1, 0.95, 5*time.Second)
	if v := b.Last().Visit(); v == nil || !v.Retried || v.Waited < 6*time.Second || v.Waited > 8*time.Second {
		t.Errorf("a face that was refused and stayed: %+v", v)
	}

	b.Later(time.Minute)
	b.shown(1, 0.1, 3*time.Second)
	b.Later(2 * time.Second) // they go, and come back
	b.shown(1, 0.95, 400*time.Millisecond)
	b.wantWait("a face that came back", policy.ByFace, 200*time.Millisecond, false)
}

// TestRPurposeCardsAreNotTimedByTheCamera: whoever comes with a card is measured from their card
// on, however long they stood before the camera.
func TestRPurposeCardsAreNotTimedByTheCamera(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Someone(2)
	b.Later(time.Minute)
	b.shown(77, 0.95, 10*time.Second)
	if e := b.Last(); e.Grant || e.Means != policy.ByFace || e.Visit() != nil {
		t.Fatalf("a face of nobody: %+v", e)
	}
	b.Tap(2)
	b.wantWait("a card, after its owner was refused as a face", policy.ByCard, 0, false)
}

// TestREqualWaitsOfCardAndFace: with the face after the card, the visit begins with the card, and
// goes on until the second factor.
func TestREqualWaitsOfCardAndFace(t *testing.T) {
	b := newBench(t)
	b.Unit.WithCard(true)
	b.pin(b.Enrolled(1), "481516")
	b.Later(time.Minute)
	b.Tap(1)
	b.Later(time.Second)
	b.shown(1, 0.95, 400*time.Millisecond)
	b.wantWait("card and face", policy.ByCardFace, 1200*time.Millisecond, false)

	b.Later(time.Minute)
	b.Tap(1)
	b.shown(1, 0.1, 3*time.Second)
	b.slowly("481516#")
	b.wantWait("the code after a refused face", policy.ByPIN, 9*time.Second, true)
}

// TestREqualWaitsFromTheLogAlone: the log says of each opening how long it took until the lock
// moved; openings of a door that stood open, and those of before, are counted apart.
func TestREqualWaitsFromTheLogAlone(t *testing.T) {
	b := newBench(t)
	b.pin(b.Someone(1), "481516")
	b.Tap(1)
	b.Later(time.Second)
	b.Tap(1) // the lock is still open
	b.Later(time.Minute)
	b.slowly("481516#")
	old := policy.Decision{At: b.Clock.Now(), Door: "x", Means: policy.ByCard, Grant: true, Reason: policy.ReasonCard}
	if _, err := b.Vault.RecordDecision(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	b.Entries()
	var log waits.Log
	if _, err := b.Vault.Acts(0, log.Add); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	var exported waits.Log
	if err := b.Vault.ExportAudit(&file); err != nil {
		t.Fatal(err)
	}
	if _, err := store.ReadExport(&file, b.Vault.PublicKey(), nil, func(e store.Entry) error {
		exported.Add(e)
		return nil
	}); err != nil || !slices.Equal(exported.Openings(), log.Openings()) {
		t.Errorf("by the export, without a key: %+v, %v", exported.Openings(), err)
	}
	all := log.Openings()
	if len(all) != 2 || log.Open() != 1 || log.Old() != 1 {
		t.Fatalf("%+v, %d of an open door, %d of before", all, log.Open(), log.Old())
	}
	if card, code := all[0], all[1]; card.Means != policy.ByCard || card.Took != 0 ||
		code.Means != policy.ByPIN || code.Took != 6*time.Second {
		t.Errorf("%+v", all)
	}
	log.Forget(b.Clock.Now().Add(-time.Second))
	if left := log.Openings(); len(left) != 1 || left[0].Means != policy.ByPIN {
		t.Errorf("after the purge: %+v", left)
	}
}
