package screen

import (
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"

	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/host/v3/sysfs"

	"menshen/hal"
	"menshen/hal/display/screen/panel"
	"menshen/hal/gpio"
)

// small is a small panel, with what was opened for it.
type small struct {
	drawn
	kind  string
	looks Looks
	lines map[string]periph.PinIO
	bus   io.Closer
}

// drawn is what every panel has.
type drawn interface {
	Draw(img *image.RGBA, dirty image.Rectangle) error
	Close() error
	String() string
}

// openPanel opens the bus and takes the lines. What came so far is given back when it fails. The
// bus is first: of a line, a process that is confined cannot tell that it may not have it.
func (s Source) openPanel() (_ Screen, err error) {
	p := &small{kind: s.Kind, lines: map[string]periph.PinIO{},
		looks: Looks{Size: s.Size, Colour: kinds[s.Kind].colour, Slow: s.Kind == "epaper"}}
	defer func() {
		if err != nil {
			p.release()
		}
	}()
	if s.Bus == "i2c" {
		bus, err := openBus("I2C", fmt.Sprintf("/dev/i2c-%d", s.Port[0]), func() (*sysfs.I2C, error) {
			return sysfs.NewI2C(s.Port[0])
		})
		if err != nil {
			return nil, err
		}
		p.bus = bus
		p.drawn, err = panel.NewOLED(bus, uint16(s.Port[1]), s.Size)
		return p, err
	}
	port, err := openBus("SPI", fmt.Sprintf("/dev/spidev%d.%d", s.Port[0], s.Port[1]), func() (*sysfs.SPI, error) {
		return sysfs.NewSPI(s.Port[0], s.Port[1])
	})
	if err != nil {
		return nil, err
	}
	p.bus = port
	for name, line := range s.Lines {
		if p.lines[name], err = gpio.Open(line); err != nil {
			return nil, fmt.Errorf("line %s: %w", name, err)
		}
	}
	w := panel.Wires{Port: port, DC: p.lines["dc"]}
	if line := p.lines["reset"]; line != nil { // or else w.Reset would not be nil
		w.Reset = line
	}
	if line := p.lines["light"]; line != nil {
		w.Light = line
	}
	p.drawn, err = s.drive(w, p.lines["busy"])
	return p, err
}

// openBus opens a bus. Periph's errors do not tell one that may not be opened from one that is not
// there.
func openBus[B any](name, device string, open func() (B, error)) (bus B, err error) {
	f, err := os.OpenFile(device, os.O_RDWR, 0)
	if err == nil {
		f.Close()
		bus, err = open()
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("%w: run as a member of its group", err)
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%w: %w: is %s enabled in the board's configuration?", hal.ErrGone, err, name)
	}
	return bus, err
}

// drive sets a panel on SPI up.
func (s Source) drive(w panel.Wires, busy periph.PinIn) (drawn, error) {
	switch s.Kind {
	case "ssd1306":
		return panel.NewOLEDOnSPI(w, s.Size)
	case "epaper":
		return panel.NewPaper(w, busy, s.Size)
	}
	return panel.NewColour(w, s.glass())
}

// glass is what the source says of a panel in colour, or what is usual.
func (s Source) glass() panel.Glass {
	g := map[string]panel.Glass{
		"st7735":  {Speed: 15 * physic.MegaHertz},
		"st7789":  {Speed: 16 * physic.MegaHertz, Invert: true}, // it could be faster; jumper wires are long
		"ili9341": {Speed: 10 * physic.MegaHertz, BGR: true, Mirror: true},
	}[s.Kind]
	g.Size, g.Offset = s.Size, s.Offset
	if s.Colours != "" {
		g.BGR = s.Colours == "bgr"
	}
	if s.Invert != "" {
		g.Invert = s.Invert == "yes"
	}
	return g
}

// Looks implements Screen.
func (p *small) Looks() Looks { return p.looks }

// String implements Screen.
func (p *small) String() string { return p.kind + ", " + p.drawn.String() }

// Check implements Screen.
func (p *small) Check() error {
	if c, ok := p.drawn.(interface{ Check() error }); ok {
		return c.Check()
	}
	return nil
}

// Close implements Screen.
func (p *small) Close() error { return errors.Join(p.drawn.Close(), p.release()) }

// release gives bus and lines back.
func (p *small) release() error {
	var errs []error
	for _, line := range p.lines {
		if line != nil {
			errs = append(errs, line.Halt())
		}
	}
	if p.bus != nil {
		errs = append(errs, p.bus.Close())
	}
	return errors.Join(errs...)
}
