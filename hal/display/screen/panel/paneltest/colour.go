package paneltest

import (
	"image"
	"image/color"
	"time"

	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// Colour is a panel in colour: a controller with its memory, and a glass.
type Colour struct {
	Wires
	memory image.Point // the controller's
	size   image.Point // the glass's
	offset image.Point // of the glass in the memory
	bgr    bool        // the glass has blue where the controller has red
	dark   bool        // the glass shows the contrary of what the controller drives
	mirror bool        // the glass begins at the right

	ram           [][3]byte // of five, six and five bits
	way, format   byte
	inverted      bool
	awake, shows  bool
	woken         time.Time // since a reset, or since it left its sleep
	now           byte      // the command
	arguments     []byte
	columns, rows [2]int
	x, y          int
	lit           bool
}

// NewColour makes a panel with a controller of that memory, that takes so many bits a second.
func NewColour(memory, size, offset image.Point, fast physic.Frequency) *Colour {
	c := &Colour{memory: memory, size: size, offset: offset}
	c.chip, c.fast = c, fast
	c.reset()
	return c
}

// Glass says what the glass is like: with blue and red exchanged, dark where others are light, and
// with left and right exchanged.
func (c *Colour) Glass(bgr, dark, mirror bool) { c.bgr, c.dark, c.mirror = bgr, dark, mirror }

// Light is the line of the lamp behind the glass.
func (c *Colour) Light() periph.PinOut {
	return line{periph.INVALID, func(l periph.Level) { c.lit = bool(l) }, &c.Wires}
}

// reset leaves noise in the memory, as a panel does.
func (c *Colour) reset() {
	c.ram = make([][3]byte, c.memory.X*c.memory.Y)
	for i := range c.ram {
		c.ram[i] = [3]byte{byte(i * 7), byte(i * 13), byte(i * 29)}
	}
	c.way, c.format, c.inverted, c.awake, c.shows, c.now = 0, 0x66, false, false, false, 0
	c.woken = time.Now()
	c.columns, c.rows = [2]int{0, c.memory.X - 1}, [2]int{0, c.memory.Y - 1}
}

func (c *Colour) command(b byte) {
	since := time.Since(c.woken)
	c.now, c.arguments = 0, nil
	if since < 5*time.Millisecond { // it still resets, or wakes up
		return
	}
	switch c.now = b; b {
	case 0x01:
		c.reset()
	case 0x10:
		c.awake = false
	case 0x11:
		if since < 120*time.Millisecond && !c.awake {
			return
		}
		if !c.awake {
			c.woken = time.Now()
		}
		c.awake = true
	case 0x20, 0x21:
		c.inverted = b == 0x21
	case 0x28, 0x29:
		c.shows = b == 0x29
	case 0x2c:
		c.x, c.y = c.columns[0], c.rows[0]
	}
}

func (c *Colour) data(b byte) {
	c.arguments = append(c.arguments, b)
	a := c.arguments
	switch {
	case c.now == 0x36:
		c.way = b
	case c.now == 0x3a:
		c.format = b
	case c.now == 0x2a && len(a) == 4:
		c.columns = [2]int{int(a[0])<<8 | int(a[1]), int(a[2])<<8 | int(a[3])}
	case c.now == 0x2b && len(a) == 4:
		c.rows = [2]int{int(a[0])<<8 | int(a[1]), int(a[2])<<8 | int(a[3])}
	case c.now == 0x2c && c.format&7 == 5 && len(a) == 2:
		c.arguments = nil
		c.put([3]byte{a[0] >> 3, a[0]&7<<3 | a[1]>>5, a[1] & 0x1f})
	}
}

// put writes a pixel where the pointers are, and moves them on: along a row, and at its end to the
// next; after the last one to the first.
func (c *Colour) put(p [3]byte) {
	x, y := c.x, c.y
	if c.x++; c.x > c.columns[1] {
		if c.x, c.y = c.columns[0], c.y+1; c.y > c.rows[1] {
			c.y = c.rows[0]
		}
	}
	if c.way&0x20 != 0 {
		x, y = y, x
	}
	if c.way&0x40 != 0 {
		x = c.memory.X - 1 - x
	}
	if c.way&0x80 != 0 {
		y = c.memory.Y - 1 - y
	}
	if x < 0 || y < 0 || x >= c.memory.X || y >= c.memory.Y {
		return
	}
	if c.way&0x08 != 0 {
		p[0], p[2] = p[2], p[0]
	}
	c.ram[y*c.memory.X+x] = p
}

// Picture is what a person sees: nothing, where the panel sleeps or is switched off.
func (c *Colour) Picture() *image.RGBA {
	c.mu.Lock()
	defer c.mu.Unlock()
	img := image.NewRGBA(image.Rectangle{Max: c.size})
	for y := range c.size.Y {
		for x := range c.size.X {
			at := x + c.offset.X
			if c.mirror {
				at = c.memory.X - 1 - at
			}
			p := c.ram[(y+c.offset.Y)*c.memory.X+at]
			if c.bgr {
				p[0], p[2] = p[2], p[0]
			}
			seen := color.RGBA{p[0] << 3, p[1] << 2, p[2] << 3, 255}
			if c.inverted != c.dark {
				seen = color.RGBA{^seen.R & 0xf8, ^seen.G & 0xfc, ^seen.B & 0xf8, 255}
			}
			if !c.awake || !c.shows {
				seen = color.RGBA{A: 255}
			}
			img.SetRGBA(x, y, seen)
		}
	}
	return img
}

// Lit reports whether the lamp is on.
func (c *Colour) Lit() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.lit }
