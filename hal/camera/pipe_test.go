package camera

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"sync/atomic"
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
	var written atomic.Uint32
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w, err := pipe.Await(t.Context(), path)
		if err != nil {
			return
		}
		defer w.Close()
		f := hal.Frame{Width: Width, Height: Height, BGR: make([]byte, Width*Height*3)}
		binary.LittleEndian.PutUint32(f.BGR, 1)
		for f.Seq = 1; w.Write(&f, 0) == nil; f.Seq++ {
			written.Store(uint32(f.Seq))
			binary.LittleEndian.PutUint32(f.BGR, uint32(f.Seq+1))
			time.Sleep(time.Second / Rate)
		}
	}()
	c, err := Open("pipe:" + path)
	if err != nil {
		t.Fatal(err)
	}
	const onTheWay = 5 // frames at most, in the pipe and at its ends; ten are written in the longest pause
	var f hal.Frame
	for _, pause := range []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond, 700 * time.Millisecond} {
		for range 5 {
			time.Sleep(pause)
			there := written.Load()
			err := c.Next(t.Context(), &f)
			for errors.Is(err, hal.ErrNoFrame) {
				err = c.Next(t.Context(), &f)
			}
			if err != nil {
				t.Fatal(err)
			}
			if n := binary.LittleEndian.Uint32(f.BGR); n+onTheWay < there {
				t.Errorf("asked every %v: frame %d when %d were written", pause, n, there)
			}
		}
	}
	c.Close()
	<-ended
}

func TestPipeGone(t *testing.T) {
	if _, err := Open("pipe:" + t.TempDir()); !errors.Is(err, hal.ErrGone) {
		t.Error(err)
	}
}
