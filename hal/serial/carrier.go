package serial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ErrHungUp is what Read returns when the other side is gone: its data terminal was switched
// off or unplugged.
var ErrHungUp = errors.New("the other side hung up: the line has no carrier (DCD)")

// Carrier reports whether the line carries DCD (V.24 circuit 109), which the other side raises: a
// modem with a call, or through a null-modem cable a terminal that is switched on. A device without
// modem lines gives an error.
func (p *Port) Carrier() (bool, error) {
	p.life.RLock()
	defer p.life.RUnlock()
	return p.carrier()
}

func (p *Port) carrier() (on bool, err error) {
	err = onFd(p.lock, func(fd int) error {
		lines, err := p.modem(fd)
		on = lines&unix.TIOCM_CD != 0
		return err
	})
	switch {
	case errors.Is(err, unix.EIO), errors.Is(err, unix.ENODEV): // hung up, unplugged
		return false, p.failed("read", err)
	case err != nil:
		return false, fmt.Errorf("reading the modem lines of %s, which may have none: %w", p.name, err)
	}
	return on, nil
}

// modem reads the modem lines (tty_ioctl(4), TIOCMGET). The kernel's own wait for a change,
// TIOCMIWAIT, does not end with Close, so Read asks every 100 ms.
func modem(fd int) (lines int, err error) { return unix.IoctlGetInt(fd, unix.TIOCMGET) }

// AwaitCarrier waits until the line carries DCD. From then on Read ends with ErrHungUp within 100
// ms after the line has lost it, and the next AwaitCarrier waits for somebody else.
func (p *Port) AwaitCarrier(ctx context.Context) error {
	if err := p.lock.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, os.ErrNoDeadline) {
		return p.failed("await the carrier of", err)
	}
	look := time.NewTicker(step)
	defer look.Stop()
	for {
		on, err := p.Carrier()
		switch {
		case err != nil:
			return err
		case on:
			p.minded.Store(true)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
}

// hungUp reports whether a carrier that was awaited has gone.
func (p *Port) hungUp() error {
	if !p.minded.Load() {
		return nil
	}
	on, err := p.carrier()
	if err == nil && !on {
		err = ErrHungUp
	}
	return err
}
