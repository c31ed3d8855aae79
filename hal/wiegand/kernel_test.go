//go:build vboard

package wiegand_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/gpio/gpiosim"
	"menshen/hal/wiegand"
)

// These tests run on a virtual board (scripts/vboard), where gpio-sim gives the kernel's own lines
// D0 and D1. A child process with real-time priority plays the reader on the wall.

// sending is what the child shall send.
type sending struct {
	format        string
	pulse, period time.Duration
	rest          time.Duration // from the last pulse of a frame to the first of the next
	seed          uint64
}

const frames = 30

func (s sending) cards() (all [][2]uint64) {
	r := rand.New(rand.NewPCG(s.seed, 0))
	f := wiegand.Formats()[s.format]
	for range frames {
		all = append(all, [2]uint64{r.Uint64() & (1<<f.Facility.Len - 1), r.Uint64() & (1<<f.Number.Len - 1)})
	}
	return all
}

func TestKernelWiegand(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	for _, c := range []struct {
		name string
		sending
		busy func(*testing.T)
	}{
		{"26 bits, idle", sending{"H10301", 50 * us, 2 * ms, 200 * ms, 1}, idle},
		{"26 bits, load", sending{"H10301", 50 * us, 2 * ms, 200 * ms, 2}, load},
		{"37 bits, load", sending{"H10304", 50 * us, 2 * ms, 200 * ms, 3}, load},
		{"20 us every 200 us, idle", sending{"H10301", 20 * us, 200 * us, 200 * ms, 4}, idle},
		{"20 us every 200 us, load", sending{"H10301", 20 * us, 200 * us, 200 * ms, 5}, load},
		{"100 us every 20 ms, load", sending{"H10301", 100 * us, 20 * ms, 200 * ms, 6}, load},
		{"cards 60 ms apart, load", sending{"H10301", 50 * us, 2 * ms, 60 * ms, 7}, load},
		{"26 bits, stopped", sending{"H10301", 50 * us, 2 * ms, 200 * ms, 9}, stopped},
		{"20 us every 200 us, stopped", sending{"H10301", 20 * us, 200 * us, 200 * ms, 10}, stopped},
		{"100 us every 20 ms, stopped", sending{"H10301", 100 * us, 20 * ms, 200 * ms, 11}, stopped},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := listen(t, c.format)
			c.busy(t)
			send(t, c.sending)
			var late []time.Duration
			for i, want := range c.cards() {
				e := receive(t, events)
				if e.Card == nil {
					t.Fatalf("frame %d: %v", i, e.Fault)
				}
				if got := [2]uint64{e.Card.Facility, e.Card.Number}; got != want {
					t.Fatalf("frame %d: wrong card", i)
				}
				late = append(late, e.late-min(max(5*c.period, 10*ms), 50*ms))
			}
			select {
			case e := <-events:
				t.Fatalf("one event too many: card %v, %v", e.Card, e.Fault)
			case <-time.After(100 * ms):
			}
			slices.Sort(late)
			t.Logf("%d of %d; from last bit to event beyond the gap: median %v, worst %v",
				frames, frames, late[frames/2], late[frames-1])
		})
	}
}

// The reader's chip goes away and comes back, as a USB expander does.
func TestKernelReaderIsUnpluggedAndReplugged(t *testing.T) {
	events := listen(t, "H10301")
	plug := func(live string) {
		t.Helper()
		if err := os.WriteFile("/sys/kernel/config/gpio-sim/door/live", []byte(live), 0); err != nil {
			t.Fatal(err)
		}
	}
	plug("0")
	if e := receive(t, events); !errors.Is(e.Fault, gpio.ErrGone) {
		t.Fatalf("unplugged: %+v", e)
	}
	plug("1")
	if e := receive(t, events); !e.Recovered {
		t.Fatalf("plugged in: %+v", e)
	}
	s := sending{"H10301", 50 * time.Microsecond, 2 * time.Millisecond, 200 * time.Millisecond, 8}
	send(t, s)
	for i, want := range s.cards() {
		if e := receive(t, events); e.Card == nil || e.Card.Number != want[1] {
			t.Fatalf("frame %d after replug: %v", i, e.Fault)
		}
	}
}

func receive(t *testing.T, events <-chan event) event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

type event struct {
	hal.ReaderEvent
	late time.Duration
}

// listen runs the driver on the lines D0 and D1.
func listen(t *testing.T, format string) <-chan event {
	t.Helper()
	cfg := wiegand.Config{Name: "wall", Formats: []wiegand.Format{wiegand.Formats()[format]}}
	r, err := wiegand.New(wiegand.Lines("D0", "D1"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan event, 64)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		r.Run(ctx, func(e hal.ReaderEvent) { events <- event{e, time.Since(e.At)} })
		close(ended)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	time.Sleep(200 * time.Millisecond) // the lines are requested by then
	return events
}

func idle(*testing.T) {}

// stopped has a child stop this process again and again, for up to 300 ms and so in the middle of
// cards. No load is worse than that.
func stopped(t *testing.T) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "WALL_STOPS=1")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill(); child.Wait() })
}

func init() {
	if os.Getenv("WALL_STOPS") == "" {
		return
	}
	r := rand.New(rand.NewPCG(1, 0))
	parent := os.Getppid()
	for os.Getppid() == parent {
		unix.Kill(parent, unix.SIGSTOP)
		time.Sleep(time.Duration(r.Int64N(int64(300 * time.Millisecond))))
		unix.Kill(parent, unix.SIGCONT)
		time.Sleep(time.Duration(r.Int64N(int64(30 * time.Millisecond))))
	}
	os.Exit(0)
}

// load keeps the processor busy with four goroutines that allocate, inside this very process.
func load(t *testing.T) {
	t.Helper()
	percent := debug.SetGCPercent(50)
	stop := make(chan struct{})
	for range 4 {
		go func() {
			var keep [][]byte
			for {
				select {
				case <-stop:
					return
				default:
				}
				if keep = append(keep, make([]byte, 4096)); len(keep) > 5000 {
					keep = nil
				}
			}
		}()
	}
	t.Cleanup(func() { close(stop); debug.SetGCPercent(percent) })
}

// send has the child send all frames, and waits for its end.
func send(t *testing.T, s sending) {
	t.Helper()
	child := exec.Command(os.Args[0])
	orders := fmt.Sprintf("WALL_READER=%s %d %d %d %d", s.format, s.pulse, s.period, s.rest, s.seed)
	child.Env = append(os.Environ(), orders)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("the reader on the wall: %v\n%s", err, out)
	}
}

// The child: this test binary again, with orders in its environment.
func init() {
	var s sending
	orders := os.Getenv("WALL_READER")
	if orders == "" {
		return
	}
	_, err := fmt.Sscan(orders, &s.format, (*int64)(&s.pulse), (*int64)(&s.period), (*int64)(&s.rest), &s.seed)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if err := s.play(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (s sending) play() error {
	format := wiegand.Formats()[s.format]
	var all [][]bool
	for _, c := range s.cards() {
		all = append(all, format.Encode(c[0], c[1]))
	}
	return gpiosim.Wall{D0: 0, D1: 1, Pulse: s.pulse, Period: s.period}.Send(s.rest, all...)
}
