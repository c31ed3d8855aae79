// Package panel drives small panels that have their own memory: those in colour of the ST7735,
// ST7789 and ILI9341 class ([NewColour]) and e-paper with an SSD1680 ([NewPaper]), both on SPI, and
// the SSD1306 ([NewOLED]), by periph's driver.
//
// A panel on SPI says nothing back: whether it is there is not known, nor whether a spark has reset
// it. So a Colour is set up again each minute.
//
// Commands are those of the data sheets: Sitronix ST7735S and ST7789V, Ilitek ILI9341, Solomon
// SSD1680. They have been tried on emulators (package paneltest), not on panels.
package panel

import (
	"fmt"
	"image"
	"time"

	"periph.io/x/conn/v3"
	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// Wires are how a panel on SPI is connected. Lines other than DC may be nil.
type Wires struct {
	Port  spi.Port
	DC    periph.PinOut // low while a command is sent, high for what belongs to it
	Reset periph.PinOut // low resets
	Light periph.PinOut // high lights
}

// bus sends commands to a panel on SPI.
type bus struct {
	c    spi.Conn
	dc   periph.PinOut
	most int // bytes at once
}

// connect resets the panel by its line, or else by a command, and leaves it the time that it needs.
func (w Wires) connect(f physic.Frequency, softReset byte) (*bus, error) {
	c, err := w.Port.Connect(f, spi.Mode0, 8)
	if err != nil {
		return nil, fmt.Errorf("connect the panel: %w", err)
	}
	b := &bus{c, w.DC, 4096}
	if l, ok := c.(conn.Limits); ok && l.MaxTxSize() > 0 {
		b.most = l.MaxTxSize()
	}
	if w.Reset == nil {
		err = b.send(softReset)
		time.Sleep(awake)
		return b, err
	}
	return b, w.reset()
}

// reset resets the panel by its line, if it has one.
func (w Wires) reset() error {
	if w.Reset == nil {
		return nil
	}
	for _, level := range []periph.Level{periph.High, periph.Low, periph.High} {
		if err := w.Reset.Out(level); err != nil {
			return fmt.Errorf("reset the panel: %w", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(awake)
	return nil
}

// awake is how long a panel takes after a reset, at most.
const awake = 120 * time.Millisecond

// send sends a command and what belongs to it.
func (b *bus) send(command byte, data ...byte) error {
	if err := b.dc.Out(periph.Low); err != nil {
		return err
	}
	if err := b.c.Tx([]byte{command}, nil); err != nil || len(data) == 0 {
		return err
	}
	if err := b.dc.Out(periph.High); err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(len(data), b.most)
		if err := b.c.Tx(data[:n], nil); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// sendAll sends commands of one byte, each with what belongs to it.
func (b *bus) sendAll(commands ...[]byte) error {
	for _, c := range commands {
		if err := b.send(c[0], c[1:]...); err != nil {
			return err
		}
	}
	return nil
}

// on reports whether a pixel is on where a panel has no colours: one of its colours is half or
// more.
func on(img *image.RGBA, x, y int) bool {
	p := img.Pix[img.PixOffset(x, y):]
	return (p[0]|p[1]|p[2])&0x80 != 0
}
