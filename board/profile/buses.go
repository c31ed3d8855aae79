package profile

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"menshen/board/config"
	"menshen/hal/display/screen"
	"menshen/internal/i18n"
)

// spiUse is one use of an SPI port.
type spiUse struct{ port, of, key string }

// spiUses are the ports that readers and the display are on.
func spiUses(c *config.Config) (all []spiUse) {
	for i, r := range c.Readers {
		if r.Kind == "rc522" {
			all = append(all, spiUse{r.SPI, "reader " + r.Name, fmt.Sprintf("reader.%d.spi", i)})
		}
	}
	if s, err := screen.Parse(c.Display.Screen); err == nil && s.Bus == "spi" {
		all = append(all, spiUse{fmt.Sprintf("%d.%d", s.Port[0], s.Port[1]), "display", "display.screen"})
	}
	return all
}

// buses checks the SPI ports in use, and keeps their pins as used.
func (k *check) buses() {
	taken := map[string]string{}
	for _, u := range spiUses(k.conf) {
		if other := taken[u.port]; other != "" {
			k.refuse(u.key, i18n.M("profile.spi-used-twice",
				"%v is on SPI %s, where %v is already: give each its own chip select", wire(u.of), u.port, wire(other)))
		}
		taken[u.port] = u.of
		port, ok := k.board.spi(u.port)
		if !ok {
			k.warn(u.key, i18n.M("profile.no-such-spi", "%v: the header of the %s has no SPI %s, only %s",
				wire(u.of), k.board.Title, u.port, k.board.ports()))
			continue
		}
		for signal, pin := range port.Pins {
			k.users[pin] = u.of + " " + signal
		}
		for _, w := range k.conf.Pins() {
			if p, ok := k.board.pin(w.Pin); ok && slices.Contains(port.Holds, p.Name) {
				k.warn(w.Key, i18n.M("profile.chip-select-held",
					"%v on pin %d (%s): the kernel may keep this chip select for the bus of %v: write %s",
					wire(w.Of), p.At, p.Name, wire(u.of), port.Enable))
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
		shared := r.Kind == "osdp" && slices.ContainsFunc(c.Readers[:i], func(o config.Reader) bool {
			return o.Kind == "osdp" && o.Device == r.Device
		})
		if r.Device != "" && !shared {
			all = append(all, line{r.Device, "reader " + r.Name, fmt.Sprintf("reader.%d.device", i)})
		}
	}
	return all
}

// serial checks the serial ports in use, and keeps their pins as used. A port that plugs in, such
// as a USB adapter, is not the board's. Of a board that is not known, it checks their names alone.
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
		if k.board != nil && !ok && soldered(l.device) {
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

// soldered reports whether a port is of the board itself, and so cannot be plugged in later.
func soldered(device string) bool {
	return strings.HasPrefix(device, "/dev/ttyS") || strings.HasPrefix(device, "/dev/ttyAMA")
}

func (b *Board) port(device string) (Serial, bool) {
	if b == nil {
		return Serial{}, false
	}
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

// present checks whether the machine, which is the board, has the devices.
func (k *check) present(m Machine) {
	for _, u := range spiUses(k.conf) {
		if port, ok := k.board.spi(u.port); ok && !m.has("dev/spidev"+u.port) {
			k.warn(u.key, i18n.M("profile.no-spidev",
				"%v: /dev/spidev%s is not there: write %s, and start again", wire(u.of), u.port, port.Enable))
		}
	}
	k.i2cPresent(m)
	k.linesPresent(m)
}

// linesPresent checks whether the machine has the serial ports, and whether its kernel
// writes to them.
func (k *check) linesPresent(m Machine) {
	for _, l := range lines(k.conf) {
		port, known := k.board.port(l.device)
		name := path.Base(l.device)
		switch {
		case known && !m.has(l.device):
			k.warn(l.key, i18n.M("profile.no-device", "%v: %s is not there: %v", wire(l.of), l.device, port.Message()))
		case k.board == nil && soldered(l.device) && !m.has(l.device):
			k.warn(l.key, i18n.M("profile.no-port-here", "%v: %s is not there: write a port that this machine has, "+
				"of 'ls /dev/tty[AS]*'", wire(l.of), l.device))
		case m.kernelWritesTo(name):
			k.warn(l.key, i18n.M("profile.kernel-on-port",
				"%v: the kernel writes to %s and asks for a login there: take console=%s out of the "+
					"kernel's command line, or write console=tty1 there", wire(l.of), l.device, name))
		}
	}
}
