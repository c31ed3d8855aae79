// Package serial is a serial port whose Read waits for data and whose Close ends that wait. Readers
// and the console share it; no other package uses github.com/tarm/serial.
//
// Settings are 8 data bits, no parity, 1 stop bit, no flow control, raw (binary clean). A port
// can be open once: a second Open of the same device fails with ErrBusy, also in another program
// that takes the lock.
//
// tarm/serial reports its time-out as io.EOF, in steps of 100 ms, and without a time-out Close
// hangs while a Read waits. So this package polls every 100 ms, and asks the device whether the
// line is quiet or the device unplugged.
package serial

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	tarm "github.com/tarm/serial"
	"golang.org/x/sys/unix"

	"menshen/hal"
)

// Errors of ports.
var (
	ErrBusy = errors.New("serial port is in use by another program: stop it, or name another port")
	ErrGone = errors.New("serial device is gone: check its plug and cable")
	// ErrNoPort is of a device that the kernel keeps for a port which this machine has not.
	ErrNoPort = errors.New("this machine has no port behind the device: name another one, of 'ls /dev/tty[AS]*'")
)

// step is tarm/serial's shortest time-out.
const step = 100 * time.Millisecond

// Port is an open serial port. Read and Write may be called at the same time, each
// from one goroutine.
type Port struct {
	name         string
	port         *tarm.Port
	lock         *os.File // the device once more: holds the lock, writes, answers whether it is there
	hal.LastBeat          // of Read, which comes round ten times a second

	modem  func(fd int) (lines int, err error)
	ioctl  func(fd int, request uintptr, arg unsafe.Pointer) error // of RS485
	minded atomic.Bool                                             // a line without carrier is a line that is gone

	writing sync.Mutex
	closed  atomic.Bool
	closing sync.Once    // every Close waits until the port is free
	life    sync.RWMutex // held for reading by Read and Write, so that Close can wait for them
}

var _ io.ReadWriteCloser = (*Port)(nil)

// Open opens a device such as /dev/ttyAMA0, /dev/ttyUSB0 or a link in /dev/serial/by-id, which
// stays the same when devices are plugged in another order.
func Open(name string, baud int) (*Port, error) {
	lock, err := claim(name)
	if err != nil {
		return nil, fmt.Errorf("open serial port %s: %w", name, orNoPort(err))
	}
	port, err := tarm.OpenPort(&tarm.Config{Name: name, Baud: baud, ReadTimeout: step})
	if err != nil {
		err = fmt.Errorf("open serial port %s at %d baud: %w", name, baud, orNoPort(err))
		return nil, errors.Join(err, lock.Close())
	}
	// From now on others get EBUSY, those too that ask for no lock; root is asked to mind the lock.
	if err := onFd(lock, func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0) }); err != nil {
		err = fmt.Errorf("take serial port %s for this program alone: %w", name, err)
		return nil, errors.Join(err, port.Close(), lock.Close())
	}
	return &Port{name: name, port: port, lock: lock, modem: modem, ioctl: ioctl}, nil
}

func orNoPort(err error) error {
	if errors.Is(err, unix.EIO) {
		return ErrNoPort
	}
	return err
}

// claim opens the device and takes an advisory lock on it, as other serial programs do
// (picocom, pyserial).
func claim(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.EBUSY) {
		return nil, ErrBusy
	} else if err != nil {
		return nil, err
	}
	if err := onFd(f, func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) }); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrBusy
		}
		return nil, err
	}
	return f, nil
}

// onFd runs do on a file's descriptor without making the file blocking, as File.Fd would.
func onFd(f *os.File, do func(fd int) error) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var done error
	if err := c.Control(func(fd uintptr) { done = do(int(fd)) }); err != nil {
		return err
	}
	return done
}

// Read waits for at least one byte. It returns ErrGone when the device was unplugged and
// os.ErrClosed after Close.
func (p *Port) Read(b []byte) (int, error) {
	p.life.RLock()
	defer p.life.RUnlock()
	if len(b) == 0 {
		return 0, nil
	}
	for !p.closed.Load() {
		p.Beat()
		if err := p.hungUp(); err != nil {
			p.leave()
			return 0, p.failed("read", err)
		}
		n, err := p.port.Read(b)
		switch {
		case n > 0:
			return n, nil
		case err != nil && !errors.Is(err, io.EOF):
			return 0, p.failed("read", err)
		}
		if err := p.present(); err != nil {
			return 0, p.failed("read", err)
		}
	}
	return 0, os.ErrClosed
}

// Write sends all of b. One that waits, since the other side takes nothing, ends with Close and
// when the carrier goes that was awaited.
func (p *Port) Write(b []byte) (int, error) {
	p.life.RLock()
	defer p.life.RUnlock()
	p.writing.Lock()
	defer p.writing.Unlock()
	if p.closed.Load() {
		return 0, os.ErrClosed
	}
	n, err := p.lock.Write(b)
	switch {
	case p.closed.Load() && err != nil:
		return n, os.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, p.failed("write", ErrHungUp)
	case err != nil:
		return n, p.failed("write", err)
	}
	return n, nil
}

// endWrite ends a Write that waits, and each one from now on.
func (p *Port) endWrite() { _ = p.lock.SetWriteDeadline(time.Unix(1, 0)) }

// leave ends what was between this side and the other, which is gone: a Write that waits, and what
// came and was not read.
func (p *Port) leave() {
	p.endWrite()
	_ = onFd(p.lock, func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) })
}

// Close ends a waiting Read within 100 ms and frees the port.
func (p *Port) Close() (err error) {
	p.closing.Do(func() {
		p.closed.Store(true)
		p.endWrite()
		p.life.Lock()
		defer p.life.Unlock()
		// A device that is gone cannot answer.
		_ = onFd(p.lock, func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCNXCL, 0) })
		err = errors.Join(p.port.Close(), p.lock.Close())
	})
	return err
}

// String is the device's name.
func (p *Port) String() string { return p.name }

// present asks the device for its settings, which a vanished one cannot answer.
func (p *Port) present() error {
	return onFd(p.lock, func(fd int) error {
		fds := []unix.PollFd{{Fd: int32(fd)}}
		if _, err := unix.Poll(fds, 0); err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		if fds[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0 {
			return ErrGone
		}
		return nil
	})
}

func (p *Port) failed(what string, err error) error {
	if errors.Is(err, unix.EIO) || errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO) {
		err = ErrGone
	}
	return fmt.Errorf("%s serial port %s: %w", what, p.name, err)
}
