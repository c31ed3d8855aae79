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
	"menshen/hal/sim"
	"menshen/internal/screen"
)

// keys are what the reader of the story can do at the door, each with its key.
var keys = []string{
	"1  tap Wei's card", "2  tap Grace's card", "3  tap a new card", "e  empty the corridor",
	"f  Wei's face walks up", "g  Grace's face walks up", "s  a stranger walks up", "p  hold up a photo",
	"r  press the exit button", "o  open or close the door", "b  ring the bell", "n  read the notice (0 #)",
	"#  its next page", "!  fire input on or off",
	"c  technician's console", "?  this page", "q  quit",
}

// keysPage lists the keys in as many columns as fit.
func (n *narrator) keysPage() {
	const column = 25
	width, _ := screen.Size(n.terminal)
	beside := max(1, (width-3)/column)
	rows := (len(keys) + beside - 1) / beside
	fmt.Fprintln(n.out, "\nThe door goes on working. Keys:")
	for y := range rows {
		line := "   "
		for i := y; i < len(keys); i += rows {
			line += screen.Pad(keys[i], column)
		}
		fmt.Fprintln(n.out, strings.TrimRight(line, " "))
	}
}

// live lets the person at the terminal act at the door. The last line
// always shows the door's state.
func (s *story) live(ctx context.Context, in *os.File) error {
	s.say("")
	s.say("Wei asks for face entry again, so that there is a face to walk up:")
	if _, err := s.consent(ctx); err != nil {
		return err
	}
	if _, err := s.enrol(ctx); err != nil {
		return err
	}
	if err := s.tell(); err != nil {
		return err
	}
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("taking the terminal: %w", err)
	}
	defer func() { _ = term.Restore(int(in.Fd()), state) }()
	s.out = &crlf{s.out}
	s.narrator.out = s.out
	s.keysPage()
	s.paragraph("", 3, fmt.Sprintf("   (console: log in as %q with PIN %s, made up for this run)", operator, s.pin))
	fmt.Fprintln(s.out)

	typed := make(chan byte)
	next := make(chan struct{})
	go readKeys(in, typed, next)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := s.status(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case key, ok := <-typed:
			s.clearStatus()
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

// readKeys reads one key at a time, and the next only when told, since the console may
// have the terminal in between.
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
	case 'b':
		s.door.Press(sim.Bell, 100*time.Millisecond)
	case 'n':
		s.door.Type("0#")
	case '#':
		s.door.Type("#")
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
		s.keysPage()
	}
	return nil
}

// console gives the terminal to the technician's console until they log out.
func (s *story) console(ctx context.Context, in *os.File) {
	width, height := screen.Size(in)
	s.paragraph("", 3, "-- technician's console; 'logout' comes back here. "+
		"Ctrl-T before a key acts at the door meanwhile: Ctrl-T 3 taps a new card --")
	keyboard, err := console.NewKeyboard(in)
	if err != nil {
		s.say("console: %v", err)
		return
	}
	defer keyboard.Close()
	typed := &doorKeys{Reader: keyboard, act: func(key byte) { _ = s.act(key) }}
	err = console.Serve(ctx, terminal{typed, s.out.(*crlf).w}, s.desk, console.Options{
		Unit: s.conf.Unit.Name, Line: "demo", Width: width, Height: height, Plain: screen.Dumb(), Once: true,
		Idle: s.conf.Console.Idle.D(), Location: s.conf.Site.Location(),
	})
	if err != nil {
		s.say("console: %v", err)
	}
}

// status tells new records and writes the status line again. The line is cut to the width of
// the terminal: one that wraps would stay behind. On a terminal whose cursor does not move it
// is a new line, when it changed.
func (s *story) status(ctx context.Context) error {
	s.showFront()
	es, err := s.unit.Records(s.seen)
	if err != nil {
		return err
	}
	if len(es) > 0 {
		s.clearStatus()
		if err := s.tell(); err != nil {
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
	line := strings.Join([]string{string(st.Door), either(st.Unlocked, "unlocked", "locked"), faces,
		"camera " + st.Camera.State}, " · ")
	width, _ := screen.Size(s.terminal)
	switch line = screen.Cut(line, max(10, width-3)); {
	case s.moves:
		fmt.Fprintf(s.out, "\r\x1b[K%s", s.paint("7", " "+line+" "))
	case line != s.shown:
		fmt.Fprintln(s.out, line)
	}
	s.shown = line
	return nil
}

func (s *story) clearStatus() {
	if s.moves {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// crlf writes for a terminal in raw mode.
type crlf struct{ w io.Writer }

func (c *crlf) Write(p []byte) (int, error) {
	_, err := io.WriteString(c.w, strings.ReplaceAll(string(p), "\n", "\r\n"))
	return len(p), err
}

// doorKeys takes keys for the door out of those for the console: each that follows a Ctrl-T,
// which the console does not use.
type doorKeys struct {
	io.Reader
	act  func(key byte)
	next bool // the next key is one
}

const ctrlT = 0x14

func (d *doorKeys) Read(p []byte) (int, error) {
	for {
		n, err := d.Reader.Read(p)
		if n > 1 && p[0] == 0x1b { // a key of several bytes, or the window's size
			return n, err
		}
		left := p[:0]
		for _, b := range p[:n] {
			switch {
			case b == ctrlT:
				d.next = true
			case d.next:
				d.next = false
				d.act(b)
			default:
				left = append(left, b)
			}
		}
		if len(left) > 0 || err != nil || n == 0 {
			return len(left), err
		}
	}
}

// terminal is what the console reads and writes.
type terminal struct {
	io.Reader
	io.Writer
}
