// Package qrtest draws frames of a camera in front of which a QR code is held, for the tests and
// the benchmark of readers.
package qrtest

import (
	"math"
	"math/rand/v2"

	encoder "rsc.io/qr"
)

// Size of a frame, pixels.
const (
	Width  = 640
	Height = 480
)

// Frame is how a code is held, and how the camera sees it. Only Side must be set.
type Frame struct {
	Side   float64 // of the code, pixels, where it is not tilted
	Turned float64 // in the plane of the picture, radians
	Tilted float64 // out of it, to one side, radians; the camera is three sides away
	Blur   float64 // standard deviation, pixels
	Light  float64 // 1 is full light; 0 counts as 1
	Noise  float64 // of the sensor: standard deviation, grey levels
	Shade  float64 // the share of the light that is missing at the left edge
	Glare  float64 // the radius of a lamp's reflection on the code, as a share of its side
	Spoilt float64 // the share of the code's area under blots
}

// Draw gives the grey picture of a code on white paper before a grey wall.
func (f Frame) Draw(code *encoder.Code, rng *rand.Rand) []byte {
	const fine = 3 // samples a pixel, each way
	n := float64(code.Size)
	cx, cy := Width/2+rng.Float64()*60-30, Height/2+rng.Float64()*60-30
	sin, cos := math.Sincos(f.Turned)
	tsin, tcos := math.Sincos(f.Tilted)
	blots := f.blots(rng)
	glareX, glareY := rng.Float64()*0.6-0.3, rng.Float64()*0.6-0.3
	seen := make([]float64, Width*Height)
	for i := range seen {
		for s := range fine * fine {
			dx := (float64(i%Width) + (float64(s%fine)+0.5)/fine - cx) / f.Side
			dy := (float64(i/Width) + (float64(s/fine)+0.5)/fine - cy) / f.Side
			x, y := cos*dx+sin*dy, cos*dy-sin*dx
			// The place on the paper that is seen there: paper (u, v) appears at
			// (3u·cos, 3v)/(3+u·sin).
			const away = 3
			u := away * x / (away*tcos - x*tsin)
			v := y * (away + u*tsin) / away
			seen[i] += f.paper(code, u*n, v*n, blots) / (fine * fine)
			if d := math.Hypot(u-glareX, v-glareY); f.Glare > 0 && d < f.Glare {
				seen[i] += 400 * (1 - d/f.Glare) / (fine * fine)
			}
		}
	}
	blur(seen, Width, Height, 1, f.Blur)
	blur(seen, Height, Width, Width, f.Blur)
	light := f.Light
	if light == 0 {
		light = 1
	}
	grey := make([]byte, len(seen))
	for i, v := range seen {
		v *= light * (1 - f.Shade*(1-float64(i%Width)/Width))
		grey[i] = byte(min(max(v+rng.NormFloat64()*f.Noise, 0), 255))
	}
	return grey
}

// paper is the grey at a place in modules from the middle of the code.
func (f Frame) paper(code *encoder.Code, u, v float64, blots []blot) float64 {
	const ink, white, wall, quiet = 30, 225, 100, 4
	n := float64(code.Size)
	x, y := u+n/2, v+n/2
	if x < -quiet || y < -quiet || x >= n+quiet || y >= n+quiet {
		return wall
	}
	for _, b := range blots {
		if math.Hypot(u/n-b.x, v/n-b.y) < b.radius {
			return b.grey
		}
	}
	if x >= 0 && y >= 0 && x < n && y < n && code.Black(int(x), int(y)) {
		return ink
	}
	return white
}

// blot is a round spot; places and lengths in sides of the code, from its middle.
type blot struct{ x, y, radius, grey float64 }

// blots are anywhere but on the finder patterns, without which no reader finds a code.
func (f Frame) blots(rng *rand.Rand) (all []blot) {
	for left := f.Spoilt; left > 0; {
		b := blot{
			x: rng.Float64()*0.9 - 0.45, y: rng.Float64()*0.9 - 0.45,
			radius: 0.02 + 0.04*rng.Float64(), grey: 30 + 195*float64(rng.IntN(2)),
		}
		if b.x < -0.2 && math.Abs(b.y) > 0.2 || b.x > 0.2 && b.y < -0.2 {
			continue
		}
		all = append(all, b)
		left -= math.Pi * b.radius * b.radius
	}
	return all
}

// blur spreads lines of n pixels that are step apart, by a bell curve.
func blur(p []float64, n, lines, step int, sigma float64) {
	if sigma == 0 {
		return
	}
	reach := int(3 * sigma)
	line := make([]float64, n)
	for l := range lines {
		first := l
		if step == 1 {
			first = l * n
		}
		for i := range n {
			sum, weight := 0.0, 0.0
			for d := -reach; d <= reach; d++ {
				k := math.Exp(-float64(d*d) / (2 * sigma * sigma))
				sum, weight = sum+k*p[first+min(max(i+d, 0), n-1)*step], weight+k
			}
			line[i] = sum / weight
		}
		for i, v := range line {
			p[first+i*step] = v
		}
	}
}
