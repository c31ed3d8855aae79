package panel

import (
	"fmt"
	"image"
	"time"

	"periph.io/x/conn/v3/physic"
)

// Glass is what a panel in colour is made of: a controller, and the glass that a maker put on it.
type Glass struct {
	Speed  physic.Frequency // of SPI
	Size   image.Point      // pixels
	Offset image.Point      // where they begin in the controller's memory
	BGR    bool             // blue and red are exchanged
	Invert bool             // the glass is dark where others are light, as IPS is
	Mirror bool             // left and right are exchanged
}

// Colour is a panel in colour. Its methods are for one goroutine.
type Colour struct {
	bus   *bus
	wires Wires
	glass Glass
	set   time.Time // when it was set up
	lit   bool
	pix   []byte
}

// Commands that these controllers have in common.
const (
	softReset  = 0x01
	sleepOut   = 0x11
	normalMode = 0x13
	invertOff  = 0x20
	invertOn   = 0x21
	displayOn  = 0x29
	setColumns = 0x2a
	setRows    = 0x2b
	writeRAM   = 0x2c
	memoryWay  = 0x36
	pixels     = 0x3a

	mirrorX, orderBGR = 0x40, 0x08 // of memoryWay
	bits16            = 0x55       // of pixels: five of red, six of green, five of blue
)

// NewColour sets a panel up. It is dark until the first picture.
func NewColour(w Wires, g Glass) (*Colour, error) {
	b, err := w.connect(g.Speed, softReset)
	if err != nil {
		return nil, err
	}
	c := &Colour{bus: b, wires: w, glass: g}
	if w.Light != nil {
		err = w.Light.Out(false)
	}
	return c, err
}

// setUp is done again each minute: a spark at the lock may reset a panel, and it does not tell.
func (c *Colour) setUp() error {
	if err := c.bus.send(sleepOut); err != nil {
		return err
	}
	time.Sleep(5 * time.Millisecond)
	way, invert := byte(0), byte(invertOff)
	if c.glass.BGR {
		way |= orderBGR
	}
	if c.glass.Mirror {
		way |= mirrorX
	}
	if c.glass.Invert {
		invert = invertOn
	}
	c.set = time.Now()
	return c.bus.sendAll([]byte{memoryWay, way}, []byte{pixels, bits16}, []byte{invert}, []byte{normalMode})
}

// again is how long a panel is believed to be as it was set up.
const again = time.Minute

// Draw shows a picture of the panel's size, of which only dirty has changed.
func (c *Colour) Draw(img *image.RGBA, dirty image.Rectangle) error {
	all := image.Rectangle{Max: c.glass.Size}
	fresh := time.Since(c.set) > again
	if fresh {
		dirty = all
		if err := c.setUp(); err != nil {
			return err
		}
	}
	if dirty = dirty.Intersect(all).Intersect(img.Rect); dirty.Empty() {
		return nil
	}
	c.pix = c.pix[:0]
	for y := dirty.Min.Y; y < dirty.Max.Y; y++ {
		for x := dirty.Min.X; x < dirty.Max.X; x++ {
			p := img.Pix[img.PixOffset(x, y):]
			c.pix = append(c.pix, p[0]&0xf8|p[1]>>5, p[1]<<3&0xe0|p[2]>>3)
		}
	}
	at := dirty.Add(c.glass.Offset)
	if err := c.bus.sendAll(span(setColumns, at.Min.X, at.Max.X-1), span(setRows, at.Min.Y, at.Max.Y-1)); err != nil {
		return err
	}
	if err := c.bus.send(writeRAM, c.pix...); err != nil || !fresh {
		return err
	}
	if err := c.bus.send(displayOn); err != nil || c.lit || c.wires.Light == nil {
		return err
	}
	c.lit = true
	return c.wires.Light.Out(true)
}

// span is a command with the first and the last of the columns or rows that follow.
func span(command byte, first, last int) []byte {
	return []byte{command, byte(first >> 8), byte(first), byte(last >> 8), byte(last)}
}

// Close switches the light off.
func (c *Colour) Close() error {
	if c.wires.Light == nil {
		return nil
	}
	return c.wires.Light.Out(false)
}

// String is "240×320".
func (c *Colour) String() string { return fmt.Sprintf("%d×%d", c.glass.Size.X, c.glass.Size.Y) }
