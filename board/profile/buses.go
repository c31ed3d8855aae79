package profile

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"menshen/board/config"
	"menshen/internal/i18n"
)

// buses checks the SPI ports that readers are on, and keeps their pins as used.
func (k *check) buses() {
	taken := map[string]string{}
	for i, r := range k.conf.Readers {
		if r.Kind != "rc522" {
			continue
		}
		key := fmt.Sprintf("reader.%d.spi", i)
		if other := taken[r.SPI]; other != "" {
			k.refuse(key, i18n.M("profile.spi-used-twice",
				"reader %s is on SPI %s, where reader %s is already: give each its own chip select", r.Name,
				r.SPI, other))
		}
		taken[r.SPI] = r.Name
		port, ok := k.board.spi(r.SPI)
		if !ok {
			k.warn(key, i18n.M("profile.no-such-spi", "reader %s: the header of the %s has no SPI %s, only %s",
				r.Name, k.board.Title, r.SPI, k.board.ports()))
			continue
		}
		for signal, pin := range port.Pins {
			k.users[pin] = fmt.Sprintf("reader %s %s", r.Name, signal)
		}
		for _, w := range k.conf.Pins() {
			if p, ok := k.board.pin(w.Pin); ok && slices.Contains(port.Holds, p.Name) {
				k.warn(w.Key, i18n.M("profile.chip-select-held",
					"%v on pin %d (%s): the kernel may keep this chip select for reader %s's bus: write %s",
					wire(w.Of), p.At, p.Name, r.Name, port.Enable))
			}
		}
	}
}

func (b *Board) spi(port string) (SPI, bool) {
	i := slices.IndexFunc(b.SPI, func(s SPI) bool { return s.Port == port })
	if i < 0 {
		return SPI{}, false
	}
	return b.SPI[i], true
}

func (b *Board) ports() string {
	var all []string
	for _, s := range b.SPI {
		all = append(all, s.Port)
	}
	return strings.Join(all, ", ")
}

// line is one use of a serial port.
type line struct{ device, of, key string }

func lines(c *config.Config) (all []line) {
	if d := c.Console.Serial; d != "" {
		all = append(all, line{d, "console", "console.serial"})
	}
	for i, r := range c.Readers {
		if r.Device != "" {
			all = append(all, line{r.Device, "reader " + r.Name, fmt.Sprintf("reader.%d.device", i)})
		}
	}
	return all
}

// serial checks the serial ports in use, and keeps their pins as used. A port that plugs in, such
// as a USB adapter, is not the board's.
func (k *check) serial() {
	taken := map[string]string{}
	for _, l := range lines(k.conf) {
		if other := taken[l.device]; other != "" {
			k.refuse(l.key, i18n.M("profile.port-used-twice",
				"%v is on %s, which the %v uses already: give each its own port", wire(l.of), l.device, wire(other)))
			continue
		}
		taken[l.device] = l.of
		port, ok := k.board.port(l.device)
		if !ok && (strings.HasPrefix(l.device, "/dev/ttyS") || strings.HasPrefix(l.device, "/dev/ttyAMA")) {
			k.warn(l.key, i18n.M("profile.no-such-port", "%v: the %s is not known to have %s; it has %s",
				wire(l.of), k.board.Title, l.device, k.board.devices()))
		}
		for _, signal := range slices.Sorted(maps.Keys(port.Pins)) {
			pin := port.Pins[signal]
			if user := k.users[pin]; user != "" {
				k.refuse(l.key, i18n.M("profile.port-pin-used",
					"%v: the %s of %s is %s, which is already the %v: use another port",
					wire(l.of), signal, l.device, pin, wire(user)))
				break
			}
			k.users[pin] = l.of + " " + signal
		}
	}
}

func (b *Board) port(device string) (Serial, bool) {
	i := slices.IndexFunc(b.Serial, func(s Serial) bool { return s.Device == device })
	if i < 0 {
		return Serial{}, false
	}
	return b.Serial[i], true
}

func (b *Board) devices() string {
	var all []string
	for _, s := range b.Serial {
		all = append(all, s.Device)
	}
	return strings.Join(all, ", ")
}

// present checks whether the machine has the devices, and whether the
// kernel writes to the serial ones.
func (k *check) present(m Machine) {
	for i, r := range k.conf.Readers {
		if port, ok := k.board.spi(r.SPI); ok && r.Kind == "rc522" && !m.has("dev/spidev"+r.SPI) {
			k.warn(fmt.Sprintf("reader.%d.spi", i), i18n.M("profile.no-spidev",
				"reader %s: /dev/spidev%s is not there: write %s, and start again", r.Name, r.SPI, port.Enable))
		}
	}
	k.i2cPresent(m)
	for _, l := range lines(k.conf) {
		port, known := k.board.port(l.device)
		name := path.Base(l.device)
		switch {
		case known && !m.has(l.device):
			k.warn(l.key, i18n.M("profile.no-device", "%v: %s is not there: %v", wire(l.of), l.device, port.Message()))
		case slices.ContainsFunc(strings.Fields(m.read("proc/cmdline")), func(w string) bool {
			return w == "console="+name || strings.HasPrefix(w, "console="+name+",")
		}):
			k.warn(l.key, i18n.M("profile.kernel-on-port",
				"%v: the kernel writes to %s and asks for a login there: take console=%s out of the "+
					"kernel's command line", wire(l.of), l.device, name))
		}
	}
}
