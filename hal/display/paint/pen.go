package paint

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// pen draws shapes of a pictogram, in a square of 100 units, onto a mask. What overlaps is drawn
// once: each shape runs clockwise, and what is cut out is drawn after.
type pen struct {
	mask  *image.Alpha
	one   *image.Alpha // the shape that is being drawn
	scale float32
	shape vector.Rasterizer
	flip  bool // left and right change places

	points []pt // in pixels; scratch
}

// pictogram gives the mask of a drawing, with sides of px.
func pictogram(px int, drawing func(*pen)) *image.Alpha {
	square := image.Rect(0, 0, px, px)
	p := &pen{mask: image.NewAlpha(square), one: image.NewAlpha(square), scale: float32(px) / 100}
	drawing(p)
	return p.mask
}

type pt struct{ x, y float32 }

func (p *pen) at(q pt) (x, y float32) {
	if p.flip {
		q.x = 100 - q.x
	}
	return q.x * p.scale, q.y * p.scale
}

// fill paints a closed outline; cut takes it away again.
func (p *pen) fill(outline ...pt) { p.area(outline, false) }
func (p *pen) cut(outline ...pt)  { p.area(outline, true) }

func (p *pen) area(outline []pt, away bool) {
	if len(outline) < 3 {
		return
	}
	p.points = p.points[:0]
	var left, top, right, bottom float32 = 1e9, 1e9, -1e9, -1e9
	for _, q := range outline {
		x, y := p.at(q)
		left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
		p.points = append(p.points, pt{x, y})
	}
	touched := image.Rect(int(left)-1, int(top)-1, int(right)+2, int(bottom)+2).Intersect(p.mask.Rect)
	if touched.Empty() {
		return
	}
	p.shape.Reset(touched.Dx(), touched.Dy())
	p.shape.DrawOp = draw.Src
	for i, q := range p.points {
		q.x, q.y = q.x-float32(touched.Min.X), q.y-float32(touched.Min.Y)
		if i == 0 {
			p.shape.MoveTo(q.x, q.y)
		} else {
			p.shape.LineTo(q.x, q.y)
		}
	}
	p.shape.ClosePath()
	p.shape.Draw(p.one, touched, opaque, image.Point{})
	for y := touched.Min.Y; y < touched.Max.Y; y++ {
		row, onto := p.one.Pix[p.one.PixOffset(0, y):], p.mask.Pix[p.mask.PixOffset(0, y):]
		for x := touched.Min.X; x < touched.Max.X; x++ {
			a, m := int(row[x]), int(onto[x])
			if away {
				onto[x] = byte(m * (255 - a) / 255)
			} else {
				onto[x] = byte(m + a*(255-m)/255)
			}
		}
	}
}

// disc is a filled circle; hole one that is cut out.
func (p *pen) disc(c pt, r float32) { p.fill(around(c, r, r, 0, 360)...) }
func (p *pen) hole(c pt, r float32) { p.cut(around(c, r, r, 0, 360)...) }

// oval is a filled ellipse.
func (p *pen) oval(c pt, rx, ry float32) { p.fill(around(c, rx, ry, 0, 360)...) }

// arc is a part of a ring of middle radius r, w wide. Degrees run clockwise from the top.
func (p *pen) arc(c pt, r, w, from, to float32) {
	out := around(c, r+w/2, r+w/2, from, to)
	in := around(c, r-w/2, r-w/2, from, to)
	for i := len(in) - 1; i >= 0; i-- {
		out = append(out, in[i])
	}
	p.fill(out...)
}

// bow is an arc with round ends.
func (p *pen) bow(c pt, r, w, from, to float32) {
	p.arc(c, r, w, from, to)
	p.disc(on(c, r, from), w/2)
	p.disc(on(c, r, to), w/2)
}

// line is a stroke w wide through points, with round ends and corners.
func (p *pen) line(w float32, through ...pt) {
	for i, b := range through {
		p.disc(b, w/2)
		if i == 0 {
			continue
		}
		p.fill(bar(through[i-1], b, w)...)
	}
}

// gap cuts a straight stroke out.
func (p *pen) gap(w float32, a, b pt) { p.cut(bar(a, b, w)...) }

// box is a filled rectangle with round corners.
func (p *pen) box(x, y, w, h, r float32) { p.fill(rounded(x, y, w, h, r)...) }

// frame is the outline of such a box, t thick, inside of it.
func (p *pen) frame(x, y, w, h, r, t float32) {
	p.box(x, y, w, h, r)
	p.cut(rounded(x+t, y+t, w-2*t, h-2*t, max(r-t, 0))...)
}

// arrow is a stroke with a head at its end.
func (p *pen) arrow(w float32, a, b pt) {
	p.line(w, a, b)
	dx, dy := b.x-a.x, b.y-a.y
	l := float32(math.Hypot(float64(dx), float64(dy)))
	dx, dy = dx/l*w*2.2, dy/l*w*2.2
	p.line(w, pt{b.x - dx - dy, b.y - dy + dx}, b, pt{b.x - dx + dy, b.y - dy - dx})
}

func bar(a, b pt, w float32) []pt {
	dx, dy := b.x-a.x, b.y-a.y
	l := float32(math.Hypot(float64(dx), float64(dy)))
	if l == 0 {
		return nil
	}
	dx, dy = dx/l*w/2, dy/l*w/2
	return []pt{{a.x - dy, a.y + dx}, {a.x + dy, a.y - dx}, {b.x + dy, b.y - dx}, {b.x - dy, b.y + dx}}
}

func rounded(x, y, w, h, r float32) (all []pt) {
	if r == 0 {
		return []pt{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}
	}
	all = append(all, around(pt{x + w - r, y + r}, r, r, 0, 90)...)
	all = append(all, around(pt{x + w - r, y + h - r}, r, r, 90, 180)...)
	all = append(all, around(pt{x + r, y + h - r}, r, r, 180, 270)...)
	return append(all, around(pt{x + r, y + r}, r, r, 270, 360)...)
}

// around gives points of an ellipse, each three degrees; on gives one of a circle.
func around(c pt, rx, ry, from, to float32) (all []pt) {
	steps := max(int((to-from)/3), 1)
	for i := 0; i <= steps; i++ {
		a := float64(from+(to-from)*float32(i)/float32(steps)) * math.Pi / 180
		all = append(all, pt{c.x + rx*float32(math.Sin(a)), c.y - ry*float32(math.Cos(a))})
	}
	return all
}

func on(c pt, r, degrees float32) pt {
	a := float64(degrees) * math.Pi / 180
	return pt{c.x + r*float32(math.Sin(a)), c.y - r*float32(math.Cos(a))}
}
