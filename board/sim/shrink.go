package sim

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

// Keep leaves only these happenings in the plan.
func (p *Plan) Keep(numbers []int) {
	p.kept = true
	p.All = slices.DeleteFunc(p.All, func(h Happening) bool { return !slices.Contains(numbers, h.N) })
}

// with gives the plan with these happenings only.
func (p *Plan) with(all []Happening) *Plan {
	q := *p
	q.All, q.kept = all, true
	return &q
}

// shrinkMost is how many runs a failure may take to be made short.
const shrinkMost = 400

// shrinker looks for the shortest plan that breaks the same invariant as best does.
type shrinker struct {
	best Result
	runs int
	tell func(left, runs int)
}

// shrink looks for the shortest plan that still breaks the same invariant as a failing run. The
// last happenings before the failure are tried alone, twice as many each time; of those that fail,
// ever smaller parts are left out. It gives the run of the shortest plan found, and how many runs
// that took. When ctx ends, it gives what it has.
func shrink(ctx context.Context, failed Result, tell func(left, runs int)) (Result, int, error) {
	s := &shrinker{best: failed, tell: tell}
	s.trim()
	err := s.grow(ctx)
	if err == nil {
		err = s.leaveOut(ctx)
	}
	if ctx.Err() != nil {
		err = nil
	}
	return s.best, s.runs, err
}

// trim drops what comes after the failure, which makes no difference to it.
func (s *shrinker) trim() {
	p, at := s.best.Plan, s.best.Violation.At
	q := p.with(slices.DeleteFunc(slices.Clone(p.All), func(h Happening) bool { return h.At.After(at) }))
	q.Days = min(p.Days, int(at.Sub(p.Begin).Hours()/24)+1)
	q.kept = p.kept || len(q.All) < len(p.All)
	s.best.Plan = q
}

// grow looks for the fewest happenings before the failure that are enough, with all that the same
// people did to be known at the door.
func (s *shrinker) grow(ctx context.Context) error {
	all := s.best.Plan.All
	for n := 4; 2*n < len(all); n *= 2 {
		last := all[len(all)-n:]
		concerned := func(h Happening) bool {
			return slices.ContainsFunc(last, func(l Happening) bool { return l.Who == h.Who && h.Who >= 0 })
		}
		var some []Happening
		for i, h := range all {
			if i >= len(all)-n || concerned(h) && (h.Kind == MovesIn || h.Kind == GetsFace) {
				some = append(some, h)
			}
		}
		if i, err := s.first(ctx, [][]Happening{some}); err != nil || i == 0 {
			return err
		}
	}
	return nil
}

// leaveOut leaves out ever smaller parts.
func (s *shrinker) leaveOut(ctx context.Context) error {
	for part := (len(s.best.Plan.All) + 1) / 2; part > 0 && s.runs < shrinkMost; {
		before := len(s.best.Plan.All)
		for from := 0; from < len(s.best.Plan.All) && s.runs < shrinkMost; {
			all := s.best.Plan.All
			var tries [][]Happening
			for at := from; at < len(all) && len(tries) < runtime.GOMAXPROCS(0); at += part {
				tries = append(tries, slices.Delete(slices.Clone(all), at, min(at+part, len(all))))
			}
			i, err := s.first(ctx, tries)
			if err != nil {
				return err
			}
			if i < 0 {
				i = len(tries)
			}
			from += i * part
		}
		switch after := len(s.best.Plan.All); {
		case after == before && part == 1:
			return nil
		case after == before || part > after:
			part = max(1, min(part, after)/2)
		}
	}
	return nil
}

// first runs plans with these happenings at once, and keeps the first that fails in the same way.
// It gives which one that was; -1: none.
func (s *shrinker) first(ctx context.Context, tries [][]Happening) (int, error) {
	results, errs := make([]Result, len(tries)), make([]error, len(tries))
	var all sync.WaitGroup
	for i, t := range tries {
		all.Go(func() { results[i], errs[i] = Run(ctx, s.best.Plan.with(t), nil) })
	}
	all.Wait()
	s.runs += len(tries)
	defer func() { s.tell(len(s.best.Plan.All), s.runs) }()
	for i, r := range results {
		if errs[i] != nil {
			return -1, errs[i]
		}
		if r.Violation != nil && r.Violation.Invariant == s.best.Violation.Invariant {
			s.best = r
			s.trim()
			return i, nil
		}
	}
	return -1, nil
}
