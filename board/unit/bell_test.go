package unit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"menshen/board/unit"
	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// newBellBench is a door with a bell and a staffed release.
func newBellBench(t *testing.T) *bench {
	b := newBench(t)
	for _, role := range []string{"bell", "staff"} {
		b.Inputs[role] = &haltest.Input{Name: role}
		b.Inputs[role].Set(false, b.Clock.Now())
		b.Wires.Inputs[role] = b.Inputs[role]
	}
	b.Reassemble()
	return b
}

// rings presses the bell, and lets it go.
func (b *bench) rings() {
	b.Input("bell", true)
	b.Later(200 * time.Millisecond)
	b.Input("bell", false)
}

// answer answers the bell.
func (b *bench) answer(a unit.BellAnswer) (policy.Decision, error) {
	return b.Unit.AnswerBell(context.Background(), "anna", a)
}

// last gives the newest entry of a kind.
func (b *bench) last(k audit.Kind) store.Entry {
	b.Helper()
	for _, e := range b.Entries() {
		if e.Kind == k {
			return e
		}
	}
	b.Fatalf("no entry %q", k)
	return store.Entry{}
}

// TestBell: a call, and each of its answers.
func TestBell(t *testing.T) {
	b := newBellBench(t)
	if s := b.tells("at rest", scene.Ready); !s.Ways.Has(scene.ByBell) {
		t.Errorf("ways %b", s.Ways)
	}
	if _, err := b.answer(unit.BellComing); !errors.Is(err, unit.ErrNotRung) {
		t.Errorf("nobody rang: %v", err)
	}
	b.rings()
	b.tells("rung", scene.Called)
	if s := b.State().Bell; s == nil || s.Coming || s.Rings != 1 {
		t.Errorf("%+v", s)
	}
	if _, err := b.answer(unit.BellComing); err != nil {
		t.Fatal(err)
	}
	b.tells("somebody comes", scene.Coming)
	b.Later(2 * time.Minute)
	b.tells("and is not there yet", scene.Coming)
	if d, err := b.answer(unit.BellOpen); err != nil || !d.Grant || !b.Relay.On() {
		t.Errorf("opened: %+v, %v", d, err)
	}
	b.tells("opened for them", scene.Opened)
	if e := b.last(audit.BellAnswered); e.Actor != "anna" || e.Detail["answer"] != "open" || e.Detail["rings"] != "1" {
		t.Errorf("recorded as %+v", e)
	}
	if e := b.Last(); e.Reason != policy.ReasonConsole {
		t.Errorf("recorded as %+v", e)
	}
	b.Later(time.Minute)
	b.tells("over", scene.Ready)

	b.rings()
	if _, err := b.answer(unit.BellNobody); err != nil {
		t.Fatal(err)
	}
	b.tells("nobody can come", scene.Nobody)
	if b.Relay.On() {
		t.Error("the door opened")
	}
	b.Later(time.Minute)

	b.rings()
	b.Input("staff", true)
	b.tells("opened by the button", scene.Opened)
	if e := b.last(audit.BellAnswered); e.Actor != store.Door || e.Detail["answer"] != "staff button" {
		t.Errorf("recorded as %+v", e)
	}
	b.Later(time.Minute)
	b.Input("staff", false)
	b.Input("staff", true)
	b.tells("the button without a call", scene.Exit)
	if n := b.Count(audit.BellAnswered); n != 4 {
		t.Errorf("%d answers recorded, want 4", n)
	}
}

// TestBellUnanswered: after a minute the door says so; it never leaves a person with "somebody was
// called".
func TestBellUnanswered(t *testing.T) {
	b := newBellBench(t)
	b.rings()
	b.Later(61 * time.Second)
	b.tells("nobody answered", scene.Nobody)
	if n := b.Count(audit.BellUnanswered); n != 1 || b.State().Bell != nil {
		t.Errorf("recorded %d times, %+v", n, b.State().Bell)
	}
	b.Later(time.Minute)
	b.tells("over", scene.Ready)
	b.rings()
	if _, err := b.Unit.Release(context.Background(), "anna", "a courier"); err != nil {
		t.Fatal(err)
	}
	if b.tells("opened at the console", scene.Opened); b.Count(audit.BellAnswered) != 1 {
		t.Error("the call was not answered by that")
	}
}

// TestBellFlood: whoever keeps pressing makes one call, and two records a minute at most.
func TestBellFlood(t *testing.T) {
	b := newBellBench(t)
	for range 600 { // ten minutes
		b.rings()
		b.Later(800 * time.Millisecond)
	}
	if n := b.Count(audit.Bell); n > 10 {
		t.Errorf("%d calls in ten minutes", n)
	}
	if n := b.last(audit.BellUnanswered).Detail["rings"]; len(n) != 2 || n < "50" {
		t.Errorf("%s rings in a call of a minute", n)
	}
	b.Someone(7)
	if b.Tap(7); !b.Relay.On() {
		t.Error("a card did not open meanwhile")
	}
}
