package console

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"menshen/internal/screen"
)

// Keyboard reads a terminal that others read before and after. Close ends a Read that waits, takes
// no key from the next reader, and does not close the file. Among the keys Read tells the
// terminal's size when that changes.
type Keyboard struct {
	f          *os.File
	wake, stop *os.File // a pipe: a byte says another size, its end says Close
	resized    chan os.Signal
	ended      chan struct{} // closed when no byte is written any more
}

// NewKeyboard makes a Keyboard of f.
func NewKeyboard(f *os.File) (*Keyboard, error) {
	wake, stop, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("taking the keyboard: %w", err)
	}
	k := &Keyboard{f: f, wake: wake, stop: stop, resized: make(chan os.Signal, 1), ended: make(chan struct{})}
	signal.Notify(k.resized, unix.SIGWINCH)
	go func() {
		defer close(k.ended)
		for range k.resized {
			_, _ = k.stop.Write([]byte{0}) // a pipe takes thousands of them
		}
	}()
	return k, nil
}

// Read waits for keys; io.EOF after Close. p must have 32 bytes at least, for a report of the size.
func (k *Keyboard) Read(p []byte) (int, error) {
	for {
		fds := []unix.PollFd{{Fd: int32(k.f.Fd()), Events: unix.POLLIN}, {Fd: int32(k.wake.Fd()), Events: unix.POLLIN}}
		_, err := unix.Poll(fds, -1)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, fmt.Errorf("waiting for a key: %w", err)
		case fds[1].Revents != 0:
			if _, err := k.wake.Read(make([]byte, 64)); err != nil {
				return 0, io.EOF
			}
			return copy(p, sizeReport(screen.Size(k.f))), nil
		default:
			return k.f.Read(p)
		}
	}
}

// Close ends Read. (The pipe's other end, on which a Read may still wait, goes with the Keyboard.)
func (k *Keyboard) Close() error {
	signal.Stop(k.resized)
	close(k.resized)
	<-k.ended
	return k.stop.Close()
}
