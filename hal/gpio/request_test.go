package gpio

import (
	"errors"
	"os"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	periph "periph.io/x/conn/v3/gpio"
)

// pipeRequest is a request whose kernel is the other end of a pipe. The virtual board
// tests it with the real kernel.
func pipeRequest(t *testing.T, offsets ...int) (*request, *os.File) {
	t.Helper()
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	r, err := newRequest("pipe", offsets, ends[0])
	if err != nil {
		t.Fatal(err)
	}
	kernel := os.NewFile(uintptr(ends[1]), "kernel")
	t.Cleanup(func() { r.Close(); kernel.Close() })
	return r, kernel
}

// happen writes events as the kernel lays them out.
func happen(t *testing.T, kernel *os.File, events ...uapi.LineEvent) {
	t.Helper()
	for _, e := range events {
		raw := (*[unsafe.Sizeof(e)]byte)(unsafe.Pointer(&e))
		if _, err := kernel.Write(raw[:]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEdgesComeInOrderWithTheKernelsTime(t *testing.T) {
	r, kernel := pipeRequest(t, 24, 7)
	happen(t, kernel,
		uapi.LineEvent{Timestamp: 1000, ID: uapi.LineEventFallingEdge, Offset: 7, Seqno: 1},
		uapi.LineEvent{Timestamp: 2000, ID: uapi.LineEventRisingEdge, Offset: 24, Seqno: 2})
	for _, want := range []Edge{{1, periph.Low, 1000, 1}, {0, periph.High, 2000, 2}} {
		if got, err := r.Next(-1); err != nil || got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	for _, wait := range []time.Duration{0, 3 * time.Millisecond} {
		begun := time.Now()
		if _, err := r.Next(wait); !errors.Is(err, ErrQuiet) || time.Since(begun) < wait {
			t.Errorf("quiet line: %v after %v of %v", err, time.Since(begun), wait)
		}
	}
}

// An event that is there is given, however late one asks: a frame is never cut by a busy processor.
func TestLateReaderStillGetsItsEdges(t *testing.T) {
	r, kernel := pipeRequest(t, 0)
	happen(t, kernel, uapi.LineEvent{Seqno: 1}, uapi.LineEvent{Seqno: 2})
	for want := range uint32(2) {
		if e, err := r.Next(0); err != nil || e.Seq != want+1 {
			t.Errorf("got %+v, %v", e, err)
		}
	}
}

func TestCloseWakesAndFrees(t *testing.T) {
	r, _ := pipeRequest(t, 0)
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := r.Next(-1); !errors.Is(err, ErrClosed) {
			t.Errorf("waiting Next: %v", err)
		}
	})
	for range 3 { // after any Close the lines are free
		all.Go(func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if _, err := unix.FcntlInt(uintptr(r.fd), unix.F_GETFD, 0); !errors.Is(err, unix.EBADF) {
				t.Errorf("descriptor after Close: %v", err)
			}
		})
	}
	all.Wait()
	if _, err := r.Next(-1); !errors.Is(err, ErrClosed) {
		t.Errorf("Next after Close: %v", err)
	}
	if _, err := r.Level(0); !errors.Is(err, ErrClosed) {
		t.Errorf("Level after Close: %v", err)
	}
	if err := r.set(periph.High); !errors.Is(err, ErrClosed) {
		t.Errorf("set after Close: %v", err)
	}
}

func TestVanishedChipIsGone(t *testing.T) {
	r, kernel := pipeRequest(t, 0)
	kernel.Close() // poll says hang-up, as it does for a chip that was removed
	if _, err := r.Next(-1); !errors.Is(err, ErrGone) {
		t.Errorf("got %v", err)
	}
}
