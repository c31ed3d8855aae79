package recognizer

import (
	"image"
	"math"
)

// affine maps a pixel of a network's input to a place in the frame: x' = a·x + b·y + c, y'
// = d·x + e·y + f.
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) at(x, y float64) (float64, float64) {
	return m.a*x + m.b*y + m.c, m.d*x + m.e*y + m.f
}

// stretch maps an input of w×h pixels onto the rectangle at (x, y) with the given sides. Pixels are
// areas with their centres at half a pixel, as OpenCV's resize has it.
func stretch(x, y, width, height float64, w, h int) affine {
	sx, sy := width/float64(w), height/float64(h)
	return affine{sx, 0, x + sx/2 - 0.5, 0, sy, y + sy/2 - 0.5}
}

// view is a BGR picture of w×h pixels, row by row.
type view struct {
	pix  []byte
	w, h int
}

func (v view) bounds() image.Rectangle { return image.Rect(0, 0, v.w, v.h) }

// canvas is memory for a picture of w×h pixels as a network wants it: a plane for each colour, or
// one of grey, with each value as value·scale − shift.
type canvas struct {
	w, h             int
	scale, shift     float32
	grey             []float32 // nil: a plane for each colour
	blue, green, red []float32
	row              []float32 // the row that is being painted: w pixels, BGR
}

// newCanvas lays the planes over dst, in the order of colour: "bgr", "rgb" or "grey". A value
// becomes (value − mean) / divide.
func newCanvas(dst []float32, w, h int, colour string, mean, divide float32) canvas {
	c, n := canvas{w: w, h: h, scale: 1 / divide, shift: mean / divide, row: make([]float32, 3*w)}, w*h
	switch colour {
	case "grey":
		c.grey = dst[:n]
	case "rgb":
		c.red, c.green, c.blue = dst[:n], dst[n:2*n], dst[2*n:3*n]
	default:
		c.blue, c.green, c.red = dst[:n], dst[n:2*n], dst[2*n:3*n]
	}
	return c
}

// planes are row y of blue, green and red.
func (c *canvas) planes(y int) (blue, green, red []float32) {
	from, to := y*c.w, (y+1)*c.w
	return c.blue[from:to], c.green[from:to], c.red[from:to]
}

// paint takes the row into the planes.
func (c *canvas) paint(y int) {
	scale, shift := c.scale, c.shift
	if c.grey != nil {
		for x, row := 0, c.grey[y*c.w:(y+1)*c.w]; x < len(row); x++ {
			p := c.row[x*3 : x*3+3 : x*3+3]
			row[x] = luma(p[0], p[1], p[2])*scale - shift
		}
		return
	}
	blue, green, red := c.planes(y)
	for x := range blue {
		p := c.row[x*3 : x*3+3 : x*3+3]
		blue[x], green[x], red[x] = p[0]*scale-shift, p[1]*scale-shift, p[2]*scale-shift
	}
}

// light writes the picture's grey values, 0…255, to dst.
func (c *canvas) light(dst []float32) {
	for i := range dst {
		value := float32(0)
		if c.grey != nil {
			value = c.grey[i]
		} else {
			value = luma(c.blue[i], c.green[i], c.red[i])
		}
		dst[i] = (value + c.shift) / c.scale
	}
}

// wipe overwrites the picture.
func (c *canvas) wipe() {
	for _, values := range [][]float32{c.grey, c.blue, c.green, c.red, c.row} {
		clear(values)
	}
}

// luma is the grey of ITU-R BT.601, as OpenCV computes it.
func luma(blue, green, red float32) float32 { return 0.114*blue + 0.587*green + 0.299*red }

// warp paints what is seen of the picture through m, bilinear, black outside the picture. Every
// network's input comes from the frame this way, and no other pixels do.
func (v view) warp(m affine, to *canvas) {
	if m.b == 0 && m.d == 0 {
		v.scale(m, to)
		return
	}
	row := to.row
	for y := range to.h {
		for x := range to.w {
			fx, fy := m.at(float64(x), float64(y))
			v.sample(float32(fx), float32(fy), row[x*3:x*3+3:x*3+3])
		}
		to.paint(y)
	}
}

// half is half the way from one pixel to the next, as a column's weight.
const half = 128

// column is where a column of a scaled picture lies in each row.
type column struct {
	offset int // of the left neighbour, in bytes; −1: at or over the edge
	weight int // of the right neighbour, of 256
}

// scale is warp for a map without a turn, as most are, in whole numbers: the columns' places are
// the same in each row.
func (v view) scale(m affine, to *canvas) {
	columns := make([]column, to.w)
	between := to.grey == nil // each column is half-way between two, as where 640×480 is halved
	for x := range columns {
		fx := m.a*float64(x) + m.c
		left := math.Floor(fx)
		columns[x] = column{-1, int((fx - left) * 256)}
		if left >= 0 && left < float64(v.w-1) {
			columns[x].offset = int(left) * 3
		}
		between = between && columns[x].offset >= 0 && columns[x].weight == half
	}
	row := to.row
	for y := range to.h {
		fy := m.e*float64(y) + m.f
		top := math.Floor(fy)
		within := top >= 0 && top < float64(v.h-1)
		var upper, lower []byte
		if within {
			start := int(top) * v.w * 3
			upper, lower = v.pix[start:start+v.w*3], v.pix[start+v.w*3:start+2*v.w*3]
		}
		ty := int((fy - top) * 256)
		switch {
		case within && between && ty == half:
			to.quarters(y, columns, upper, lower)
			continue
		case within:
			blend(row, columns, upper, lower, ty)
		}
		for x, c := range columns {
			if !within || c.offset < 0 {
				v.sample(float32(m.a*float64(x)+m.c), float32(fy), row[x*3:x*3+3:x*3+3])
			}
		}
		to.paint(y)
	}
}

// blend writes the columns that are not at an edge, ty of 256 down from the upper row.
func blend(row []float32, columns []column, upper, lower []byte, ty int) {
	for x, c := range columns {
		if c.offset < 0 {
			continue
		}
		out := row[x*3 : x*3+3 : x*3+3]
		p, q := upper[c.offset:c.offset+6:c.offset+6], lower[c.offset:c.offset+6:c.offset+6]
		for k := range 3 {
			a := int(p[k])*(256-c.weight) + int(p[k+3])*c.weight
			b := int(q[k])*(256-c.weight) + int(q[k+3])*c.weight
			out[k] = float32(a*(256-ty)+b*ty) * (1.0 / 65536)
		}
	}
}

// quarters paints a row of places half-way between four pixels: what scale would paint, sooner.
func (c *canvas) quarters(y int, columns []column, upper, lower []byte) {
	blue, green, red := c.planes(y)
	scale, shift := c.scale/4, c.shift
	for x, at := range columns {
		p, q := upper[at.offset:at.offset+6:at.offset+6], lower[at.offset:at.offset+6:at.offset+6]
		blue[x] = float32(int32(p[0])+int32(p[3])+int32(q[0])+int32(q[3]))*scale - shift
		green[x] = float32(int32(p[1])+int32(p[4])+int32(q[1])+int32(q[4]))*scale - shift
		red[x] = float32(int32(p[2])+int32(p[5])+int32(q[2])+int32(q[5]))*scale - shift
	}
}

// sample is the bilinear BGR value at (x, y).
func (v view) sample(x, y float32, out []float32) {
	if !(x > -1 && y > -1 && x < float32(v.w) && y < float32(v.h)) {
		out[0], out[1], out[2] = 0, 0, 0
		return
	}
	ix, iy := int(x+1)-1, int(y+1)-1 // floor, since both are above −1
	tx, ty := x-float32(ix), y-float32(iy)
	if ix < 0 || iy < 0 || ix+1 >= v.w || iy+1 >= v.h {
		v.sampleEdge(ix, iy, tx, ty, out)
		return
	}
	o := (iy*v.w + ix) * 3
	p, q := v.pix[o:o+6:o+6], v.pix[o+v.w*3:o+v.w*3+6:o+v.w*3+6]
	for c := range 3 {
		top := float32(p[c]) + tx*(float32(p[c+3])-float32(p[c]))
		low := float32(q[c]) + tx*(float32(q[c+3])-float32(q[c]))
		out[c] = top + ty*(low-top)
	}
}

// sampleEdge is sample where one of the four neighbours is outside the picture and counts as black.
func (v view) sampleEdge(ix, iy int, tx, ty float32, out []float32) {
	out[0], out[1], out[2] = 0, 0, 0
	for _, n := range [4]struct {
		x, y   int
		weight float32
	}{
		{ix, iy, (1 - tx) * (1 - ty)}, {ix + 1, iy, tx * (1 - ty)},
		{ix, iy + 1, (1 - tx) * ty}, {ix + 1, iy + 1, tx * ty},
	} {
		if n.x < 0 || n.y < 0 || n.x >= v.w || n.y >= v.h {
			continue
		}
		for c, o := 0, (n.y*v.w+n.x)*3; c < 3; c++ {
			out[c] += n.weight * float32(v.pix[o+c])
		}
	}
}
