package console_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"menshen/board/console"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// seat is a person at a VT100 on a real pseudo-terminal.
type seat struct {
	t      *testing.T
	master *os.File
	slave  *os.File
	vt     vt10x.Terminal
	done   chan error
	clock  *fakeClock

	mu   sync.Mutex
	cond sync.Cond // something was sent
	raw  []byte    // all that the console sent
	mark int       // where the last wait ended
}

// sit connects a seat to desk and waits for the log-in prompt.
func sit(t *testing.T, fake console.Desk, o console.Options) *seat {
	t.Helper()
	master, slave := openPTY(t)
	if o.Width == 0 {
		o.Width, o.Height = 100, 30
	}
	if o.Clock == nil {
		o.Clock = newClock()
	}
	o.Unit, o.Location = "block 3", time.UTC
	s := &seat{t: t, master: master, slave: slave, vt: vt10x.New(vt10x.WithSize(o.Width, o.Height)),
		done: make(chan error, 1)}
	s.clock, _ = o.Clock.(*fakeClock)
	s.cond.L = &s.mu
	ctx, cancel := context.WithCancel(context.Background())
	go s.watch()
	go func() { s.done <- console.Serve(ctx, slave, fake, o) }()
	t.Cleanup(func() {
		cancel()
		_ = slave.Close()
		_ = master.Close()
		<-s.done
	})
	return s
}

// openPTY gives both ends of a raw pseudo-terminal, as files that Close wakes a waiting Read of.
func openPTY(t *testing.T) (master, slave *os.File) {
	t.Helper()
	m, s, err := pty.Open()
	if err != nil {
		t.Fatalf("opening a pseudo-terminal: %v", err)
	}
	if _, err := term.MakeRaw(int(s.Fd())); err != nil {
		t.Fatal(err)
	}
	return nonblocking(t, m), nonblocking(t, s)
}

// nonblocking is f again, with the poller behind it that File.Fd takes away.
func nonblocking(t *testing.T, f *os.File) *os.File {
	t.Helper()
	fd, err := unix.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), f.Name())
}

// watch feeds the terminal. vt10x gives each character one column; a wide one
// gets its second by a filler.
func (s *seat) watch() {
	buf := make([]byte, 4096)
	shown := 0
	for {
		n, err := s.master.Read(buf)
		s.mu.Lock()
		s.raw = append(s.raw, buf[:n]...)
		whole := len(s.raw)
		for whole > shown && !utf8.FullRune(s.raw[lastRune(s.raw[:whole]):whole]) {
			whole = lastRune(s.raw[:whole])
		}
		_, _ = s.vt.Write([]byte(console.Widen(string(s.raw[shown:whole]))))
		shown = whole
		s.cond.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// lastRune is where the last character of b starts, whole or not.
func lastRune(b []byte) int {
	i := len(b) - 1
	for i > 0 && !utf8.RuneStart(b[i]) {
		i--
	}
	return max(i, 0)
}

// hit sends keys as they are.
func (s *seat) hit(keys string) {
	s.t.Helper()
	if _, err := s.master.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// broken finds words as a person does, who reads on where a line ends.
func broken(words string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(words), " ", `(?: |\r\n *)`))
}

// see waits until the console has sent words since the last see, and gives what it sent up to them.
func (s *seat) see(words string) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var got string
	pattern := broken(words)
	wait(s.t, &s.cond, func() bool {
		at := pattern.FindIndex(s.raw[s.mark:])
		if at != nil {
			got = string(s.raw[s.mark : s.mark+at[1]])
			s.mark += len(got)
		}
		return at != nil
	}, func() string {
		return fmt.Sprintf("never saw %q; the line last carried\n%q\nthe screen shows\n%s", words,
			s.raw[max(s.mark, len(s.raw)-1000):], s.vt.String())
	})
	return got
}

// screen is what the terminal shows.
func (s *seat) screen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return console.Narrow(s.vt.String())
}

// seeRow waits until the screen's row with the cursor is want, and the cursor at a column.
func (s *seat) seeRow(want string, column int) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	row, x := "", 0
	wait(s.t, &s.cond, func() bool {
		at := s.vt.Cursor()
		rows := strings.Split(s.vt.String(), "\n")
		row, x = strings.TrimRight(console.Narrow(rows[at.Y]), " "), at.X
		return row == want && x == column
	}, func() string {
		return fmt.Sprintf("the row is %q, the cursor at %d; want %q at %d", row, x, want, column)
	})
}

// sent is all that the console ever sent.
func (s *seat) sent() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.raw)
}

// logIn logs in and waits for the prompt.
func (s *seat) logIn(name string) {
	s.t.Helper()
	s.see("log-in: ")
	s.hit(name + "\r")
	s.see("secret: ")
	s.hit("open sesame\r")
	s.see(name + "> ")
}

// do runs a command and gives all it printed.
func (s *seat) do(name, command string) string {
	s.t.Helper()
	s.hit(command + "\r")
	s.see("\r\n")
	return s.see("\r\n" + name + "> ")
}

// fakeClock moves when told to.
type fakeClock struct {
	mu     sync.Mutex
	cond   sync.Cond // a timer was started
	now    time.Time
	timers []*fakeTimer
}

func newClock() *fakeClock {
	c := &fakeClock{now: now}
	c.cond.L = &c.mu
	return c
}

type fakeTimer struct {
	c  *fakeClock
	at time.Time
	f  func()
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) AfterFunc(d time.Duration, f func()) console.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &fakeTimer{c, c.now.Add(d), f}
	c.timers = append(c.timers, t)
	c.cond.Broadcast()
	return t
}

func (t *fakeTimer) Stop() bool {
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	live := t.f != nil
	t.f = nil
	return live
}

// advance moves the clock and runs what is due.
func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []func()
	for _, t := range c.timers {
		if t.f != nil && !t.at.After(c.now) {
			due = append(due, t.f)
			t.f = nil
		}
	}
	c.mu.Unlock()
	for _, f := range due {
		f()
	}
}

// await waits until a timer of d is running.
func (c *fakeClock) await(t *testing.T, d time.Duration) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	running := func() bool {
		return slices.ContainsFunc(c.timers, func(t *fakeTimer) bool { return t.f != nil && t.at.Equal(c.now.Add(d)) })
	}
	wait(t, &c.cond, running, func() string { return fmt.Sprintf("no timer of %v", d) })
}

// wait waits on cond, whose lock is held, until done; where that takes too
// long the test fails with what.
func wait(t *testing.T, cond *sync.Cond, done func() bool, what func() string) {
	t.Helper()
	timer := time.AfterFunc(patience, cond.Broadcast)
	defer timer.Stop()
	for end := time.Now().Add(patience); !done(); cond.Wait() {
		if !time.Now().Before(end) {
			t.Fatal(what())
		}
	}
}
