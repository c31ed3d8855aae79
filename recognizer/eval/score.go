package eval

import "math"

// step is a score in the counts: fine enough for any threshold, small enough to keep 87 million of.
type step int16

// top is the step of cosine 1. There is one above it, for a threshold that nothing reaches.
const top = math.MaxInt16 - 1

func toStep(cosine float64) step { return step(math.Round(min(max(cosine, -1), 1) * top)) }

func (s step) cosine() float64 { return float64(s) / top }

// counts is how many scores there were at each step.
type counts struct {
	at    [2*top + 1]int // from step -top on
	total int
}

func (c *counts) add(s step) {
	c.at[int(s)+top]++
	c.total++
}

// threshold is the lowest threshold that at most the wanted number of scores reach. There is always
// one, just above the highest score.
func (c *counts) threshold(reach int) step {
	n := 0
	for i := len(c.at) - 1; i >= 0; i-- {
		if n += c.at[i]; n > reach {
			return step(i + 1 - top)
		}
	}
	return -top
}

// reach is the share of scores that reach each step, from the lowest step on.
func (c *counts) reach() []float64 {
	shares, n := make([]float64, len(c.at)), 0
	for i := len(c.at) - 1; i >= 0; i-- {
		n += c.at[i]
		shares[i] = float64(n) / float64(c.total)
	}
	return shares
}

func unit(v []float32) []float32 {
	n := math.Sqrt(dot(v, v))
	u := make([]float32, len(v))
	if !(n > 0) || math.IsInf(n, 0) {
		return nil
	}
	for i, f := range v {
		u[i] = float32(float64(f) / n)
	}
	return u
}

func dot(a, b []float32) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return float64(s0+s1) + float64(s2+s3)
}
