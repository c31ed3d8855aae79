package serial

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// The line of a USB gadget (/dev/ttyGS0) has no modem lines: the kernel keeps DTR to itself. But a
// computer fetches what the line sends only while a program there has the port open. So a byte that
// says nothing, NUL, is sent up to ten times a second; the kernel takes sixteen that nobody
// fetches, and what comes after them stays in its queue.

const (
	asked     = 80 * time.Millisecond // between two NULs, at least; Read looks every 100 ms
	unfetched = 20                    // so many that do not stay in the queue were fetched
	patience  = 4 * time.Second       // that a queue may stand still
)

// fetched stands in for DCD.
type fetched struct {
	queue func(fd int) (int, error) // how much waits to be fetched, in bytes
	ask   func() error              // sends a NUL
	now   func() time.Time

	left         int       // in the queue, when it was looked at last
	moved, askat time.Time // when the queue moved last, or was empty; when the last NUL went
	sent         int       // NULs that did not stay
	stands       bool      // nobody fetches
}

// MindFetching has the line's carrier told by whether what it sends is fetched: for the line of a
// USB gadget. It comes some seconds late to a line that was just opened, at once on one that stood
// still, and goes within ten seconds, six as a rule. NULs are mixed into what is sent, between two
// Writes.
func (p *Port) MindFetching() {
	f := &fetched{now: time.Now, ask: p.ask,
		queue: func(fd int) (int, error) { return unix.IoctlGetInt(fd, unix.TIOCOUTQ) }}
	p.modem = f.lines
}

// ask sends a NUL, unless a Write is under way.
func (p *Port) ask() error {
	if !p.writing.TryLock() {
		return nil
	}
	defer p.writing.Unlock()
	err := onFd(p.lock, func(fd int) error {
		_, err := unix.Write(fd, []byte{0})
		return err
	})
	if errors.Is(err, unix.EAGAIN) {
		return nil
	}
	return err
}

// lines gives [unix.TIOCM_CD] while somebody fetches.
func (f *fetched) lines(fd int) (int, error) {
	left, err := f.queue(fd)
	if err != nil {
		return 0, err
	}
	now := f.now()
	switch {
	case left == 0 && f.stands: // all of it was fetched at once
		f.stands, f.sent, f.moved = false, unfetched, now
	case left == 0 || left != f.left:
		f.moved = now
	case now.Sub(f.moved) > patience:
		f.stands, f.sent = true, 0
	}
	f.left = left
	if left == 0 && now.Sub(f.askat) >= asked {
		if err := f.ask(); err != nil {
			return 0, err
		}
		f.askat = now
		f.sent++
	}
	if f.stands || f.sent < unfetched {
		return 0, nil
	}
	return unix.TIOCM_CD, nil
}
