package wiring

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/config"
	"menshen/board/profile"
	"menshen/hal/sim"
)

// simConf is the configuration of a simulated door with only a relay, and
// lines of its own under [relay].
func simConf(t *testing.T, prefix, relay string) *config.Config {
	t.Helper()
	c, err := config.Parse(strings.NewReader("[unit]\nname = \"Door\"\ndir = \"vault\"\n" +
		"[key]\nsource = \"file:key\"\n[relay]\npin = \"" + prefix + "RELAY\"\n" + relay))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRSafeWhatTheBoardRefusesIsNotOpened: a relay that a board would switch
// on by itself is not touched.
func TestRSafeWhatTheBoardRefusesIsNotOpened(t *testing.T) {
	c := simConf(t, "SIM_", "")
	c.Unit.Board, c.Relay.Pin = "rpi4", "GPIO5"
	if _, _, err := Open(c); !errors.Is(err, profile.ErrRefused) ||
		!strings.Contains(err.Error(), "choose a pin that rests low") {
		t.Errorf("got %v", err)
	}
	c.Unit.Board, c.Relay.Pin = "rpi6", "GPIO17"
	if _, _, err := Open(c); err == nil || !strings.Contains(err.Error(), `no board is called "rpi6"`) {
		t.Errorf("got %v", err)
	}
}

// TestImpulseLockGetsAPulse: unlocked for five seconds, its coil has current for a tenth of one.
func TestImpulseLockGetsAPulse(t *testing.T) {
	door, err := sim.New(sim.Config{Prefix: "IMPULSE_"})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	hw, _, err := Open(simConf(t, "IMPULSE_", "lock = \"impulse\"\npulse = \"100ms\"\nrest = \"0s\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := hw.Relay.Set(true); err != nil {
		t.Fatal(err)
	}
	pin := door.Pin(sim.Relay)
	for deadline := time.Now().Add(time.Minute); len(pin.Trace()) < 3 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	if err := hw.Close(); err != nil {
		t.Fatal(err)
	}
	var levels []periph.Level
	trace := door.Pin(sim.Relay).Trace()
	for _, s := range trace {
		levels = append(levels, s.Level)
	}
	if !slices.Equal(levels, []periph.Level{periph.Low, periph.High, periph.Low}) {
		t.Fatalf("the coil saw %v", levels)
	}
	if took := trace[2].At.Sub(trace[1].At); took < 100*time.Millisecond {
		t.Errorf("a pulse of %v", took)
	}
}

// TestBoardWarningsAreKept: warnings of the board are for the log of 'menshen
// run', and do not stop a start.
func TestBoardWarningsAreKept(t *testing.T) {
	door, err := sim.New(sim.Config{Prefix: "WARNED_"})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	c := simConf(t, "WARNED_", "")
	c.Unit.Board, c.Console.Serial = "rpi5", "/dev/ttyS0" // which a Pi 5 has not
	hw, warnings, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer hw.Close()
	if !slices.ContainsFunc(warnings, func(f profile.Finding) bool { return f.Key == "console.serial" && !f.Refuse }) {
		t.Errorf("warnings: %+v", warnings)
	}
}

func TestSectorKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mifare.key")
	r := config.Reader{KeyFile: path, Key: "B", Block: 4}
	for _, c := range []struct {
		text string
		mode os.FileMode
		want string
	}{
		{"A0b1C2d3E4f5\n", 0o600, ""},
		{"A0b1C2d3E4f5", 0o640, "chmod 600 " + path},
		{"00112233445566778899aabbccddeeff\nA0b1C2d3E4f5\n", 0o600, ""},
		{"A0b1C2d3E4", 0o600, "32 hex digits"},
		{"A0b1C2d3E4zz", 0o600, "32 hex digits"},
		{"A0b1C2d3E4f5 A0b1C2d3E4f5", 0o600, "32 hex digits"},
		{"A0b1C2d3E4f5A0b1C2d3E4f5A0b1C2d3E4f5A0b1C2d3E4f5", 0o600, "32 hex digits"},
		{"", 0o600, "32 hex digits"},
	} {
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		s, err := sector(r)
		switch {
		case c.want == "" && (err != nil || s.Block != 4 || s.Key[0] != 0xa0 || s.Key[5] != 0xf5):
			t.Errorf("%v, %v", s, err)
		case c.want == "" && len(s.Site) != 0 != (len(c.text) > 20):
			t.Errorf("the site's secret has %d bytes", len(s.Site))
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q: got %v", c.text, err)
		case err != nil && strings.Contains(strings.ToLower(err.Error()), "a0b1"):
			t.Errorf("the error shows the key: %v", err)
		}
	}
	r.KeyFile = filepath.Join(t.TempDir(), "none")
	if _, err := sector(r); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestRSafeOnePinRefused: a lamp and a reader on pins that the board refuses are not opened, and
// say why; the lock is.
func TestRSafeOnePinRefused(t *testing.T) {
	door, err := sim.New(sim.Config{Prefix: "REFUSED_"})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	c := simConf(t, "REFUSED_", "[[signal]]\nrole = \"red\"\npin = \"pin 1\"\n"+
		"[[reader]]\nname = \"outside\"\nkind = \"wiegand\"\nd0 = \"pin 6\"\nd1 = \"REFUSED_D1\"\n")
	c.Unit.Board = "rpi4"
	hw, found, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer hw.Close()
	for _, part := range []string{"signal.0", "reader.0"} {
		if !slices.ContainsFunc(found, func(f profile.Finding) bool { return f.Key == part && f.Refuse }) {
			t.Errorf("%s: %+v", part, found)
		}
	}
	if err := hw.Signals["red"].Set(true); err == nil || !strings.Contains(err.Error(), "not a line") {
		t.Errorf("the lamp: %v", err)
	}
	if err := hw.Relay.Set(true); err != nil || !door.Unlocked() {
		t.Errorf("the lock: %v", err)
	}
	if c.LeftOut("reader.0") != nil {
		t.Error("the caller's configuration was changed")
	}
}

// TestRSafeASeatHasNoRelay: at a seat no line is opened, so nothing could open a door.
func TestRSafeASeatHasNoRelay(t *testing.T) {
	c := simConf(t, "SIM_", "")
	c.Unit.Seat, c.Relay.Pin = true, ""
	for _, board := range []string{"", "rpi4"} {
		c.Unit.Board = board
		hw, found, err := Open(c)
		if err != nil || hw.Relay != nil || len(hw.Held) > 0 || len(found) > 0 {
			t.Errorf("board %q: %+v, %+v, %v", board, hw, found, err)
		}
	}
}
