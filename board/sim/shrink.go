package sim

import (
	"context"
	"slices"
)

// Keep leaves only these happenings in the plan.
func (p *Plan) Keep(numbers []int) {
	p.kept = true
	p.All = slices.DeleteFunc(p.All, func(h Happening) bool { return !slices.Contains(numbers, h.N) })
}

// with gives the plan with these happenings only, ended a day after the last of them.
func (p *Plan) with(all []Happening) *Plan {
	q := *p
	q.All, q.kept = slices.Clone(all), true
	return &q
}

// shrinkMost is how many runs a failure may take to be made short.
const shrinkMost = 400

// Shrink looks for the shortest plan that still breaks the same invariant, by leaving out ever
// smaller parts. What comes after the failure is left out first. It gives the run of the shortest
// that it found, and how many runs that took.
func Shrink(ctx context.Context, p *Plan, invariant string) (best Result, runs int, err error) {
	fails := func(q *Plan) (bool, error) {
		runs++
		r, err := Run(ctx, q, nil)
		if err != nil || r.Violation == nil || r.Violation.Invariant != invariant {
			return false, err
		}
		best = r
		return true, nil
	}
	all := p.All
	if is, err := fails(p.with(all)); err != nil || !is {
		return best, runs, err
	}
	at := best.Violation.At
	all = slices.DeleteFunc(slices.Clone(all), func(h Happening) bool { return h.At.After(at) })
	days := int(at.Sub(p.Begin).Hours()/24) + 1
	if shorter := p.with(all); days < p.Days {
		shorter.Days = days
		is, err := fails(shorter)
		if err != nil {
			return best, runs, err
		}
		if is {
			p = shorter
		}
	}
	for part := (len(all) + 1) / 2; part > 0 && runs < shrinkMost; {
		shorter := false
		for from := 0; from < len(all) && runs < shrinkMost; {
			to := min(from+part, len(all))
			rest := slices.Delete(slices.Clone(all), from, to)
			q := p.with(rest)
			is, err := fails(q)
			if err != nil {
				return best, runs, err
			}
			if is {
				all, shorter = rest, true
				continue
			}
			from = to
		}
		if part == 1 && !shorter {
			break
		}
		if !shorter || part > len(all) {
			part = max(1, part/2)
		}
	}
	return best, runs, nil
}
