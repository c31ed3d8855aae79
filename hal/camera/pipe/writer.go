package pipe

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal"
)

// ErrNoReader: whoever read the pipe has closed it.
var ErrNoReader = errors.New("the pipe has no reader")

// Writer puts frames into a pipe. Its methods may be called from several goroutines, Write from one
// at a time.
type Writer struct {
	f    *os.File
	buf  []byte
	wide int // bytes of a frame that the pipe was made wide for
}

const (
	knock   = 100 * time.Millisecond // between two tries to find a reader
	takenIn = 5 * time.Second        // for a reader to take a frame
)

// Await opens a pipe that is there, and waits until it is read or ctx ends.
func Await(ctx context.Context, path string) (*Writer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open the pipe of frames: %w: run 'systemd-tmpfiles --create menshen.conf'", err)
	}
	if info.Mode().Type() != os.ModeNamedPipe {
		return nil, fmt.Errorf("open the pipe of frames: %s is no named pipe: "+
			"remove it, and run 'systemd-tmpfiles --create menshen.conf'", path)
	}
	tick := time.NewTicker(knock)
	defer tick.Stop()
	for {
		f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		switch {
		case err == nil:
			return &Writer{f: f}, nil
		case !errors.Is(err, unix.ENXIO): // ENXIO: there is no reader (fifo(7))
			return nil, fmt.Errorf("open the pipe of frames: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}

// Write puts one frame into the pipe, as complete at this moment less its age, and blocks until
// the reader has taken what does not fit into the pipe. ErrNoReader when there is none any more. It
// fails as well when the reader takes nothing for five seconds.
func (w *Writer) Write(f *hal.Frame, age time.Duration) error {
	if err := CheckSize(f.Width, f.Height); err != nil {
		return err
	}
	h := Header{Width: f.Width, Height: f.Height, Seq: f.Seq, At: now() - age, Sum: crc32.Checksum(f.BGR, castagnoli)}
	if len(f.BGR) != h.Bytes() {
		return fmt.Errorf("a frame of %d×%d pixels with %d bytes", f.Width, f.Height, len(f.BGR))
	}
	if n := HeaderSize + h.Bytes(); n > w.wide {
		w.wide = n
		Widen(w.f, n)
	}
	w.buf = h.Append(w.buf[:0])
	w.f.SetWriteDeadline(time.Now().Add(takenIn))
	for _, part := range [][]byte{w.buf, f.BGR} {
		switch _, err := w.f.Write(part); {
		case errors.Is(err, unix.EPIPE):
			return ErrNoReader
		case errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("write a frame: its reader, the eye, takes none for %v", takenIn)
		case err != nil:
			return fmt.Errorf("write a frame: %w", err)
		}
	}
	return nil
}

// widest is what the kernel lets a user's pipe hold (/proc/sys/fs/pipe-max-size), in bytes.
const widest = 1 << 20

// Widen makes a pipe hold as many bytes, or as many as it may. A frame of 640×480 then goes through
// at once: in the 64 kB of a new pipe each end would wait fifteen times for the other, which on a
// busy processor makes every frame too old. A pipe that cannot be widened works too.
func Widen(f *os.File, bytes int) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, min(bytes, widest)) // see above
	})
}

// HasReader reports whether the pipe is still read.
func (w *Writer) HasReader() bool {
	raw, err := w.f.SyscallConn()
	if err != nil {
		return false
	}
	there := false
	err = raw.Control(func(fd uintptr) {
		p := []unix.PollFd{{Fd: int32(fd)}}
		_, err := unix.Poll(p, 0)
		for errors.Is(err, unix.EINTR) { // a signal, such as those of Go's scheduler, says nothing of the pipe
			_, err = unix.Poll(p, 0)
		}
		there = err == nil && p[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) == 0
	})
	return err == nil && there
}

// Close closes the writer's end; a Write that waits returns.
func (w *Writer) Close() error { return w.f.Close() }
