package board

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/host"
	"menshen/policy"
	"menshen/store/audit"
)

// TestGuesserIsNotHelpedByAPINOfTheirOwn: four guesses, one's own PIN, and again: the keypad rests and the alarm is raised. It found another's PIN
// after 187 wrong codes in under four minutes.
func TestGuesserIsNotHelpedByAPINOfTheirOwn(t *testing.T) {
	b := newBench(t)
	b.pin(b.someone(1), "481516")
	for began := b.steady(); b.steady()-began < 4*time.Minute; b.later(5 * time.Second) {
		for range 4 {
			b.types("0000")
		}
		b.types("481516")
	}
	wrong := 0
	for _, e := range b.entries() {
		if e.Kind == audit.Decision && e.Reason == policy.ReasonUnknown {
			wrong++
		}
	}
	if wrong < 8 || wrong > 9 {
		t.Errorf("%d wrong codes in four minutes", wrong)
	}
	if !b.outputs["alarm"].On() || b.count(audit.Alarm) != 1 {
		t.Errorf("alarm %v, %d on record, after %d wrong codes", b.outputs["alarm"].On(), b.count(audit.Alarm), wrong)
	}
	b.someone(2)
	if b.tapped(2); !b.last().Grant {
		t.Error("a card must not suffer for a guesser at the keypad (R-EQUAL)")
	}
	b.later(time.Hour)
	if b.outputs["alarm"].On() || b.count(audit.Quiet) != 1 {
		t.Errorf("an hour later: alarm %v, %d ends on record", b.outputs["alarm"].On(), b.count(audit.Quiet))
	}
}

// TestClockThatIsSetLiftsNoRest: neither a rest of the keypad nor one of faces, set back or ahead, nor does it make one longer.
func TestClockThatIsSetLiftsNoRest(t *testing.T) {
	for name, by := range map[string]time.Duration{"back": -48 * time.Hour, "ahead": 48 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.pin(b.someone(1), "481516")
			b.enrolled(2)
			for range 5 {
				b.types("0000")
			}
			for n := range uint64(5) {
				b.walkUp(100 + n)
				b.later(5 * time.Second)
			}
			b.later(b.tries.codes.Rest(b.steady()))
			b.types("0000") // 1 min
			b.clock.set(b.clock.now().Add(by))
			b.tick(b.clock.now())
			if e := b.types("481516"); e.Grant || e.Reason != policy.ReasonKeypadRest {
				t.Errorf("the keypad: %+v", e)
			}
			if rest := b.attempt(policy.ByFace, b.clock.now()).Site.FaceRest; rest <= 0 || rest > 30*time.Second {
				t.Errorf("faces rest for %v", rest)
			}
			b.later(time.Minute)
			if e := b.types("481516"); !e.Grant {
				t.Errorf("the keypad after its rest: %+v", e)
			}
		})
	}
}

// TestPINsAreLongEnough: the desk asks for more digits the more PINs there are, and tells of those that are too short.
func TestPINsAreLongEnough(t *testing.T) {
	b := newBench(t)
	b.run()
	ctx := context.Background()
	fact := func() (f console.Fact) {
		t.Helper()
		st, err := b.desk.Status(ctx, b.staff)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(st.Others, func(f console.Fact) bool { return f.Name == "PINs" })
		if i < 0 {
			return f
		}
		return st.Others[i]
	}
	id := b.someone(1)
	_, err := b.desk.AssignPIN(ctx, b.staff, id, []byte("4815"), false)
	var p *console.Problem
	if !errors.As(err, &p) || !strings.Contains(p.Remedy, "5 to 8 digits") {
		t.Errorf("four digits: %v", err)
	}
	k, err := b.desk.AssignPIN(ctx, b.staff, id, []byte("48151"), false)
	if err != nil || k.Digits != 5 {
		t.Fatalf("five digits: %+v, %v", k, err)
	}
	if f := fact(); f.State != "1" || f.Fault != "" {
		t.Errorf("one PIN: %+v", f)
	}
	for n := range 4 {
		b.pin(id, fmt.Sprintf("100%d", n)) // given past the desk, as by an older version
	}
	if least, err := b.desk.PINLength(ctx, b.staff); err != nil || least != 6 {
		t.Errorf("the sixth PIN needs %d digits, %v", least, err)
	}
	if f := fact(); f.State != "5" || !strings.HasPrefix(f.Fault, "5 of 5 are shorter than 6 digits") {
		t.Errorf("five PINs: %+v", f)
	}
	b.mustDo(func() { b.cfg.Site.Keypad.Free, b.cfg.Site.Keypad.Forget = 100, config.Duration(time.Second) })
	if _, err := b.desk.PINLength(ctx, b.staff); !errors.As(err, &p) {
		t.Errorf("limits that no PIN withstands: %v", err)
	}
}

// again is the same unit after a start of the program.
func (b *bench) again() *bench {
	b.Helper()
	n := *b
	var err error
	if n.Unit, err = New(Parts{Config: b.cfg, Vault: b.vault, Wires: b.hw, Eye: b.eye, Time: b.source,
		Look: func(host.Where) (host.Facts, error) { return b.found, nil }}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(n.Unit.faces.index.Close)
	n.door = policy.StartDoor(n.doorConf, false, n.clock.now())
	return &n
}

// TestRestOutlivesARestart: whoever cuts the power gets no new tries, whatever the clock shows afterwards; and time that surely passed counts.
func TestRestOutlivesARestart(t *testing.T) {
	b := newBench(t)
	b.pin(b.someone(1), "481516")
	b.enrolled(2)
	for n := range uint64(5) {
		b.walkUp(100 + n)
		b.later(5 * time.Second)
	}
	b.timeless()
	for range 7 {
		b.types("0000")
		b.later(b.tries.codes.Rest(b.steady()))
	}
	b.types("0000") // the eighth: four minutes, and the alarm
	b.tick(b.clock.now())
	for _, shows := range []time.Duration{0, -48 * time.Hour, 24 * time.Hour, 100 * 24 * time.Hour} {
		at := b.clock.now()
		b.clock.set(at.Add(shows))
		n := b.again()
		n.tick(n.clock.now())
		if n.tries.codes.Wrong(n.site.conf.Keypad.Limits(), n.steady()) != 8 || n.tries.faces.Failures != 5 || !n.tries.guessing {
			t.Errorf("clock %v off: %+v", shows, n.tries)
		}
		if e := n.types("481516"); e.Grant || e.Reason != policy.ReasonKeypadRest {
			t.Errorf("clock %v off: the right PIN after a restart: %+v", shows, e)
		}
		b.clock.set(at)
	}
	b.clock.advance(3 * time.Minute)
	if left := b.again().tries.codes.Rest(b.steady()); left != time.Minute {
		t.Errorf("three minutes later it rests for %v more", left)
	}
	b.clock.advance(time.Minute)
	n := b.again()
	if e := n.types("481516"); !e.Grant {
		t.Errorf("after the rest: %+v", e)
	}
	if n = n.again(); n.tries.codes.Wrong(n.site.conf.Keypad.Limits(), n.steady()) != 7 || n.tries.faces.Failures != 0 {
		t.Errorf("what a right code takes back is taken back again: %+v", n.tries)
	}
	b.clock.advance(time.Hour)
	if n = n.again(); n.tries.codes.Wrong(n.site.conf.Keypad.Limits(), n.steady()) != 0 {
		t.Errorf("an hour later: %+v", n.tries)
	}
}

// timeless takes from the unit whatever its clock is trusted by.
func (b *bench) timeless() { b.cfg.Unit.Bench = false }
