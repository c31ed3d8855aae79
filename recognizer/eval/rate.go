package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Rate is a share with its 95% interval.
type Rate struct {
	Value, Low, High float64
	Errors, Trials   int // of the event counted, whatever it is
}

// String is in percent, with as many digits as the interval supports.
func (r Rate) String() string {
	if r.Trials == 0 {
		return "—"
	}
	return fmt.Sprintf("%s (%s to %s)", percent(r.Value), percent(r.Low), percent(r.High))
}

var english = message.NewPrinter(language.English)

// number writes a count with separators.
func number(n int) string { return english.Sprint(n) }

// percent writes a share with three significant digits or so.
func percent(v float64) string {
	p := 100 * v
	switch {
	case p == 0 || p == 100:
		return fmt.Sprintf("%.0f%%", p)
	case p < 0.1:
		return fmt.Sprintf("%.2g%%", p)
	}
	return fmt.Sprintf("%.2f%%", p)
}

// tally counts trials and hits of one person.
type tally struct{ hits, trials int }

// tallies counts by person.
type tallies []tally

func (t tallies) add(person int, hit bool) { t[person].add(hit) }

func (t *tally) add(hit bool) {
	t.trials++
	if hit {
		t.hits++
	}
}

// rate is the share of hits of trials that do not depend on each other, with Wilson's interval.
func (t tally) rate() Rate { return wilsonRate(float64(t.hits), t.trials) }

// resamples is how often people are drawn again. The seed is fixed, so that a report
// can be repeated.
const resamples = 1000

// rate is the share of hits, with an interval over people.
func (t tallies) rate() Rate {
	var with tallies
	var all tally
	for _, p := range t {
		if p.trials > 0 {
			with = append(with, p)
			all.hits, all.trials = all.hits+p.hits, all.trials+p.trials
		}
	}
	r := Rate{Errors: all.hits, Trials: all.trials}
	if all.trials == 0 {
		return r
	}
	r.Value = float64(all.hits) / float64(all.trials)
	switch people := float64(len(with)); all.hits {
	case 0:
		_, r.High = wilson(0, people)
		return r
	case all.trials:
		r.High = 1
		r.Low, _ = wilson(people, people)
		return r
	}
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]float64, resamples)
	for i := range values {
		var sum tally
		for range with {
			p := with[random.IntN(len(with))]
			sum.hits, sum.trials = sum.hits+p.hits, sum.trials+p.trials
		}
		values[i] = float64(sum.hits) / float64(sum.trials)
	}
	slices.Sort(values)
	r.Low, r.High = values[resamples*25/1000], values[resamples*975/1000]
	return r
}

// wilsonRate is the share of trials that do not depend on each other, where one may count in part.
func wilsonRate(hits float64, trials int) Rate {
	r := Rate{Errors: int(math.Round(hits)), Trials: trials}
	if trials > 0 {
		r.Value = hits / float64(trials)
		r.Low, r.High = wilson(hits, float64(trials))
	}
	return r
}

// balanced is the mean of the people's own shares, so that those with many pictures do not
// outvote the others.
func (t tallies) balanced() float64 {
	sum, n := 0.0, 0
	for _, p := range t {
		if p.trials > 0 {
			sum += float64(p.hits) / float64(p.trials)
			n++
		}
	}
	return sum / float64(n)
}

// wilson is the 95% score interval of hits in trials (Wilson 1927).
func wilson(hits, trials float64) (low, high float64) {
	const z = 1.959964
	p, z2 := hits/trials, z*z/trials
	mid, half := p+z2/2, z*math.Sqrt(p*(1-p)/trials+z2/trials/4)
	return max(0, (mid-half)/(1+z2)), min(1, (mid+half)/(1+z2))
}
