package acts

import (
	"errors"
	"math"
	"math/rand/v2"

	"menshen/hal"
	"menshen/recognizer"
)

// The size of the frames.
const (
	width, height = 640, 480
	faceHeight    = 100.0 // from the brows to the chin, pixels
)

// pose is how a head or a sheet is held. The zero value is as in the portrait, in the middle.
type pose struct {
	yaw, pitch, roll float64 // degrees; yaw is positive towards the frame's right, pitch upwards
	x, y             float64 // shift, pixels
	closed           float64 // how far the eyes are closed, 0…1
	sheet            bool    // it is the portrait on a sheet of paper or a screen
	bend             float64 // of a sheet: depth of its middle before its edges, in its widths
}

// portrait is one picture of a person, taken apart.
type portrait struct {
	pixels []byte
	w, h   int
	scale  float64 // pixels of the frame for one of the portrait

	// In the portrait's pixels.
	cx, cy float64 // middle of the head
	a, b   float64 // half its width and height
	nose   point   // its tip, from the middle
	apart  float64 // of the eyes
	eyes   [2]eye
}

type point struct{ x, y float64 }

var errFace = errors.New("not a face's points")

// newPortrait takes a picture apart, by the 68 points of Chain.Landmarks. It keeps the pixels.
func newPortrait(f *hal.Frame, marks [68]recognizer.Point) (*portrait, error) {
	at := func(i int) point { return point{float64(marks[i].X), float64(marks[i].Y)} }
	left, right, chin, brow := at(0), at(16), at(8), at(27)
	p := &portrait{
		cx: (left.x + right.x) / 2, cy: brow.y*0.6 + at(33).y*0.4,
		a: 0.55 * (right.x - left.x),
	}
	p.b = 1.1 * (chin.y - p.cy)
	p.nose = point{at(30).x - p.cx, at(30).y - p.cy}
	p.eyes[0], p.eyes[1] = eyeOf(at, 36), eyeOf(at, 42)
	p.apart = p.eyes[1].x0 - p.eyes[0].x0
	tall := chin.y - brow.y
	if !(p.a > 8 && p.b > 8 && p.apart > 4 && tall > 8) {
		return nil, errFace
	}
	p.scale = faceHeight / tall
	p.pixels, p.w, p.h = f.BGR, f.Width, f.Height
	return p, nil
}

// depth is how far a place of the portrait stands out, and turns how far it takes part in a turn:
// what is around a head stays. A place is from the head's middle, in the portrait's pixels.
func (p *portrait) depth(at pose, x, y float64) (depth, turns float64) {
	if at.sheet {
		half := 2 * p.a
		return 2 * half * at.bend * (1 - min(x*x/(half*half), 1)), 1
	}
	r := (x*x)/(p.a*p.a) + (y*y)/(p.b*p.b)
	nx, ny := (x-p.nose.x)/(0.22*p.apart), (y-p.nose.y)/(0.35*p.apart)
	depth = 0.9*p.a*(1-min(r, 1)) + 0.4*p.apart*math.Exp(-(nx*nx+ny*ny)/2)
	return depth, 1 - smooth((math.Sqrt(r)-1)/0.5)
}

// distance is the camera's from the head, in half widths of the head: an arm's length and a half.
const distance = 12

// grid is how far apart the places are, in pixels of the frame, that are looked up in the portrait;
// between them it is a straight line.
const (
	grid    = 4
	columns = width/grid + 1
	rows    = height/grid + 1
)

// draw shows the portrait as a head that turns in space, or as a sheet, with the camera's noise.
func (p *portrait) draw(at pose, f *hal.Frame, noise *rand.Rand) {
	f.Width, f.Height = width, height
	if len(f.BGR) != width*height*3 {
		f.BGR = make([]byte, width*height*3)
	}
	places := p.lookUp(at)
	for j := range height {
		for i := range width {
			near := places[j/grid*columns+i/grid:]
			u, v := float64(i%grid)/grid, float64(j%grid)/grid
			mix := func(a, b, c, d float64) float64 { return (a*(1-u)+b*u)*(1-v) + (c*(1-u)+d*u)*v }
			x := mix(near[0].x, near[1].x, near[columns].x, near[columns+1].x)
			y := mix(near[0].y, near[1].y, near[columns].y, near[columns+1].y)
			p.blend(f.BGR[(j*width+i)*3:], x+p.cx, y+p.cy, at.closed, noise)
		}
	}
}

// lookUp finds which places of the portrait are seen at the grid's points of the frame.
func (p *portrait) lookUp(at pose) []point {
	sr, cr := math.Sincos(at.roll * math.Pi / 180)
	sy, cy := math.Sincos(at.yaw * math.Pi / 180)
	sp, cp := math.Sincos(at.pitch * math.Pi / 180)
	far := distance * p.a
	seen := func(x, y float64) (float64, float64) { // where a place of the portrait is seen
		z, turns := p.depth(at, x, y)
		tx, tz := x*cy+z*sy, z*cy-x*sy
		ty, tz := y*cp-tz*sp, tz*cp+y*sp
		near := far / (far - tz)
		return x + turns*(tx*near-x), y + turns*(ty*near-y)
	}
	places := make([]point, columns*rows)
	for i := range places {
		dx, dy := float64(i%columns*grid)-width/2-at.x, float64(i/columns*grid)-height/2-at.y
		tx, ty := (cr*dx+sr*dy)/p.scale, (cr*dy-sr*dx)/p.scale
		x, y := tx, ty
		for range 8 { // each step comes nearer to the place that is seen here
			gx, gy := seen(x, y)
			x, y = x+tx-gx, y+ty-gy
		}
		places[i] = point{x, y}
	}
	return places
}

// wall is what is seen around the portrait, and grain the camera's noise.
const (
	wall  = 110.0
	grain = 2.5
)

// blend writes the portrait's colour at a place, which fades into the wall towards its edges.
func (p *portrait) blend(dst []byte, x, y, closed float64, noise *rand.Rand) {
	inside := smooth(min(x, float64(p.w-2)-x, y, float64(p.h-2)-y) / (0.06 * float64(p.w)))
	var colour [3]float64
	if inside > 0 {
		for i := range p.eyes {
			y = p.eyes[i].lid(x, y, closed)
		}
		ix, iy := int(x), int(min(max(y, 0), float64(p.h-2)))
		u, v := x-float64(ix), y-float64(iy)
		for c := range 3 {
			s := func(i int) float64 { return float64(p.pixels[i*3+c]) }
			o := iy*p.w + ix
			colour[c] = (s(o)*(1-u)+s(o+1)*u)*(1-v) + (s(o+p.w)*(1-u)+s(o+p.w+1)*u)*v
		}
	}
	for c := range 3 {
		value := wall + inside*(colour[c]-wall) + noise.NormFloat64()*grain
		dst[c] = byte(min(max(value, 0), 255))
	}
}

// smooth goes from 0 at 0 to 1 at 1, gently.
func smooth(v float64) float64 {
	v = min(max(v, 0), 1)
	return v * v * (3 - 2*v)
}
