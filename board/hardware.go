package board

import (
	"errors"
	"fmt"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/config"
	"menshen/board/profile"
	"menshen/hal"
	"menshen/hal/gpio"
)

// Hardware is what is wired to a unit, opened.
type Hardware struct {
	Relay   hal.Output            // on: the door is unlocked, whatever the polarity of the lock
	Signals map[string]hal.Output // by role: "green", "red", "buzzer"
	Inputs  map[string]hal.Input  // by role: "rex", "contact", "fire", …
	Readers []hal.Reader

	Warnings []profile.Finding // of the board about the wiring, which do not keep it from being opened

	relays []*gpio.Relay // each output's own, for holdOutputs
	held   time.Time     // when that was done last
}

// holdEvery is how often outputs are held: on an expander each costs a transfer over its bus.
const holdEvery = time.Second

// wiring opens what a configuration names, by the names of its board.
type wiring struct {
	conf  *config.Config
	board *profile.Board // nil: not a known one
}

// Wire opens what the configuration names, after holding it against the board: what the board refuses is not opened. The relay comes
// first, with its resting level in the request itself, so that a start is never a pulse; when anything fails, what was opened
// is closed again into its safe state.
func Wire(c *config.Config) (hw *Hardware, err error) {
	b, err := profile.Of(c, profile.Here)
	if err != nil {
		return nil, err
	}
	found := b.Check(c, profile.Here)
	if err := profile.Refused(found); err != nil {
		return nil, err
	}
	w := &wiring{conf: c, board: b}
	hw = &Hardware{Signals: map[string]hal.Output{}, Inputs: map[string]hal.Input{}, Warnings: found}
	defer func() {
		if err != nil {
			err = errors.Join(err, hw.Close())
		}
	}()
	if hw.Relay, err = w.relay(hw); err != nil {
		return hw, err
	}
	for _, s := range c.Signals {
		hw.Signals[s.Role], err = w.output(hw, s.Pin, gpio.RelayConfig{Name: s.Role, ActiveLow: bool(s.Active)})
		if err != nil {
			return hw, err
		}
	}
	for _, in := range c.Inputs {
		pin, err := w.open(in.Pin)
		if err != nil {
			return hw, fmt.Errorf("[[input]] %s: %w", in.Role, err)
		}
		hw.Inputs[in.Role], err = gpio.NewInput(pin, gpio.InputConfig{
			Name: in.Role, ActiveLow: bool(in.Active), Pull: pulls[in.Pull], Debounce: in.Debounce.D(),
		})
		if err != nil {
			return hw, fmt.Errorf("[[input]] %s: %w", in.Role, err)
		}
	}
	for _, r := range c.Readers {
		reader, err := w.newReader(r)
		if err != nil {
			return hw, fmt.Errorf("[[reader]] %s: %w", r.Name, err)
		}
		hw.Readers = append(hw.Readers, reader)
	}
	return hw, nil
}

var pulls = map[string]periph.Pull{"": periph.PullNoChange, "none": periph.Float, "up": periph.PullUp, "down": periph.PullDown}

// relay opens the lock's output; an impulse lock gets a pulse each time it is unlocked, and no more current than that.
func (w *wiring) relay(hw *Hardware) (hal.Output, error) {
	c := w.conf.Relay
	out, err := w.output(hw, c.Pin, gpio.RelayConfig{
		Name:      "relay",
		ActiveLow: bool(c.Active) != c.FailSafe, // a fail-safe lock is unlocked without current
		SafeOn:    c.FailSafe,
	})
	if err != nil || c.Lock != "impulse" {
		return out, err
	}
	return gpio.Pulse(out, c.Pulse.D(), c.Rest.D()), nil
}

func (w *wiring) output(hw *Hardware, name string, c gpio.RelayConfig) (hal.Output, error) {
	pin, err := w.open(name)
	if err != nil {
		return nil, fmt.Errorf("[%s]: %w", c.Name, err)
	}
	out, err := gpio.NewRelay(pin, c)
	if err != nil {
		return nil, err
	}
	hw.relays = append(hw.relays, out)
	return out, nil
}

// holdOutputs gives outputs whose chip was unplugged and is back the state they should have; nobody sets an output that is to stay
// as it is. On lines that were never away it moves nothing.
func (u *Unit) holdOutputs() {
	if time.Since(u.hw.held) < holdEvery {
		return
	}
	u.hw.held = time.Now()
	for _, r := range u.hw.relays {
		if err := r.Hold(); err != nil {
			u.fault(r.String(), err)
		} else {
			u.recovered(r.String())
		}
	}
}

// Close leaves every output in its safe state: lamps dark, the door as its lock is declared.
func (h *Hardware) Close() error {
	var errs []error
	for _, s := range h.Signals {
		errs = append(errs, s.Close())
	}
	if h.Relay != nil {
		errs = append(errs, h.Relay.Close())
	}
	return errors.Join(errs...)
}
