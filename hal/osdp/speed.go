package osdp

import (
	"context"
	"errors"
	"slices"
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
