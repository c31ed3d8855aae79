// Package packed writes a template in few bits, for a card that has no room for one: a number of it
// becomes one of 2, 4, 8 or 16 levels, those that lose the least of numbers that are normally
// distributed (Max 1960). docs/figures.md has what that costs in recognition.
package packed

import (
	"errors"
	"math"
)

// ErrForm says that bytes are not of a packed template, or a template is none: it has no direction.
var ErrForm = errors.New("not a template")

// levels are, by the bits of a number, the levels above zero, of numbers with deviation 1; those
// below are their opposites. A number becomes the nearest.
var levels = [...][]float64{
	1: {0.7979},
	2: {0.4528, 1.5104},
	3: {0.2451, 0.7560, 1.3439, 2.1520},
	4: {0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.0690, 2.7326},
}

// MostBits is how many bits a number may have; the fewest is 1.
const MostBits = len(levels) - 1

// Size is how many bytes a template of dim numbers has.
func Size(dim, bits int) int { return (dim*bits + 7) / 8 }

// Pack writes a template of any length above zero. Errors: ErrForm.
func Pack(template []float32, bits int) ([]byte, error) {
	deviation := 0.0
	for _, x := range template {
		deviation += float64(x) * float64(x)
	}
	deviation = math.Sqrt(deviation / float64(len(template)))
	if !(deviation > 0) || math.IsInf(deviation, 0) {
		return nil, ErrForm
	}
	out := make([]byte, Size(len(template), bits))
	for i, x := range template {
		code := nearest(levels[bits], math.Abs(float64(x))/deviation) << 1
		if x < 0 {
			code |= 1
		}
		for b := range bits {
			at := i*bits + b
			out[at/8] |= byte(code>>b&1) << (at % 8)
		}
	}
	return out, nil
}

// Unpack gives a template of dim numbers, of unit length. The caller overwrites it. Errors:
// ErrForm, for another size.
func Unpack(raw []byte, dim, bits int) ([]float32, error) {
	if dim < 1 || len(raw) != Size(dim, bits) {
		return nil, ErrForm
	}
	out, sum := make([]float32, dim), 0.0
	for i := range out {
		code := 0
		for b := range bits {
			at := i*bits + b
			code |= int(raw[at/8]>>(at%8)&1) << b
		}
		level := levels[bits][code>>1]
		sum += level * level
		if code&1 == 1 {
			level = -level
		}
		out[i] = float32(level)
	}
	length := float32(math.Sqrt(sum))
	for i := range out {
		out[i] /= length
	}
	return out, nil
}

// nearest is which of the levels, which ascend, is the nearest to x.
func nearest(levels []float64, x float64) int {
	for i := range len(levels) - 1 {
		if x < (levels[i]+levels[i+1])/2 {
			return i
		}
	}
	return len(levels) - 1
}
