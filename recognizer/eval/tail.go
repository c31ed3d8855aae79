package eval

import (
	"math"
	"math/rand/v2"
	"slices"
)

// tail is how the rate of one comparison with a stranger falls from a threshold on: it is divided
// by e with each further step of the scale. The true tail of a cosine falls faster at first; one
// that is fitted freely (generalized Pareto) promises too much where look-alikes begin
// (docs/decisions/0043-a-fitted-tail.md).
type tail struct {
	from  float64 // threshold
	rate  float64 // there
	scale float64
}

// at is the share of comparisons that reach a threshold of from or more.
func (t tail) at(threshold float64) float64 { return t.rate * math.Exp((t.from-threshold)/t.scale) }

// threshold is the inverse of at.
func (t tail) threshold(rate float64) float64 { return t.from + t.scale*math.Log(t.rate/rate) }

// tails is a fitted tail, and those fitted to random draws of the same people.
type tails struct {
	tail
	drawn []tail
}

const (
	peaks   = 100 // how many of the highest scores a tail is fitted to, or all that reach the last 1%
	redraws = 400
)

// high is the upper end of the 95% interval of the rate at a threshold.
func (t tails) high(threshold float64) float64 {
	rates := make([]float64, len(t.drawn))
	for i, d := range t.drawn {
		rates[i] = d.at(threshold)
	}
	slices.Sort(rates)
	return max(rates[len(rates)*975/1000], t.at(threshold))
}

// comparison is the score of a template with a picture of another person.
type comparison struct {
	template, person int32 // whose template, and who is on the picture
	probe            int32 // the picture
	score            step
}

// fitTail fits the tail of comparisons, and draws the people again as tallies.rate does. people is
// how many there are.
func fitTail(all []comparison, c *counts, people int) tails {
	first := c.threshold(min(peaks, c.total/100))
	from := first.cosine() - 0.5/top // scores are rounded to steps
	trials := make([]float64, people)
	var above []comparison
	for _, p := range all {
		trials[p.template]++
		trials[p.person]++
		if p.score >= first {
			above = append(above, p)
		}
	}
	fit := func(times []float64) tail {
		var n, excess, total float64
		for person, k := range times {
			total += k * trials[person]
		}
		for _, p := range above {
			k := times[p.template] + times[p.person]
			n += k
			excess += k * (p.score.cosine() - from)
		}
		return tail{from, n / total, excess / n}
	}
	times := slices.Repeat([]float64{1}, people)
	t := tails{tail: fit(times)}
	random := rand.New(rand.NewPCG(1, 2))
	for len(t.drawn) < redraws {
		clear(times)
		for range people {
			times[random.IntN(people)]++
		}
		if d := fit(times); d.rate > 0 {
			t.drawn = append(t.drawn, d)
		}
	}
	return t
}
