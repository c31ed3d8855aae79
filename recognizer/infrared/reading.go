package infrared

import (
	"image"

	"menshen/hal"
	"menshen/recognizer/fusion"
)

const (
	columns, rows = 32, 24 // blocks of a picture
	brighter      = 5      // by so many grey levels a block counts as lit
)

// Reading is how bright a frame is: the means of its blocks, 0…255. It is a very small picture, so
// overwrite it like one. The zero value is of no frame.
type Reading struct {
	Lit    bool // the emitter was on
	blocks [rows][columns]uint8
	size   image.Point // of the frame, pixels
}

// Read measures a frame, and does not keep it. A frame whose pixels do not fit its size gives the
// zero value.
func Read(f *hal.Frame, lit bool) Reading {
	if f.Width < columns || f.Height < rows || len(f.BGR) != f.Width*f.Height*3 {
		return Reading{}
	}
	r := Reading{Lit: lit, size: image.Pt(f.Width, f.Height)}
	for y := range rows {
		for x := range columns {
			r.blocks[y][x] = mean(f, image.Rect(x*f.Width/columns, y*f.Height/rows,
				(x+1)*f.Width/columns, (y+1)*f.Height/rows))
		}
	}
	return r
}

// mean is the brightness of a part of a frame, by its green.
func mean(f *hal.Frame, part image.Rectangle) uint8 {
	sum := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		row := f.BGR[(y*f.Width+part.Min.X)*3 : (y*f.Width+part.Max.X)*3]
		for i := 1; i < len(row); i += 3 {
			sum += int(row[i])
		}
	}
	return uint8(sum / (part.Dx() * part.Dy()))
}

// Level is the mean of the whole picture.
func (r *Reading) Level() float64 { return r.level(image.Rect(0, 0, columns, rows)) }

// at is the mean of the blocks whose middles lie in the middle half of a face's box, where there is
// skin and nothing else; 0: none.
func (r *Reading) at(face image.Rectangle) float64 {
	if r.size.X == 0 {
		return 0
	}
	core := image.Rect(face.Min.X+face.Dx()/4, face.Min.Y+face.Dy()/4, face.Max.X-face.Dx()/4, face.Max.Y-face.Dy()/4)
	block := func(p image.Point) image.Point {
		return image.Pt((2*p.X*columns/r.size.X+1)/2, (2*p.Y*rows/r.size.Y+1)/2)
	}
	all := image.Rect(0, 0, columns, rows)
	return r.level(image.Rectangle{Min: block(core.Min), Max: block(core.Max)}.Intersect(all))
}

func (r *Reading) level(blocks image.Rectangle) float64 {
	if blocks.Empty() {
		return 0
	}
	sum := 0
	for y := blocks.Min.Y; y < blocks.Max.Y; y++ {
		for _, v := range r.blocks[y][blocks.Min.X:blocks.Max.X] {
			sum += int(v)
		}
	}
	return float64(sum) / float64(blocks.Dx()*blocks.Dy())
}

// Pair says what two readings of one camera show, one lit and one not, in any order. face is where
// the face is in the lit frame, by the detector with its score; with a score of 0 it is where the
// face should be.
func Pair(a, b *Reading, face image.Rectangle, score float32) fusion.Infrared {
	lit, dark := a, b
	if b.Lit {
		lit, dark = b, a
	}
	return fusion.Infrared{Pair: true, Face: score, Lit: float32(lit.at(face)), Dark: float32(dark.at(face)),
		Changed: changed(lit, dark)}
}

// changed is the part of the picture that is brighter in lit than in dark, less the part that is
// darker, 0…1: a person who moves makes as much of it darker as brighter.
func changed(lit, dark *Reading) float32 {
	n := 0
	for y := range rows {
		for x := range columns {
			switch gain := int(lit.blocks[y][x]) - int(dark.blocks[y][x]); {
			case gain >= brighter:
				n++
			case gain <= -brighter:
				n--
			}
		}
	}
	return float32(max(n, 0)) / (rows * columns)
}
