package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say what is tried.
type Options struct {
	Seed  uint64
	Days  int
	For   time.Duration // one seed after the other, on all processors; 0: Seed alone
	Calm  bool          // without faults
	Only  []int         // the happenings to keep; nil: all
	Plain bool          // no line of progress
}

// ErrFailed means that an invariant did not hold. What and where was told.
var ErrFailed = errors.New("an invariant did not hold")

// Try runs a seed, or seed after seed, and tells what came of it. Errors: ErrFailed, and those of
// [Run].
func Try(ctx context.Context, o Options, out io.Writer, now func() time.Time) error {
	if o.For > 0 {
		return o.many(ctx, out, now)
	}
	p, err := o.plan(o.Seed)
	if err != nil {
		return err
	}
	began := now()
	r, err := Run(ctx, p, o.progress(out))
	if err != nil {
		return err
	}
	if r.Violation == nil {
		tellResult(out, r, now().Sub(began))
		return nil
	}
	return o.explain(ctx, out, r)
}

func (o Options) plan(seed uint64) (*Plan, error) {
	p, err := NewPlan(seed, o.Days, !o.Calm)
	if err == nil && o.Only != nil {
		p.Keep(o.Only)
	}
	return p, err
}

func (o Options) progress(out io.Writer) func(float64) {
	if o.Plain {
		return nil
	}
	return func(done float64) { fmt.Fprintf(out, "\r%3.0f%%\r", 100*done) }
}

// many tries one seed after the other on all processors, and explains the first that fails.
func (o Options) many(ctx context.Context, out io.Writer, now func() time.Time) error {
	end := now().Add(o.For)
	var mu sync.Mutex
	var all sync.WaitGroup
	var failed *Result
	var errs error
	next, done := o.Seed, 0
	var hours time.Duration
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for {
				mu.Lock()
				seed := next
				next++
				stop := failed != nil || errs != nil || ctx.Err() != nil || now().After(end)
				mu.Unlock()
				if stop {
					return
				}
				p, err := o.plan(seed)
				var r Result
				if err == nil {
					r, err = Run(ctx, p, nil)
				}
				mu.Lock()
				done++
				hours += r.Door
				switch {
				case err != nil:
					errs = errors.Join(errs, err)
				case r.Violation != nil && failed == nil:
					failed = &r
				}
				if !o.Plain {
					fmt.Fprintf(out, "\r%d seeds, %.0f hours at the door\r", done, hours.Hours())
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	switch {
	case failed != nil:
		return o.explain(ctx, out, *failed)
	case errs != nil && ctx.Err() == nil:
		return errs
	}
	fmt.Fprintf(out, "%d seeds from %d on, %d days each, %.0f hours at the door: every invariant held\n",
		done, o.Seed, o.Days, hours.Hours())
	return nil
}

// tellResult tells what a run without a violation came to.
func tellResult(out io.Writer, r Result, took time.Duration) {
	fmt.Fprintf(out, "seed %d, %d days from %s in %s: %d happenings, %d steps; every invariant held\n", r.Plan.Seed,
		r.Plan.Days, r.Plan.Begin.In(r.Plan.Zone).Format("2006-01-02"), r.Plan.Zone, len(r.Plan.All), r.Steps)
	fmt.Fprintf(out, "%.0f hours at the door in %.1f s, %.0f a second; %d transactions of the vault\n", r.Door.Hours(),
		took.Seconds(), r.Door.Hours()/took.Seconds(), r.Writes)
	for _, reason := range slices.Sorted(maps.Keys(r.Attempts)) {
		fmt.Fprintf(out, "%7d  %s\n", r.Attempts[reason], reason)
	}
	for _, k := range slices.Sorted(maps.Keys(r.Faults)) {
		fmt.Fprintf(out, "%7d  %s\n", r.Faults[k], k)
	}
	fmt.Fprintf(out, "history %s\n", r.Hash)
}

// explain tells the last events of a failing run, makes it short, and prints the command that
// repeats the short one.
func (o Options) explain(ctx context.Context, out io.Writer, r Result) error {
	fmt.Fprintf(out, "seed %d fails: %v\n", r.Plan.Seed, r.Violation)
	if o.Only == nil {
		fmt.Fprintln(out, "making it short …")
		short, runs, err := Shrink(ctx, r.Plan, r.Violation.Invariant)
		if err != nil {
			return err
		}
		if short.Violation != nil {
			fmt.Fprintf(out, "%d of %d happenings are enough, after %d runs\n", len(short.Plan.All),
				len(r.Plan.All), runs)
			r = short
		}
	}
	for _, line := range r.Last[max(0, len(r.Last)-25):] {
		fmt.Fprintln(out, "  "+line)
	}
	fmt.Fprintln(out, "again:\n  "+command(o, r.Plan))
	return fmt.Errorf("%w: %s", ErrFailed, r.Violation.Invariant)
}

// command repeats a run.
func command(o Options, p *Plan) string {
	words := []string{"menshen sim --seed", fmt.Sprint(p.Seed), "--days", fmt.Sprint(p.Days)}
	if o.Calm {
		words = append(words, "--calm")
	}
	if p.kept {
		var ns []string
		for _, h := range p.All {
			ns = append(ns, fmt.Sprint(h.N))
		}
		words = append(words, "--only", strings.Join(ns, ","))
	}
	return strings.Join(words, " ")
}
