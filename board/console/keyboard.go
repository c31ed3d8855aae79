package console

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Keyboard reads a terminal that others read as well, before and after: Close ends a Read that waits, and takes no key away
// from whoever reads the file next. It does not close the file.
type Keyboard struct {
	f          *os.File
	wake, stop *os.File // a pipe; its end says Close
}

// NewKeyboard makes a Keyboard of f.
func NewKeyboard(f *os.File) (*Keyboard, error) {
	wake, stop, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("taking the keyboard: %w", err)
	}
	return &Keyboard{f: f, wake: wake, stop: stop}, nil
}

// Read waits for keys, or gives io.EOF after Close.
func (k *Keyboard) Read(p []byte) (int, error) {
	for {
		fds := []unix.PollFd{{Fd: int32(k.f.Fd()), Events: unix.POLLIN}, {Fd: int32(k.wake.Fd()), Events: unix.POLLIN}}
		_, err := unix.Poll(fds, -1)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, fmt.Errorf("waiting for a key: %w", err)
		case fds[1].Revents != 0:
			return 0, io.EOF
		default:
			return k.f.Read(p)
		}
	}
}

// Close ends Read. (The pipe's other end, on which a Read may still wait, goes with the Keyboard.)
func (k *Keyboard) Close() error { return k.stop.Close() }
