package service

import (
	"context"
	"errors"
	"io"
	"strings"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/rpc"
	"menshen/board/unit"
	"menshen/internal/i18n/catalogue"
	"menshen/store"
)

// ProgramRequest answers the control socket with the protocol for programs. The word that may
// follow is a language.
func ProgramRequest(c *config.Config, d *desk.Desk) Request {
	return func(ctx context.Context, user store.Actor, words []string, line io.ReadWriter) error {
		s := rpc.New(d, programOptions(c, desk.LineName(user), strings.Join(words, "")))
		err := s.Serve(ctx, line)
		switch {
		case ctx.Err() != nil:
			return unit.ErrStopped
		case errors.Is(err, rpc.ErrLeft), errors.Is(err, io.EOF):
			return nil
		}
		return err
	}
}

// CourierRequest answers the courier's socket with the protocol for programs, of which it has three
// methods. It is told nothing of the unit but what these tell.
func CourierRequest(courier *desk.Courier) Request {
	s := rpc.NewCourier(courier, rpc.Options{})
	return func(ctx context.Context, _ store.Actor, _ []string, line io.ReadWriter) error {
		err := s.Serve(ctx, line)
		switch {
		case ctx.Err() != nil:
			return unit.ErrStopped
		case errors.Is(err, rpc.ErrLeft), errors.Is(err, io.EOF):
			return nil
		}
		return err
	}
}

func programOptions(c *config.Config, line desk.LineName, lang string) rpc.Options {
	return rpc.Options{Unit: c.Unit.Name, Line: line, Lang: catalogue.In(lang), Idle: c.Console.Idle.D(),
		Location: c.Site.Location()}
}

// errProgram ends the console of a line at which a program came.
var errProgram = errors.New("a program came to this line")

// switched is a line that a person and a program use in turn.
type switched struct {
	rw   io.ReadWriter
	turn chan *io.PipeWriter // where the present turn, if it is new, takes its bytes
	over chan struct{}
}

// serveSwitched serves a line by person, and from each [rpc.Magic] on by program until that gives
// [rpc.ErrLeft]. Its error is that of person or program, or of rw.Read: then the caller closes rw,
// for which a Read may still wait.
func serveSwitched(rw io.ReadWriter, person, program func(io.ReadWriter) error) error {
	s := &switched{rw: rw, turn: make(chan *io.PipeWriter, 1), over: make(chan struct{})}
	defer close(s.over)
	go s.pump()
	for {
		err := s.take(person)
		for errors.Is(err, errProgram) {
			err = s.take(program)
		}
		if !errors.Is(err, rpc.ErrLeft) {
			return err
		}
	}
}

// take gives the line to f for a turn.
func (s *switched) take(f func(io.ReadWriter) error) error {
	in, out := io.Pipe()
	defer in.Close()
	select {
	case <-s.turn: // of a turn in which no byte came
	default:
	}
	s.turn <- out
	return f(struct {
		io.Reader
		io.Writer
	}{in, s.rw})
}

// pump hands bytes to whoever has the line, and ends their turn at each magic line.
func (s *switched) pump() {
	entered := entering{lineStart: true}
	buf := make([]byte, 4096)
	var out *io.PipeWriter
	for {
		n, err := s.rw.Read(buf)
		for rest := buf[:n]; len(rest) > 0; {
			upTo, found := entered.find(rest)
			if out = s.put(out, rest[:upTo]); out == nil {
				return
			}
			if found {
				out.CloseWithError(errProgram)
				upTo++ // nobody gets the line's end, and so the line
			}
			clear(rest[:upTo]) // it may have been a secret
			rest = rest[upTo:]
		}
		for err != nil {
			if out == nil {
				out = s.next()
			}
			if out == nil {
				return
			}
			out.CloseWithError(err)
			out = nil
		}
	}
}

// put writes bytes to the present turn, or to the next one where it has ended. nil: all is over.
func (s *switched) put(out *io.PipeWriter, b []byte) *io.PipeWriter {
	for {
		if out == nil {
			if out = s.next(); out == nil {
				return nil
			}
		}
		n, err := out.Write(b)
		if err == nil {
			return out
		}
		b, out = b[n:], nil
	}
}

func (s *switched) next() *io.PipeWriter {
	select {
	case out := <-s.turn:
		return out
	case <-s.over:
		return nil
	}
}

// entering looks for the magic line in bytes as they come.
type entering struct {
	lineStart bool // the line before has ended
	matched   int  // bytes of the magic so far
}

// find gives how many bytes to hand on at once, and whether the magic line ends with the byte after
// them.
func (e *entering) find(b []byte) (upTo int, found bool) {
	for i, c := range b {
		ends := c == '\r' || c == '\n'
		switch {
		case ends && e.matched == len(rpc.Magic):
			*e = entering{lineStart: true}
			return i, true
		case c == 0: // BREAK ends a turn: what stands behind it is the next one's
			*e = entering{lineStart: true}
			return i + 1, false
		case ends:
			*e = entering{lineStart: true}
		case e.lineStart && e.matched < len(rpc.Magic) && c == rpc.Magic[e.matched]:
			e.matched++
		default:
			*e = entering{}
		}
	}
	return len(b), false
}
