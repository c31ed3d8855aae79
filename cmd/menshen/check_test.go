package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	periph "periph.io/x/conn/v3/gpio"

	"menshen/board"
	"menshen/board/boardtest"
	"menshen/board/check"
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
	var screen recorded // of a terminal that stays open: a read of it ends with the program
	go screen.installer(far, door)
	if err := <-ended; err != nil {
		t.Fatalf("the check ended with %v:\n%s", err, screen.text())
	}
	screen.waitFor("The door: ")
	shown := screen.text()
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

// recorded keeps what a terminal showed.
type recorded struct {
	mu  sync.Mutex
	all strings.Builder
}

func (r *recorded) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.String()
}

// waitFor gives the last words time to arrive.
func (r *recorded) waitFor(words string) {
	for until := time.Now().Add(5 * time.Second); !strings.Contains(r.text(), words) && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
}

// installer reads the screen and acts, until the terminal closes.
func (r *recorded) installer(tty *os.File, door *sim.Door) {
	type deed struct {
		screen string
		do     func()
	}
	send := func(s string) func() { return func() { _, _ = tty.WriteString(s + "\n") } }
	yes := func(so func() bool) func() {
		return func() {
			if so() {
				send("y")()
			} else {
				send("n")()
			}
		}
	}
	always := func() bool { return true }
	locked := func() bool { return !door.Unlocked() }
	heard := 0
	task := func(words string) string { return "\x1b[1m→ " + words }
	deeds := []deed{
		{"Passphrase of anna: ", send("correct horse")},
		{"Do you accept this commitment? (y, n) ", send("y")},
		{"to the minute? (y, n) ", send("y")},
		{"Is the door locked? (y, n) ", yes(locked)},
		{"Is the door locked again? (y, n) ", yes(locked)},
		{"leave it closed. (y, n) ", yes(door.Unlocked)},
		{"when you pressed? (y, n) ", yes(door.Unlocked)},
		{"is it still open? (y, n) ", yes(door.Unlocked)},
		{"from where you stand? (y, n) ", func() { heard = len(door.Pin(sim.Relay).Trace()); send("y")() }},
		{"even for a moment? (y, n) ", yes(func() bool { return len(door.Pin(sim.Relay).Trace()) != heard })},
		{"without power? Try it. (y, n) ", yes(always)},
		{"was the door locked? (y, n) ", yes(always)},
		{"and the door locked? (y, n) ", yes(locked)},
		{task("Open the door."), door.Force},
		{task("Close the door."), door.Shut},
		{task("Press the exit button"), func() { door.Pin(sim.REX).Drive(periph.Low) }},
		{task("Let it go."), func() { door.Pin(sim.REX).Drive(periph.High) }},
		{task("Raise the fire input."), func() { door.Alarm(true) }},
		{task("Clear the fire input."), func() { door.Alarm(false) }},
		{task("Show the card ("), func() { door.Tap(42, 7) }},
	}
	begin := deed{"q: stop for now > ", nil}
	skip := false
	begin.do = func() {
		if skip {
			send("s")()
		} else {
			send("")()
		}
		skip = false
	}
	skips := func() { skip = true }
	deeds = append(deeds, begin, deed{"lamp\x1b[0m", skips}, deed{"buzzer\x1b[0m", skips})
	unread, buf := "", make([]byte, 4096)
	for {
		n, err := tty.Read(buf)
		if err != nil {
			return
		}
		r.mu.Lock()
		r.all.Write(buf[:n])
		r.mu.Unlock()
		unread = strings.ReplaceAll(unread+string(buf[:n]), "\r\n  ", " ") // lines of one text are read as one
		for {
			at, found := len(unread), deed{}
			for _, d := range deeds {
				if i := strings.Index(unread, d.screen); i >= 0 && i < at {
					at, found = i, d
				}
			}
			if found.do == nil {
				break
			}
			unread = unread[at+len(found.screen):]
			time.Sleep(20 * time.Millisecond)
			found.do()
		}
	}
}
