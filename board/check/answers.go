package check

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"menshen/internal/screen"
)

// answers gives the lines that an installer types or a script writes, one for each question.
type answers interface {
	// next waits for a line and gives it without the blanks around it. Errors: [io.EOF] when there
	// are no more lines; the context's.
	next(ctx context.Context) (string, error)
	// forget drops what was typed before the present question, so that it cannot answer it.
	forget() error
}

// answersOf gives the answers of a terminal, where in is one, and otherwise those of a script,
// which writes all of them ahead.
func answersOf(in io.Reader) answers {
	if f, ok := in.(*os.File); ok && screen.IsTerminal(f) {
		return keyboard{f}
	}
	s := script{lines: make(chan string)}
	go func() {
		defer close(s.lines)
		for all := bufio.NewScanner(in); all.Scan(); {
			s.lines <- strings.TrimSpace(all.Text())
		}
	}()
	return s
}

// script is a reader of one answer a line. Its goroutine stays in its read until the program ends.
type script struct{ lines chan string }

func (s script) forget() error { return nil }

func (s script) next(ctx context.Context) (string, error) {
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case line, ok := <-s.lines:
		if !ok {
			return "", io.EOF
		}
		return line, nil
	}
}

// keyboard is a terminal in line mode. It is read only while a question waits. What is typed in
// between stays in the kernel, and forget drops it there, unfinished lines too.
type keyboard struct{ f *os.File }

func (k keyboard) forget() error {
	return os.NewSyscallError("tcflush", unix.IoctlSetInt(int(k.f.Fd()), unix.TCFLSH, unix.TCIFLUSH))
}

func (k keyboard) next(ctx context.Context) (string, error) {
	wake, stop, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer wake.Close()
	defer stop.Close()
	defer context.AfterFunc(ctx, func() { _, _ = stop.Write([]byte{0}) })()
	for {
		fds := []unix.PollFd{{Fd: int32(k.f.Fd()), Events: unix.POLLIN}, {Fd: int32(wake.Fd()), Events: unix.POLLIN}}
		switch _, err := unix.Poll(fds, -1); {
		case ctx.Err() != nil:
			return "", ctx.Err()
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return "", os.NewSyscallError("poll", err)
		default:
			line := make([]byte, 4096) // a terminal's line has no more
			n, err := k.f.Read(line)
			return strings.TrimSpace(string(line[:n])), err
		}
	}
}
