package desk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// TestClockAheadDestroysNothing is the attack as it was made: a unit whose clock nothing keeps
// right, and which is suddenly ten years ahead. A card is tapped, a door is used, and the duties of
// the clock are done. Every person and every template is still there, and the card still opens.
func TestClockAheadDestroysNothing(t *testing.T) {
	for _, source := range []string{"", "rtc"} { // nor does a clock chip that jumps destroy anything
		b := newBench(t, func(c *config.Config) { c.Site.ForgetAfter = config.Duration(30 * 24 * time.Hour) })
		id := b.Enrolled(7)
		until := b.Clock.Now().AddDate(1, 0, 0)
		if err := b.Vault.ChangePerson(store.Door, id, "lease", func(p *policy.Person) error {
			p.Until = until
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			b.Tap(7)
			b.Later(time.Minute)
		}
		before, right := b.Count(audit.Decision), b.Clock.Now()
		b.SetBench(false)
		b.Time.Machine = func() string { return source }
		b.Clock.Set(right.AddDate(10, 0, 0))
		b.Driver.Tick()

		b.Tap(7)
		e := b.Last()
		if !e.Grant || e.At.Sub(right) > time.Minute {
			t.Errorf("source %q: the card: %v, %s, dated %v", source, e.Grant, e.Reason, e.At)
		}
		if !b.Relay.On() {
			t.Errorf("source %q: the door did not open", source)
		}
		b.Input("contact", true)
		b.Later(time.Second)
		b.Driver.Tick()
		if b.State().Door != policy.Open { // a jump of the clock between two events would be a door held for ten years
			t.Errorf("source %q: the door is %s a second after it opened", source, b.State().Door)
		}
		people, err := b.Vault.People()
		if err != nil {
			t.Fatal(err)
		}
		b.Driver.EndLeases(people)
		b.Driver.EraseDue()
		if _, err := b.Vault.Prune(context.Background(), store.Door); !errors.Is(err, store.ErrClock) {
			t.Errorf("source %q: pruning: %v", source, err)
		}
		if p, err := b.Vault.Person(id); err != nil || p.Face.State != policy.FaceEnrolled {
			t.Errorf("source %q: the tenant: %v, face %q", source, err, p.Face.State)
		}
		if n := b.Count(audit.Decision); n != before+1 {
			t.Errorf("source %q: of %d decisions %d are left", source, before+1, n)
		}
		s, err := b.Desk.Clock(context.Background(), b.Staff)
		if err != nil || s.From != "floor" || !strings.Contains(s.Doubt, "3653 days ahead") {
			t.Errorf("source %q: the clock is shown as %+v, %v", source, s, err)
		}
	}
}

// TestFarJumpNeedsAManagerAndASecondLook: a technician corrects the clock; ten years ahead only a
// manager sets it; then leases that are over open no more, and nothing is destroyed before the
// manager has logged in again and said that it is right.
func TestFarJumpNeedsAManagerAndASecondLook(t *testing.T) {
	ctx := context.Background()
	b := newBench(t)
	id := b.Enrolled(7)
	until := b.Clock.Now().AddDate(1, 0, 0)
	if err := b.Vault.ChangePerson(store.Door, id, "lease", func(p *policy.Person) error {
		p.Until = until
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	far := b.Clock.Now().AddDate(10, 0, 0)
	tom := b.Operator("tom", store.Technician)
	if err := b.Desk.SetTime(ctx, tom, far); err == nil || b.Clock.Now().Equal(far) ||
		!strings.Contains(err.Error(), "a manager may set it") {
		t.Errorf("a technician set the clock ten years ahead: %v", err)
	}
	if err := b.Desk.SetTime(ctx, tom, b.Clock.Now().Add(time.Hour)); err != nil {
		t.Errorf("a technician may not correct the clock: %v", err)
	}
	if err := b.Desk.SetTime(ctx, b.Staff, far); err != nil {
		t.Fatal(err)
	}
	erased := func() bool {
		t.Helper()
		people, err := b.Vault.People()
		if err != nil {
			t.Fatal(err)
		}
		b.Driver.EndLeases(people)
		b.Driver.EraseDue()
		p, err := b.Vault.Person(id)
		return err != nil || p.Face.State != policy.FaceEnrolled
	}
	b.Tap(7)
	if e := b.Last(); e.Reason != policy.ReasonLeaseOver {
		t.Errorf("by the time set the lease is over, and the door says %s", e.Reason)
	}
	if erased() {
		t.Fatal("destroyed by one mistyped year")
	}
	if err := b.Desk.ConfirmTime(ctx, b.Staff); err == nil || erased() {
		t.Errorf("the visit in which the clock was set is no second look: %v", err)
	}
	again, err := b.Desk.LogIn(ctx, "test", "anna", desk.Secret(boardtest.Secret), i18n.English, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := b.Desk.Clock(ctx, again); !strings.Contains(s.Doubt, "clock confirm") {
		t.Errorf("the clock is shown as %+v", s)
	}
	if err := b.Desk.ConfirmTime(ctx, again); err != nil {
		t.Fatal(err)
	}
	if !erased() {
		t.Error("not destroyed although the time was confirmed")
	}
	if err := b.Desk.ConfirmTime(ctx, again); err == nil {
		t.Error("what is confirmed already was confirmed again, and called recorded")
	}
	kinds := []audit.Kind{}
	for _, e := range b.Entries() {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Contains(kinds, audit.TimeFloorSet) || !slices.Contains(kinds, audit.TimeConfirmed) {
		t.Errorf("not on record: %q", kinds)
	}
}

// TestDevicesGoByTheUnitsTime: what a device tells is dated by the unit's time, however
// wrong the machine's clock is.
func TestDevicesGoByTheUnitsTime(t *testing.T) {
	for _, wrong := range []time.Time{time.Date(1970, 1, 1, 0, 1, 0, 0, time.UTC),
		time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)} {
		b := newBench(t)
		b.Someone(7)
		b.SetBench(false)
		b.Clock.Advance(10 * time.Second)
		right := b.Clock.Now()
		b.Clock.Set(wrong)
		c := boardtest.CardOf(7)
		b.Driver.Device(hal.ReaderEvent{At: wrong.Add(-2 * time.Second), Reader: "outside", Card: &c})
		if e := b.Last(); e.At.Sub(right.Add(-2*time.Second)).Abs() > time.Second {
			t.Errorf("clock at %v: a card two seconds ago is dated %v, want %v", wrong, e.At, right.Add(-2*time.Second))
		}
	}
}
