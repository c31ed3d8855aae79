package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// session is a program at a terminal of 80 by 24, whose screen can be looked at.
type session struct {
	cmd   *exec.Cmd
	far   *os.File
	ended chan error

	mu   sync.Mutex
	vt   vt10x.Terminal
	all  []byte    // all that the program wrote
	seen int       // up to where see has read
	last time.Time // of the newest output
}

const columns, rows = 80, 24

func start(cmd *exec.Cmd) (*session, error) {
	far, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: rows})
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	s := &session{cmd: cmd, far: far, ended: make(chan error, 1), vt: vt10x.New(vt10x.WithSize(columns, rows))}
	go s.watch()
	return s, nil
}

// watch feeds the screen until the program ends.
func (s *session) watch() {
	buf := make([]byte, 4096)
	shown := 0
	for {
		n, err := s.far.Read(buf)
		s.mu.Lock()
		s.all = append(s.all, buf[:n]...)
		whole := len(s.all)
		// The beginning of a character waits for its end.
		for back := 1; back < utf8.UTFMax && back <= whole-shown; back++ {
			if b := s.all[len(s.all)-back:]; utf8.RuneStart(b[0]) {
				if !utf8.FullRune(b) {
					whole = len(s.all) - back
				}
				break
			}
		}
		_, _ = s.vt.Write([]byte(widen(string(s.all[shown:whole]))))
		shown, s.last = whole, time.Now()
		s.mu.Unlock()
		if err != nil {
			s.ended <- s.cmd.Wait()
			return
		}
	}
}

// see waits until the program has written text that matches since the last
// see, and gives its last group.
func (s *session) see(pattern string, within time.Duration) (string, error) {
	words := regexp.MustCompile(pattern)
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		m := words.FindSubmatchIndex(s.all[s.seen:])
		var group string
		if m != nil {
			group = string(s.all[s.seen+m[len(m)-2] : s.seen+m[len(m)-1]])
			s.seen += m[1]
		}
		s.mu.Unlock()
		if m != nil {
			return group, nil
		}
	}
	return "", fmt.Errorf("%q was not seen within %s; at the end stood:\n%s", pattern, within, s.vt.String())
}

// hit sends keys once the screen has been still for a moment.
func (s *session) hit(keys string) error {
	s.rest(400 * time.Millisecond)
	_, err := s.far.WriteString(keys)
	return err
}

// rest waits until nothing was written for d, or two seconds at most.
func (s *session) rest(d time.Duration) {
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(d / 8) {
		s.mu.Lock()
		quiet := time.Since(s.last) > d
		s.mu.Unlock()
		if quiet {
			return
		}
	}
}

// draw gives the screen as it stands, once it rests.
func (s *session) draw(title string) string {
	s.rest(time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	return svg(s.vt, dark, title)
}

// end waits for the program, which was told to end.
func (s *session) end() error {
	select {
	case err := <-s.ended:
		return err
	case <-time.After(20 * time.Second):
		_ = s.cmd.Process.Kill()
		return errors.Join(errors.New("the program did not end"), <-s.ended)
	}
}
