//go:build vboard

package system

import (
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is a person at a screen.
type terminal struct {
	t      *testing.T
	line   io.ReadWriter
	mu     sync.Mutex
	unread strings.Builder
	left   bool
}

// serial gives the terminal at the other end of the unit's serial line; a test takes it once.
func serial(t *testing.T) *terminal {
	t.Helper()
	f, err := os.OpenFile("/dev/ttyS1", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := term.MakeRaw(int(f.Fd())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return sit(t, f)
}

// logIn logs anna in; her first prompt is not read yet.
func (x *terminal) logIn() {
	x.t.Helper()
	x.hit("\r")
	x.follow("log-in:« anna\nsecret:« "+passphrase, nil)
}

func sit(t *testing.T, line io.ReadWriter) *terminal {
	x := &terminal{t: t, line: line}
	go func() {
		for buf := make([]byte, 4096); ; {
			n, err := line.Read(buf)
			x.mu.Lock()
			x.unread.Write(buf[:n])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return x
}

// Read gives what the screen shows next, to whoever sits there instead; [io.EOF] once they have to
// leave.
func (x *terminal) Read(p []byte) (n int, err error) {
	for ; n == 0; time.Sleep(5 * time.Millisecond) {
		x.mu.Lock()
		if x.left {
			err = io.EOF
		} else if all := x.unread.String(); all != "" {
			n = copy(p, all)
			x.unread.Reset()
			x.unread.WriteString(all[n:])
		}
		x.mu.Unlock()
		if err != nil {
			break
		}
	}
	return n, err
}

// Write types keys; the end of a line is the key Enter.
func (x *terminal) Write(keys []byte) (int, error) {
	x.hit(strings.ReplaceAll(string(keys), "\n", "\r"))
	return len(keys), nil
}

// leave ends whoever sits at the terminal by Read.
func (x *terminal) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.left = true
}

const more = "-- more: Enter, or q --"

// see waits until the words are on the screen, and gives what was there up to them. A text of
// several screens is leafed through.
func (x *terminal) see(words string) string {
	x.t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		x.mu.Lock()
		all := x.unread.String()
		before, after, found := strings.Cut(all, words)
		if found {
			x.unread.Reset()
			x.unread.WriteString(after)
		}
		page, rest, long := strings.Cut(all, more)
		if long && !found {
			x.unread.Reset()
			x.unread.WriteString(page + rest)
		}
		x.mu.Unlock()
		switch {
		case found:
			return before
		case long:
			x.hit("\r")
		case time.Since(begun) > 2*time.Minute:
			x.t.Fatalf("%q never came, but %q\n%s", words, all, state())
		}
	}
}

func (x *terminal) hit(keys string) {
	x.t.Helper()
	if _, err := io.WriteString(x.line, keys); err != nil {
		x.t.Fatal(err)
	}
}

// follow plays a session line by line. In it,
//
//	PROMPT« KEYS  waits for PROMPT, then types KEYS and Enter
//	| TEXT        waits for TEXT
//	@card         taps the card of the next one who needs one
func (x *terminal) follow(script string, card func()) {
	x.t.Helper()
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		prompt, keys, typed := strings.Cut(line, "«")
		switch {
		case typed:
			x.see(strings.TrimSpace(prompt))
			x.t.Log(line)
			time.Sleep(300 * time.Millisecond) // what is typed before a question does not answer it
			x.hit(strings.TrimSpace(keys) + "\r")
		case line == "@card":
			card()
		case line != "":
			x.see(strings.TrimPrefix(line, "| "))
		}
	}
}
