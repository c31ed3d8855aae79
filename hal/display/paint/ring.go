package paint

import (
	"image"
	"image/color"
	"math"
)

// solid, instead of a fullness, makes a disc of a ring.
const solid = -1

// annulus paints a ring into a square box, clockwise from the top as far as full thousandths go:
// a thick line, and a thin one where it is empty.
func annulus(dst *image.RGBA, box image.Rectangle, ink color.RGBA64, full int) {
	r := float64(box.Dx()) / 2
	thick := math.Max(2, r*0.11)
	thin := math.Max(1, thick/4)
	cx, cy := float64(box.Min.X)+r, float64(box.Min.Y)+r
	end := float64(full) / 1000 * 2 * math.Pi
	area := box.Intersect(dst.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		dy := float64(y) + 0.5 - cy
		for x := area.Min.X; x < area.Max.X; x++ {
			dx := float64(x) + 0.5 - cx
			d := math.Sqrt(dx*dx + dy*dy)
			if d > r || full != solid && d < r-thick-1 {
				continue
			}
			var cover float64
			switch {
			case full == solid:
				cover = r - d
			case full >= 1000 || full > 0 && turn(dx, dy) <= end:
				cover = math.Min(r-d, d-(r-thick))
			default:
				cover = math.Min(r-(thick-thin)/2-d, d-(r-(thick+thin)/2))
			}
			if cover > 0 {
				blend(dst, x, y, ink, math.Min(cover, 1))
			}
		}
	}
}

// turn is the angle of a direction, clockwise from the top, 0 to 2π.
func turn(dx, dy float64) float64 {
	a := math.Atan2(dx, -dy)
	if a < 0 {
		a += 2 * math.Pi
	}
	return a
}

func blend(dst *image.RGBA, x, y int, ink color.RGBA64, part float64) {
	at := dst.PixOffset(x, y)
	pix := dst.Pix[at : at+3 : at+3]
	for i, v := range [3]uint16{ink.R, ink.G, ink.B} {
		pix[i] = uint8(float64(pix[i])*(1-part) + float64(v>>8)*part + 0.5)
	}
}

// bilevel leaves only the two colours of a panel without shades. A thin stroke is kept rather than
// lost: from two fifths of the ink on it is ink.
func bilevel(img *image.RGBA, p palette) {
	ink, paper := int(p.ink.G), int(p.paper.G)
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		row := img.Pix[img.PixOffset(img.Rect.Min.X, y):][:4*img.Rect.Dx()]
		for i := 0; i < len(row); i += 4 {
			c := p.paper
			if (int(row[i+1])-paper)*100/(ink-paper) >= 40 {
				c = p.ink
			}
			row[i], row[i+1], row[i+2] = c.R, c.G, c.B
		}
	}
}
