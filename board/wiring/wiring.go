// Package wiring goes from a configuration to what it names: opened wires ([Open]),
// reader drivers ([Readers]), the files that faces need ([CheckFaces], [Scores]). It
// decides nothing and keeps nothing.
package wiring

import (
	"errors"
	"fmt"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/config"
	"menshen/board/profile"
	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/supervised"
)

// opener opens what a configuration names, by the names of its board.
type opener struct {
	conf  *config.Config
	board *profile.Board // nil: not a known one
	chips map[string]*supervised.Chip
}

// Open opens what the configuration names, after comparing it with the board: what the board
// refuses is not opened. warnings are of the board and keep nothing from being opened. The relay is
// first, with its resting level in the request itself, so that a start is never a pulse. When
// anything fails, what was opened is closed again into its safe state.
func Open(c *config.Config) (wires *hal.Wires, warnings []profile.Finding, err error) {
	b, err := profile.Of(c, profile.Here)
	if err != nil {
		return nil, nil, err
	}
	warnings = b.Check(c, profile.Here)
	if err := profile.Refused(warnings); err != nil {
		return nil, nil, err
	}
	wires = &hal.Wires{Signals: map[string]hal.Output{}, Inputs: map[string]hal.Input{}}
	if err := (&opener{conf: c, board: b}).openAll(wires); err != nil {
		return nil, nil, errors.Join(err, wires.Close())
	}
	return wires, warnings, nil
}

// openAll opens everything, into hw; after an error only some of it.
func (w *opener) openAll(hw *hal.Wires) (err error) {
	c := w.conf
	if hw.Relay, err = w.relay(hw); err != nil {
		return err
	}
	for _, s := range c.Signals {
		hw.Signals[s.Role], err = w.output(hw, s.Pin, gpio.RelayConfig{Name: s.Role, ActiveLow: bool(s.Active)})
		if err != nil {
			return err
		}
	}
	for _, in := range c.Inputs {
		if hw.Inputs[in.Role], err = w.input(in); err != nil {
			return fmt.Errorf("[[input]] %s: %w", in.Role, err)
		}
	}
	for _, r := range c.Readers {
		reader, err := w.newReader(r)
		if err != nil {
			return fmt.Errorf("[[reader]] %s: %w", r.Name, err)
		}
		hw.Readers = append(hw.Readers, reader)
	}
	return nil
}

var pulls = map[string]periph.Pull{"": periph.PullNoChange, "none": periph.Float, "up": periph.PullUp,
	"down": periph.PullDown}

// relay opens the lock's output; an impulse lock gets a pulse each time it is unlocked,
// and no more current than that.
func (w *opener) relay(hw *hal.Wires) (hal.Output, error) {
	c := w.conf.Relay
	out, err := w.output(hw, c.Pin, gpio.RelayConfig{
		Name:      "relay",
		ActiveLow: bool(c.Active) != c.FailSafe, // a fail-safe lock is unlocked without power
		SafeOn:    c.FailSafe,
	})
	if err != nil || c.Lock != "impulse" {
		return out, err
	}
	return gpio.Pulse(out, c.Pulse.D(), c.Rest.D()), nil
}

func (w *opener) output(hw *hal.Wires, name string, c gpio.RelayConfig) (hal.Output, error) {
	pin, err := w.open(name)
	if err != nil {
		return nil, fmt.Errorf("[%s]: %w", c.Name, err)
	}
	out, err := gpio.NewRelay(pin, c)
	if err != nil {
		return nil, err
	}
	hw.Held = append(hw.Held, out)
	return out, nil
}
