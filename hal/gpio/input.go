package gpio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal"
)

// DefaultDebounce is the debounce time where the configuration has none: push buttons and reed
// contacts bounce for 1 to 10 ms.
const DefaultDebounce = 20 * time.Millisecond

// look is how often an input's level is read although no edge came, since an edge may get lost.
const look = time.Second

// InputConfig says how an input is wired.
type InputConfig struct {
	Name      string
	ActiveLow bool          // active when the line is low: a contact to ground that closes
	Pull      periph.Pull   // periph.PullUp for a contact to ground; the zero value leaves the bias alone
	Debounce  time.Duration // how long the level must rest; 0 means DefaultDebounce
}

// Input is a contact. Its state is the level of the line once that has not changed for the debounce
// time, by the times of its edges. While no edge comes, the line itself is read once a second.
type Input struct {
	pin periph.PinIn
	cfg InputConfig
	hal.LastBeat

	mu    sync.Mutex
	edges Edges // nil while the device is gone or after Close
}

var _ hal.Input = (*Input)(nil)

// NewInput takes the pin and makes it an input.
func NewInput(pin periph.PinIn, cfg InputConfig) (*Input, error) {
	cfg.Name = cmp.Or(cfg.Name, pin.Name())
	cfg.Debounce = cmp.Or(cfg.Debounce, DefaultDebounce)
	if cfg.Debounce < 0 || cfg.Debounce > look {
		return nil, fmt.Errorf("input %s: debounce must be between 0 and %v, not %v", cfg.Name, look, cfg.Debounce)
	}
	i := &Input{pin: pin, cfg: cfg}
	if err := i.watch(); err != nil {
		return nil, err
	}
	return i, nil
}

// Active reads the present state, without debouncing.
func (i *Input) Active() (bool, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.edges == nil {
		return false, fmt.Errorf("read %s: %w", i, ErrClosed)
	}
	return i.read(i.edges)
}

// Close frees the line.
func (i *Input) Close() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.edges == nil {
		return nil
	}
	err := i.edges.Close()
	i.edges = nil
	return err
}

func (i *Input) String() string { return i.cfg.Name }

// Run reports the state at once and then each change, dated by its first edge. A contact that does
// not come to rest gives one event with [hal.ErrChatter], a device that goes away one with its
// error; the state is reported again once that is over. A device that is away is tried again every
// second. The input is closed when Run ends.
func (i *Input) Run(ctx context.Context, changed func(hal.InputEvent)) error {
	stop := context.AfterFunc(ctx, func() { i.Close() })
	defer stop()
	for {
		err := i.follow(changed)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, ErrClosed) {
			return err
		}
		changed(hal.InputEvent{At: time.Now(), Input: i.String(), Fault: err})
		i.Close()
		if err := i.comeBack(ctx); err != nil {
			return err
		}
	}
}

// follow reports the state and its changes until the line fails.
func (i *Input) follow(changed func(hal.InputEvent)) error {
	i.mu.Lock()
	edges := i.edges
	i.mu.Unlock()
	if edges == nil {
		return ErrClosed
	}
	if err := drain(edges); err != nil {
		return err
	}
	state, err := i.read(edges)
	if err != nil {
		return err
	}
	changed(hal.InputEvent{At: time.Now(), Input: i.String(), Active: state})
	s, chattered := settler{edges: edges, debounce: i.cfg.Debounce}, false
	for {
		i.Beat()
		u, err := s.next()
		if err != nil {
			return err
		}
		event := hal.InputEvent{At: u.began, Bounce: u.lasted, Input: i.String(), Active: state}
		if u.chatters && !chattered {
			event.Fault = fmt.Errorf("input %s: %w", i, hal.ErrChatter)
			changed(event)
			event.Fault = nil
		}
		if u.rested {
			event.Active = bool(u.level) != i.cfg.ActiveLow
		} else if event.Active, err = i.read(edges); err != nil {
			return err
		}
		if event.Active != state || chattered && !u.chatters {
			changed(event)
		}
		state, chattered = event.Active, u.chatters
	}
}

// drain drops the edges of the time before an input is followed.
func drain(edges Edges) error {
	for range queue {
		if _, err := edges.Next(0); errors.Is(err, ErrQuiet) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// settler finds out when a line rests. It goes by the times of the edges, not by the time at which
// it reads them, so that what it says stays right when it gets to run late.
type settler struct {
	edges    Edges
	debounce time.Duration
	ahead    *Edge // read already: the first edge after a rest
}

// unrest is a time in which a line did not rest for its debounce time.
type unrest struct {
	began    time.Time     // at the first edge; now, when there was none for a whole look
	lasted   time.Duration // from the first edge to the last
	chatters bool          // it goes on, after a whole look
	rested   bool          // it is past: another edge came after a rest at level
	level    periph.Level
}

// next waits for an edge, and then until the line has rested or has gone on changing for a whole
// look.
func (s *settler) next() (unrest, error) {
	first, err := s.edge(look)
	if errors.Is(err, ErrQuiet) {
		return unrest{began: time.Now()}, nil
	} else if err != nil {
		return unrest{}, err
	}
	u := unrest{began: s.edges.Wall(first.At)}
	for last := first; ; {
		e, err := s.edge(s.debounce)
		switch {
		case errors.Is(err, ErrQuiet):
			return u, nil
		case err != nil:
			return unrest{}, err
		case e.At-last.At > s.debounce && e.Seq == last.Seq+1:
			s.ahead, u.rested, u.level = &e, true, last.Level
			return u, nil
		}
		last, u.lasted = e, e.At-first.At
		if u.lasted >= look {
			u.chatters = true
			return u, nil
		}
	}
}

// edge gives the edge that was read ahead, or waits for one.
func (s *settler) edge(wait time.Duration) (Edge, error) {
	if s.ahead == nil {
		return s.edges.Next(wait)
	}
	e := *s.ahead
	s.ahead = nil
	return e, nil
}

func (i *Input) read(e Edges) (bool, error) {
	l, err := e.Level(0)
	if err != nil {
		return false, fmt.Errorf("read %s: %w", i, err)
	}
	return bool(l) != i.cfg.ActiveLow, nil
}

func (i *Input) watch() error {
	e, err := Watch(i.cfg.Pull, periph.BothEdges, i.pin)
	if err != nil {
		return fmt.Errorf("input %s: %w", i, err)
	}
	i.mu.Lock()
	i.edges = e
	i.mu.Unlock()
	return nil
}

// comeBack waits until the line can be watched again.
func (i *Input) comeBack(ctx context.Context) error {
	t := time.NewTicker(look)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		i.Beat()
		if i.watch() != nil {
			continue
		}
		if ctx.Err() != nil { // it ended meanwhile, and closed what was there then
			i.Close()
		}
		return ctx.Err()
	}
}
