package seat

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// magic is the line with which a program comes to a console (package rpc).
const magic = "?menshen-rpc"

// answersWithin is how long a unit may take to let a program in.
const answersWithin = 10 * time.Second

// Socket makes a line of a unit's control socket that takes what the page says to a serial console:
// the magic line begins a visit at the socket, a NUL ends it. Errors: no socket of that name.
func Socket(path string) (io.ReadWriteCloser, error) {
	at, err := net.ResolveUnixAddr("unix", path)
	if err != nil {
		return nil, err
	}
	probe, err := net.DialUnix("unix", nil, at)
	if err != nil {
		return nil, fmt.Errorf("no unit answers at %s: %w", path, err)
	}
	probe.Close()
	s := &socket{at: at}
	s.out, s.in = io.Pipe()
	return s, nil
}

// socket is a line of visits, one after the other.
type socket struct {
	at  *net.UnixAddr
	out *io.PipeReader
	in  *io.PipeWriter

	word []byte // of the line that goes on outside a visit

	mu    sync.Mutex
	visit *net.UnixConn // nil: none goes on
	over  bool
}

func (s *socket) Read(p []byte) (int, error) { return s.out.Read(p) }

// Write takes what the page says. Error: the unit let no program in, or is gone.
func (s *socket) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		rest := p[n:]
		s.mu.Lock()
		visit := s.visit
		s.mu.Unlock()
		switch upTo := strings.IndexByte(string(rest), 0); {
		case visit == nil:
			n++
			err = s.outside(rest[0])
		case upTo == 0:
			n++
			s.end()
		case upTo < 0:
			upTo = len(rest)
			fallthrough
		default:
			_, err = visit.Write(rest[:upTo])
			n += upTo
		}
	}
	return n, err
}

// outside reads a byte while no visit goes on: the magic line begins one.
func (s *socket) outside(b byte) error {
	switch {
	case b == '\r' || b == '\n' || b == 0:
		word := string(s.word)
		s.word = s.word[:0]
		if b != 0 && word == magic {
			return s.begin()
		}
	case len(s.word) <= len(magic):
		s.word = append(s.word, b)
	}
	return nil
}

// begin begins a visit.
func (s *socket) begin() error {
	visit, err := net.DialUnix("unix", nil, s.at)
	if err != nil {
		return fmt.Errorf("asking the unit: %w", err)
	}
	visit.SetDeadline(time.Now().Add(answersWithin))
	_, _ = io.WriteString(visit, "rpc\n") // a unit that does not take it may still say why
	from := bufio.NewReader(visit)
	word, err := from.ReadString('\n')
	if word = strings.TrimSpace(word); err == nil && word != "ok" {
		err = errors.New(strings.TrimPrefix(word, "no: "))
	}
	if err != nil {
		visit.Close()
		return fmt.Errorf("the unit answers: %w", err)
	}
	visit.SetDeadline(time.Time{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		visit.Close()
		return net.ErrClosed
	}
	s.visit = visit
	go s.carry(visit, from)
	return nil
}

// carry gives what the unit says. A visit that the unit ends ends the line.
func (s *socket) carry(visit *net.UnixConn, from io.Reader) {
	_, err := io.Copy(s.in, from)
	s.mu.Lock()
	present := s.visit == visit
	s.mu.Unlock()
	visit.Close()
	if present {
		s.in.CloseWithError(err)
	}
}

// end ends the visit that goes on.
func (s *socket) end() {
	s.mu.Lock()
	visit := s.visit
	s.visit = nil
	s.mu.Unlock()
	if visit != nil {
		visit.Close()
	}
}

func (s *socket) Close() error {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.end()
	return errors.Join(s.in.Close(), s.out.Close())
}
