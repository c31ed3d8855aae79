package fusion

import "math"

// mean is the running mean of the unit vectors of one face. Only its direction
// matters, so their sum is stored.
type mean struct {
	sum    []float32
	frames int
}

// add takes a vector of any norm but zero. It reports false for one without a direction, or with
// another number of elements than the others.
func (m *mean) add(v []float32) bool {
	n := math.Sqrt(dot(v, v))
	if !(n > 0) || math.IsInf(n, 0) || (m.frames > 0 && len(v) != len(m.sum)) {
		return false
	}
	if m.frames == 0 && len(v) != len(m.sum) {
		m.forget()
		m.sum = make([]float32, len(v))
	}
	for i, f := range v {
		m.sum[i] += float32(float64(f) / n)
	}
	m.frames++
	return true
}

// cosine is that between a vector and the mean; -1 when there is none.
func (m *mean) cosine(v []float32) float64 {
	if len(v) != len(m.sum) {
		return -1
	}
	n := math.Sqrt(dot(v, v) * dot(m.sum, m.sum))
	if !(n > 0) {
		return -1
	}
	return dot(v, m.sum) / n
}

// forget overwrites the sum.
func (m *mean) forget() {
	clear(m.sum)
	m.frames = 0
}

func dot(a, b []float32) (s float64) {
	for i, f := range a {
		s += float64(f) * float64(b[i])
	}
	return s
}
