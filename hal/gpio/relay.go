package gpio

import (
	"cmp"
	"fmt"
	"sync"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal"
)

// RelayConfig says how an output is wired. On is what the wiring means to the door ("unlocked",
// "lamp lit"), not a level.
type RelayConfig struct {
	Name      string
	ActiveLow bool // on when the line is low: most relay boards; a maglock that unlocks without power
	SafeOn    bool // what Close leaves: true for a fail-safe door, which is unlocked while no program runs
}

// Relay switches one output. It never reads the pin and never writes a level that it already has.
type Relay struct {
	pin periph.PinOut
	cfg RelayConfig

	mu     sync.Mutex
	on     bool // what the line was last given
	want   bool // what it should have: something else after a Set that failed
	closed bool
}

// Holder is a pin that can take its line again, at its level and without a pulse, after its chip
// was unplugged and came back. Hold does nothing to a line that was never away.
type Holder interface {
	Hold() error
}

var _ hal.Output = (*Relay)(nil)

// NewRelay takes the pin and sets it to off. A Line gets this level in the same step as its
// direction, so that a start is never a pulse.
func NewRelay(pin periph.PinOut, cfg RelayConfig) (*Relay, error) {
	cfg.Name = cmp.Or(cfg.Name, pin.Name())
	r := &Relay{pin: pin, cfg: cfg}
	if err := r.write(false); err != nil {
		return nil, err
	}
	return r, nil
}

// Set switches, and returns once the line has the level.
func (r *Relay) Set(on bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("switch %s: %w", r, ErrClosed)
	}
	r.want = on
	if on == r.on {
		return nil
	}
	return r.write(on)
}

// On is what was last set.
func (r *Relay) On() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.on
}

// Hold repairs what an unplugged chip has undone: a line that came back is driven as
// before, and a Set that failed meanwhile is done. Call it now and then; it does nothing to
// a line that was never away.
func (r *Relay) Hold() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	if r.want != r.on {
		return r.write(r.want)
	}
	if p, ok := r.pin.(Holder); ok {
		if err := p.Hold(); err != nil {
			return fmt.Errorf("hold %s %s: %w", r, onOff(r.on), err)
		}
	}
	return nil
}

// Close puts the line into its safe state. The line stays requested, so that it keeps this
// level until the program ends.
func (r *Relay) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	if r.on == r.cfg.SafeOn {
		return nil
	}
	return r.write(r.cfg.SafeOn)
}

func (r *Relay) write(on bool) error {
	if err := r.pin.Out(periph.Level(on != r.cfg.ActiveLow)); err != nil {
		return fmt.Errorf("switch %s %s: %w", r, onOff(on), err)
	}
	r.on = on
	return nil
}

func (r *Relay) String() string { return r.cfg.Name }

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
