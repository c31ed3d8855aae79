//go:build linux

package gpiosim

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Wall is a Wiegand reader on the wall: its lines, how long a pulse is, and from one to the next.
type Wall struct {
	D0, D1        int
	Pulse, Period time.Duration
}

// Send sends frames, a bit a pulse, with a rest from the last pulse of one to the first of the
// next. It takes the highest place among the program's threads, and needs root for it.
func (w Wall) Send(rest time.Duration, frames ...[]bool) error {
	runtime.LockOSThread() // and not unlocked: the thread ends with its goroutine
	fifo := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 10}
	if err := unix.SchedSetAttr(0, &fifo, 0); err != nil {
		return fmt.Errorf("real-time priority: %w", err)
	}
	d0, err := w.open(w.D0)
	if err != nil {
		return err
	}
	defer d0.Close()
	d1, err := w.open(w.D1)
	if err != nil {
		return err
	}
	defer d1.Close()
	next := time.Now()
	for _, bits := range frames {
		for _, one := range bits {
			line := d0
			if one {
				line = d1
			}
			until(next)
			begun := time.Now()
			if _, err := line.WriteAt([]byte("pull-down"), 0); err != nil {
				return err
			}
			until(begun.Add(w.Pulse))
			if _, err := line.WriteAt([]byte("pull-up"), 0); err != nil {
				return err
			}
			next = begun.Add(w.Period)
		}
		next = next.Add(rest - w.Period)
	}
	return nil
}

func (w Wall) open(line int) (*os.File, error) {
	path, err := file(line, "pull")
	if err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY, 0)
}

// until sleeps for the greater part and spins for the rest.
func until(t time.Time) {
	if d := time.Until(t) - 300*time.Microsecond; d > 0 {
		ts := unix.NsecToTimespec(int64(d))
		unix.Nanosleep(&ts, nil) // cut short, the rest is spun
	}
	for time.Now().Before(t) {
	}
}
