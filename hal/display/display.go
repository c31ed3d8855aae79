package display

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"sync"
	"time"

	"menshen/hal/display/paint"
	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/internal/i18n"
)

// Config is what a child needs to know. It is sent to the child as JSON. Zero fields take the
// defaults named.
type Config struct {
	Screen string     // as screen.Parse reads it: "drm"
	Fonts  string     // folder of Noto Sans CJK; empty: where Debian has it
	Site   paint.Site // what is shown of the site

	// Clock gives the time of day at the door, and whether it is known; nil: it is not. It is
	// called from any goroutine.
	Clock func() (now time.Time, known bool) `json:"-"`
	// Dark reports whether the picture is dark at a time; nil: never.
	Dark func(time.Time) bool `json:"-"`

	Silence time.Duration // time without a beat after which the child is killed; 10 s: paper is slow
	StartIn time.Duration // time the child has to open its fonts and screen; 15 s
	Memory  int64         // resident bytes at which the child is killed; 256 MiB
	// Farewell is how long Close waits for the last picture; half a second.
	Farewell time.Duration `json:"-"`

	Unconfined bool     // leave out Landlock, seccomp and limits: only for kernels without them; Status shows it
	Command    []string `json:"-"` // child's argv; the default is this executable with "display show"
}

// Display is the parent's side. All methods may be called from any goroutine.
type Display struct {
	cfg    Config
	cancel context.CancelFunc
	done   chan struct{}
	ticks  sync.WaitGroup

	mu     sync.Mutex
	status Status
	child  *child.Child // nil: none is running
	last   order        // number 0: nothing was told yet
	closed bool
	shown  chan struct{} // closed by the next beat
}

// Status is how the display is.
type Status struct {
	child.Life
	Screen   string         // with its size; empty: none is open
	Problem  string         // why not
	Font     string         // why Chinese cannot be written; empty: it can
	Size     image.Point    // of the picture, in pixels
	Confined confine.Report // what holds the child
	RSS      int64          // resident bytes of the child
	Frames   int            // drawn by this child
	Number   uint64         // how many scenes had been told when the one that is shown was
	Took     time.Duration  // from when that was told until the screen had it
}

// Trouble is what is wrong with the display, with the remedy where there is one; nil: nothing.
func (s Status) Trouble() error {
	switch {
	case s.State == child.Waiting, s.State == child.Starting && s.LastError != nil:
		return s.LastError
	case s.Problem != "":
		return fmt.Errorf("the display shows nothing: %s", s.Problem)
	case s.Font != "":
		return fmt.Errorf("the display cannot write Chinese: %s", s.Font)
	}
	return nil
}

// Message is how the display is, for an operator.
func (s Status) Message() i18n.Message {
	switch {
	case s.State == child.Starting:
		return i18n.M("display.starting", "starting")
	case s.State == child.Waiting:
		return i18n.M("display.waiting", "is started again in a moment")
	case s.State == child.Stopped:
		return i18n.M("display.stopped", "stopped")
	case s.Screen == "":
		return i18n.M("display.dark", "shows nothing")
	}
	m := i18n.M("display.runs", "%s; process %d with %d MiB", s.Screen, s.PID, s.RSS>>20)
	if s.Number > 0 {
		m = i18n.Join(m, i18n.M("display.drew", "; %d pictures, the last after %d ms", s.Frames, s.Took.Milliseconds()))
	}
	return m
}

// Start runs a display until ctx ends or Close is called. It fails only when no child can ever be
// made; all later errors are in Status, and the child is started again.
func Start(ctx context.Context, cfg Config) (*Display, error) {
	if len(cfg.Command) == 0 {
		self, err := child.Self("display")
		if err != nil {
			return nil, err
		}
		cfg.Command = append(self, "show")
	}
	if cfg.Silence <= 0 {
		cfg.Silence = 10 * time.Second
	}
	if cfg.StartIn <= 0 {
		cfg.StartIn = 15 * time.Second
	}
	if cfg.Farewell <= 0 {
		cfg.Farewell = 500 * time.Millisecond
	}
	if cfg.Memory <= 0 {
		cfg.Memory = 256 << 20
	}
	ctx, cancel := context.WithCancel(ctx)
	d := &Display{cfg: cfg, cancel: cancel, done: make(chan struct{}), shown: make(chan struct{}),
		status: Status{Life: child.Life{State: child.Starting, Since: time.Now()}}}
	d.ticks.Go(func() { d.tick(ctx) })
	go d.run(ctx)
	return d, nil
}

// Present implements [scene.Presenter].
func (d *Display) Present(s scene.Scene) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	d.last = order{scene: s, number: d.last.number + 1, at: steady()}
	d.tell()
}

// tell hands the last scene to the child, if there is one, with the present time. The caller
// holds mu.
func (d *Display) tell() {
	if d.child == nil || d.last.number == 0 {
		return
	}
	o := d.last
	o.clock = noClock
	if d.cfg.Clock != nil {
		if now, known := d.cfg.Clock(); known {
			o.clock = now.Hour()*60 + now.Minute()
			o.night = d.cfg.Dark != nil && d.cfg.Dark(now)
		}
	}
	d.child.Tell(kindTell, o.bytes())
}

// tick tells the time again as it changes.
func (d *Display) tick(ctx context.Context) {
	for {
		now := time.Now()
		if d.cfg.Clock != nil {
			now, _ = d.cfg.Clock()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute - time.Duration(now.Second())*time.Second):
		}
		d.mu.Lock()
		d.tell()
		d.mu.Unlock()
	}
}

// Status is how the display is now.
func (d *Display) Status() Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status
}

// Shown waits until all that was told is on the screen.
func (d *Display) Shown(ctx context.Context) error {
	for {
		d.mu.Lock()
		is, next, trouble := d.status.Number >= d.last.number, d.shown, d.status.Trouble()
		d.mu.Unlock()
		if is {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), trouble)
		case <-next:
		}
	}
}

// Close says that the door is out of order, ends the child and waits for that.
func (d *Display) Close() error {
	d.Present(scene.Scene{Kind: scene.Broken})
	d.mu.Lock()
	d.closed = true
	runs := d.status.Screen != ""
	d.mu.Unlock()
	if runs {
		ctx, cancel := context.WithTimeout(context.Background(), d.cfg.Farewell)
		_ = d.Shown(ctx) // a screen that is slow, or gone, is not waited for
		cancel()
	}
	d.cancel()
	<-d.done
	d.ticks.Wait()
	return nil
}

func (d *Display) run(ctx context.Context) {
	defer close(d.done)
	child.Keep(ctx, &child.Spec{Name: "display", Command: d.cfg.Command, Protocol: &protocol,
		StartIn: d.cfg.StartIn, Silence: d.cfg.Silence, Memory: d.cfg.Memory, Pace: mostMessages}, parent{d})
}

// parent is what a Display does for its child (child.Parent).
type parent struct{ *Display }

func (p parent) Config() any { return p.cfg }

func (p parent) Lives(l child.Life) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.State != child.Running {
		p.status = Status{}
	}
	p.status.Life = l
}

func (p parent) Began(c *child.Child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.child = c
	p.tell()
}

func (p parent) Took(c *child.Child, k child.Kind, payload []byte) error {
	switch k {
	case kindReady:
		return p.ready(payload)
	case kindBeat:
		return p.beat(payload, c.RSS())
	}
	return fmt.Errorf("%w: kind %d is not for the parent", child.ErrProtocol, k)
}

func (d *Display) ready(payload []byte) error {
	var r ready
	if err := json.Unmarshal(payload, &r); err != nil {
		return fmt.Errorf("%w: ready: %w", child.ErrProtocol, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status.Font, d.status.Confined = child.Printable(r.Font), r.Confined
	return nil
}

func (d *Display) beat(payload []byte, rss int64) error {
	var b beat
	err := json.Unmarshal(payload, &b)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case err != nil:
	case min(b.Width, b.Height, b.Frames) < 0, max(b.Width, b.Height) > 1<<14, b.Took < 0:
		err = errors.New("impossible figures")
	case b.Number > d.last.number:
		err = errors.New("it shows what it was not told")
	}
	if err != nil {
		return fmt.Errorf("%w: beat: %w", child.ErrProtocol, err)
	}
	s := &d.status
	s.Screen, s.Problem = child.Printable(b.Screen), child.Printable(b.Problem)
	s.Size, s.Frames, s.Number, s.Took, s.RSS = image.Pt(b.Width, b.Height), b.Frames, b.Number, b.Took, rss
	close(d.shown)
	d.shown = make(chan struct{})
	return nil
}

// Ended: the next child is told the last scene anew.
func (p parent) Ended(bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.child = nil
}
