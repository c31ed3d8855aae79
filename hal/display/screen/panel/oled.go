package panel

import (
	"fmt"
	"image"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/devices/v3/ssd1306"

	"menshen/hal"
)

// OLED is an SSD1306: points that light. Its methods are for one goroutine.
type OLED struct {
	dev  *ssd1306.Dev
	nop  func() error // nil: it does not answer
	size image.Point
}

// NewOLED sets a panel up that answers at an address on I2C.
func NewOLED(b i2c.Bus, address uint16, size image.Point) (*OLED, error) {
	bus := at{b, address}
	o := &OLED{size: size, nop: func() error { return bus.Tx(0, []byte{0x00, 0xe3}, nil) }}
	if err := o.Check(); err != nil {
		return nil, err
	}
	var err error
	o.dev, err = ssd1306.NewI2C(bus, opts(size))
	return o, err
}

// NewOLEDOnSPI sets a panel up that is on SPI.
func NewOLEDOnSPI(w Wires, size image.Point) (*OLED, error) {
	if err := w.reset(); err != nil {
		return nil, err
	}
	dev, err := ssd1306.NewSPI(w.Port, w.DC, opts(size))
	return &OLED{dev: dev, size: size}, err
}

// opts are those of modules of this size: of one with 32 rows each line of points is wired in turn.
func opts(size image.Point) *ssd1306.Opts {
	return &ssd1306.Opts{W: size.X, H: size.Y, Sequential: size.Y <= 32}
}

// at is a bus on which every message goes to one address: periph's driver knows one only.
type at struct {
	i2c.Bus
	address uint16
}

func (a at) Tx(_ uint16, w, r []byte) error { return a.Bus.Tx(a.address, w, r) }

// Draw shows a picture of the panel's size, of which only dirty has changed.
func (o *OLED) Draw(img *image.RGBA, dirty image.Rectangle) error {
	dirty = dirty.Intersect(image.Rectangle{Max: o.size}).Intersect(img.Rect)
	if err := o.dev.Draw(dirty, img, dirty.Min); err != nil {
		return fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	return nil
}

// Check asks whether the panel answers. The error is hal.ErrGone; on SPI there is none.
func (o *OLED) Check() error {
	if o.nop == nil {
		return nil
	}
	if err := o.nop(); err != nil {
		return fmt.Errorf("%w: the SSD1306 does not answer: %w", hal.ErrGone, err)
	}
	return nil
}

// Close switches the panel off.
func (o *OLED) Close() error { return o.dev.Halt() }

// String is "128×64".
func (o *OLED) String() string { return fmt.Sprintf("%d×%d", o.size.X, o.size.Y) }
