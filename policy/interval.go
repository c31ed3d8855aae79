package policy

import (
	"math"
	"slices"
	"time"
)

// Confidence is that of every interval of a figure here.
const Confidence = 0.99

// Quantile is a quantile of durations, with the interval that holds the true one with [Confidence]
// or more, whatever their distribution is: the bounds are two of the durations themselves (order
// statistics; David and Nagaraja, Order Statistics, 2003, 7.1).
type Quantile struct {
	Value     time.Duration
	Low, High time.Duration
	Open      bool // so few durations give no upper bound, and High is 0; Low is 0 where they give no lower one
}

// QuantileOf gives the quantile of a share, between 0 and 1, of durations in rising order.
func QuantileOf(sorted []time.Duration, share float64) Quantile {
	n := len(sorted)
	if n == 0 {
		return Quantile{Open: true}
	}
	q := Quantile{Value: sorted[min(max(int(math.Ceil(share*float64(n))), 1), n)-1]}
	low, high := ranks(n, share)
	if low > 0 {
		q.Low = sorted[low-1]
	}
	if q.Open = high > n; !q.Open {
		q.High = sorted[high-1]
	}
	return q
}

// ranks gives the ranks, from 1, of the bounds: of n values, fewer than low lie below the quantile
// with a probability of half of what Confidence leaves, and so do high and more. 0, and n+1: there
// is no such bound.
func ranks(n int, share float64) (low, high int) {
	const tail = (1 - Confidence) / 2
	below := 0.0 // P(fewer than low+1 lie below the quantile)
	for low = 0; low < n; low++ {
		if below += chance(n, low, share); below > tail {
			break
		}
	}
	above := 0.0
	for high = n + 1; high > 1; high-- {
		if above += chance(n, high-1, share); above > tail {
			break
		}
	}
	return low, high
}

// chance is the probability of k in n, each with probability p: by logarithms, so that no n is too
// large for it.
func chance(n, k int, p float64) float64 {
	log := func(x int) float64 { l, _ := math.Lgamma(float64(x) + 1); return l }
	return math.Exp(log(n) - log(k) - log(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

// Share is K in N, with Wilson's interval (1927) for the share that they are drawn from.
type Share struct {
	K, N      int
	Low, High float64 // 0 to 1 where N is 0
}

// ShareOf gives the share of k in n.
func ShareOf(k, n int) Share {
	if n == 0 {
		return Share{High: 1}
	}
	const z = 2.5758293035489004 // of the normal distribution, Confidence lies within
	p, m := float64(k)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return Share{K: k, N: n, Low: max(0, middle-half), High: min(1, middle+half)}
}

// Value is the share itself, 0 to 1.
func (s Share) Value() float64 { return float64(s.K) / float64(max(s.N, 1)) }

// sorted gives durations in rising order.
func sorted(all []time.Duration) []time.Duration {
	all = slices.Clone(all)
	slices.Sort(all)
	return all
}
