package child

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ErrHungUp: the parent closed the socket, which is the normal end of a child.
var ErrHungUp = errors.New("parent hung up")

// Main is a child's whole life. fd is its end of the socketpair; live is what it does with its
// configuration, until ErrHungUp. Any other error of it is told to the parent, and returned.
func Main[C any](fd uintptr, p *Protocol, live func(*Conn, C) error) error {
	if err := unix.SetNonblock(int(fd), true); err != nil {
		return fmt.Errorf("file descriptor %d is no socket: only menshen itself starts this verb", fd)
	}
	unix.CloseOnExec(int(fd))
	socket := os.NewFile(fd, "parent")
	defer socket.Close()
	c := NewConn(socket, p)
	socket.SetReadDeadline(time.Now().Add(10 * time.Second))
	var cfg C
	if err := c.ReadConfig(&cfg); err != nil {
		return err
	}
	socket.SetReadDeadline(time.Time{})
	err := live(c, cfg)
	if err == nil || errors.Is(err, ErrHungUp) {
		return nil
	}
	text := err.Error()
	_ = c.Send(Failure, []byte(text[:min(len(text), 1000)])) // the exit code says so too
	return err
}

// ReadConfig reads the first message into the configuration.
func (c *Conn) ReadConfig(into any) error {
	k, payload, err := c.Read()
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	if k != Config {
		return fmt.Errorf("%w: kind %d instead of the configuration", ErrProtocol, k)
	}
	if err := json.Unmarshal(payload, into); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	return nil
}

// Listen hands each message of the parent's to heard, until that fails or the parent is gone
// (ErrHungUp). Two seconds later it ends the process, even if another goroutine hangs in C or in
// the kernel.
func (c *Conn) Listen(heard func(Kind, []byte) error) error {
	defer time.AfterFunc(2*time.Second, func() { os.Exit(1) })
	for {
		k, payload, err := c.Read()
		switch {
		case errors.Is(err, ErrProtocol):
			return err
		case err != nil:
			return ErrHungUp
		}
		if err := heard(k, payload); err != nil {
			return err
		}
	}
}
