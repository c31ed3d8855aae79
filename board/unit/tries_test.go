package unit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store/audit"
)

// TestGuesserIsNotHelpedByAPINOfTheirOwn: four guesses, one's own PIN, and again: the
// keypad is locked out and the alarm is raised. It found another's PIN after 187 wrong
// codes in under four minutes.
func TestGuesserIsNotHelpedByAPINOfTheirOwn(t *testing.T) {
	b := newBench(t)
	b.pin(b.Someone(1), "481516")
	for began := b.Unit.Steady(); b.Unit.Steady()-began < 4*time.Minute; b.Later(5 * time.Second) {
		for range 4 {
			b.types("0000")
		}
		b.types("481516")
	}
	wrong := 0
	for _, e := range b.Entries() {
		if e.Kind == audit.Decision && e.Reason == policy.ReasonUnknown {
			wrong++
		}
	}
	if wrong < 8 || wrong > 9 {
		t.Errorf("%d wrong codes in four minutes", wrong)
	}
	if !b.Outputs["alarm"].On() || b.Count(audit.Alarm) != 1 {
		t.Errorf("alarm %v, %d on record, after %d wrong codes", b.Outputs["alarm"].On(), b.Count(audit.Alarm), wrong)
	}
	b.Someone(2)
	if b.Tap(2); !b.Last().Grant {
		t.Error("a card must not suffer for a guesser at the keypad (R-EQUAL)")
	}
	b.Later(time.Hour)
	if b.Outputs["alarm"].On() || b.Count(audit.Quiet) != 1 {
		t.Errorf("an hour later: alarm %v, %d ends on record", b.Outputs["alarm"].On(), b.Count(audit.Quiet))
	}
}

// TestClockThatIsSetEndsNoLockout: neither a lockout of the keypad nor one of faces, set back or
// ahead, nor does it make one longer.
func TestClockThatIsSetEndsNoLockout(t *testing.T) {
	for name, by := range map[string]time.Duration{"back": -48 * time.Hour, "ahead": 48 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.pin(b.Someone(1), "481516")
			b.Enrolled(2)
			for range 5 {
				b.types("0000")
			}
			for n := range uint64(5) {
				b.WalkUp(100 + n)
				b.Later(5 * time.Second)
			}
			b.Later(b.State().Codes.Lockout)
			b.types("0000") // 1 min
			b.Clock.Set(b.Clock.Now().Add(by))
			b.Driver.Tick()
			if e := b.types("481516"); e.Grant || e.Reason != policy.ReasonKeypadLockout {
				t.Errorf("the keypad: %+v", e)
			}
			if left := b.Unit.FaceLockout(); left <= 0 || left > 30*time.Second {
				t.Errorf("faces are locked out for %v", left)
			}
			b.Later(time.Minute)
			if e := b.types("481516"); !e.Grant {
				t.Errorf("the keypad after its lockout: %+v", e)
			}
		})
	}
}

// TestPINsAreLongEnough: the desk asks for more digits the more PINs there are, and tells
// of those that are too short.
func TestPINsAreLongEnough(t *testing.T) {
	b := newBench(t)
	b.StartUnit()
	ctx := context.Background()
	fact := func() (f desk.Fact) {
		t.Helper()
		st, err := b.Desk.Status(ctx, b.Staff)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(st.Others, func(f desk.Fact) bool { return f.Name == "PINs" })
		if i < 0 {
			return f
		}
		return st.Others[i]
	}
	id := b.Someone(1)
	_, err := b.Desk.AssignPIN(ctx, b.Staff, id, []byte("4815"), false)
	var p *i18n.Error
	if !errors.As(err, &p) || !strings.Contains(p.Remedy.String(), "5 to 8 digits") {
		t.Errorf("four digits: %v", err)
	}
	k, err := b.Desk.AssignPIN(ctx, b.Staff, id, []byte("48151"), false)
	if err != nil || k.Digits != 5 {
		t.Fatalf("five digits: %+v, %v", k, err)
	}
	if f := fact(); f.State != "1" || f.Fault != "" {
		t.Errorf("one PIN: %+v", f)
	}
	for n := range 4 {
		b.pin(id, fmt.Sprintf("100%d", n)) // given past the desk, as by an older version
	}
	if least, err := b.Desk.PINLength(ctx, b.Staff); err != nil || least != 6 {
		t.Errorf("the sixth PIN needs %d digits, %v", least, err)
	}
	if f := fact(); f.State != "5" || !strings.HasPrefix(f.Fault, "5 of 5 are shorter than 6 digits") {
		t.Errorf("five PINs: %+v", f)
	}
	b.mustDo(func() { b.Config.Site.Keypad.Free, b.Config.Site.Keypad.Forget = 100, config.Duration(time.Second) })
	if _, err := b.Desk.PINLength(ctx, b.Staff); !errors.As(err, &p) {
		t.Errorf("limits that no PIN withstands: %v", err)
	}
}

// again is the same unit after a start of the program.
func (b *bench) again() *bench {
	b.Helper()
	n := &bench{new(boardtest.Bench)}
	*n.Bench = *b.Bench
	n.Assemble()
	return n
}

// TestRestOutlivesARestart: whoever cuts the power gets no new tries, whatever the clock shows
// afterwards; and time that surely passed counts.
func TestRestOutlivesARestart(t *testing.T) {
	b := newBench(t)
	b.pin(b.Someone(1), "481516")
	b.Enrolled(2)
	for n := range uint64(5) {
		b.WalkUp(100 + n)
		b.Later(5 * time.Second)
	}
	b.timeless()
	for range 7 {
		b.types("0000")
		b.Later(b.State().Codes.Lockout)
	}
	b.types("0000") // the eighth: four minutes, and the alarm
	b.Driver.Tick()
	for _, shows := range []time.Duration{0, -48 * time.Hour, 24 * time.Hour, 100 * 24 * time.Hour} {
		at := b.Clock.Now()
		b.Clock.Set(at.Add(shows))
		n := b.again()
		n.Driver.Tick()
		if n.State().Codes.Wrong != 8 || n.State().Faces.Failures != 5 || !n.State().Codes.Guessing {
			t.Errorf("clock %v off: %+v", shows, n.State())
		}
		if e := n.types("481516"); e.Grant || e.Reason != policy.ReasonKeypadLockout {
			t.Errorf("clock %v off: the right PIN after a restart: %+v", shows, e)
		}
		b.Clock.Set(at)
	}
	b.Clock.Advance(3 * time.Minute)
	if left := b.again().State().Codes.Lockout; left != time.Minute {
		t.Errorf("three minutes later the lockout lasts %v more", left)
	}
	b.Clock.Advance(time.Minute)
	n := b.again()
	if e := n.types("481516"); !e.Grant {
		t.Errorf("after the lockout: %+v", e)
	}
	if n = n.again(); n.State().Codes.Wrong != 7 || n.State().Faces.Failures != 0 {
		t.Errorf("what a right code takes back is taken back again: %+v", n.State())
	}
	b.Clock.Advance(time.Hour)
	if n = n.again(); n.State().Codes.Wrong != 0 {
		t.Errorf("an hour later: %+v", n.State())
	}
}

// timeless takes from the unit whatever its clock is trusted by.
func (b *bench) timeless() { b.SetBench(false) }
