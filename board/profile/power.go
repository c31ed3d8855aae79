package profile

import (
	"strings"

	"menshen/board/config"
	"menshen/internal/i18n"
)

// power says where each part of a configuration has its supply and its ground: one sentence a part,
// in the order of the wires. Most readers that read nothing have no ground in common with the
// board, and most boards that died had 12 V or 5 V on a line of 3.3 V.
func (b *Board) power(c *config.Config) (all []i18n.Message) {
	if p, ok := b.pin(c.Relay.Pin); ok {
		all = append(all, i18n.M("profile.power-relay", "relay: its board takes 5 V (pin %d) and GND (pin %d). The "+
			"lock has a supply of its own, and only its contacts join the two; a diode across a lock on DC.",
			b.nearest("5V", p.At), b.nearest("GND", p.At)))
	}
	for _, o := range c.Outputs {
		if p, ok := b.pin(o.Pin); ok {
			all = append(all, i18n.M("profile.power-output", "%v: its board takes 5 V (pin %d) and GND (pin %d). "+
				"Only the relay's contact joins it to the lift or gate, which has a voltage of its own.",
				wire("output "+o.Name), b.nearest("5V", p.At), b.nearest("GND", p.At)))
		}
	}
	for _, in := range c.Inputs {
		if p, ok := b.pin(in.Pin); ok && !in.Supervised() {
			all = append(all, b.powerInput(in, p))
		}
	}
	for _, r := range c.Readers {
		if m := b.powerReader(c, r); !m.IsZero() {
			all = append(all, m)
		}
	}
	return all
}

// powerInput says to what a contact joins its pin.
func (b *Board) powerInput(in config.Input, p Pin) i18n.Message {
	name := wire(in.Role + " input")
	to := "GND"
	if in.Pull == "down" {
		to = "3.3V"
	}
	if in.Pull != "up" && in.Pull != "down" {
		return i18n.M("profile.power-driven", "%v: what drives pin %d shares GND (pin %d) and gives 3.3 V at most.",
			name, p.At, b.nearest("GND", p.At))
	}
	return i18n.M("profile.power-contact", "%v: a contact without voltage between pin %d and %s (pin %d).",
		name, p.At, strings.Replace(to, "3.3V", "3.3 V", 1), b.nearest(to, p.At))
}

// powerReader says how a reader is fed; the zero Message of one that is not on the header.
func (b *Board) powerReader(c *config.Config, r config.Reader) i18n.Message {
	name := wire("reader " + r.Name)
	switch r.Kind {
	case "wiegand":
		if p, ok := b.pin(r.D0); ok {
			return i18n.M("profile.power-wiegand", "%v: fed by the door's supply (12 V, as its label says), not by "+
				"the header. Join its 0 V to GND (pin %d): without it no card is read. If its lines rest at 5 V, "+
				"lower them: 1.8 kΩ in each, and 3.3 kΩ from the pin to GND.", name, b.nearest("GND", p.At))
		}
	case "rc522":
		port, ok := b.spi(r.SPI)
		if p, on := b.pin(port.Pins["SCLK"]); ok && on {
			return i18n.M("profile.power-rc522", "%v: 3.3 V (pin %d), never 5 V, and GND (pin %d); "+
				"wires of 20 cm at most.", name, b.nearest("3.3V", p.At), b.nearest("GND", p.At))
		}
	case "pcsc":
		return i18n.M("profile.power-pcsc", "%v: in a USB port, which feeds it; pcscd serves it.", name)
	default:
		port, _ := b.port(r.Device)
		if p, on := b.pin(port.Pins["RXD"]); on {
			return i18n.M("profile.power-serial", "%v: its 0 V to GND (pin %d), and its supply as its label says. "+
				"Its line gives 3.3 V at most: lower one of 5 V with 1.8 kΩ in it and 3.3 kΩ from pin %d to GND.",
				name, b.nearest("GND", p.At), p.At)
		}
	}
	return i18n.Message{}
}

// nearest gives the pin of a supply that is the fewest pins away from another; 0: there is none.
func (b *Board) nearest(supply string, at int) int {
	best := 0
	for _, p := range b.Pins {
		if p.Name == supply && (best == 0 || away(p.At, at) < away(best, at)) {
			best = p.At
		}
	}
	return best
}

// away is how far two pins are from each other, in pins along the row and across.
func away(a, b int) int {
	rows, across := (a-1)/2-(b-1)/2, (a-b)&1
	return max(rows, -rows) + across
}
