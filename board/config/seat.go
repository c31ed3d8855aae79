package config

import (
	"fmt"
	"strings"
)

// Seat reports whether the unit is the manager's seat: a member of the site without a door. A file
// with a lock's line is a door's, whatever else it says: exit and fire work there (R-SAFE).
func (c *Config) Seat() bool { return c.Unit.Seat && c.Relay.Pin == "" }

// ofDoor are the tables and keys of a file that are about a door.
var ofDoor = []string{"door", "relay", "adc", "input", "signal", "output", "camera", "infrared", "faces", "passes",
	"voice", "display", "unit.location", "site.passback", "site.passback_site", "site.two_persons", "site.face_trust",
	"site.access", "site.free_passage"}

// checkSeat refuses what a seat does not have, at the first line of each; in the file of a door it
// refuses that it is a seat.
func (c *Config) checkSeat(m *misfits) {
	if !c.Seat() {
		m.add("unit.seat", fmt.Errorf("[unit] seat = true says that there is no door, and line %d names the "+
			"line of its lock: leave seat out at a door; at a seat leave out all that is of a door",
			c.Line("relay.pin")))
		return
	}
	for _, of := range ofDoor {
		first := ""
		for key, line := range c.lines {
			if (key == of || strings.HasPrefix(key, of+".")) && (first == "" || line < c.lines[first]) {
				first = key
			}
		}
		m.when(first != "", first, "%s is of a door, and [unit] seat = true says that there is none: leave it out", of)
	}
}
