package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain lets the test binary be a child.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if live, ok := children[os.Args[1]]; ok {
			if Main(3, &protocol, live) != nil {
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}

// children are what a test can start, by name. Each has a word as its configuration.
var children = map[string]func(*Conn, string) error{
	"echo": func(c *Conn, word string) error { // answers each order with a beat
		if err := c.Send(Ready, []byte(word)); err != nil {
			return err
		}
		return c.Listen(func(k Kind, payload []byte) error { return c.Send(kindBeat, payload) })
	},
	"fails": func(*Conn, string) error { return errors.New("no such device: plug it in") },
	"dies": func(*Conn, string) error {
		fmt.Fprintln(os.Stderr, "noise of a library\nits last words")
		os.Exit(3)
		return nil
	},
	"hangs":    func(*Conn, string) error { time.Sleep(time.Minute); return nil },
	"is early": func(c *Conn, _ string) error { return errors.Join(c.Send(kindBeat, nil), c.hang()) },
	"is ready twice": func(c *Conn, _ string) error {
		return errors.Join(c.Send(Ready, nil), c.Send(Ready, nil), c.hang())
	},
	"falls silent": func(c *Conn, _ string) error { return errors.Join(c.Send(Ready, nil), c.hang()) },
	"floods":       func(c *Conn, _ string) error { return c.talk(0) },
	"is deaf":      func(c *Conn, _ string) error { return c.talk(50 * time.Millisecond) },
	"eats": func(c *Conn, _ string) error {
		much := make([]byte, 200<<20)
		for i := range much {
			much[i] = 1
		}
		return c.talk(50 * time.Millisecond)
	},
}

func (c *Conn) hang() error { time.Sleep(time.Minute); return nil }

// talk beats, and never listens.
func (c *Conn) talk(pause time.Duration) (err error) {
	for err = c.Send(Ready, nil); err == nil; err = c.Send(kindBeat, nil) {
		time.Sleep(pause)
	}
	return err
}

// bench is a parent that notes what happens.
type bench struct {
	began func(*Child)

	mu     sync.Mutex
	child  *Child
	lives  []State
	last   Life
	took   []string
	before int // children that ended before they were ready
}

func (b *bench) Config() any { return "a word" }

func (b *bench) Began(c *Child) {
	b.mu.Lock()
	b.child = c
	b.mu.Unlock()
	if b.began != nil {
		b.began(c)
	}
}

func (b *bench) Took(_ *Child, k Kind, payload []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.took = append(b.took, string(payload))
	return nil
}

func (b *bench) Ended(ready bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.child = nil; !ready {
		b.before++
	}
}

func (b *bench) Lives(l Life) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lives, b.last = append(b.lives, l.State), l
}

// until waits for a state of the bench, and gives the child's life then.
func (b *bench) until(t *testing.T, what string, ok func() bool) Life {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		b.mu.Lock()
		is, life := ok(), b.last
		b.mu.Unlock()
		if is {
			return life
		}
	}
	t.Fatalf("not %s: %v, %v, %d messages", what, b.lives, b.last.LastError, len(b.took))
	return Life{}
}

// keep keeps such a child until the test ends. A slow machine takes none for silent but those that
// are.
func (b *bench) keep(t *testing.T, name string) {
	startIn, silence := time.Minute, time.Minute
	switch name {
	case "hangs":
		startIn = 2 * time.Second
	case "falls silent":
		silence = time.Second
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Keep(ctx, &Spec{Name: "echo", Command: []string{os.Args[0], name}, Protocol: &protocol, Noise: "noise",
			StartIn: startIn, Silence: silence, Memory: 128 << 20, Pace: 100}, b)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		if b.last.State != Stopped || b.last.PID != 0 {
			t.Errorf("in the end %+v", b.last)
		}
	})
}

// TestTell: a child is told the last of each kind, and answers; the next one begins anew.
func TestTell(t *testing.T) {
	b := bench{began: func(c *Child) {
		c.Tell(kindOrder, []byte("first"))
		c.Tell(kindOrder, []byte("second"))
	}}
	b.keep(t, "echo")
	b.until(t, "told", func() bool { return slices.Contains(b.took, "second") })
	b.mu.Lock()
	if b.took[0] != "a word" || !slices.Equal(b.lives, []State{Starting, Starting, Running}) || b.last.PID == 0 {
		t.Errorf("took %q; %v, %+v", b.took, b.lives, b.last)
	}
	b.child.kill(errors.New("for a try"))
	b.took = nil
	b.mu.Unlock()
	l := b.until(t, "told again", func() bool { return slices.Contains(b.took, "second") && b.before == 0 })
	if l.Restarts != 1 || l.LastError.Error() != "echo for a try" {
		t.Errorf("%+v", l)
	}
}

// TestTellDoesNotWait: a child that takes nothing is told as well; of each kind the last counts.
func TestTellDoesNotWait(t *testing.T) {
	c := &Child{told: map[Kind][]byte{}, wake: make(chan struct{}, 1)} // nobody sends it
	for _, word := range []string{"first", "second", "third"} {
		c.Tell(kindOrder, []byte(word))
		c.Tell(kindBeat, nil)
	}
	if len(c.told) != 2 || string(c.told[kindOrder]) != "third" {
		t.Errorf("it will be told %q", c.told)
	}
}

// TestFaults: whatever a child does, it is killed, its fault is told, and another is started.
func TestFaults(t *testing.T) {
	for name, want := range map[string]struct {
		err  error
		says string
	}{
		"fails":          {ErrExited, "no such device: plug it in"},
		"dies":           {ErrExited, "exit status 3: its last words"},
		"hangs":          {ErrSilent, "2s"},
		"is early":       {ErrProtocol, "before it was ready"},
		"is ready twice": {ErrProtocol, "a second time"},
		"falls silent":   {ErrSilent, "1s"},
		"floods":         {ErrFlood, "100"},
		"eats":           {ErrMemory, "at most 128"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bench
			b.keep(t, name)
			l := b.until(t, "started again", func() bool { return b.last.Restarts > 0 && b.last.LastError != nil })
			if err := l.LastError; !errors.Is(err, want.err) || !strings.Contains(err.Error(), want.says) ||
				!strings.HasPrefix(err.Error(), "echo ") {
				t.Error(err)
			}
		})
	}
}

// TestDeaf: a child that goes on talking and takes nothing is killed too, for it would go on with
// what it was told last.
func TestDeaf(t *testing.T) {
	var b bench
	b.keep(t, "is deaf")
	b.until(t, "killed", func() bool {
		if b.child != nil {
			b.child.Tell(kindOrder, make([]byte, 1<<10))
		}
		return errors.Is(b.last.LastError, ErrDeaf)
	})
}

// TestNoSuchProgram: what cannot be started is told, and tried again.
func TestNoSuchProgram(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var b bench
	done := make(chan struct{})
	go func() {
		defer close(done)
		Keep(ctx, &Spec{Name: "echo", Command: []string{"/no/such/program"}, Protocol: &protocol}, &b)
	}()
	t.Cleanup(func() { cancel(); <-done })
	b.until(t, "tried again", func() bool { return b.last.Restarts > 0 })
	cancel()
	<-done
	if !errors.Is(b.last.LastError, os.ErrNotExist) || b.last.State != Stopped {
		t.Errorf("%+v", b.last)
	}
}
