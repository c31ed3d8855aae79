package console_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"menshen/board/console"
)

// after asserts that the console still serves the person at s.
func after(t *testing.T, s *seat) {
	t.Helper()
	s.hit("\x03")
	s.see("mei> ")
	s.hit("\x15whoami\r")
	s.see("mei, manager")
}

func TestHostileBytes(t *testing.T) {
	noise := make([]byte, 20000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		if noise[i] = byte(r.IntN(256)); noise[i] == 0 || noise[i] == 4 { // BREAK and Ctrl-D log out by design
			noise[i] = '?'
		}
	}
	for name, junk := range map[string]string{
		"invalid UTF-8":         "\xff\xfe\xc3(\xed\xa0\x80",
		"replacement character": "\ufffd\ufffd",
		"unfinished escape":     "\x1b[" + strings.Repeat("1;", 300),
		"unknown escapes":       "\x1b[?1;2c\x1b]0;title\x07\x1bP+q\x1b\\",
		"paste marks":           "\x1b[200~whoami\x1b[201~",
		"controls": "\x01\x02\x05\x06\x07\x0b\x0c\x0e\x10\x11" +
			"\x13\x14\x16\x17\x18\x19\x1a\x1c\x1d\x1e\x1f",
		"an endless line":            strings.Repeat("x", 100000),
		"wide characters to no end":  strings.Repeat("门", 5000),
		"noise":                      string(noise),
		"many empty lines":           strings.Repeat("\r", 3000),
		"half a quotation":           "person \"Li\r",
		"a name from another planet": "person \U0010ffff\r",
	} {
		t.Run(name, func(t *testing.T) {
			fake := newDesk()
			s := sit(t, fake, console.Options{})
			s.logIn("mei")
			s.hit(junk)
			after(t, s)
			for _, call := range fake.calls() {
				if strings.HasPrefix(call, "open") || strings.HasPrefix(call, "remove") {
					t.Errorf("noise did %q", call)
				}
			}
		})
	}
}

func TestEndlessLineIsRefusedWhole(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("open " + strings.Repeat("x", 5000) + "\r")
	s.see("too long")
	s.see("mei> ")
	if log := fake.calls(); strings.HasPrefix(log[len(log)-1], "open") {
		t.Error("a line that was too long was cut and carried out")
	}
}

func TestFloodWhileACommandRuns(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("card 1203\r")
	s.see("tap the card")
	for range 50 {
		s.hit(strings.Repeat("open flood\r", 100))
	}
	fake.card <- "01020304"
	s.see("is now theirs")
	after(t, s)
	for _, call := range fake.calls() {
		if strings.HasPrefix(call, "open") && call != "open: flood" {
			t.Errorf("half a command was carried out: %q", call)
		}
	}
}

func TestNamesCannotSteerTheTerminal(t *testing.T) {
	fake := newDesk()
	fake.add("\x1b]0;pwned\x07\x1b[2J\x1b[31mEve\u202e\u200b\r\nmei> ", "9\x9b2J", "en")
	for _, plain := range []bool{false, true} {
		s := sit(t, fake, console.Options{Plain: plain})
		s.logIn("mei")
		for _, command := range []string{"people Eve", "people --json Eve", "person Eve", "person Ev\t\x15people"} {
			got := s.do("mei", command)
			for _, evil := range []string{"\x1b]", "\x1b[2J", "\x1b[31m", "\x07", "\u202e", "\u200b", "\x9b"} {
				if strings.Contains(got, evil) {
					t.Errorf("%s (plain %v) let %q through: %q", command, plain, evil, got)
				}
			}
		}
	}
}

func TestNoiseIsNoLogInAttempt(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.see("log-in: ")
	for _, junk := range []string{"\r", "a b\r", "x;y\r", "\x1b[A\xff\r", strings.Repeat("n", 500) + "\r"} {
		s.hit(junk)
		s.see("log-in: ")
	}
	if calls := fake.calls(); len(calls) != 0 {
		t.Errorf("noise reached the desk: %q", calls)
	}
}

func TestDisconnectInMidCommand(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("card 1203\r")
	s.see("tap the card")
	_ = s.master.Close()
	err := <-s.done
	s.done <- err
	log := strings.Join(fake.calls(), "\n")
	if !strings.Contains(log, "card given up") || !strings.HasSuffix(log, "log out mei line lost") {
		t.Errorf("after the disconnect the desk heard:\n%s", log)
	}
}

// script is a line whose far end types the next of its lines whenever a prompt is up; the end is a
// hang-up. When hang is set, its far end reads nothing any more after that many bytes.
type script struct {
	lines  []string
	prompt chan struct{}
	closed chan struct{} // the end, whatever is left
	out    strings.Builder
	hang   chan struct{}
	limit  int
}

func newScript(lines ...string) *script {
	return &script{lines: lines, prompt: make(chan struct{}, 1), closed: make(chan struct{})}
}

func (s *script) Read(p []byte) (int, error) {
	select {
	case <-s.prompt:
	case <-s.closed:
		return 0, io.EOF
	case <-time.After(patience):
		return 0, errors.New("no prompt came")
	}
	if len(s.lines) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.lines[0])
	if s.lines[0] = s.lines[0][n:]; s.lines[0] == "" {
		s.lines = s.lines[1:]
	}
	if len(s.lines) == 0 || n == 0 || p[n-1] != '\r' {
		s.ready()
	}
	return n, nil
}

func (s *script) Write(p []byte) (int, error) {
	if s.out.Write(p); s.hang != nil && s.out.Len() > s.limit {
		<-s.hang
	}
	// All prompts end so; at the edge of a narrow screen a line end follows.
	if end := bytes.TrimSuffix(p, []byte("\r\n")); bytes.HasSuffix(end, []byte(" ")) ||
		bytes.HasSuffix(end, []byte("：")) {
		s.ready()
	}
	return len(p), nil
}

func (s *script) ready() {
	select {
	case s.prompt <- struct{}{}:
	default:
	}
}

// restless is a clock on which pauses end at once and no operator is ever idle.
type restless struct{}

func (restless) Now() time.Time { return now }
func (restless) AfterFunc(d time.Duration, f func()) console.Timer {
	if d < time.Minute {
		f()
	}
	return time.NewTimer(time.Hour)
}

func TestROperatorIdleLogOutWhileTheLineIsStuck(t *testing.T) {
	fake := newDesk()
	clock := newClock()
	line := newScript("mei\r", "open sesame\r", "help\r")
	line.hang, line.limit = make(chan struct{}), 700
	done := make(chan error, 1)
	go func() {
		done <- console.Serve(context.Background(), line, fake, console.Options{Unit: "block 3", Clock: clock})
	}()
	want := "log in mei\nlog out mei idle"
	for end := time.Now().Add(patience); strings.Join(fake.calls(), "\n") != want && time.Now().Before(end); {
		if len(fake.calls()) > 0 {
			clock.advance(time.Minute)
		}
		runtime.Gosched()
	}
	if got := strings.Join(fake.calls(), "\n"); got != want {
		t.Errorf("the desk heard\n%s", got)
	}
	close(line.hang)
	line.ready()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestTwoSessions(t *testing.T) {
	fake := newDesk()
	a, b := sit(t, fake, console.Options{}), sit(t, fake, console.Options{Plain: true})
	a.logIn("mei")
	b.logIn("tom")
	a.hit("card 1203\r")
	a.see("tap the card")
	if got := b.do("tom", "open for the other session"); !strings.Contains(got, "Open for 5s") {
		t.Errorf("the second session got %q", got)
	}
	fake.card <- "01020304"
	a.see("is now theirs")
	b.do("tom", "whoami")
}

func FuzzSession(f *testing.F) {
	f.Add("people\rperson 1204\rhelp\r")
	f.Add("consent 1204\ryes\r\x03\x00mei\r")
	f.Add("\x1b[A\x1b[200~\xff\xfeadd \"x\r\"\t\t\x7f\x7f\r")
	f.Add("lang zh\rconsent 1203\r是\rremove 1204\rx\r是\rpin 302\r")
	f.Add("?zh\r?plain\rplain on\rlang zh\r王\x7f\r")
	f.Fuzz(func(t *testing.T, keys string) {
		for _, plain := range []bool{false, true} {
			fake := newDesk()
			close(fake.card)
			close(fake.faces)
			line := newScript(append([]string{"mei\r", "open sesame\r"}, strings.SplitAfter(keys, "\r")...)...)
			err := console.Serve(context.Background(), line, fake, console.Options{Unit: "block 3", Plain: plain,
				Clock: restless{}, Location: time.UTC, Width: len(keys) % 100, Height: len(keys) % 30})
			if err != nil {
				t.Fatalf("Serve: %v", err)
			}
			out := line.out.String()
			if in := len(fake.sessions); in != 0 {
				t.Errorf("%d sessions were left open", in)
			}
			if plain && strings.ContainsRune(out, '\x1b') {
				t.Errorf("plain mode sent an escape: %q", out)
			}
			if strings.Contains(out, "sesame") && !strings.Contains(keys, "sesame") {
				t.Error("the secret was shown")
			}
		}
	})
}
