package service_test

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/board/service"
	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/policy"
)

// systemd is the other end of the notification socket.
type systemd struct {
	t    *testing.T
	mu   sync.Mutex
	said []string
}

// newSystemd listens as systemd does, by the protocol of sd_notify(3), and has the unit watched.
func newSystemd(t *testing.T) *systemd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "90000")
	s := &systemd{t: t}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for buf := make([]byte, 4096); ; {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.said = append(s.said, string(buf[:n]))
			s.mu.Unlock()
		}
	}()
	t.Cleanup(func() { conn.Close(); <-read })
	return s
}

func (s *systemd) heard(from int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.said[min(from, len(s.said)):])
}

// waits until something was said that holds these words.
func (s *systemd) waits(from int, words string) {
	s.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if slices.ContainsFunc(s.heard(from), func(w string) bool { return strings.Contains(w, words) }) {
			return
		}
	}
	s.t.Fatalf("systemd was never told %q, but %q", words, slices.Compact(s.heard(0)))
}

// starves reports whether no sign of life comes for ten times its interval,
// once those on their way are in.
func (s *systemd) starves() bool {
	time.Sleep(100 * time.Millisecond)
	from := len(s.heard(0))
	time.Sleep(300 * time.Millisecond)
	return !slices.Contains(s.heard(from), "WATCHDOG=1")
}

// watched starts a bench's watchdog with short limits.
func (b *bench) watched(ctx context.Context) (wait func()) {
	ended := make(chan struct{})
	go func() { defer close(ended); service.WatchClosely(ctx, b.Unit) }()
	return func() { <-ended }
}

// TestWatchdogFollowsTheUnit: ready, fed, told what the door does, and stopped.
func TestWatchdogFollowsTheUnit(t *testing.T) {
	s := newSystemd(t)
	b := newBench(t)
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	wait := b.watched(ctx)
	s.waits(0, "READY=1")
	s.waits(0, "WATCHDOG=1")
	s.waits(0, "STATUS=locked; faces ")
	n := len(s.heard(0))
	s.waits(n, "WATCHDOG=1")
	if said := s.heard(0); said[0] != "READY=1" {
		t.Errorf("the first word was %q", said[0])
	}
	cancel()
	wait()
	s.waits(0, "STOPPING=1")
}

// TestWatchdogStarves: when the loop or the store hangs, or a reader that lived does, systemd hears
// no more; when it comes back, it does again.
func TestWatchdogStarves(t *testing.T) {
	for _, test := range []struct {
		name string
		hang func(b *bench, ctx context.Context, until chan struct{})
	}{
		{"loop", func(b *bench, ctx context.Context, until chan struct{}) {
			go func() { _ = b.Driver.Do(ctx, func() { <-until }) }()
		}},
		{"store", func(b *bench, _ context.Context, until chan struct{}) {
			id := b.Someone(7)
			go func() {
				_ = b.Vault.ChangePerson("test", id, "hang", func(*policy.Person) error { <-until; return nil })
			}()
		}},
		{"reader outside", func(b *bench, _ context.Context, until chan struct{}) {
			r := b.Wires.Readers[0].(*livelyReader)
			r.hang(until)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSystemd(t)
			b := newBench(t)
			b.Wires.Readers[0] = newLivelyReader(t, b.Reader)
			b.Start()
			ctx, cancel := context.WithCancel(context.Background())
			wait := b.watched(ctx)
			t.Cleanup(func() { cancel(); wait() })
			s.waits(0, "WATCHDOG=1")
			until := make(chan struct{})
			test.hang(b, ctx, until)
			s.waits(0, "STATUS=no answer from "+test.name)
			if !s.starves() {
				t.Error("systemd was told that the unit lives")
			}
			close(until)
			s.waits(len(s.heard(0)), "WATCHDOG=1")
		})
	}
}

// TestWatchdogLetsABrokenDeviceBe: a reader that is unplugged with its fault reported, one that
// never came to life, and a disk that answers with an error are faults to show; the door goes on.
func TestWatchdogLetsABrokenDeviceBe(t *testing.T) {
	s := newSystemd(t)
	b := newBench(t)
	dead := &livelyReader{Reader: &haltest.Reader{Name: "never there"}}
	b.Wires.Readers = append(b.Wires.Readers, dead)
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	wait := b.watched(ctx)
	t.Cleanup(func() { cancel(); wait() })
	s.waits(0, "READY=1")
	b.Reader.Present(hal.ReaderEvent{Fault: io.ErrUnexpectedEOF})
	s.waits(0, "; 1 faults")
	time.Sleep(600 * time.Millisecond) // longer than any limit
	b.Vault.Close()                    // from now on the store answers, with an error
	s.waits(0, "; 2 faults")
	s.waits(len(s.heard(0)), "WATCHDOG=1") // or the door would be started again for a broken device
}

// livelyReader is a reader whose loop comes round until it is told to hang.
type livelyReader struct {
	*haltest.Reader
	hal.LastBeat
	hangs chan chan struct{}
}

func newLivelyReader(t *testing.T, r *haltest.Reader) *livelyReader {
	l := &livelyReader{Reader: r, hangs: make(chan chan struct{})}
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			l.Beat()
			select {
			case <-stop:
				return
			case until := <-l.hangs:
				<-until
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-ended })
	return l
}

func (l *livelyReader) hang(until chan struct{}) { l.hangs <- until }
