package board

import (
	"errors"
	"fmt"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/gpio"
)

// Hardware is what is wired to a unit, opened.
type Hardware struct {
	Relay   hal.Output            // on: the door is unlocked, whatever the polarity of the lock
	Signals map[string]hal.Output // by role: "green", "red", "buzzer"
	Inputs  map[string]hal.Input  // by role: "rex", "contact", "fire", …
	Readers []hal.Reader
}

// Wire opens what the configuration names. The relay comes first, with its resting level in the request itself, so that a
// start is never a pulse; when anything fails, what was opened is closed again into its safe state.
func Wire(c *config.Config) (hw *Hardware, err error) {
	hw = &Hardware{Signals: map[string]hal.Output{}, Inputs: map[string]hal.Input{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, hw.Close())
		}
	}()
	hw.Relay, err = output(c.Relay.Pin, gpio.RelayConfig{
		Name:      "relay",
		ActiveLow: bool(c.Relay.Active) != c.Relay.FailSafe, // a fail-safe lock is unlocked without current
		SafeOn:    c.Relay.FailSafe,
	})
	if err != nil {
		return hw, err
	}
	for _, s := range c.Signals {
		hw.Signals[s.Role], err = output(s.Pin, gpio.RelayConfig{Name: s.Role, ActiveLow: bool(s.Active)})
		if err != nil {
			return hw, err
		}
	}
	for _, in := range c.Inputs {
		pin, err := gpio.Open(in.Pin)
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
		reader, err := newReader(r)
		if err != nil {
			return hw, fmt.Errorf("[[reader]] %s: %w", r.Name, err)
		}
		hw.Readers = append(hw.Readers, reader)
	}
	return hw, nil
}

var pulls = map[string]periph.Pull{"": periph.PullNoChange, "none": periph.Float, "up": periph.PullUp, "down": periph.PullDown}

func output(name string, c gpio.RelayConfig) (hal.Output, error) {
	pin, err := gpio.Open(name)
	if err != nil {
		return nil, fmt.Errorf("[%s]: %w", c.Name, err)
	}
	return gpio.NewRelay(pin, c)
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
