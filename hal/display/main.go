package display

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"menshen/hal/display/paint"
	"menshen/hal/display/screen"
	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/internal/confine"
)

// Main is the child's whole life. fd is its end of the socketpair. It returns nil when the parent
// has closed the other end.
func Main(fd uintptr) error { return child.Main(fd, &protocol, show) }

// show opens fonts and screen, confines itself, and draws until the parent hangs up.
func show(c *child.Conn, cfg Config) error {
	source, err := screen.Parse(cfg.Screen)
	if err != nil {
		return err
	}
	fonts := paint.OpenFonts(cfg.Fonts)
	defer fonts.Close()
	e := &easel{conn: c, cfg: cfg, source: source, fonts: fonts, orders: make(chan order, 1)}
	if err := e.open(); err != nil {
		return err
	}
	defer e.close()
	holds, err := confined(cfg, source)
	if err != nil {
		return fmt.Errorf("confine the display: %w", err)
	}
	said := ready{Confined: holds}
	if fonts.Missing != nil {
		said.Font = fonts.Missing.Error()
	}
	if err := c.SendJSON(kindReady, said); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() { cancel(c.Listen(e.heard)) }()
	err = e.run(ctx)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// confined gives up all but what a display goes on using: its screen and its fonts.
func confined(cfg Config, source screen.Source) (confine.Report, error) {
	keep := source.Keep()
	keep.Off, keep.Memory = cfg.Unconfined, cfg.Memory
	if bold, regular, err := paint.FontFiles(cfg.Fonts); err == nil {
		keep.Read = append(keep.Read, filepath.Clean(bold), filepath.Clean(regular))
	}
	return confine.Process(keep)
}

// easel is what a child draws on.
type easel struct {
	conn    *child.Conn
	cfg     Config
	source  screen.Source
	fonts   *paint.Fonts
	orders  chan order
	screen  screen.Screen // nil: none is open
	painter *paint.Painter
	fresh   bool      // the screen has nothing of the painter's yet
	tried   time.Time // when the screen was last tried
	problem string    // why none is open

	order order // in force; number 0: none yet
	said  beat
}

// heard takes the parent's messages.
func (e *easel) heard(k child.Kind, payload []byte) error {
	if k != kindTell {
		return fmt.Errorf("%w: kind %d is not for the child", child.ErrProtocol, k)
	}
	o, err := parseOrder(payload)
	if err != nil {
		return err
	}
	for { // the newest alone
		select {
		case e.orders <- o:
			return nil
		case <-e.orders:
		}
	}
}

// reopen is the pause between two tries to open a screen that is not there.
const reopen = 2 * time.Second

// open opens the screen. A screen that is not there is tried again later; an error is one that only
// another process, or another configuration, can mend.
func (e *easel) open() error {
	e.tried = time.Now()
	s, err := e.source.Open()
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w (or it came after this process had begun)", err)
	}
	if err != nil {
		e.problem = err.Error()
		return nil
	}
	e.screen, e.problem, e.fresh = s, "", true
	looks := s.Looks()
	if e.painter == nil || e.painter.Image().Rect.Size() != looks.Size {
		e.painter = paint.New(looks.Size, ink(looks), e.cfg.Site, e.fonts)
	}
	return nil
}

// ink is what a screen can show.
func ink(l screen.Looks) paint.Ink {
	switch {
	case l.Colour:
		return paint.Colour
	case l.Slow:
		return paint.Printed
	}
	return paint.Lit
}

func (e *easel) close() {
	if e.screen != nil {
		_ = e.screen.Close() // it may be gone
		e.screen = nil
	}
}

// lose closes a screen that failed.
func (e *easel) lose(err error) {
	e.close()
	e.problem, e.tried = err.Error(), time.Now()
}

// run draws what it is told until ctx ends. Then the door is gone, and it says so.
func (e *easel) run(ctx context.Context) error {
	beats := time.NewTicker(beatEvery)
	defer beats.Stop()
	change := time.NewTimer(time.Hour)
	defer change.Stop()
	for {
		next := e.draw()
		if !change.Stop() {
			select {
			case <-change.C:
			default:
			}
		}
		if next > 0 {
			change.Reset(next)
		}
		select {
		case <-ctx.Done():
			e.order = order{scene: scene.Scene{Kind: scene.Broken}, clock: noClock, number: e.order.number}
			e.draw()
			return nil
		case e.order = <-e.orders:
		case <-change.C:
		case <-beats.C:
			if err := e.beat(); err != nil {
				return err
			}
		}
	}
}

// draw brings the picture up to date, tells the parent when an order is shown, and gives after how
// long the picture changes by itself; 0: it does not.
func (e *easel) draw() (next time.Duration) {
	if e.screen == nil || e.order.number == 0 {
		return 0
	}
	o := e.order
	dirty, next := e.painter.Paint(o.scene, paint.Moment{Since: steady() - o.at, Clock: o.words(), Night: o.night})
	if e.fresh {
		dirty = e.painter.Image().Rect
	}
	if !dirty.Empty() {
		if err := e.screen.Draw(e.painter.Image(), dirty); err != nil {
			e.lose(err)
			return 0
		}
		e.fresh = false
		e.said.Frames++
	}
	if e.said.Number != o.number {
		e.said.Number, e.said.Took = o.number, steady()-o.at
		_ = e.say() // the next beat fails too, and ends the loop
	}
	return next
}

// beat looks after the screen, and gives a sign of life.
func (e *easel) beat() error {
	switch {
	case e.screen != nil:
		if err := e.screen.Check(); err != nil {
			e.lose(err)
		}
	case time.Since(e.tried) >= reopen:
		if err := e.open(); err != nil {
			return err
		}
	}
	return e.say()
}

func (e *easel) say() error {
	b := e.said
	b.Problem = e.problem
	if e.screen != nil {
		size := e.screen.Looks().Size
		b.Screen, b.Width, b.Height = e.screen.String(), size.X, size.Y
	}
	return e.conn.SendJSON(kindBeat, b)
}
