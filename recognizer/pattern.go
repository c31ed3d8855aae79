package recognizer

import (
	"math"
	"math/cmplx"
)

// A screen's pixels against the camera's, or a printer's raster, leave a regular fine pattern on
// the face: a sharp peak in its spectrum. Skin and noise have none. Motion blur removes whole
// directions, but leaves no peak. pattern compares fine frequencies with those around them.

const (
	patch     = 64  // side of the square that is looked at, in pixels of the frame: a power of two
	coarsest  = 10  // frequencies that count, in periods a patch: coarser ones are the face itself,
	finest    = 30  // finer ones are sharpening
	plainPeak = 1.3 // log10 of the highest power over the mean of its surroundings that skin and noise reach
	clearPeak = 2.3 // and that a screen reaches
)

// spectrum is the memory of one look at a patch.
type spectrum struct {
	f     [patch * patch]complex128
	power [patch * patch / 2]float64 // rows: vertical frequency from 0, wrapping; columns: horizontal, from 0
}

// pattern is the strength of a regular pattern in the patch around (x, y), 0…1. It is 0 where the
// patch does not fit into the picture.
func (s *spectrum) pattern(v view, x, y int) float32 {
	x, y = x-patch/2, y-patch/2
	if x < 0 || y < 0 || x+patch > v.w || y+patch > v.h {
		return 0
	}
	var mean float64
	for j := range patch {
		for i := range patch {
			o := ((y+j)*v.w + x + i) * 3
			g := 0.114*float64(v.pix[o]) + 0.587*float64(v.pix[o+1]) + 0.299*float64(v.pix[o+2])
			s.f[j*patch+i] = complex(g, 0)
			mean += g / (patch * patch)
		}
	}
	for j := range patch {
		for i := range patch { // Hann's window, so that the patch's own edges leave no lines
			w := hann[i] * hann[j]
			s.f[j*patch+i] = complex((real(s.f[j*patch+i])-mean)*w, 0)
		}
	}
	for j := range patch {
		fft(s.f[j*patch : (j+1)*patch])
	}
	var line [patch]complex128
	for i := range patch / 2 { // the other half mirrors it
		for j := range patch {
			line[j] = s.f[j*patch+i]
		}
		fft(line[:])
		for j := range patch {
			s.f[j*patch+i] = line[j]
		}
	}
	clear(line[:])
	return s.peak()
}

// peak is the highest power of a fine frequency over its surroundings. It wipes the spectrum.
func (s *spectrum) peak() float32 {
	for j := range patch {
		for u := range patch / 2 {
			c := s.f[j*patch+u]
			s.power[j*patch/2+u] = real(c)*real(c) + imag(c)*imag(c)
		}
	}
	clear(s.f[:])
	best := 0.0
	for j := range patch {
		v := (j+patch/2)%patch - patch/2
		for u := range patch / 2 {
			if r := u*u + v*v; r < coarsest*coarsest || r > finest*finest || eighth(u) && eighth(j) {
				continue
			}
			if p := s.power[j*patch/2+u]; p > 1 {
				best = max(best, p/s.around(u, j))
			}
		}
	}
	clear(s.power[:])
	return float32(math.Min(math.Max((math.Log10(best)-plainPeak)/(clearPeak-plainPeak), 0), 1))
}

// eighth reports whether a frequency is one of a period of eight pixels, or next to it: JPEG's
// blocks have their peaks there.
func eighth(f int) bool { return (f+1)%(patch/8) <= 2 }

// around is the mean power two to four places away from (u, j): the window spreads a peak over its
// next neighbours.
func (s *spectrum) around(u, j int) float64 {
	sum, n := 1e-9, 1.0
	for dj := -4; dj <= 4; dj++ {
		for du := max(-4, -u); du <= min(4, patch/2-1-u); du++ {
			if dj*dj+du*du < 8 {
				continue
			}
			sum += s.power[(j+dj+patch)%patch*patch/2+u+du]
			n++
		}
	}
	return sum / n
}

var hann, turns = func() (w [patch]float64, t [patch / 2]complex128) {
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/patch)
	}
	for i := range t {
		t[i] = cmplx.Rect(1, -2*math.Pi*float64(i)/patch)
	}
	return w, t
}()

// fft is the discrete Fourier transform of a line of patch values, in place (Cooley and Tukey
// 1965, radix two).
func fft(a []complex128) {
	for i, j := 1, 0; i < patch; i++ {
		bit := patch >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			a[i], a[j] = a[j], a[i]
		}
	}
	for size := 2; size <= patch; size *= 2 {
		for start := 0; start < patch; start += size {
			for k := range size / 2 {
				low, high := a[start+k], a[start+k+size/2]*turns[k*patch/size]
				a[start+k], a[start+k+size/2] = low+high, low-high
			}
		}
	}
}
