package config

import (
	"fmt"
	"maps"
	"slices"

	"menshen/hal/display/screen"
)

// Wire is one pin that the file names.
type Wire struct {
	Pin string // as it is written
	Of  string // "relay", "fire input", "reader outside d0"
	Key string // its key in the file, for Line: "relay.pin"
	Out bool   // the unit drives it
}

// Pins gives all pins that the file names, the relay's first. A seat has no relay.
func (c *Config) Pins() []Wire {
	var all []Wire
	if !c.Seat() {
		all = append(all, Wire{Pin: c.Relay.Pin, Of: "relay", Key: "relay.pin", Out: true})
	}
	for i, in := range c.Inputs {
		if in.Supervised() {
			continue
		}
		all = append(all, Wire{Pin: in.Pin, Of: in.Role + " input", Key: fmt.Sprintf("input.%d.pin", i)})
	}
	for i, s := range c.Signals {
		all = append(all, Wire{Pin: s.Pin, Of: s.Role + " signal", Key: fmt.Sprintf("signal.%d.pin", i), Out: true})
	}
	for i, o := range c.Outputs {
		all = append(all, Wire{Pin: o.Pin, Of: "output " + o.Name, Key: fmt.Sprintf("output.%d.pin", i), Out: true})
	}
	for i, r := range c.Readers {
		key, of := fmt.Sprintf("reader.%d.", i), "reader "+r.Name+" "
		switch {
		case r.Kind == "wiegand":
			all = append(all, Wire{Pin: r.D0, Of: of + "d0", Key: key + "d0"},
				Wire{Pin: r.D1, Of: of + "d1", Key: key + "d1"})
		case r.Kind == "rc522" && r.Reset != "":
			all = append(all, Wire{Pin: r.Reset, Of: of + "reset", Key: key + "reset", Out: true})
		}
	}
	if s, err := screen.Parse(c.Display.Screen); err == nil {
		for _, line := range slices.Sorted(maps.Keys(s.Lines)) {
			w := Wire{Pin: s.Lines[line], Of: "display " + line, Key: "display.screen", Out: line != "busy"}
			all = append(all, w)
		}
	}
	return all
}
