package profile

import (
	"maps"
	"slices"
	"strings"

	"menshen/board/config"
	"menshen/internal/i18n"
)

// Kind is what a wire is for. The drawing has a colour for each.
type Kind int

// The kinds of wires, and of pins without one.
const (
	Free Kind = iota
	Supply
	Ground
	Taken // no wire may be here
	Relay
	Input
	Signal
	Data // of a reader
	Line // of a serial port
)

// Use is what a pin of the header is used for.
type Use struct {
	Kind Kind
	Of   string // "relay", "reader outside d0"; empty: nothing
	Bad  bool   // it is refused here
}

// Uses gives the use of each pin, by the pin's name, and marks a wire that is refused. Without a
// configuration it gives the pins of the board's own use.
func (b *Board) Uses(c *config.Config, found []Finding) map[string]Use {
	uses := map[string]Use{}
	for _, p := range b.Pins {
		switch p.Name {
		case "3.3V", "5V":
			uses[p.Name] = Use{Kind: Supply}
		case "GND":
			uses[p.Name] = Use{Kind: Ground}
		}
	}
	for _, r := range b.Rules {
		for _, pin := range r.Pins {
			if r.Refuse && r.Wires == "" {
				uses[pin] = Use{Kind: Taken}
			}
		}
	}
	if c == nil {
		return uses
	}
	for _, w := range b.buses(c) {
		uses[w.pin] = Use{Kind: w.kind, Of: w.of}
	}
	for _, w := range c.Pins() {
		if p, ok := b.pin(w.Pin); ok {
			bad := uses[p.Name].Bad || slices.ContainsFunc(found, func(f Finding) bool {
				return f.Refuse && f.Key == w.Key
			})
			uses[p.Name] = Use{kindOf(w), w.Of, bad}
		}
	}
	return uses
}

// kindOf gives the kind of a wire by its key in the configuration.
func kindOf(w config.Wire) Kind {
	switch table, _, _ := strings.Cut(w.Key, "."); table {
	case "relay", "output":
		return Relay
	case "input":
		return Input
	case "signal":
		return Signal
	}
	return Data
}

// busPin is a pin that belongs to a port.
type busPin struct {
	pin, of string
	kind    Kind
}

// buses gives the pins of the ports that a configuration uses.
func (b *Board) buses(c *config.Config) (all []busPin) {
	add := func(of string, kind Kind, pins map[string]string) {
		for _, signal := range slices.Sorted(maps.Keys(pins)) {
			all = append(all, busPin{pins[signal], of + " " + signal, kind})
		}
	}
	for _, u := range spiUses(c) {
		port, _ := b.spi(u.port)
		add(u.of, Data, port.Pins)
	}
	for _, u := range i2cUses(c) {
		port, _ := b.i2c(u.bus)
		add(u.of, Input, port.Pins)
	}
	for _, l := range lines(c) {
		port, _ := b.port(l.device)
		add(l.of, Line, port.Pins)
	}
	return all
}

// listOffHeader lists the pins and ports of a configuration that are not on the header.
func (b *Board) listOffHeader(c *config.Config) (all []i18n.Message) {
	add := func(of, at string) {
		all = append(all, i18n.M("profile.elsewhere", "%v: %s", wire(of), at))
	}
	for _, w := range c.Pins() {
		if _, ok := b.pin(w.Pin); !ok {
			add(w.Of, w.Pin)
		}
	}
	for _, in := range c.Inputs {
		if in.Supervised() {
			all = append(all, i18n.M("profile.on-adc", "%v: %v, channel %d", wire(in.Role+" input"),
				wire("adc "+in.ADC), in.Channel))
		}
	}
	for _, l := range lines(c) {
		if port, ok := b.port(l.device); !ok || port.Pins == nil {
			add(l.of, l.device)
		}
	}
	if c.Camera.Source != "" {
		all = append(all, i18n.M("profile.camera-elsewhere", "camera: %s", c.Camera.Source))
	}
	if c.Infrared.Source != "" {
		all = append(all, i18n.M("profile.infrared-elsewhere", "infrared camera: %s", c.Infrared.Source))
	}
	return all
}

// rest says what the lock does until the program runs.
func (b *Board) rest(c *config.Config) i18n.Message {
	level, known := b.Rest(c)
	switch {
	case c.Seat():
		return i18n.M("profile.rest-seat", "This is the manager's seat: it has no lock.")
	case !known:
		return i18n.M("profile.rest-not-known", "The relay's line at power-up: not known.")
	}
	energised := level == c.Relay.Active.String()
	state := i18n.M("profile.locked", "locked")
	if energised != c.Relay.FailSafe {
		state = i18n.M("profile.unlocked", "unlocked")
	}
	current := i18n.M("profile.without-power", "without power")
	if energised {
		current = i18n.M("profile.with-power", "with power")
	}
	return i18n.M("profile.rest",
		"Until the program runs the relay's line rests %v: the lock is %v, and so %v.", levels[level], current, state)
}
