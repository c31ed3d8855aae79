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

// ErrChatter is the fault of a contact that does not settle. Its level is then
// taken as it is, once a second.
var ErrChatter = errors.New("contact does not come to rest: a loose wire or a worn contact")

// InputConfig says how an input is wired.
type InputConfig struct {
	Name      string
	ActiveLow bool          // active when the line is low: a contact to ground that closes
	Pull      periph.Pull   // periph.PullUp for a contact to ground; the zero value leaves the bias alone
	Debounce  time.Duration // how long the level must rest; 0 means DefaultDebounce
}

// Input is a contact. Its state is the level of the line once that has not changed for the debounce
// time; edges only say when to look.
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

// Run reports the state at once and then each change. A device that goes away gives one event
// with Fault and is tried again every second; the state is reported again once it is back. The
// input is closed when Run ends.
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
	state, err := i.read(edges)
	if err != nil {
		return err
	}
	changed(hal.InputEvent{At: time.Now(), Input: i.String(), Active: state})
	reported := false
	for {
		i.Beat()
		began, chatters, err := settle(edges, i.cfg.Debounce)
		if err != nil {
			return err
		}
		if chatters && !reported {
			fault := fmt.Errorf("input %s: %w", i, ErrChatter)
			changed(hal.InputEvent{At: began, Input: i.String(), Active: state, Fault: fault})
		}
		reported = chatters
		now, err := i.read(edges)
		if err != nil {
			return err
		}
		if now != state {
			state = now
			changed(hal.InputEvent{At: began, Input: i.String(), Active: state})
		}
	}
}

// settle waits for an edge, and then until the line has not changed for the debounce time, or has
// gone on changing for a whole look. It gives the time at which the changes began; after a look
// without an edge that is now.
func settle(edges Edges, debounce time.Duration) (began time.Time, chatters bool, err error) {
	e, err := edges.Next(look)
	if errors.Is(err, ErrQuiet) {
		return time.Now(), false, nil
	} else if err != nil {
		return time.Time{}, false, err
	}
	began, first := edges.Wall(e.At), e.At
	for {
		e, err = edges.Next(debounce)
		switch {
		case errors.Is(err, ErrQuiet):
			return began, false, nil
		case err != nil:
			return time.Time{}, false, err
		case e.At-first >= look:
			return began, true, nil
		}
	}
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
