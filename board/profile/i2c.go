package profile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"menshen/board/config"
	"menshen/hal/display/screen"
	"menshen/internal/i18n"
)

// I2C is a bus with its pins, by signal. The path of its device is /dev/i2c-N.
type I2C struct {
	Bus    int               `toml:"bus"`
	Pins   map[string]string `toml:"pins"`
	Enable string            `toml:"enable"` // how it is switched on
}

// i2cUse is one use of a bus.
type i2cUse struct {
	bus     int
	of, key string
}

// i2cUses are the buses that a configuration uses, each once.
func i2cUses(c *config.Config) (all []i2cUse) {
	for i, a := range c.ADCs {
		bus, _, err := a.Bus()
		if err != nil || slices.ContainsFunc(all, func(u i2cUse) bool { return u.bus == bus }) {
			continue
		}
		all = append(all, i2cUse{bus, "adc " + a.Name, fmt.Sprintf("adc.%d.i2c", i)})
	}
	s, err := screen.Parse(c.Display.Screen)
	used := slices.ContainsFunc(all, func(u i2cUse) bool { return u.bus == s.Port[0] })
	if err == nil && s.Bus == "i2c" && !used {
		all = append(all, i2cUse{s.Port[0], "display", "display.screen"})
	}
	return all
}

func (b *Board) i2c(bus int) (I2C, bool) {
	i := slices.IndexFunc(b.I2C, func(p I2C) bool { return p.Bus == bus })
	if i < 0 {
		return I2C{}, false
	}
	return b.I2C[i], true
}

// i2c takes the pins of the buses that are used.
func (k *check) i2c() {
	for _, u := range i2cUses(k.conf) {
		port, ok := k.board.i2c(u.bus)
		if !ok {
			k.warn(u.key, i18n.M("profile.no-such-i2c", "%v: the pins of I2C bus %d of the %s are not known; known: %s",
				wire(u.of), u.bus, k.board.Title, k.board.i2cBuses()))
			continue
		}
		for _, signal := range slices.Sorted(maps.Keys(port.Pins)) {
			pin := port.Pins[signal]
			if user := k.users[pin]; user != "" {
				k.refuse(u.key, i18n.M("profile.i2c-pin-used",
					"%v: the %s of I2C bus %d is %s, which is already the %v: use another pin there",
					wire(u.of), signal, u.bus, pin, wire(user)))
				break
			}
			k.users[pin] = u.of + " " + signal
		}
	}
}

func (b *Board) i2cBuses() string {
	var all []string
	for _, p := range b.I2C {
		all = append(all, strconv.Itoa(p.Bus))
	}
	if all == nil {
		return "-"
	}
	return strings.Join(all, ", ")
}

// i2cPresent looks whether the machine has the buses.
func (k *check) i2cPresent(m Machine) {
	for _, u := range i2cUses(k.conf) {
		port, known := k.board.i2c(u.bus)
		if device := fmt.Sprintf("dev/i2c-%d", u.bus); known && !m.has(device) {
			k.warn(u.key, i18n.M("profile.no-i2c-device", "%v: /%s is not there: write %s, and start again",
				wire(u.of), device, port.Enable))
		}
	}
}
