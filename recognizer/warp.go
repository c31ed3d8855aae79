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

// warp looks at the picture through m and writes the BGR pixels of the w×h result to dst (w·h·3
// long), bilinear, black outside the picture. Every network's input comes from the frame this way,
// and no other pixels do.
func (v view) warp(m affine, dst []float32, w, h int) {
	if m.b == 0 && m.d == 0 {
		v.scale(m, dst, w, h)
		return
	}
	for y := range h {
		row := dst[y*w*3 : (y+1)*w*3]
		for x := range w {
			fx, fy := m.at(float64(x), float64(y))
			v.sample(float32(fx), float32(fy), row[x*3:x*3+3:x*3+3])
		}
	}
}

// scale is warp for a map without a turn, as most are, in whole numbers: the columns' places are
// the same in each row.
func (v view) scale(m affine, dst []float32, w, h int) {
	type column struct {
		offset int // of the left neighbour, in bytes; −1: at or over the edge
		weight int // of the right neighbour, of 256
	}
	columns := make([]column, w)
	for x := range columns {
		fx := m.a*float64(x) + m.c
		left := math.Floor(fx)
		columns[x] = column{-1, int((fx - left) * 256)}
		if left >= 0 && left < float64(v.w-1) {
			columns[x].offset = int(left) * 3
		}
	}
	for y := range h {
		fy := m.e*float64(y) + m.f
		top := math.Floor(fy)
		row, within := dst[y*w*3:(y+1)*w*3], top >= 0 && top < float64(v.h-1)
		var upper, lower []byte
		if within {
			start := int(top) * v.w * 3
			upper, lower = v.pix[start:start+v.w*3], v.pix[start+v.w*3:start+2*v.w*3]
		}
		ty := int((fy - top) * 256)
		for x, c := range columns {
			out := row[x*3 : x*3+3 : x*3+3]
			if !within || c.offset < 0 {
				v.sample(float32(m.a*float64(x)+m.c), float32(fy), out)
				continue
			}
			p, q := upper[c.offset:c.offset+6:c.offset+6], lower[c.offset:c.offset+6:c.offset+6]
			if ty == 128 && c.weight == 128 { // halved, as 640×480 is for the detector: the same, sooner
				out[0] = float32(int(p[0])+int(p[3])+int(q[0])+int(q[3])) * 0.25
				out[1] = float32(int(p[1])+int(p[4])+int(q[1])+int(q[4])) * 0.25
				out[2] = float32(int(p[2])+int(p[5])+int(q[2])+int(q[5])) * 0.25
				continue
			}
			for k := range 3 {
				a := int(p[k])*(256-c.weight) + int(p[k+3])*c.weight
				b := int(q[k])*(256-c.weight) + int(q[k+3])*c.weight
				out[k] = float32(a*(256-ty)+b*ty) * (1.0 / 65536)
			}
		}
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

// planes writes interleaved BGR values as a network wants them: one plane a colour, (value
// − mean) / divide.
func planes(bgr, dst []float32, colour string, mean, divide float32) {
	n := len(bgr) / 3
	scale := 1 / divide
	if colour == "grey" {
		for i := range n {
			dst[i] = (grey(bgr[i*3:]) - mean) * scale
		}
		return
	}
	first, third := dst[:n], dst[2*n:3*n] // blue, red
	if colour == "rgb" {
		first, third = third, first
	}
	second := dst[n : 2*n]
	shift := mean * scale
	for i := range n {
		p := bgr[i*3 : i*3+3 : i*3+3]
		first[i], second[i], third[i] = p[0]*scale-shift, p[1]*scale-shift, p[2]*scale-shift
	}
}

// grey is the luma of ITU-R BT.601, as OpenCV computes it.
func grey(bgr []float32) float32 { return 0.114*bgr[0] + 0.587*bgr[1] + 0.299*bgr[2] }
