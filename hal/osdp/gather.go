package osdp

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	gatherRounds = 3                // in which readers are told and looked for
	gatherWithin = 15 * time.Second // that a reader may take until it answers under its key again
	moveLook     = 50 * time.Millisecond
)

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
