package sim

import (
	"fmt"
	"os"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// Serial is a simulated serial cable: a pseudo terminal whose near end is a device that a
// configuration can name.
type Serial struct {
	far, near *os.File
}

// NewSerial makes a cable.
func NewSerial() (*Serial, error) {
	far, near, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("simulated serial cable: %w", err)
	}
	s := &Serial{far: far, near: near}
	if _, err := term.MakeRaw(int(near.Fd())); err != nil {
		s.Close()
		return nil, fmt.Errorf("simulated serial cable: %w", err)
	}
	return s, nil
}

// Name is the device at the near end, such as /dev/pts/3.
func (s *Serial) Name() string { return s.near.Name() }

// Baud is the speed that the program gave its end of the cable; 0: not known.
func (s *Serial) Baud() (baud int) {
	c, err := s.far.SyscallConn()
	if err != nil {
		return 0
	}
	_ = c.Control(func(fd uintptr) {
		if t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS2); err == nil {
			baud = int(t.Ospeed)
		}
	})
	return baud
}

// Read gives what the program sent.
func (s *Serial) Read(b []byte) (int, error) { return s.far.Read(b) }

// Write sends to the program.
func (s *Serial) Write(b []byte) (int, error) { return s.far.Write(b) }

// Close pulls the cable.
func (s *Serial) Close() error {
	s.near.Close()
	return s.far.Close()
}
