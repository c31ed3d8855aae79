package paneltest

import (
	"errors"
	"image"
	"image/color"

	"periph.io/x/conn/v3/physic"
)

// OLED is an SSD1306, on SPI or, as a bus with one panel, on I2C.
type OLED struct {
	Wires
	address      uint16
	size         image.Point
	ram          [8][128]byte
	on, inverted bool
	page, column int
	first, last  [2]int // page and column of the window
	now          byte
	wants        int // arguments that are still to come
	arguments    []byte
}

// NewOLED makes a panel of that size.
func NewOLED(size image.Point, address uint16) *OLED {
	o := &OLED{size: size, address: address}
	o.chip, o.fast = o, 10*physic.MegaHertz
	o.reset()
	return o
}

func (o *OLED) reset() {
	for p := range o.ram {
		for c := range o.ram[p] {
			o.ram[p][c] = byte(p*31 + c*7)
		}
	}
	o.on, o.inverted, o.page, o.column, o.wants = false, false, 0, 0, 0
	o.first, o.last = [2]int{}, [2]int{7, 127}
}

// arguments of the commands that have some.
var argumentsOf = map[byte]int{
	0x20: 1, 0x21: 2, 0x22: 2, 0x81: 1, 0x8d: 1, 0xa8: 1, 0xd3: 1, 0xd5: 1, 0xd9: 1, 0xda: 1, 0xdb: 1,
}

func (o *OLED) command(b byte) {
	if o.wants > 0 {
		o.arguments = append(o.arguments, b)
		if o.wants--; o.wants == 0 && o.now == 0x21 {
			o.first[1], o.last[1], o.column = int(o.arguments[0]), int(o.arguments[1]), int(o.arguments[0])
		} else if o.wants == 0 && o.now == 0x22 {
			o.first[0], o.last[0], o.page = int(o.arguments[0]), int(o.arguments[1]), int(o.arguments[0])
		}
		return
	}
	o.now, o.wants, o.arguments = b, argumentsOf[b], nil
	switch {
	case b == 0xae || b == 0xaf:
		o.on = b == 0xaf
	case b == 0xa6 || b == 0xa7:
		o.inverted = b == 0xa7
	case b>>4 == 0xb:
		o.page = int(b & 7)
	case b>>4 == 0:
		o.column = o.column&0xf0 | int(b)
	case b>>4 == 1:
		o.column = o.column&0x0f | int(b&0xf)<<4
	}
}

func (o *OLED) data(b byte) {
	o.ram[o.page&7][o.column&127] = b
	if o.column++; o.column > o.last[1] {
		if o.column, o.page = o.first[1], o.page+1; o.page > o.last[0] {
			o.page = o.first[0]
		}
	}
}

// SetSpeed implements i2c.Bus.
func (o *OLED) SetSpeed(physic.Frequency) error { return nil }

// Tx implements i2c.Bus: a first byte that says what follows, commands or data.
func (o *OLED) Tx(address uint16, out, _ []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if address != o.address || o.gone || len(out) == 0 {
		return errors.New("paneltest: nobody answers")
	}
	for _, b := range out[1:] {
		if out[0] == 0x40 {
			o.data(b)
		} else {
			o.command(b)
		}
	}
	return nil
}

// Picture is what a person sees.
func (o *OLED) Picture() *image.RGBA {
	o.mu.Lock()
	defer o.mu.Unlock()
	img := image.NewRGBA(image.Rectangle{Max: o.size})
	for y := range o.size.Y {
		for x := range o.size.X {
			v := byte(0)
			if o.on && (o.ram[y/8][x]>>(y%8)&1 == 1) != o.inverted {
				v = 255
			}
			img.SetRGBA(x, y, color.RGBA{v, v, v, 255})
		}
	}
	return img
}
