package eval

import (
	"math"
	"math/rand/v2"
	"testing"
)

// strangers compares people at random: scores whose tail is as steep as that of a normal curve,
// which is steeper than a fitted one, or as flat as that of an exponential.
func strangers(people int, score func() float64) (all []comparison, c *counts) {
	c = new(counts)
	for i := range people {
		for j := range people {
			if i != j {
				s := toStep(score())
				c.add(s)
				all = append(all, comparison{int32(i), int32(j), int32(j), s})
			}
		}
	}
	return all, c
}

// At rates a hundred times rarer than measured, the promise is at least the true rate.
func TestFittedTailPromisesNoMoreThanTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, d := range map[string]struct {
		score func() float64
		truth func(threshold float64) float64
	}{
		"normal": {
			func() float64 { return .1 * r.NormFloat64() },
			func(v float64) float64 { return math.Erfc(v/.1/math.Sqrt2) / 2 },
		},
		"exponential": {
			func() float64 { return .03*r.ExpFloat64() - .2 },
			func(v float64) float64 { return math.Exp(-(v + .2) / .03) },
		},
	} {
		kept, rounds := 0, 20
		for range rounds {
			all, c := strangers(120, d.score) // 14,280: the tenth highest has a rate of 7e-4
			f := fitTail(all, c, 120)
			if at := f.threshold(7e-6); d.truth(at) <= f.high(at) {
				kept++
			}
		}
		if kept < rounds*9/10 {
			t.Errorf("%s: kept %d of %d times", name, kept, rounds)
		}
	}
}

func TestTailAndItsInverse(t *testing.T) {
	f := tail{from: .4, rate: 1e-4, scale: .02}
	if at := f.at(.44); math.Abs(at/1e-4-math.Exp(-2)) > 1e-9 || math.Abs(f.threshold(at)-.44) > 1e-9 {
		t.Errorf("at .44: %g", at)
	}
}
