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
	"menshen/hal/osdp"
	"menshen/hal/supervised"
	"menshen/internal/i18n"
)

// opener opens what a configuration names, by the names of its board.
type opener struct {
	conf  *config.Config
	board *profile.Board // nil: not a known one
	chips map[string]*supervised.Chip
	osdp  map[string]*osdp.Reader // by name
	found []profile.Finding
}

// Open opens what the configuration names, after comparing it with the board: what the board
// refuses is not opened. The relay is first, with its resting level in the request itself, so that
// a start is never a pulse. A reader, a signal, an output, or an input that does not let people
// out, is given in any case: what cannot be opened is tried again, and reports why as a fault until
// then. found has these, refused, and what else is worth a warning.
//
// Errors: the lock, the exit button or the fire input is refused or cannot be opened. What was
// opened is then closed again into its safe state.
func Open(c *config.Config) (wires *hal.Wires, found []profile.Finding, err error) {
	w, err := newOpener(c)
	if err != nil {
		return nil, nil, err
	}
	wires = &hal.Wires{Signals: map[string]hal.Output{}, Outputs: map[string]hal.Output{},
		Inputs: map[string]hal.Input{}}
	if err := w.openAll(wires); err != nil {
		return nil, nil, errors.Join(err, wires.Close())
	}
	return wires, w.found, nil
}

// Signals opens the lamps and the buzzer alone, as [Open] does.
func Signals(c *config.Config) (*hal.Wires, error) {
	w, err := newOpener(c)
	if err != nil {
		return nil, err
	}
	wires := &hal.Wires{Signals: map[string]hal.Output{}}
	w.signals(wires)
	return wires, nil
}

// newOpener compares the configuration with the board, and leaves out of it what is refused.
func newOpener(c *config.Config) (*opener, error) {
	b, err := profile.Of(c, profile.Here)
	if err != nil {
		return nil, err
	}
	w := &opener{conf: c.Copy(), board: b}
	var needed []profile.Finding
	for _, f := range b.Check(c, profile.Here) {
		if f.Refuse && !w.conf.LeaveOut(f.Key, errors.New(f.Text.String())) {
			needed = append(needed, f)
		} else if !f.Refuse || f.Key == "console.serial" { // a part that is left out is found when it is opened
			w.found = append(w.found, f)
		}
	}
	return w, profile.Refused(needed)
}

// openAll opens everything, into hw; after an error only some of it.
func (w *opener) openAll(hw *hal.Wires) (err error) {
	c := w.conf
	if !c.Seat() {
		if hw.Relay, err = w.relay(hw); err != nil {
			return err
		}
	}
	w.signals(hw)
	for i, o := range c.Outputs {
		w.beside(hw, fmt.Sprintf("output.%d", i), o)
	}
	for i, in := range c.Inputs {
		if err := w.contact(hw, fmt.Sprintf("input.%d", i), in); err != nil {
			return fmt.Errorf("[[input]] %s: %w", in.Role, err)
		}
	}
	for i := range c.Readers {
		hw.Readers = append(hw.Readers, w.reader(i))
	}
	w.joinOSDP(hw)
	return nil
}

// late tells of a part of the door that is not there yet; name is for people.
func (w *opener) late(part, name string, err error) {
	w.found = append(w.found, profile.Finding{Refuse: true, Key: part, Text: i18n.Verbatim(name + ": " + err.Error())})
}

func (w *opener) signals(hw *hal.Wires) {
	for i, s := range w.conf.Signals {
		w.signal(hw, fmt.Sprintf("signal.%d", i), s)
	}
}

// signal opens a lamp, a buzzer or a contact for other equipment.
func (w *opener) signal(hw *hal.Wires, part string, s config.Signal) {
	out := w.lateable(part, "signal "+s.Role, s.Pin, gpio.RelayConfig{Name: s.Role, ActiveLow: bool(s.Active)})
	if hw.Held = append(hw.Held, out); hw.Signals[s.Role] == nil { // a second one of a role is left out
		hw.Signals[s.Role] = out
	}
}

// beside opens a relay beside the lock's.
func (w *opener) beside(hw *hal.Wires, part string, o config.Output) {
	name := "output " + o.Name
	out := w.lateable(part, name, o.Pin, gpio.RelayConfig{Name: name, ActiveLow: bool(o.Active) != o.FailSafe,
		SafeOn: o.FailSafe})
	if hw.Held = append(hw.Held, out); hw.Outputs[o.Name] == nil { // a second one of a name is left out
		hw.Outputs[o.Name] = out
	}
}

// lateable opens an output, or gives one that opens it later; name is for people.
func (w *opener) lateable(part, name, pin string, c gpio.RelayConfig) heldOutput {
	open := func() (heldOutput, error) {
		if err := w.conf.LeftOut(part); err != nil {
			return nil, err
		}
		return w.output(pin, c)
	}
	out, err := open()
	if err != nil {
		w.late(part, name, err)
		return &lateOutput{name: c.Name, make: open, why: err}
	}
	return out
}

// contact opens an input. Errors: it is one that lets people out.
func (w *opener) contact(hw *hal.Wires, part string, c config.Input) error {
	open := func() (hal.Input, error) {
		if err := w.conf.LeftOut(part); err != nil {
			return nil, err
		}
		return w.input(c)
	}
	in, err := open()
	if err != nil && c.LetsOut() {
		return err
	}
	if err != nil {
		w.late(part, "input "+c.Role, err)
		in = &lateInput{name: c.Role, make: open, why: err}
	}
	if hw.Inputs[c.Role] == nil { // a second one of a role is left out
		hw.Inputs[c.Role] = in
	}
	return nil
}

var pulls = map[string]periph.Pull{"": periph.PullNoChange, "none": periph.Float, "up": periph.PullUp,
	"down": periph.PullDown}

// relay opens the lock's output; an impulse lock gets a pulse each time it is unlocked,
// and no more current than that.
func (w *opener) relay(hw *hal.Wires) (hal.Output, error) {
	c := w.conf.Relay
	out, err := w.output(c.Pin, gpio.RelayConfig{
		Name:      "relay",
		ActiveLow: bool(c.Active) != c.FailSafe, // a fail-safe lock is unlocked without power
		SafeOn:    c.FailSafe,
	})
	if err != nil {
		return nil, err
	}
	if hw.Held = append(hw.Held, out); c.Lock != "impulse" {
		return out, nil
	}
	return gpio.Pulse(out, c.Pulse.D(), c.Rest.D()), nil
}

func (w *opener) output(name string, c gpio.RelayConfig) (heldOutput, error) {
	pin, err := w.open(name)
	if err != nil {
		return nil, fmt.Errorf("[%s]: %w", c.Name, err)
	}
	return gpio.NewRelay(pin, c)
}
