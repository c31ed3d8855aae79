package camera

import (
	"math"
	"math/rand/v2"

	"menshen/hal"
)

// show draws scenes: a corridor, and in it a person, a sheet or a screen. It is good enough to run
// the recognizer on, but does not measure how well the recognizer works with living people.
type show struct {
	corridor []byte // Width*Height*3
	noise    []int8 // one screenful and some more, read from another place each frame
}

const (
	walk      = 2 * Rate // frames of a walk-up
	farAway   = 0.3      // size at its beginning, of that at its end
	faceUpTo  = 215.0    // height of the face at the end, pixels, where the picture's face is known
	frameFill = 1.25     // height of the picture at the end, of the frame's, where it is not
)

func newShow() *show {
	s := &show{corridor: make([]byte, Width*Height*3), noise: make([]int8, Width*Height*3+4099)}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range s.noise {
		s.noise[i] = int8(rng.NormFloat64() * 4)
	}
	for y := range Height {
		for x := range Width {
			// Walls darken towards the far end in the middle; the floor is a little warmer.
			depth := math.Max(math.Abs(float64(x)/Width-0.5)*2, math.Abs(float64(y)/Height-0.45)*1.6)
			v := 70 + 70*math.Min(depth, 1)
			floor := math.Max(0, float64(y)/Height-0.7) * 40
			o := (y*Width + x) * 3
			s.corridor[o], s.corridor[o+1], s.corridor[o+2] = byte(v-floor), byte(v), byte(v+floor)
		}
	}
	return s
}

// render draws frame n of a scene. Same arguments, same pixels.
func (s *show) render(scene Scene, picture *hal.Frame, n int, f *hal.Frame) {
	f.Width, f.Height = Width, Height
	f.BGR = append(f.BGR[:0], s.corridor...)
	m := motion(scene, n)
	if scene.Picture != "" && picture.Width > 1 && picture.Height > 1 {
		if scene.Kind == Photo || scene.Kind == Screen {
			s.sheet(scene, picture, m, n, f)
		} else {
			s.person(scene, picture, m, n, f)
		}
	}
	gain := m.light
	if scene.Light > 0 {
		gain *= float64(scene.Light) / 100
	}
	s.expose(f, gain, m.side, int(scene.Seed%61)*37+n*n*131)
}

// move is where things are at one frame.
type move struct {
	near        float64 // 0 at the beginning of the walk … 1 at its end
	x, y        float64 // sway, pixels
	roll        float64 // radians
	turn        float64 // of the head, −1…1
	light, side float64 // overall gain; how much brighter the left is than the right
}

// size is how large a person is seen, of their size at the end of the walk.
func (m move) size() float64 { return farAway + (1-farAway)*m.near }

// motion is a slow sum of sines whose phases come from the seed.
func motion(scene Scene, n int) move {
	rng := rand.New(rand.NewPCG(scene.Seed, 7))
	phase := func() float64 { return rng.Float64() * 2 * math.Pi }
	t := float64(n) / Rate
	near := math.Min(float64(n)/walk, 1)
	if scene.Stands {
		near = 1
	}
	near = near * near * (3 - 2*near) // starts and stops gently
	slow := 1 - 0.7*near              // a standing person moves less than a walking one
	return move{
		near:  near,
		x:     slow * 14 * math.Sin(2.1*t+phase()),
		y:     slow * 8 * math.Sin(4.2*t+phase()),
		roll:  slow * 0.06 * math.Sin(1.3*t+phase()),
		turn:  0.35 * math.Sin(0.9*t+phase()),
		light: 1 + 0.08*math.Sin(0.5*t+phase()),
		side:  0.15 * math.Sin(0.3*t+phase()),
	}
}

// stand gives the place in the picture that comes to the middle of the frame, and the scale at
// which the picture is drawn at the end of the walk.
func stand(scene Scene, p *hal.Frame) (cx, cy, scale float64) {
	if fc := scene.Face; fc[2] > fc[0] && fc[3] > fc[1] {
		return float64(fc[0]+fc[2]) / 2, float64(fc[1]+fc[3]) / 2, faceUpTo / float64(fc[3]-fc[1])
	}
	return float64(p.Width) / 2, float64(p.Height) / 2, frameFill * Height / float64(p.Height)
}

// person draws a person who walks up. The picture fades into the corridor, so that none of its
// edges show. The head turns by moving its middle against its outline, which a sheet cannot do.
func (s *show) person(scene Scene, p *hal.Frame, m move, n int, f *hal.Frame) {
	cx, cy, scale := stand(scene, p)
	scale *= m.size()
	turn := m.turn
	if scene.Turn {
		turn = 2.2 * math.Sin(2*math.Pi*float64(max(0, n-walk))/(2*Rate))
	}
	inv := 1 / scale
	cos, sin := math.Cos(m.roll)*inv, math.Sin(m.roll)*inv
	face := faceUpTo * m.size()
	bumpX, bumpY := bell(Width/2+m.x, 0.16*face, Width), bell(Height/2+m.y, 0.42*face, Height)
	shift := turn * 0.07 * face
	for y := range Height {
		for x := range Width {
			dx, dy := float64(x)-Width/2-m.x-shift*bumpX[x]*bumpY[y], float64(y)-Height/2-m.y
			sx, sy := cx+cos*dx+sin*dy, cy-sin*dx+cos*dy
			if alpha := fade(sx, float64(p.Width)) * fade(sy, float64(p.Height)); alpha > 0 {
				blend(f.BGR[(y*Width+x)*3:], p, sx, sy, alpha)
			}
		}
	}
	if blur := int(math.Round(5 * (1 - m.near))); blur > 1 {
		smear(f, blur)
	}
}

// bell is a bell curve over n places.
func bell(centre, sigma float64, n int) []float64 {
	b := make([]float64, n)
	for i := range b {
		d := (float64(i) - centre) / sigma
		b[i] = math.Exp(-d * d / 2)
	}
	return b
}

// fade is 1 well inside 0…length and falls to 0 at its ends.
func fade(v, length float64) float64 {
	edge := math.Min(v, length-1-v) / (0.12 * length)
	if edge <= 0 {
		return 0
	}
	if edge >= 1 {
		return 1
	}
	return edge * edge * (3 - 2*edge)
}

// blend lays the picture's bilinear colour at (x, y) over dst.
func blend(dst []byte, p *hal.Frame, x, y, alpha float64) {
	ix, iy := min(max(int(x), 0), p.Width-2), min(max(int(y), 0), p.Height-2)
	tx, ty := x-float64(ix), y-float64(iy)
	o := (iy*p.Width + ix) * 3
	a, b := p.BGR[o:o+6], p.BGR[o+p.Width*3:o+p.Width*3+6]
	for c := range 3 {
		top := float64(a[c]) + tx*(float64(a[c+3])-float64(a[c]))
		low := float64(b[c]) + tx*(float64(b[c+3])-float64(b[c]))
		v := top + ty*(low-top)
		dst[c] = byte(float64(dst[c]) + alpha*(v-float64(dst[c])))
	}
}

// smear is the blur of motion across: the mean of length pixels of a row.
func smear(f *hal.Frame, length int) {
	for y := range f.Height {
		row := f.BGR[y*f.Width*3 : (y+1)*f.Width*3]
		for x := 0; x < f.Width-length; x++ {
			for c := range 3 {
				sum := 0
				for k := range length {
					sum += int(row[(x+k)*3+c])
				}
				row[x*3+c] = byte(sum / length)
			}
		}
	}
}

// expose applies light and the sensor's noise.
func (s *show) expose(f *hal.Frame, gain, side float64, offset int) {
	noise := s.noise[offset%4099:]
	var gains [Width]int
	for x := range gains {
		gains[x] = int(256 * gain * (1 + side*(0.5-float64(x)/Width)))
	}
	for i := range f.BGR {
		v := int(f.BGR[i])*gains[i/3%Width]>>8 + int(noise[i])
		f.BGR[i] = byte(min(max(v, 0), 255))
	}
}
