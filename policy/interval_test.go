package policy

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestREqualQuantileCovers: of samples of any size and distribution the interval holds the true
// quantile in 99 of 100, as it says, and without waste: not in all of them.
func TestREqualQuantileCovers(t *testing.T) {
	draws := map[string]struct {
		draw func(*rand.Rand) float64
		true func(share float64) float64
	}{
		"even":      {(*rand.Rand).Float64, func(q float64) float64 { return q }},
		"long tail": {(*rand.Rand).ExpFloat64, func(q float64) float64 { return -math.Log(1 - q) }},
		"two kinds": {func(r *rand.Rand) float64 { // most at once, some after a second try
			if x := r.Float64(); r.IntN(4) > 0 {
				return x
			} else {
				return 5 + x
			}
		}, func(q float64) float64 {
			if q < 0.75 {
				return q / 0.75
			}
			return 5 + (q-0.75)/0.25
		}},
	}
	const runs = 4000
	for name, d := range draws {
		r := rand.New(rand.NewPCG(57, 1))
		for _, n := range []int{1, 8, 20, 51, 200} {
			for _, share := range []float64{0.5, 0.9} {
				held, open := 0, 0
				for range runs {
					all := make([]time.Duration, n)
					for i := range all {
						all[i] = time.Duration(d.draw(r) * float64(time.Hour))
					}
					slices.Sort(all)
					q, is := QuantileOf(all, share), time.Duration(d.true(share)*float64(time.Hour))
					count(&held, q.Low <= is && (q.Open || is <= q.High))
					count(&open, q.Open)
				}
				// 3 standard deviations of a share of 0.99 in so many runs
				if least := Confidence - 3*math.Sqrt(Confidence*(1-Confidence)/runs); float64(held)/runs < least {
					t.Errorf("%s, %d of them, quantile %.1f: held in %d of %d", name, n, share, held, runs)
				}
				if n >= 51 && (open > 0 || held == runs) {
					t.Errorf("%s, %d of them, quantile %.1f: as wide as can be (%d open)", name, n, share, open)
				}
			}
		}
	}
}

// TestREqualShareCovers: Wilson's interval holds the true share in 99 of 100 on the average over
// shares, and nowhere in far fewer (Brown, Cai and DasGupta, 2001).
func TestREqualShareCovers(t *testing.T) {
	for _, n := range []int{enough, 60, 500} {
		sum, worst, steps := 0.0, 1.0, 0
		for p := 0.005; p < 1; p += 0.005 {
			held := 0.0
			for k := range n + 1 {
				if s := ShareOf(k, n); s.Low <= p && p <= s.High {
					held += chance(n, k, p)
				}
			}
			sum, worst, steps = sum+held, min(worst, held), steps+1
		}
		if mean := sum / float64(steps); math.Abs(mean-Confidence) > 0.006 || worst < 0.90 {
			t.Errorf("of %d: %.4f on the average, %.4f at worst", n, mean, worst)
		}
	}
	if s := ShareOf(0, 0); s.Low != 0 || s.High != 1 || s.Value() != 0 {
		t.Errorf("of none: %+v", s)
	}
}

// TestREqualIntervals: bounds are around their figure, and those of many are within those of few.
func TestREqualIntervals(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		waits := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Minute)), 1, 400).Draw(r, "waits")
		var all []time.Duration
		for _, w := range waits {
			all = append(all, time.Duration(w))
		}
		slices.Sort(all)
		share := rapid.SampledFrom([]float64{0.5, 0.9}).Draw(r, "share")
		q := QuantileOf(all, share)
		if q.Low > q.Value || !q.Open && q.High < q.Value || q.Open && q.High != 0 {
			r.Fatalf("%+v", q)
		}
		k := rapid.IntRange(0, len(all)).Draw(r, "k")
		s, ten := ShareOf(k, len(all)), ShareOf(10*k, 10*len(all))
		if s.Low > s.Value()+1e-9 || s.High < s.Value()-1e-9 || ten.Low < s.Low-1e-9 || ten.High > s.High+1e-9 {
			r.Fatalf("%+v %+v", s, ten)
		}
		sum := 0.0
		for k := range len(all) + 1 {
			sum += chance(len(all), k, share)
		}
		if math.Abs(sum-1) > 1e-9 {
			r.Fatalf("chances of %d add up to %v", len(all), sum)
		}
	})
}
