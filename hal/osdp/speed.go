package osdp

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Why a reader, or a line, could not be moved as asked. A reader that does not obey gives a
// [Refused], or an [Elsewhere] when it says that it goes to other values.
var (
	ErrAddress = errors.New("the address is of another reader of the line, or of none: 0 to 126")
	ErrSpeed   = errors.New("a speed that readers do not have")
	ErrActing  = errors.New("the line is at another change, an install or a file: let it end first")
	ErrAway    = errors.New("the reader has no session: bring it back, or take it out of the configuration")
	ErrStayed  = errors.New("the reader was told, and is where it was")
	ErrLost    = errors.New("the reader answers neither where it was nor where it was told to go")
)

// Elsewhere is where a reader says that it goes instead.
type Elsewhere struct{ At Place }

func (e Elsewhere) Error() string { return "the reader goes elsewhere than it was told" }

// LineError is about one reader of a line.
type LineError struct {
	Reader string
	Err    error
}

func (e LineError) Error() string { return "reader " + e.Reader + ": " + e.Err.Error() }
func (e LineError) Unwrap() error { return e.Err }

const (
	gatherRounds = 3                // in which readers are told and looked for
	gatherWithin = 15 * time.Second // that a reader may take until it answers under its key again
	moveLook     = 50 * time.Millisecond
)

// speeds gives the line's speed and, while the end of a change was not seen, the one before.
func (l *Line) speeds() (now, was int) {
	now = l.baud
	for _, r := range l.readers {
		places, err := l.ring.Places(r.cfg.Name, r.file())
		if err != nil { // the line will say so
			continue
		}
		if last := places[len(places)-1].Baud; last != places[0].Baud {
			return places[0].Baud, last
		}
		if places[0].Baud != l.baud {
			now = places[0].Baud
		}
	}
	return now, now
}

// setSpeed gives the port another speed. Sessions begin anew then.
func (l *Line) setSpeed(baud int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.speed != baud {
		l.speed, l.bus = baud, nil
		l.wakeUp()
	}
}

// SetSpeed gives the readers of the line another speed, one after the other, and then the line
// itself. It comes back when all are there, or all that can be found are back where they were. tell
// hears which reader goes to which speed. When ctx ends, what was begun is taken back; when the
// unit does, the next one goes on.
func (r *Reader) SetSpeed(ctx context.Context, baud int, tell func(reader string, baud int)) error {
	l := r.line
	if !slices.Contains(Speeds, baud) {
		return ErrSpeed
	}
	if !l.acting.TryLock() {
		return ErrActing
	}
	defer l.acting.Unlock()
	g, err := l.newGathering(tell)
	if err != nil || len(g.at) == 0 || g.at[0][0] == baud {
		return err
	}
	return g.shift(ctx, baud)
}

// gathering is a line whose readers may be at several speeds.
type gathering struct {
	line *Line
	tell func(reader string, baud int)
	was  int
	at   [][]int // of each reader, those at which it may be
}

// newGathering is of a line that is in order. Errors: a reader without a session; one that is
// installed or takes a file.
func (l *Line) newGathering(tell func(string, int)) (*gathering, error) {
	g := &gathering{line: l, tell: tell}
	for i, r := range l.readers {
		err := LineError{r.cfg.Name, ErrAway}
		l.with(func(b *Bus) {
			switch s := b.State(i); {
			case !s.Installs.IsZero() || s.File.Size > 0 && !s.File.Ended:
				err.Err = ErrActing
			case s.Secure:
				err.Err = nil
			}
			g.was = b.baud
		})
		if err.Err != nil {
			return nil, err
		}
		g.at = append(g.at, []int{g.was})
	}
	return g, nil
}

// shift brings all readers to a speed, or back.
func (g *gathering) shift(ctx context.Context, to int) error {
	if err := g.keep(to, g.was); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(g.line.life(), stop)()
	err := g.gather(ctx, to)
	if g.line.life().Err() != nil {
		return err // the next one goes on
	}
	if err == nil {
		return g.keep(to)
	}
	_ = g.gather(g.line.life(), g.was) // whoever is missing then is a fault that shows
	g.line.setSpeed(g.was)
	return errors.Join(err, g.keep(g.was))
}

// life ends with the line.
func (l *Line) life() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil {
		return context.Background()
	}
	return l.ctx
}

// settle ends a change whose end was not seen: the readers may be at two speeds.
func (l *Line) settle(ctx context.Context, to, was int) {
	l.acting.Lock()
	defer l.acting.Unlock()
	g := &gathering{line: l, tell: func(string, int) {}, was: was}
	for range l.readers {
		g.at = append(g.at, []int{to, was})
	}
	if g.await(ctx, to); len(g.elsewhere(to)) > 0 {
		_ = g.shift(ctx, to) // what it could not do shows
		return
	}
	_ = g.keep(to)
}

// keep keeps at which speeds all readers are.
func (g *gathering) keep(speeds ...int) error {
	for _, r := range g.line.readers {
		was, err := g.line.ring.Places(r.cfg.Name, r.file())
		if err != nil {
			return err
		}
		var at []Place
		for _, s := range speeds {
			at = append(at, Place{was[0].Address, s})
		}
		if err := g.line.ring.Put(r.cfg.Name, r.file(), at...); err != nil {
			return err
		}
	}
	return nil
}

// gather brings all readers to a speed from where they may be. Errors: a reader does not obey or
// is not found; of ctx.
func (g *gathering) gather(ctx context.Context, to int) error {
	for range gatherRounds {
		for _, from := range g.elsewhere(to) {
			if err := g.send(ctx, from, to); err != nil {
				return err
			}
		}
		g.line.setSpeed(to)
		if g.await(ctx, to); ctx.Err() != nil {
			return ctx.Err()
		}
		if len(g.elsewhere(to)) == 0 {
			return nil
		}
	}
	for i, r := range g.line.readers {
		if !slices.Equal(g.at[i], []int{to}) {
			return LineError{r.cfg.Name, ErrLost}
		}
	}
	return nil
}

// elsewhere are the other speeds at which readers may be.
func (g *gathering) elsewhere(to int) (all []int) {
	for _, at := range g.at {
		for _, s := range at {
			if s != to && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// send tells all readers that are at a speed to go to another.
func (g *gathering) send(ctx context.Context, from, to int) error {
	g.line.setSpeed(from)
	g.await(ctx, from)
	for i, r := range g.line.readers {
		address, here := r.here()
		if !here || ctx.Err() != nil {
			continue
		}
		g.at[i] = []int{from}
		g.tell(r.cfg.Name, to)
		err := r.goTo(ctx, Place{address, to})
		var other Elsewhere
		switch {
		case err == nil, errors.Is(err, errNoAnswer):
			g.at[i] = []int{to, from}
		case errors.As(err, &other):
			g.at[i] = []int{other.At.Baud}
			return LineError{r.cfg.Name, err}
		default:
			return LineError{r.cfg.Name, err}
		}
	}
	return ctx.Err()
}

// await waits for all readers that may be at the line's speed, and notes which are there.
func (g *gathering) await(ctx context.Context, speed int) {
	late := time.NewTimer(gatherWithin)
	defer late.Stop()
	look := time.NewTicker(moveLook)
	defer look.Stop()
	for {
		missing := false
		for i, r := range g.line.readers {
			if !slices.Contains(g.at[i], speed) {
				continue
			}
			if _, here := r.here(); here {
				g.at[i] = []int{speed}
			} else {
				missing = true
			}
		}
		if !missing {
			return
		}
		select {
		case <-look.C:
		case <-late.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
