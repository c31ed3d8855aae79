package pcsc

import (
	"fmt"
	"io"
	"net"
	"time"
)

// Socket is a connection with pcscd.
type Socket interface {
	io.ReadWriteCloser
	SetDeadline(time.Time) error
}

// Source opens one. It is called again after pcscd went away.
type Source func() (Socket, error)

// Path is where pcscd listens: a socket of this machine.
const Path = "/run/pcscd/pcscd.comm"

// Daemon is the source for the pcscd of this machine. systemd starts it at the first call.
func Daemon() (Socket, error) { return At(Path) }

// At connects with the pcscd that listens at a path.
func At(path string) (Socket, error) {
	s, err := net.DialTimeout("unix", path, patience)
	if err != nil {
		return nil, fmt.Errorf("pcscd does not answer: %w (is it installed? apt install pcscd)", err)
	}
	return s, nil
}
