package console

import (
	"bytes"
	"fmt"
	"image"
	"strconv"
	"unicode/utf8"

	"menshen/board/desk"
)

// canvas turns pictures into cells of a terminal and sends only those that changed, within a budget
// of bytes. What does not fit comes with the next picture, from where this one stopped.
//
// There are two styles. ASCII shades: one character a cell, ten shades by the ink of the character,
// for every terminal. Half blocks: a cell is two pixels, one above the other, in 12 of the 24 greys
// of a 256-colour terminal, and the face box is green or yellow.
type canvas struct {
	cols, rows int
	blocks     bool
	now, shown []cell
	level      []uint8 // of each pixel, for the hysteresis
	next       int     // row where the next frame begins
	size       image.Point
}

// cell is what one character place shows. The zero value is a place never drawn.
type cell struct {
	char   rune
	fg, bg uint8 // colour numbers of xterm's 256; 0: the terminal's own
}

const (
	plainStyle = "\x1b[m"
	shades     = " .:-=+*#%@"
	greys      = 12
	firstGrey  = 232 // of xterm's 24 greys
	good, bad  = 46, 226
	noStyle    = 0
)

func newCanvas(cols, rows int, blocks bool) *canvas {
	n := cols * rows
	return &canvas{cols: cols, rows: rows, blocks: blocks, now: make([]cell, n), shown: make([]cell, n),
		level: make([]uint8, 2*n)}
}

// wipe overwrites all that was drawn.
func (v *canvas) wipe() { clear(v.now); clear(v.shown); clear(v.level) }

// draw puts p, its zone and its face box onto the canvas.
func (v *canvas) draw(p *desk.Picture) {
	if p.Width <= 0 || p.Height <= 0 || len(p.Gray) < p.Width*p.Height {
		return
	}
	face, zone := p.Face, p.Zone
	if p.Infrared != nil {
		p = joined(p)
		defer clear(p.Gray)
	}
	if size := fitSize(p.Width, p.Height, v.cols, v.rows); size != v.size {
		v.size = size
		clear(v.now)
	}
	for y := range v.size.Y {
		for x := range v.size.X {
			v.now[y*v.cols+x] = v.shade(p, x, y)
		}
	}
	v.mark(p, zone, face, p.Good)
	if second := p.Infrared; second != nil {
		v.mark(p, second.Zone, second.Face, second.Good)
	}
}

// mark draws the boxes of one camera.
func (v *canvas) mark(p *desk.Picture, zone, face image.Rectangle, isGood bool) {
	v.box(p, zone, [3]rune{'.', '.', ':'}, noStyle)
	colour := uint8(bad)
	if isGood {
		colour = good
	}
	v.box(p, face, [3]rune{'+', '-', '|'}, colour)
}

// gap is what stands between two pictures, of their width.
const gap = 0.04

// joined puts the infrared picture to the right of the other, at the same height, with its boxes
// where they are then. The caller overwrites the pixels.
func joined(p *desk.Picture) *desk.Picture {
	right := *p.Infrared
	scale := float64(p.Height) / float64(max(right.Height, 1))
	from := p.Width + int(gap*float64(p.Width))
	out := *p
	out.Width = from + int(float64(right.Width)*scale)
	out.Gray = make([]uint8, out.Width*p.Height)
	for y := range p.Height {
		row := out.Gray[y*out.Width : (y+1)*out.Width]
		copy(row, p.Gray[y*p.Width:(y+1)*p.Width])
		for x := from; x < out.Width; x++ {
			row[x] = right.Gray[min(int(float64(y)/scale), right.Height-1)*right.Width+
				min(int(float64(x-from)/scale), right.Width-1)]
		}
	}
	moved := func(r image.Rectangle) image.Rectangle {
		at := func(p image.Point) image.Point {
			return image.Pt(from+int(float64(p.X)*scale), int(float64(p.Y)*scale))
		}
		if r.Empty() {
			return r
		}
		return image.Rectangle{Min: at(r.Min), Max: at(r.Max)}
	}
	right.Zone, right.Face = moved(right.Zone), moved(right.Face)
	out.Infrared = &right
	return &out
}

// shade is the picture in the cell at x, y.
func (v *canvas) shade(p *desk.Picture, x, y int) cell {
	if !v.blocks {
		return cell{char: rune(shades[v.quantise(p, x, y, 0, 1, len(shades))])}
	}
	upper, lower := v.quantise(p, x, y, 0, 2, greys), v.quantise(p, x, y, 1, 2, greys)
	return cell{'▀', firstGrey + 2*upper, firstGrey + 2*lower}
}

// quantise is the mean of one part of parts (from the top) of the cell at x, y, in levels steps. It
// changes only when the mean is clearly in another step, so that the camera's noise is not sent.
func (v *canvas) quantise(p *desk.Picture, x, y, part, parts, levels int) uint8 {
	rows := v.size.Y * parts
	r := image.Rect(x*p.Width/v.size.X, (y*parts+part)*p.Height/rows, (x+1)*p.Width/v.size.X,
		(y*parts+part+1)*p.Height/rows)
	r.Max = image.Pt(max(r.Max.X, r.Min.X+1), max(r.Max.Y, r.Min.Y+1))
	sum := 0
	for j := r.Min.Y; j < r.Max.Y; j++ {
		for _, g := range p.Gray[j*p.Width+r.Min.X : j*p.Width+r.Max.X] {
			sum += int(g)
		}
	}
	mean := float64(sum) / float64(r.Dx()*r.Dy()) * float64(levels) / 256
	at := &v.level[2*(y*v.cols+x)+part]
	const slack = 0.3 // of a level
	if mean < float64(*at)-slack || mean > float64(*at)+1+slack {
		*at = uint8(mean)
	}
	return *at
}

// box draws the outline of r, in pixels of p, with characters for
// corners, horizontals and verticals.
func (v *canvas) box(p *desk.Picture, r image.Rectangle, chars [3]rune, colour uint8) {
	if r.Empty() {
		return
	}
	left, right := r.Min.X*v.size.X/p.Width, (r.Max.X-1)*v.size.X/p.Width
	top, bottom := r.Min.Y*v.size.Y/p.Height, (r.Max.Y-1)*v.size.Y/p.Height
	put := func(x, y int, c rune) {
		if x >= 0 && x < v.size.X && y >= 0 && y < v.size.Y {
			at := &v.now[y*v.cols+x]
			*at = cell{char: c}
			if v.blocks {
				at.fg = colour
			}
		}
	}
	for x := max(left, 0); x <= min(right, v.size.X-1); x++ {
		put(x, top, chars[1])
		put(x, bottom, chars[1])
	}
	for y := max(top, 0); y <= min(bottom, v.size.Y-1); y++ {
		put(left, y, chars[2])
		put(right, y, chars[2])
	}
	for _, corner := range []image.Point{{left, top}, {right, top}, {left, bottom}, {right, bottom}} {
		put(corner.X, corner.Y, chars[0])
	}
}

// cellMost is how many bytes one cell costs at most: position, style, character.
const cellMost = len("\x1b[999;999H") + len("\x1b[38;5;255;48;5;255m") + utf8.UTFMax

// frame gives at most budget bytes that bring the screen towards the canvas, the captions below it
// included.
func (v *canvas) frame(budget int, captions ...string) []byte {
	var b bytes.Buffer
	end := plainStyle
	for i, caption := range captions {
		end += fmt.Sprintf("\x1b[%d;1H%s%s", v.rows+1+i, caption, clearRight)
	}
	b.Grow(budget + len(end)) // one buffer, which the caller can wipe
	budget -= len(end)
	style := cell{}
	for i := range v.rows {
		y := (v.next + i) % v.rows
		at := -1 // the column where the terminal's cursor is, in row y
		for x := range v.cols {
			k := y*v.cols + x
			want := v.now[k]
			if want.char == 0 {
				want.char = ' '
			}
			if v.shown[k] == want || v.shown[k].char == 0 && want == (cell{char: ' '}) {
				continue
			}
			if b.Len()+cellMost > budget {
				v.next = y
				b.WriteString(end)
				return b.Bytes()
			}
			if at != x {
				b.WriteString("\x1b[" + strconv.Itoa(y+1) + ";" + strconv.Itoa(x+1) + "H")
			}
			if want.fg != style.fg || want.bg != style.bg {
				b.WriteString(want.style(style))
				style = want
			}
			b.WriteRune(want.char)
			v.shown[k] = want
			at = x + 1
		}
	}
	v.next = 0
	b.WriteString(end)
	return b.Bytes()
}

// style is the sequence that turns the style of before into c's (SGR, and xterm's 256 colours).
func (c cell) style(before cell) string {
	switch {
	case c.fg == noStyle && c.bg == noStyle:
		return plainStyle
	case c.bg == noStyle && before.bg != noStyle:
		return fmt.Sprintf("\x1b[0;38;5;%dm", c.fg)
	case c.bg == before.bg:
		return fmt.Sprintf("\x1b[38;5;%dm", c.fg)
	case c.fg == before.fg:
		return fmt.Sprintf("\x1b[48;5;%dm", c.bg)
	}
	return fmt.Sprintf("\x1b[38;5;%d;48;5;%dm", c.fg, c.bg)
}
