package eval

import (
	"math/rand/v2"
	"slices"

	"menshen/recognizer/calibration"
)

// Promise is what a calibration promises at a number of people enrolled, and what was found.
type Promise struct {
	Asked     float64 // one stranger in so many
	Enrolled  int
	Operating calibration.Operating
	FPIR      Rate // strangers taken; without trials where the pictures are of fewer people
	FNIR      Rate // enrolled missed, of those with Enrol pictures in their template
	FNIR1     Rate // the same with one
	FPIR5     Rate // FPIR with Most, as of faces that were taken on so many occasions
}

// Kept reports whether the rate promised is not below the intervals found.
func (p Promise) Kept() bool {
	return p.FPIR.Trials == 0 || 1/p.Operating.OneIn >= max(p.FPIR.Low, p.FPIR5.Low)
}

// galleries is how often a smaller number of the enrolled is drawn.
const galleries = 40

// promises holds what a calibration promises against the searches, for numbers of enrolled people:
// those of sizes, drawn from all. Of numbers that the pictures do not have it says what is
// promised. with1 and with5 are the searches with one picture and with up to Most in a template.
func (id *Identification) promises(
	c *calibration.Calibration, with1, with5 *Identification, sizes []int, asked ...float64,
) []Promise {
	var all []Promise
	for _, n := range sizes {
		bests, bests5 := id.bests(n), with5.bests(n)
		for _, a := range asked {
			o := c.Identify(n, a)
			p := Promise{Asked: a, Enrolled: n, Operating: o,
				FNIR: id.missed(o.Threshold), FNIR1: with1.missed(o.Threshold)}
			if n <= id.Enrolled {
				p.FPIR, p.FPIR5 = id.taken(bests, o.Threshold), with5.taken(bests5, o.Threshold)
			}
			all = append(all, p)
		}
	}
	return all
}

// bests is, for draws of n of the enrolled, the best score of each stranger's probe with them.
func (id *Identification) bests(n int) [][]step {
	if n > id.Enrolled {
		return nil
	}
	random := rand.New(rand.NewPCG(1, 2))
	draws := galleries
	if n == id.Enrolled {
		draws = 1
	}
	strangers := make(map[int32]int, len(id.nonMated)) // by picture
	for i, p := range id.nonMated {
		strangers[int32(p.probe)] = i
	}
	all := make([][]step, draws)
	for d := range all {
		drawn := make([]bool, id.people)
		for _, i := range random.Perm(id.Enrolled)[:n] {
			drawn[id.templates[i]] = true
		}
		best := slices.Repeat([]step{-top}, len(id.nonMated))
		for _, c := range id.compared {
			if i, stranger := strangers[c.probe]; stranger && drawn[c.template] {
				best[i] = max(best[i], c.score)
			}
		}
		all[d] = best
	}
	return all
}

// taken is how many strangers' probes reach a threshold, over all draws. A probe is one error, in
// however many of the draws it is taken.
func (id *Identification) taken(bests [][]step, threshold float64) Rate {
	t, errors := make(tallies, id.people), 0
	for i, p := range id.nonMated {
		once := false
		for _, best := range bests {
			hit := best[i].cosine() >= threshold
			t.add(p.person, hit)
			once = once || hit
		}
		if once {
			errors++
		}
	}
	r := t.rate()
	r.Errors, r.Trials = errors, len(id.nonMated)
	return r
}

// missed is how many probes of people with a full template do not reach a threshold, or fit another
// person's template better.
func (id *Identification) missed(threshold float64) Rate {
	t := make(tallies, id.people)
	for _, p := range id.mated {
		if p.full {
			t.add(p.person, p.own < threshold || p.own <= p.other)
		}
	}
	return t.rate()
}

// room is how many people with a full template a door can enrol that asks for a rate and refuses at
// most a share of them at one look; and the threshold that this share does not reach.
func (id *Identification) room(c *calibration.Calibration, asked, refused float64) (people int, threshold float64) {
	var own []float64
	for _, p := range id.mated {
		switch {
		case !p.full:
		case p.own > p.other:
			own = append(own, p.own)
		default: // missed at any threshold
			own = append(own, -1)
		}
	}
	if len(own) == 0 {
		return 0, 0
	}
	slices.Sort(own)
	threshold = own[int(refused*float64(len(own)))]
	fits := func(n int) bool {
		o := c.Identify(n, asked)
		return o.Kept() && o.Threshold <= threshold
	}
	for step := 1 << 20; step > 0; step /= 2 {
		if fits(people + step) {
			people += step
		}
	}
	return people, threshold
}
