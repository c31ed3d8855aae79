package check_test

import (
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"

	"menshen/board/check"
	"menshen/board/config"
	"menshen/hal/supervised"
	"menshen/hal/supervised/ads1115test"
	"menshen/policy"
)

// lineSite is a site whose fire input is on a supervised line, at an emulated chip.
type lineSite struct {
	*site
	chip *ads1115test.Chip
	line *ads1115test.Line
	do   map[string]func() // by task, instead of what it asks for
}

func newLineSite(t *testing.T) *lineSite {
	s := newSite(t)
	return s.onLine(t)
}

// onLine moves the fire input to the line.
func (s *site) onLine(t *testing.T) *lineSite {
	l := &lineSite{site: s, chip: &ads1115test.Chip{Address: 0x48}, do: map[string]func(){},
		line: &ads1115test.Line{Supply: 3.3, PullUp: 2200, Series: 1000, Parallel: 2200}}
	l.chip.Volts[3] = l.line.Volts
	l.line.Contact(true)
	for i := range s.on.Config.Inputs {
		if in := &s.on.Config.Inputs[i]; in.Role == "fire" {
			in.Pin, in.ADC, in.Channel, in.ActiveWhen = "", "lines", 3, "open"
		}
	}
	s.on.Config.ADCs = []config.ADC{{Name: "lines", I2C: "1:0x48"}}
	in, err := supervised.New(supervised.NewChip(func() (i2c.BusCloser, error) { return l.chip.Bus(), nil }, 0x48, 3.3),
		supervised.Config{Name: "fire", Channel: 3, ActiveOpen: true,
			Wiring: supervised.Wiring{Supply: 3.3, PullUp: 2200, Series: 1000, Parallel: 2200}})
	if err != nil {
		t.Fatal(err)
	}
	s.on.Inputs["fire"] = in
	s.hand = func(task string) {
		if f := l.do[task]; f != nil {
			f()
			return
		}
		switch task {
		case "raise", "line open":
			l.line.Contact(false)
		case "clear", "line close":
			l.line.Contact(true)
		case "line cut":
			l.line.Cut(true)
		case "line short":
			l.line.Cut(false)
			l.line.Short(true)
		case "line rest":
			l.line.Short(false)
			l.line.Contact(true)
		}
	}
	return l
}

// TestRSafeSupervisedFireLine: a supervised fire line passes its own step and the fire input's, and
// while it is cut or shorted the lock lets go, for the recorded reason.
func TestRSafeSupervisedFireLine(t *testing.T) {
	t.Parallel()
	s := newLineSite(t)
	s.do["line cut"] = func() { // with the contact at rest
		s.line.Contact(true)
		time.Sleep(300 * time.Millisecond)
		s.line.Cut(true)
	}
	r, err := s.run()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"fire", "line fire"} {
		if got := find(t, r, id); got.Verdict != check.Passed {
			t.Errorf("%s: %s, %s", id, got.Verdict, got.Why.EN)
		}
	}
	line := find(t, r, "line fire")
	if closed, open := value(t, line, "closed_ohm"), value(t, line, "open_ohm"); closed != 1000 || open != 3200 {
		t.Errorf("closed %v ohms, open %v", closed, open)
	}
	why := map[policy.Reason]bool{}
	for _, m := range s.on.Vault.(*paper).moves() {
		why[m.Reason] = true
	}
	if !why[policy.ReasonFire] || !why[policy.ReasonFireLine] {
		t.Errorf("the lock moved for %v", why)
	}
	if s.door.Unlocked() {
		t.Error("the door was left unlocked")
	}
}

// TestSupervisedFaults: each fault of a line is found by its step, and told by what the line reads.
func TestSupervisedFaults(t *testing.T) {
	for _, x := range []struct {
		name  string
		fault func(s *lineSite)
		want  string
	}{
		{"resistors exchanged", func(s *lineSite) {
			s.line.Series, s.line.Parallel = 2200, 1000
		}, "should read closed"},
		{"no parallel resistor", func(s *lineSite) {
			s.do["line open"] = func() { s.line.Cut(true) }
		}, "should read open, but it reads cut"},
		{"resistors in the unit", func(s *lineSite) { s.do["line cut"] = func() { s.line.Contact(false) } },
			"should read cut, but it reads open (3200 Ω)"},
		{"a short not seen", func(s *lineSite) {
			s.do["line short"] = func() {}
		}, "should read short, but it reads cut"},
		{"chip gone", func(s *lineSite) {
			s.do["line cut"] = func() { s.chip.Unplug(true) }
		}, "cannot be measured: no ADS1115 answers"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			s := newLineSite(t)
			x.fault(s)
			for _, id := range []string{"clock", "rest", "relay", "restart", "contact", "rex", "exit", "fire",
				"power", "signal green",
				"signal red", "signal buzzer", "reader outside", "keypad outside", "camera"} {
				s.skip[id] = true
			}
			r, err := s.run()
			if err != nil {
				t.Fatal(err)
			}
			got := find(t, r, "line fire")
			if got.Verdict != check.Failed || !strings.Contains(got.Why.EN, x.want) {
				t.Errorf("%s: %s", got.Verdict, got.Why.EN)
			}
			if got.Remedy.EN == "" || got.Remedy.ZH == "" {
				t.Error("no remedy")
			}
		})
	}
}

// TestExitByHandIsTrue: a configuration that promises a handle at a door without one fails.
func TestExitByHandIsTrue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.on.Config.Door.ExitByHand, s.noHandle = true, true
	r, err := s.run()
	if err != nil {
		t.Fatal(err)
	}
	if got := find(t, r, "exit"); got.Verdict != check.Failed ||
		!strings.Contains(got.Remedy.EN, "exit_by_hand = false") {
		t.Errorf("%s: %s", got.Verdict, got.Why.EN)
	}
}
