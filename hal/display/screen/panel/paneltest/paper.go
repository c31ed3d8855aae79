package paneltest

import (
	"image"
	"image/color"
	"time"

	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// Paper is e-paper with an SSD1680.
type Paper struct {
	Wires
	size     image.Point
	ink      []bool // white, of each point
	memories map[byte][]byte
	now      byte
	at       []byte // what came with the command
	columns  [2]int // in bytes
	rows     [2]int
	x, y     int
	lines    int
	rising   bool
	sequence byte
	busy     time.Time // until then
	stuck    bool
	Whole    int // how often all of it was refreshed
	Quick    int
}

// pitch is how many bytes of a row the memory has.
const pitch = 22

// NewPaper makes e-paper of that size, on which an earlier picture is left.
func NewPaper(size image.Point) *Paper {
	p := &Paper{size: size, ink: make([]bool, size.X*size.Y)}
	for i := range p.ink {
		p.ink[i] = i%3 == 0
	}
	p.chip, p.fast = p, 20*physic.MegaHertz
	p.reset()
	return p
}

// Stick leaves the busy line high, or broken off.
func (p *Paper) Stick() { p.mu.Lock(); defer p.mu.Unlock(); p.stuck = true }

func (p *Paper) reset() {
	p.memories = map[byte][]byte{0x24: make([]byte, pitch*296), 0x26: make([]byte, pitch*296)}
	p.now, p.lines, p.rising, p.sequence = 0, 296, false, 0xff
	p.columns, p.rows, p.x, p.y = [2]int{0, pitch - 1}, [2]int{0, 295}, 0, 0
	p.work(10 * time.Millisecond)
}

func (p *Paper) work(d time.Duration) { p.busy = time.Now().Add(d) }

func (p *Paper) command(b byte) {
	if p.now, p.at = b, nil; time.Now().Before(p.busy) { // it does not listen
		p.now = 0
		return
	}
	switch b {
	case 0x12:
		p.reset()
	case 0x20:
		p.show()
	}
}

func (p *Paper) data(b byte) {
	p.at = append(p.at, b)
	a := p.at
	whole := func(n int) bool { return len(a) == n }
	switch {
	case p.now == 0x01 && whole(3):
		p.lines = int(a[1])<<8 | int(a[0]) + 1
	case p.now == 0x11:
		p.rising = b == 3
	case p.now == 0x22:
		p.sequence = b
	case p.now == 0x44 && whole(2):
		p.columns = [2]int{int(a[0]), int(a[1])}
	case p.now == 0x45 && whole(4):
		p.rows = [2]int{int(a[1])<<8 | int(a[0]), int(a[3])<<8 | int(a[2])}
	case p.now == 0x4e:
		p.x = int(b)
	case p.now == 0x4f && whole(2):
		p.y = int(a[1])<<8 | int(a[0])
	case p.now == 0x24 || p.now == 0x26:
		if i := p.y*pitch + p.x; p.rising && i < len(p.memories[p.now]) {
			p.memories[p.now][i] = b
		}
		if p.x++; p.x > p.columns[1] {
			if p.x, p.y = p.columns[0], p.y+1; p.y > p.rows[1] {
				p.y = p.rows[0]
			}
		}
	}
}

// show moves the ink: all of it, or where the two memories differ.
func (p *Paper) show() {
	bit := func(memory byte, x, y int) bool { return p.memories[memory][y*pitch+x/8]&(0x80>>(x%8)) != 0 }
	for y := range min(p.size.Y, p.lines) {
		for x := range p.size.X {
			switch next := bit(0x24, x, y); p.sequence {
			case 0xf7:
				p.ink[y*p.size.X+x] = next
			case 0xff:
				if next != bit(0x26, x, y) {
					p.ink[y*p.size.X+x] = next
				}
			}
		}
	}
	if p.sequence == 0xf7 {
		p.Whole++
		p.work(40 * time.Millisecond)
	} else {
		p.Quick++
		p.work(15 * time.Millisecond)
	}
}

// Busy is the line that is high while the panel works.
func (p *Paper) Busy() periph.PinIn { return busyLine{periph.INVALID, p} }

type busyLine struct {
	periph.PinIO
	p *Paper
}

func (b busyLine) In(periph.Pull, periph.Edge) error { return nil }

func (b busyLine) Read() periph.Level {
	b.p.mu.Lock()
	defer b.p.mu.Unlock()
	return periph.Level(b.p.stuck || time.Now().Before(b.p.busy))
}

// Picture is what a person sees.
func (p *Paper) Picture() *image.RGBA {
	p.mu.Lock()
	defer p.mu.Unlock()
	img := image.NewRGBA(image.Rectangle{Max: p.size})
	for i, white := range p.ink {
		v := byte(0)
		if white {
			v = 255
		}
		img.SetRGBA(i%p.size.X, i/p.size.X, color.RGBA{v, v, v, 255})
	}
	return img
}
