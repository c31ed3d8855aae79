package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"menshen/board/console"
	"menshen/hal/camera"
)

const keysHelp = `
The door goes on working. Keys:
   1  tap Wei's card          f  Wei's face walks up       r  press REX inside
   2  tap Grace's card        g  Grace's face walks up     o  open or shut the door leaf
   3  tap an unknown card     s  a stranger walks up       !  fire line on or off
   e  empty the corridor      p  a photo is held up        c  technician's console
   q  quit                    ?  this page
`

// live lets whoever sits at the terminal act at the door. The last line is always the door's present state.
func (s *story) live(ctx context.Context, in *os.File) error {
	s.say("")
	s.say("Wei asks for face entry again, so that there is a face to walk up:")
	if _, err := s.consent(ctx); err != nil {
		return err
	}
	if _, err := s.enrol(ctx); err != nil {
		return err
	}
	if err := s.tell(s.narrator); err != nil {
		return err
	}
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("taking the terminal: %w", err)
	}
	defer func() { _ = term.Restore(int(in.Fd()), state) }()
	s.out = &crlf{s.out}
	s.narrator.out = s.out
	fmt.Fprint(s.out, keysHelp)
	fmt.Fprintf(s.out, "   (console: log in as %q with PIN %s, made up for this run)\n\n", operator, s.pin)

	keys := make(chan byte)
	next := make(chan struct{})
	go readKeys(in, keys, next)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := s.status(ctx, in); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case key, ok := <-keys:
			fmt.Fprint(s.out, "\r\x1b[K")
			if !ok || key == 'q' || key == 3 || key == 4 {
				return nil
			}
			if key == 'c' {
				s.console(ctx, in)
			} else if err := s.act(key); err != nil {
				s.say("%v", err)
			}
			next <- struct{}{}
		}
	}
}

// readKeys reads one key at a time, and the next only when told: in between the console may have the terminal.
func readKeys(in io.Reader, keys chan<- byte, next <-chan struct{}) {
	defer close(keys)
	var b [1]byte
	for {
		if _, err := in.Read(b[:]); err != nil {
			return
		}
		keys <- b[0]
		<-next
	}
}

// act does at the door what a key stands for.
func (s *story) act(key byte) error {
	as := func(sc camera.Scene, kind camera.Kind) camera.Scene {
		sc.Kind, sc.Seed = kind, uint64(time.Now().UnixNano())
		return sc
	}
	switch key {
	case '1':
		s.door.Tap(facility, s.wei.card)
	case '2':
		s.door.Tap(facility, s.grace.card)
	case '3':
		s.door.Tap(facility, 9999)
	case 'f':
		return s.show(as(s.wei.met, camera.Person))
	case 'g':
		return s.show(as(s.grace.met, camera.Person))
	case 's':
		return s.show(as(s.stranger, camera.Person))
	case 'p':
		return s.show(as(s.wei.met, camera.Photo))
	case 'e':
		return s.show(camera.Scene{})
	case 'r':
		s.door.Press("REX", 100*time.Millisecond)
	case 'o':
		if s.door.IsOpen() {
			s.door.Shut()
			return nil
		}
		return s.door.Push()
	case '!':
		s.fire = !s.fire
		s.door.Alarm(s.fire)
	case '?', 'h':
		fmt.Fprint(s.out, keysHelp)
	}
	return nil
}

// console gives the terminal to the technician's console until they log out.
func (s *story) console(ctx context.Context, in *os.File) {
	width, height, _ := term.GetSize(int(in.Fd()))
	fmt.Fprintln(s.out, "-- technician's console; 'logout' comes back here --")
	keyboard, err := console.NewKeyboard(in)
	if err != nil {
		s.say("console: %v", err)
		return
	}
	defer keyboard.Close()
	err = console.Serve(ctx, terminal{keyboard, s.out.(*crlf).w}, s.desk, console.Options{
		Unit: s.conf.Unit.Name, Width: width, Height: height, Once: true, Idle: s.conf.Console.Idle.D(),
		Location: s.conf.Site.Location(),
	})
	if err != nil {
		s.say("console: %v", err)
	}
}

// status tells new records and rewrites the status line, which must not break over two lines of the terminal: each rewriting would leave one behind.
func (s *story) status(ctx context.Context, in *os.File) error {
	es, err := s.unit.Records(s.seen)
	if err != nil {
		return err
	}
	if len(es) > 0 {
		fmt.Fprint(s.out, "\r\x1b[K")
		if err := s.tell(s.narrator); err != nil {
			return err
		}
	}
	st, err := s.desk.Status(ctx, s.staff)
	if err != nil {
		return err
	}
	faces := fmt.Sprintf("%d of %d people with face", st.WithFace, st.People)
	if st.FacesOff != "" {
		faces = "faces off: " + st.FacesOff
	}
	line := strings.Join([]string{string(st.Door), either(st.Unlocked, "unlocked", "secured"), faces, "camera " + st.Camera.State}, " · ")
	width, _, err := term.GetSize(int(in.Fd()))
	if err != nil || width < 10 {
		width = 80
	}
	fmt.Fprintf(s.out, "\r\x1b[K%s", s.paint("7", " "+cut(line, width-3)+" "))
	return nil
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// crlf writes for a terminal in raw mode.
type crlf struct{ w io.Writer }

func (c *crlf) Write(p []byte) (int, error) {
	_, err := io.WriteString(c.w, strings.ReplaceAll(string(p), "\n", "\r\n"))
	return len(p), err
}

// terminal is what the console reads and writes.
type terminal struct {
	io.Reader
	io.Writer
}
