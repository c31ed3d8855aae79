package desk_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// cable is a serial cable between a unit and a browser. Its unit's end is a pseudo terminal, under
// a name that stays when the cable is pulled and plugged again; its browser's end is a local
// socket, on which a connection is an opened port.
type cable struct {
	name   string // of the unit's end
	socket string // of the browser's end
	speed  int    // bytes a second each way; 0: as fast as this machine goes

	doors sync.WaitGroup // the socket, and what goes through it
	at    net.Listener

	mu        sync.Mutex
	far, near *os.File // the pseudo terminal; nil while the cable is pulled
	port      net.Conn // nil: the browser has not opened the port
	gone      chan struct{}
}

// newCable gives a cable that is plugged at both ends, until the test ends.
func newCable(t *testing.T, speed int) *cable {
	t.Helper()
	dir, err := os.MkdirTemp("", "menshen-desk-") // t.TempDir is too long for the name of a socket
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{name: filepath.Join(dir, "unit"), socket: filepath.Join(dir, "browser"), speed: speed}
	if c.at, err = net.Listen("unix", c.socket); err != nil {
		t.Fatal(err)
	}
	if err := c.plug(); err != nil {
		t.Fatal(err)
	}
	c.doors.Go(c.accept)
	t.Cleanup(func() {
		c.at.Close()
		c.pull(true)
		c.doors.Wait()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return c
}

// accept takes the ports that the browser opens. It has one at a time: the one before was closed.
func (c *cable) accept() {
	for {
		port, err := c.at.Accept()
		if err != nil {
			return
		}
		c.hangUp()
		c.mu.Lock()
		if far := c.far; far == nil {
			port.Close()
		} else {
			gone := make(chan struct{})
			c.port, c.gone = port, gone
			c.doors.Go(func() {
				defer close(gone)
				c.carry(far, port)
				port.Close()
			})
		}
		c.mu.Unlock()
	}
}

// hangUp closes the open port, and returns once nothing of it goes to the unit any more.
func (c *cable) hangUp() {
	c.mu.Lock()
	port, gone := c.port, c.gone
	c.port = nil
	c.mu.Unlock()
	if port != nil {
		port.Close()
		<-gone
	}
}

// plug joins the unit's end to a new pseudo terminal, as a device that comes back.
func (c *cable) plug() error {
	far, near, err := openTerminal()
	if err != nil {
		return err
	}
	// The near end stays open, so that the far one can be read while no console is there yet.
	if _, err := term.MakeRaw(int(near.Fd())); err != nil {
		return errors.Join(err, far.Close(), near.Close())
	}
	next := c.name + ".new"
	if err := errors.Join(os.Symlink(near.Name(), next), os.Rename(next, c.name)); err != nil {
		return errors.Join(err, far.Close(), near.Close())
	}
	c.mu.Lock()
	c.far, c.near = far, near
	c.mu.Unlock()
	c.doors.Go(func() { c.listen(far) })
	return nil
}

// openTerminal gives the ends of a new pseudo terminal. A Read of the far one ends with its Close.
func openTerminal() (far, near *os.File, err error) {
	blocking, near, err := pty.Open()
	if err != nil {
		return nil, nil, err
	}
	defer blocking.Close()
	fd, err := unix.FcntlInt(blocking.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		return nil, nil, errors.Join(err, near.Close())
	}
	return os.NewFile(uintptr(fd), blocking.Name()), near, nil
}

// listen carries what the unit says to the open port. Without one it is lost, as on any line that
// nobody reads.
func (c *cable) listen(far *os.File) {
	pace := pacer{speed: c.speed}
	for b := make([]byte, pace.chunk()); ; {
		n, err := far.Read(b)
		if err != nil {
			return
		}
		c.mu.Lock()
		port := c.port
		c.mu.Unlock()
		if port != nil {
			_, _ = port.Write(b[:n]) // it waits for a browser that does not read
		}
		pace.wait(n)
	}
}

// carry takes what the browser says to the unit, until either of them is gone.
func (c *cable) carry(far *os.File, port net.Conn) {
	pace := pacer{speed: c.speed}
	for b := make([]byte, pace.chunk()); ; {
		n, err := port.Read(b)
		if err != nil {
			return
		}
		if _, err := far.Write(b[:n]); err != nil {
			return
		}
		pace.wait(n)
	}
}

// pull takes the cable out: the browser's port is lost. The unit notices when its end is a USB
// device; behind a serial adapter it hears nothing from then on.
func (c *cable) pull(unitToo bool) {
	c.mu.Lock()
	far, near := c.far, c.near
	if unitToo {
		c.far, c.near = nil, nil
	}
	c.mu.Unlock()
	if unitToo && far != nil {
		far.Close()
		near.Close()
	}
	c.hangUp()
}

// used reports whether a program holds the unit's end for itself alone (TIOCEXCL).
func (c *cable) used() bool {
	f, err := os.OpenFile(c.name, os.O_RDWR|unix.O_NOCTTY, 0)
	if err == nil {
		defer f.Close()
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	return err != nil
}

// pacer keeps a stream of bytes to a speed.
type pacer struct {
	speed int // bytes a second; 0: any
	next  time.Time
}

// chunk is how many bytes go at once: a hundredth of a second.
func (p *pacer) chunk() int {
	if p.speed == 0 {
		return 16 << 10
	}
	return min(max(p.speed/100, 1), 16<<10)
}

// wait waits until n bytes are through.
func (p *pacer) wait(n int) {
	if p.speed == 0 {
		return
	}
	if now := time.Now(); p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(time.Duration(n) * time.Second / time.Duration(p.speed))
	time.Sleep(time.Until(p.next))
}

// TestCableSpeed: the cable carries bytes both ways at its speed, loses none, and is there again
// after it was pulled.
func TestCableSpeed(t *testing.T) {
	const speed, size = 20_000, 10_000 // half a second
	c := newCable(t, speed)
	for range 2 {
		unit, err := os.OpenFile(c.name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		browser, err := net.Dial("unix", c.socket)
		if err != nil {
			t.Fatal(err)
		}
		ways := map[string][2]io.ReadWriter{"to the unit": {browser, unit}, "to the browser": {unit, browser}}
		for name, way := range ways {
			begun := time.Now()
			if name == "to the browser" { // the port is open once a byte came through it
				if _, err := browser.Write([]byte("x")); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(unit, make([]byte, 1)); err != nil {
					t.Fatal(err)
				}
				begun = time.Now()
			}
			go func() { _, _ = way[0].Write(make([]byte, size)) }()
			if _, err := io.ReadFull(way[1], make([]byte, size)); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begun); took < 450*time.Millisecond || took > 20*time.Second {
				t.Errorf("%s: %d bytes took %v", name, size, took)
			}
		}
		unit.Close()
		c.pull(true)
		if _, err := browser.Read(make([]byte, 1)); err == nil {
			t.Error("the port outlived the cable")
		}
		browser.Close()
		if err := c.plug(); err != nil {
			t.Fatal(err)
		}
	}
}
