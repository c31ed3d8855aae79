package serial_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"menshen/hal/serial"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cable is a port at one end of a real pseudo terminal, and the far end of it.
func cable(t *testing.T) (port *serial.Port, far *os.File, name string) {
	t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	name = near.Name()
	if _, err := term.MakeRaw(int(near.Fd())); err != nil {
		t.Fatal(err)
	}
	port, err = serial.Open(name, 9600)
	if err != nil {
		t.Fatal(err)
	}
	near.Close()
	t.Cleanup(func() { port.Close(); far.Close() })
	return port, far, name
}

func TestEveryByteArrives(t *testing.T) {
	port, far, _ := cable(t)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, way := range []struct {
		name string
		to   io.Writer
		from io.Reader
	}{{"in", far, port}, {"out", port, far}} {
		if _, err := way.to.Write(all); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(all))
		if _, err := io.ReadFull(way.from, got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, all) {
			t.Errorf("%s: bytes changed: %x", way.name, got)
		}
	}
}

func TestReadWaitsBeyondTheDriversTimeout(t *testing.T) {
	port, far, _ := cable(t)
	go func() {
		time.Sleep(350 * time.Millisecond) // the driver's own time-out is 100 ms
		far.Write([]byte("x"))
	}()
	b := make([]byte, 8)
	if n, err := port.Read(b); n != 1 || err != nil {
		t.Fatalf("read %d bytes, error %v", n, err)
	}
}

func TestCloseEndsRead(t *testing.T) {
	port, _, _ := cable(t)
	ended := make(chan error)
	go func() { _, err := port.Read(make([]byte, 1)); ended <- err }()
	if err := port.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("read ended with %v", err)
	}
	if _, err := port.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
	if err := port.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestPortIsOpenOnce(t *testing.T) {
	port, _, name := cable(t)
	if _, err := serial.Open(name, 9600); !errors.Is(err, serial.ErrBusy) {
		t.Fatalf("second open: %v", err)
	}
	exclusive := func() bool {
		f, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0) // as root, whom the kernel lets in
		if errors.Is(err, unix.EBUSY) {
			return true
		} else if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		on, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGEXCL)
		if err != nil {
			t.Fatal(err)
		}
		return on != 0
	}
	if !exclusive() {
		t.Error("others can open the port")
	}
	port.Close()
	if exclusive() {
		t.Error("the port stays closed to others")
	}
	again, err := serial.Open(name, 9600)
	if err != nil {
		t.Fatalf("open after close: %v", err)
	}
	again.Close()
}

func TestUnpluggedDeviceIsGone(t *testing.T) {
	port, far, _ := cable(t)
	far.Close() // as when a USB adapter is pulled: the terminal hangs up
	if _, err := port.Read(make([]byte, 1)); !errors.Is(err, serial.ErrGone) {
		t.Errorf("read: %v", err)
	}
}

func TestOpenTellsWhatIsWrong(t *testing.T) {
	if _, err := serial.Open("/dev/no-such-port", 9600); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing device: %v", err)
	}
	port, _, name := cable(t)
	port.Close()
	if _, err := serial.Open(name, 12345); err == nil || !strings.Contains(err.Error(), "12345 baud") {
		t.Errorf("odd speed: %v", err)
	}
	again, err := serial.Open(name, 9600)
	if err != nil {
		t.Fatalf("a failed open left the port locked: %v", err)
	}
	again.Close()
}

// TestDeviceWithoutAPort: what opens and then answers only with an input/output error, as
// /dev/ttyS0 does on a board without that port, is told as such. Here it is a pseudo terminal whose
// far end is closed.
func TestDeviceWithoutAPort(t *testing.T) {
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far.Close()
	if p, err := serial.Open(fmt.Sprintf("/proc/self/fd/%d", near.Fd()), 9600); !errors.Is(err, serial.ErrNoPort) {
		t.Errorf("opened %v, %v", p, err)
	}
}
