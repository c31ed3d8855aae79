package drm

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"unsafe"

	"menshen/hal"
)

// kinds are the names of connectors, by the kernel's numbers, as /sys/class/drm has them.
var kinds = [...]string{
	"Unknown", "VGA", "DVI-I", "DVI-D", "DVI-A", "Composite", "SVIDEO", "LVDS", "Component", "DIN", "DP", "HDMI-A",
	"HDMI-B", "TV", "eDP", "Virtual", "DSI", "DPI", "Writeback", "SPI", "USB",
}

// name is what /sys/class/drm calls the connector: "HDMI-A-1".
func (c *connector) name() string {
	kind := kinds[0]
	if int(c.kind) < len(kinds) {
		kind = kinds[c.kind]
	}
	return fmt.Sprintf("%s-%d", kind, c.number)
}

// output is a connector with something plugged in, and what drives it.
type output struct {
	connector
	mode mode
	crtc uint32
}

// errNone: the card has no such connector, or nothing is plugged in there.
var errNone = errors.New("no screen")

// find gives the connector of that name, or the first one where something is plugged in. The error
// is errNone, with what there is, or says why the card is of no use.
func find(k kernel, name string) (output, error) {
	has := capability{id: capDumb}
	if err := k.ioctl(getCap, unsafe.Pointer(&has)); err != nil || has.value == 0 {
		return output{}, errors.New("it has no memory for pictures")
	}
	crtcs, connectors, err := ask(k)
	if err != nil {
		return output{}, fmt.Errorf("it drives no screen: %w", err)
	}
	var seen []string
	for _, id := range connectors {
		c, modes, encoders, err := askConnector(k, id, 0)
		switch {
		case err != nil || c.kind == writeback:
			continue
		case name != "" && c.name() != name:
			seen = append(seen, c.name())
			continue
		case c.state != connected || len(modes) == 0:
			seen = append(seen, "nothing at "+c.name())
			continue
		}
		if crtc := driver(k, c, encoders, crtcs); crtc != 0 {
			return output{c, choose(modes), crtc}, nil
		}
		seen = append(seen, "nothing to drive "+c.name())
	}
	return output{}, fmt.Errorf("%w: it has %s", errNone, cmp.Or(strings.Join(seen, ", "), "no connectors"))
}

// ask lists what drives screens, and the connectors.
func ask(k kernel) (crtcs, connectors []uint32, err error) {
	var r resources
	if err := k.ioctl(getResources, unsafe.Pointer(&r)); err != nil {
		return nil, nil, err
	}
	var pins runtime.Pinner
	defer pins.Unpin()
	crtcs, connectors = make([]uint32, r.nCRTCs), make([]uint32, r.nConnectors)
	r = resources{nCRTCs: r.nCRTCs, nConnectors: r.nConnectors}
	r.crtcs, r.connectors = at(&pins, crtcs), at(&pins, connectors)
	if err := k.ioctl(getResources, unsafe.Pointer(&r)); err != nil {
		return nil, nil, err
	}
	return crtcs[:min(int(r.nCRTCs), len(crtcs))], connectors[:min(int(r.nConnectors), len(connectors))], nil
}

// askConnector asks for a connector, its modes and what may drive it. With room for no modes the
// kernel looks at what is plugged in, which may take a tenth of a second; else it says what it
// knows.
func askConnector(k kernel, id, room uint32) (c connector, modes []mode, encoders []uint32, err error) {
	var pins runtime.Pinner
	defer pins.Unpin()
	modes = make([]mode, room)
	c = connector{id: id, nModes: room, modes: at(&pins, modes)}
	if err = k.ioctl(getConnector, unsafe.Pointer(&c)); err != nil || room > 0 {
		return c, modes, nil, err
	}
	modes, encoders = make([]mode, c.nModes), make([]uint32, c.nEncoders)
	c = connector{id: id, nModes: c.nModes, nEncoders: c.nEncoders}
	c.modes, c.encoders = at(&pins, modes), at(&pins, encoders)
	err = k.ioctl(getConnector, unsafe.Pointer(&c))
	return c, modes[:min(int(c.nModes), len(modes))], encoders[:min(int(c.nEncoders), len(encoders))], err
}

// driver gives the number of what drives the connector now, or may; 0: nothing.
func driver(k kernel, c connector, encoders, crtcs []uint32) uint32 {
	now := encoder{id: c.encoder}
	if c.encoder != 0 && k.ioctl(getEncoder, unsafe.Pointer(&now)) == nil && now.crtc != 0 {
		return now.crtc
	}
	for _, id := range encoders {
		e := encoder{id: id}
		if k.ioctl(getEncoder, unsafe.Pointer(&e)) != nil {
			continue
		}
		for i, id := range crtcs {
			if e.crtcs&(1<<i) != 0 {
				return id
			}
		}
	}
	return 0
}

// enough is the most pixels that a picture needs to be read two metres away. More would cost memory
// and time.
const enough = 1920 * 1200

// choose gives the mode that the screen prefers. If that has more pixels than enough, it is the
// largest that has not, if there is one.
func choose(modes []mode) mode {
	pixels := func(m mode) int { return int(m.width) * int(m.height) }
	best := modes[max(0, slices.IndexFunc(modes, func(m mode) bool { return m.kind&preferred != 0 }))]
	if pixels(best) <= enough {
		return best
	}
	small := slices.DeleteFunc(slices.Clone(modes), func(m mode) bool { return pixels(m) > enough })
	if len(small) == 0 {
		return best
	}
	return slices.MaxFunc(small, func(a, b mode) int { return cmp.Compare(pixels(a), pixels(b)) })
}

// gone says that there is no screen, for which reason.
func gone(format string, args ...any) error {
	return fmt.Errorf("%w: %w", hal.ErrGone, fmt.Errorf(format, args...))
}
