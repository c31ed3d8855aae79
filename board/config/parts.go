package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Exit and fire must work although something else in the file is wrong (R-SAFE). So what is refused
// takes one part of the door with it, and the door does not start only where that part is the lock,
// or opens the door from inside. One part is one reader, input, signal or output, by its table and
// number ("reader.0"), or one of these.
const (
	PartFaces   = "faces"  // the camera, and what it is for
	PartPeople  = "people" // who may come in, and when; without it cards and codes are denied
	PartVoice   = "voice"
	PartDisplay = "display"
	PartCourier = "courier" // of the site

	partLock    = "relay"
	partConsole = "console" // on a serial line
)

// LoadForDoor is [Load] for the door itself and for what talks to it: a value that is refused is
// left out with its part of the door. Errors: the file is not there, or is not TOML with known
// keys; what is refused belongs to the lock, to exit or to fire, or is a seat's, which keeps nobody
// in.
func LoadForDoor(path string) (*Config, error) {
	c, wrong, err := load(path)
	if err != nil {
		return nil, err
	}
	var needed misfits
	for _, m := range wrong {
		why := fmt.Errorf("%s:%w; then 'systemctl restart menshen'", path, atLine(c.Line(m.key), m.err))
		if c.Seat() || !c.LeaveOut(m.key, why) {
			needed = append(needed, m)
		}
	}
	if err := c.lines.explain(needed); err != nil {
		return nil, inFile(path, err)
	}
	for i := range c.Readers { // its fault must be told from another's
		r := &c.Readers[i]
		taken := slices.ContainsFunc(c.Readers[:i], func(other Reader) bool { return other.Name == r.Name })
		if taken || r.Name == "" {
			r.Name = fmt.Sprintf("number %d", i+1)
		}
	}
	if c.LeftOut(PartFaces) != nil {
		c.Passes.Camera = false
	}
	if c.LeftOut(partConsole) != nil {
		c.Console.Language = ""
	}
	if c.LeftOut(PartPeople) != nil { // these values are used all the same
		usual := defaults()
		usual.Door.RelockOnOpen, usual.Door.ExitByHand = c.Door.RelockOnOpen, c.Door.ExitByHand
		usual.Site.Courier = c.Site.Courier
		c.Door, c.Site = usual.Door, usual.Site
	}
	return c, nil
}

// LeaveOut leaves out the parts of the door that a key belongs to, and keeps why. It does nothing
// and gives false where the door does not start without one of them.
func (c *Config) LeaveOut(key string, why error) bool {
	parts := c.parts(key)
	if slices.ContainsFunc(parts, c.needs) {
		return false
	}
	if c.leftOut == nil {
		c.leftOut = map[string]error{}
	}
	for _, part := range parts {
		c.leftOut[part] = cmp.Or(c.leftOut[part], why)
	}
	return true
}

// Copy gives a copy of which other parts can be left out.
func (c *Config) Copy() *Config {
	to := *c
	to.leftOut = maps.Clone(c.leftOut)
	return &to
}

// LeftOut is why a part of the door is left out; nil: it is not.
func (c *Config) LeftOut(part string) error { return c.leftOut[part] }

// needs reports whether the door does not start without a part: the lock, exit and fire, and an
// input of which the role is not known, since it may be one of these.
func (c *Config) needs(part string) bool {
	for i, in := range c.Inputs {
		if part == fmt.Sprintf("input.%d", i) {
			return in.LetsOut() || !slices.Contains(Roles, in.Role)
		}
	}
	return part == partLock
}

// LetsOut reports whether the input opens the door from inside.
func (in *Input) LetsOut() bool { return in.Role == "rex" || in.Role == "fire" }

// parts gives the parts of the door that a key of the file belongs to.
func (c *Config) parts(key string) (parts []string) {
	table, rest, _ := strings.Cut(key, ".")
	number, _, _ := strings.Cut(rest, ".")
	at, _ := strconv.Atoi(number)
	switch table {
	case "input", "signal", "output", "reader":
		return []string{table + "." + number}
	case "adc":
		for i, in := range c.Inputs {
			if in.ADC == c.ADCs[at].Name {
				parts = append(parts, fmt.Sprintf("input.%d", i))
			}
		}
		return parts
	case "format":
		for i, r := range c.Readers {
			if slices.Contains(r.Formats, c.Formats[at].Name) {
				parts = append(parts, fmt.Sprintf("reader.%d", i))
			}
		}
		return parts
	case "camera", "infrared", "faces", "passes":
		return []string{PartFaces}
	case "console":
		return []string{partConsole}
	case "relay":
		return []string{partLock}
	case "voice":
		return []string{PartVoice}
	case "display":
		return []string{PartDisplay}
	}
	if strings.HasPrefix(key, "site.courier.") {
		return []string{PartCourier}
	}
	if strings.HasPrefix(key, "site.access.") && strings.HasSuffix(key, ".output") { // of the door it says nothing
		for i := range c.Outputs {
			parts = append(parts, fmt.Sprintf("output.%d", i))
		}
		return parts
	}
	switch key {
	case "unit.board", "unit.dir":
		return []string{partLock} // the names of all pins; where the unit is
	case "unit.location", "unit.handler", "unit.contact":
		return []string{PartFaces}
	}
	return []string{PartPeople}
}
