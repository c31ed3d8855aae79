package camera

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/hal/camera/pipe"
)

// TestPipeSlowEye: however seldom frames are asked for, the one that comes is of this moment.
func TestPipeSlowEye(t *testing.T) {
	path := filepath.Join(t.TempDir(), "frames")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		w, err := pipe.Await(t.Context(), path)
		if err != nil {
			return
		}
		defer w.Close()
		f := hal.Frame{Width: Width, Height: Height, BGR: make([]byte, Width*Height*3)}
		for f.Seq = 1; w.Write(&f, 0) == nil; f.Seq++ {
			time.Sleep(time.Second / Rate)
		}
	}()
	c, err := Open("pipe:" + path)
	if err != nil {
		t.Fatal(err)
	}
	var f hal.Frame
	for _, pause := range []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond, 700 * time.Millisecond} {
		var ages []time.Duration
		for range 5 {
			time.Sleep(pause)
			if err := c.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			ages = append(ages, time.Since(f.At))
		}
		t.Logf("asked every %v: frames of %v to %v ago", pause, slices.Min(ages), slices.Max(ages))
		if slices.Max(ages) > 300*time.Millisecond {
			t.Errorf("asked every %v: a frame of %v ago", pause, slices.Max(ages))
		}
	}
	c.Close()
	<-written
}

func TestPipeGone(t *testing.T) {
	if _, err := Open("pipe:" + t.TempDir()); !errors.Is(err, hal.ErrGone) {
		t.Error(err)
	}
}
