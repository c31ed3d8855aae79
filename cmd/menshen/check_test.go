package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	periph "periph.io/x/conn/v3/gpio"

	"menshen/board"
	"menshen/board/boardtest"
	"menshen/board/check"
	"menshen/board/check/checktest"
	"menshen/board/commission"
	"menshen/board/config"
	"menshen/board/wiring"
	"menshen/hal/sim"
	"menshen/store"
)

// TestCheckAtATerminal is an installer at a terminal, with a simulated door: they read what the
// screen asks for, do it at the door, and answer what they see. Then the page is verified.
func TestCheckAtATerminal(t *testing.T) {
	dir := boardtest.Folder(t)
	path := filepath.Join(dir, "door.toml")
	raw, err := os.ReadFile("../../board/demo/door.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(raw, []byte("enabled     = true"), []byte("enabled = false"), 1),
		0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := board.Init(conf, "anna", []byte("correct horse")); err != nil {
		t.Fatal(err)
	}
	door, err := sim.New(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(near, &pty.Winsize{Rows: 40, Cols: 60}); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TERM", "xterm")

	ended := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	go func() {
		verb := root()
		verb.SetArgs([]string{"check", "--config", path, "--operator", "anna", "--lang", "en", "--out",
			filepath.Join(dir, "report")})
		verb.SetIn(near)
		verb.SetOut(near)
		ended <- verb.ExecuteContext(ctx)
	}()
	screen := &checktest.Installer{Passphrase: "correct horse", Door: simDoor{door}, More: buttons(door)}
	go screen.Sit(far) // the terminal stays open: a read of it ends with the program
	if err := <-ended; err != nil {
		t.Fatalf("the check ended with %v:\n%s", err, screen.Shown())
	}
	awaitWords(screen, "The door: ")
	shown := screen.Shown()
	if strings.Contains(shown, "correct horse") {
		t.Error("the passphrase was shown")
	}
	for _, want := range []string{"✓ passed", "» skipped", "The door: passed, with open points"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the screen never showed %q:\n%s", want, shown)
		}
	}
	if door.Unlocked() {
		t.Error("the door was left unlocked")
	}

	v, err := store.Open(conf.Unit.Dir, store.Options{Key: wiring.KeySource(conf)})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := commission.Verify(page, v.PublicKey())
	if err != nil || r.Verdict() != check.PassedOpen || r.Tested().IsZero() || r.Operator != "anna" {
		t.Errorf("the page says %+v, %v", r, err)
	}
	papers, err := v.Papers(commission.PaperKind)
	if err != nil || len(papers) != 1 {
		t.Fatalf("%d papers, %v", len(papers), err)
	}
	if filed, err := commission.Decode(papers[0].Body); err != nil || !filed.Tested().Equal(r.Ended) {
		t.Errorf("on file is %+v, %v", filed, err)
	}
	entries, err := v.Entries(0, 1000, false)
	if err != nil {
		t.Fatal(err)
	}
	moves := 0
	for _, e := range entries {
		if e.Kind == "relay" && e.Reason != "" {
			moves++
		}
	}
	if steps := len(door.Pin(sim.Relay).Trace()) - 1; steps == 0 || moves < steps {
		t.Errorf("the relay moved %d times, %d moves are in the audit log", steps, moves)
	}
	if _, err := os.Stat(filepath.Join(conf.Unit.Dir, "check.part")); err == nil {
		t.Error("the session is over and its state still there")
	}
}

// awaitWords gives the last words time to arrive.
func awaitWords(screen *checktest.Installer, words string) {
	until := time.Now().Add(time.Minute)
	for !strings.Contains(screen.Shown(), words) && time.Now().Before(until) {
		time.Sleep(10 * time.Millisecond)
	}
}

// simDoor is the simulated door before an installer.
type simDoor struct{ *sim.Door }

// buttons are what an installer does at the bell and the keypad.
func buttons(door *sim.Door) deeds {
	return deeds{
		"\x1b[1m→ Press the bell":    func(func(string)) { door.Press(sim.Bell, 200*time.Millisecond) },
		"\x1b[1m→ Type 1234567890*#": func(func(string)) { door.Type("1234567890*#") },
	}
}

func (d simDoor) Moves() int      { return len(d.Pin(sim.Relay).Trace()) }
func (d simDoor) Open()           { d.Force() }
func (d simDoor) Press(down bool) { d.Pin(sim.REX).Drive(periph.Level(!down)) }
func (d simDoor) Tap()            { d.Door.Tap(42, 7) }
