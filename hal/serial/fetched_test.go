package serial_test

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal/serial"
)

// gadget is the queue of a USB gadget's line, and a computer that fetches from it or does not.
type gadget struct {
	fetches bool
	flying  int // handed to the controller: at most 16
	waiting int // in the queue
	now     time.Time
}

func (g *gadget) send() error {
	if g.flying < 16 {
		g.flying++
	} else {
		g.waiting++
	}
	g.settle()
	return nil
}

func (g *gadget) settle() {
	if g.fetches {
		g.flying, g.waiting = 0, 0
	}
}

// after passes a time, in the steps in which Read looks at the carrier, and gives when the carrier
// was first what is wanted; 0: never.
func (g *gadget) after(t *testing.T, d time.Duration, lines func(int) (int, error), want int) time.Duration {
	t.Helper()
	begun := g.now
	for ; g.now.Sub(begun) < d; g.now = g.now.Add(100 * time.Millisecond) {
		g.settle()
		if got, err := lines(0); err != nil {
			t.Fatal(err)
		} else if got == want && g.now != begun {
			return g.now.Sub(begun)
		}
	}
	return 0
}

// TestROperatorFetched: the carrier of a gadget's line is there while a computer fetches what it
// sends, whatever state it is found in.
func TestROperatorFetched(t *testing.T) {
	g := &gadget{now: time.Unix(0, 0)}
	lines := serial.Fetched(func(int) (int, error) { return g.waiting, nil }, g.send,
		func() time.Time { return g.now })
	const on, off = unix.TIOCM_CD, 0
	if at := g.after(t, time.Minute, lines, on); at != 0 {
		t.Errorf("a carrier without a computer, after %v", at)
	}
	for range 3 {
		g.fetches = true
		if at := g.after(t, time.Minute, lines, on); at == 0 || at > 500*time.Millisecond {
			t.Errorf("opened, and no carrier: %v", at)
		}
		if at := g.after(t, time.Hour, lines, off); at != 0 {
			t.Errorf("open, and the carrier went after %v", at)
		}
		g.fetches = false
		if at := g.after(t, time.Minute, lines, off); at == 0 || at > 10*time.Second {
			t.Errorf("closed, and the carrier stayed: %v", at)
		}
	}
	open := &gadget{now: g.now, fetches: true}
	lines = serial.Fetched(func(int) (int, error) { return open.waiting, nil }, open.send,
		func() time.Time { return open.now })
	if at := open.after(t, time.Minute, lines, on); at == 0 || at > 4*time.Second {
		t.Errorf("found open, and no carrier: %v", at)
	}
}

// TestFetchedAsksWithNULs: what is sent to find out is NUL, and never within a Write.
func TestFetchedAsksWithNULs(t *testing.T) {
	port, far, _ := cable(t)
	port.MindFetching()
	for range 3 {
		if _, err := port.Carrier(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if _, err := port.Write([]byte("whole")); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for b := make([]byte, 64); len(bytes.Trim(got, "\x00")) < len("whole"); {
		n, err := far.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b[:n]...)
	}
	if !bytes.HasSuffix(got, []byte("\x00\x00whole")) {
		t.Errorf("the line carried %q", got)
	}
}

// TestWriteEndsWithClose: a Write that the other side does not take ends when the port is closed.
func TestWriteEndsWithClose(t *testing.T) {
	port, _, _ := cable(t)
	ended := make(chan error, 1)
	go func() {
		_, err := port.Write(make([]byte, 1<<20))
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Fatalf("a megabyte was taken by nobody: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	if err := port.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("the Write ended with %v", err)
	}
}
