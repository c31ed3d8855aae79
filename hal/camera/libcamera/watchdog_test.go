package libcamera

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/hal/camera/pipe"
)

const (
	fed   = 35              // times that "hangs" feeds its watchdog, a tenth of a second apart
	limit = 3 * time.Second // which a busy machine keeps to
)

func init() {
	pipelines["hangs"] = func(out io.Writer) {
		w, err := NewWatchdog(limit)
		if err != nil {
			return
		}
		for range fed { // for longer than the watchdog waits
			time.Sleep(100 * time.Millisecond)
			w.Feed()
			out.Write([]byte{1})
		}
		unix.Kill(os.Getpid(), unix.SIGSTOP) // soon no thread of it runs any more
		time.Sleep(time.Minute)
	}
	pipelines["unwatched"] = func(out io.Writer) {
		if w, err := NewWatchdog(limit); err == nil {
			w.Close()
		}
		time.Sleep(limit + limit/2)
		out.Write([]byte{1})
	}
}

// play runs a pipeline of ours, and gives how many bytes it wrote and how it ended.
func play(t *testing.T, pipeline string) (wrote int, ended syscall.WaitStatus) {
	t.Helper()
	ours, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], pipeline)
	cmd.ExtraFiles = []*os.File{theirs}
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(ours)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its state says more
	return len(text), cmd.ProcessState.Sys().(syscall.WaitStatus)
}

// TestWatchdog: a process that hangs as a whole is killed, and one that feeds its watchdog is not.
func TestWatchdog(t *testing.T) {
	t.Parallel()
	if n, ended := play(t, "hangs"); n != fed || ended.Signal() != syscall.SIGKILL {
		t.Errorf("fed %d times of %d, then signal %d, exit %d", n, fed, ended.Signal(), ended.ExitStatus())
	}
}

func TestWatchdogClosed(t *testing.T) {
	t.Parallel()
	if n, ended := play(t, "unwatched"); n != 1 || !ended.Exited() {
		t.Errorf("%d bytes, signal %d", n, ended.Signal())
	}
}

// signs runs a service, and gives the count of its signs of life.
func signs(t *testing.T, pipeline string) (path string, n *atomic.Int64) {
	path, n = t.TempDir()+"/frames", new(atomic.Int64)
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, Service{Camera: small, Pipe: path, command: pretend(pipeline), Alive: func() { n.Add(1) }})
	return path, n
}

// lives waits for three more signs of life.
func lives(t *testing.T, what string, n *atomic.Int64) {
	t.Helper()
	before, until := n.Load(), time.Now().Add(time.Minute)
	for ; n.Load() < before+3; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%s: no sign of life", what)
		}
	}
}

// TestAlive: the service gives signs of life without a reader, with one, and between two pipelines.
func TestAlive(t *testing.T) {
	path, n := signs(t, "frames")
	lives(t, "without a reader", n)
	r := open(t, path)
	next(t, r)
	lives(t, "with a reader", n)

	var rested int
	s := Service{Alive: func() { rested++ }}
	s.rest(t.Context(), 2*aliveIn+aliveIn/2)
	if rested != 3 {
		t.Errorf("%d signs of life while it rested", rested)
	}
}

// TestHungLoop: when one of the two loops hangs, there is no sign of life any more.
func TestHungLoop(t *testing.T) {
	var n atomic.Int64
	s := Service{Camera: small, Alive: func() { n.Add(1) }, silence: firstIn}
	receive := func(sending *hal.LastBeat) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p, err := start(ctx, pretend("frames"), small)
		if err != nil {
			t.Fatal(err)
		}
		defer p.stop()
		if _, err := s.receive(&newest{fresh: make(chan struct{}, 1)}, p, sending); !errors.Is(err, errEnded) {
			t.Error(err)
		}
	}
	var sending hal.LastBeat
	receive(&sending) // which never came round
	if n.Load() != 0 {
		t.Errorf("%d signs of life, and nothing sends", n.Load())
	}
	sending.Beat()
	receive(&sending)
	if n.Load() == 0 {
		t.Error("no sign of life")
	}
}

// TestSendLives: the loop that sends gives signs of life without a frame to send.
func TestSendLives(t *testing.T) {
	path := t.TempDir() + "/frames"
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	both, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pipe.Await(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var alive hal.LastBeat
	ended := make(chan error, 1)
	go func() { ended <- send(t.Context(), &newest{}, out, &alive) }()
	for range 3 {
		for began := time.Now(); !alive.Alive().After(began); time.Sleep(10 * time.Millisecond) {
			if time.Since(began) > time.Minute {
				t.Fatal("no sign of life")
			}
		}
	}
	both.Close()
	if err := <-ended; !errors.Is(err, pipe.ErrNoReader) {
		t.Error(err)
	}
}
