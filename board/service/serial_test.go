package service_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/service"

	"github.com/creack/pty"
)

// typed gathers what comes from a line.
type typed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *typed) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *typed) has(want string) bool { return s.count(want) > 0 }

func (s *typed) count(want string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), want)
}

// TestSerialConsole is a technician at a serial line: noise before anything, a log-in,
// a command, a door that opens.
func TestSerialConsole(t *testing.T) {
	b := newBench(t)
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	b.Config.Console.Serial = near.Name()
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		service.ServeSerial(ctx, b.Config, b.Desk, slog.New(slog.NewTextHandler(io.Discard, nil)))
	}()
	var got typed
	read := make(chan struct{})
	go func() { defer close(read); _, _ = io.Copy(&got, far) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		near.Close()
		far.Close()
		<-read
	})
	wait := func(want string) {
		t.Helper()
		for until := time.Now().Add(time.Minute); !got.has(want); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(until) {
				t.Fatalf("the line never said %q, but:\n%s", want, got.text.String())
			}
		}
	}
	typed := func(s string) {
		t.Helper()
		if _, err := io.WriteString(far, s); err != nil {
			t.Fatal(err)
		}
	}
	wait("Main entrance"[1:]) // the greeting names the unit
	noise := make([]byte, 4096)
	_, _ = rand.Read(noise)
	noise = bytes.Map(func(r rune) rune {
		if r == 0x11 || r == 0x13 { // software flow control is the line's, not the console's
			return 'x'
		}
		return r
	}, noise)
	typed(string(noise) + "\r\r\r\r")
	time.Sleep(100 * time.Millisecond)
	typed("\x03\r")
	for try := 0; !got.has("anna> ") && try < 10; try++ { // what is left of the noise may come between
		asked, again := got.count("secret: "), got.count("log-in: ")
		typed("anna\r")
		for until := time.Now().Add(5 * time.Second); got.count("secret: ") == asked && time.Now().Before(until); {
			time.Sleep(10 * time.Millisecond)
		}
		if got.count("secret: ") == asked {
			continue
		}
		typed(boardtest.Secret + "\r")
		for !got.has("anna> ") && got.count("log-in: ") == again {
			time.Sleep(10 * time.Millisecond)
		}
	}
	wait("anna> ")
	typed("open to test the line\r")
	for until := time.Now().Add(time.Minute); !b.Relay.On() && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	if !b.Relay.On() {
		t.Fatalf("the console did not open the door:\n%s", got.text.String())
	}
	typed("logout\r")
	for until := time.Now().Add(time.Minute); b.Count("log-out") == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the log-out was not recorded")
		}
	}
	if got.has(boardtest.Secret) {
		t.Error("the secret was echoed")
	}
}

// TestSerialLineThatIsNotThere: a line that is lost, and then gives an input/output error at each
// try, is told once for each of the two, and is tried again.
func TestSerialLineThatIsNotThere(t *testing.T) {
	b := newBench(t)
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	b.Config.Console.Serial = fmt.Sprintf("/proc/self/fd/%d", near.Fd()) // its name goes with the far end
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var tries atomic.Int32
	var log bytes.Buffer
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		service.ServeSerialOften(ctx, b.Config, b.Desk, slog.New(slog.NewTextHandler(&log, nil)), &tries)
	}()
	if _, err := far.Read(make([]byte, 1)); err != nil { // the greeting
		t.Fatal(err)
	}
	far.Close()
	for until := time.Now().Add(time.Minute); tries.Load() < 20; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d tries", tries.Load())
		}
	}
	cancel()
	<-ended
	if strings.Count(log.String(), "\n") != 2 || !strings.Contains(log.String(), "check its plug") ||
		!strings.Contains(log.String(), "no port behind the device") {
		t.Errorf("%d tries, and the log says\n%s", tries.Load(), log.String())
	}
}
