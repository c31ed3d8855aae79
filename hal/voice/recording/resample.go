package recording

import "math"

// Resampler gives a recording at the rate of a sound card, piece by piece, so that the first sound
// does not wait for the last. It is a windowed sinc in so many phases as the two rates need; it
// delays nothing.
type Resampler struct {
	in       []int16
	up, down int // the rates, divided by what they have in common
	half     int // samples on each side that one is made of
	taps     []float64
	at       int // the next sample that comes out
}

// sides is how many samples on each side one is made of when the rate rises; with 16, what is above
// the band is below −70 dB.
const sides = 16

// NewResampler begins a recording at its first sample.
func NewResampler(r *Recording, to int) *Resampler {
	common := divisor(r.Rate, to)
	s := &Resampler{in: r.Samples, up: to / common, down: r.Rate / common}
	band := min(1, float64(to)/float64(r.Rate))
	s.half = int(math.Ceil(sides / band))
	s.taps = filter(s.up, s.half, band)
	return s
}

func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// filter gives the weights of each phase, from the furthest sample before to the furthest behind;
// those of a phase add up to 1.
func filter(phases, half int, band float64) []float64 {
	taps := make([]float64, 2*half*phases)
	for p := range phases {
		phase, sum := taps[2*half*p:2*half*(p+1)], 0.0
		for i := range phase {
			x := float64(i-half+1) - float64(p)/float64(phases) // from the wanted sample to this one
			w := 0.0
			if in := x / float64(half); math.Abs(in) < 1 { // Blackman's window
				w = 0.42 + 0.5*math.Cos(math.Pi*in) + 0.08*math.Cos(2*math.Pi*in)
			}
			phase[i] = w * sinc(0.94*band*x)
			sum += phase[i]
		}
		for i := range phase {
			phase[i] /= sum
		}
	}
	return taps
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// Len is how many samples come out in all.
func (s *Resampler) Len() int { return (len(s.in)*s.up + s.down - 1) / s.down }

// Read gives the next samples, and their number; 0: there are none any more.
func (s *Resampler) Read(out []int16) (n int) {
	for ; n < len(out) && s.at < s.Len(); n++ {
		base, phase := s.at*s.down/s.up, s.at*s.down%s.up
		out[n] = s.sample(base, s.taps[2*s.half*phase:2*s.half*(phase+1)])
		s.at++
	}
	return n
}

func (s *Resampler) sample(base int, taps []float64) int16 {
	if s.up == 1 && s.down == 1 {
		return s.in[base]
	}
	sum := 0.0
	for i, w := range taps {
		if j := base + i - s.half + 1; j >= 0 && j < len(s.in) {
			sum += w * float64(s.in[j])
		}
	}
	return int16(math.Round(max(math.MinInt16, min(sum, math.MaxInt16))))
}
