package screen

import (
	"fmt"
	"path/filepath"

	"menshen/hal/display/screen/drm"
	"menshen/internal/confine"
)

// Open opens the screen. Errors wrap hal.ErrGone when it is not there, and may be tried again;
// fs.ErrPermission when this process may not open it.
func (s Source) Open() (Screen, error) {
	screen, err := s.open()
	if err != nil {
		return nil, fmt.Errorf("open screen %s: %w", s, err)
	}
	return turn(screen, s.Turn), nil
}

func (s Source) open() (Screen, error) {
	switch s.Kind {
	case "drm":
		d, err := drm.Open(s.Where)
		if err != nil {
			return nil, err
		}
		return monitor{d}, nil
	case "fb":
		return openFB(s.Where)
	case "sim":
		return openSim(s.Where, s.Size)
	}
	return s.openPanel()
}

// Keep is what a process needs to use the screen, and to open it again.
func (s Source) Keep() confine.Keep {
	switch s.Kind {
	case "drm":
		cards, _ := filepath.Glob("/dev/dri/card*") // the pattern is right, so there is no error
		return confine.Keep{Read: []string{"/dev/dri"}, Devices: cards, Requests: "d"}
	case "fb":
		return confine.Keep{Devices: []string{s.Where}, Requests: "F"}
	case "sim":
		return confine.Keep{Devices: []string{s.Where}}
	}
	return confine.Keep{Requests: "k\x07\xb4"} // of SPI, I2C and lines that are open
}

// monitor is a screen of the kernel.
type monitor struct{ *drm.Screen }

// Looks implements Screen.
func (m monitor) Looks() Looks {
	return Looks{Size: m.Size(), Width: m.Millimetres().X, Colour: true}
}

var _ Screen = monitor{}
