package sim

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

// Result is what a run came to.
type Result struct {
	Stats
	Plan      *Plan
	Violation *Violation    // nil: all invariants held
	Hash      string        // of the history: the same for the same plan
	Last      []string      // the last lines of the history
	Took      time.Duration // on this machine; Run leaves it to the caller, who has a clock
}

// Run runs a plan in a world of its own. A violation is a result, not an error. Errors: the world
// could not be made, or ctx ended.
func Run(ctx context.Context, p *Plan, progress func(done float64)) (r Result, err error) {
	dir, err := folder()
	if err != nil {
		return r, fmt.Errorf("making a folder for the vault: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if p.doors > 1 {
		return runSite(ctx, p, dir, progress)
	}
	w, err := newWorld(p)
	if err != nil {
		return r, err
	}
	v, err := w.run(ctx, dir, progress)
	w.Door, w.Writes = w.clock.now.Sub(p.Begin), w.disk.writes
	return Result{Stats: w.Stats, Plan: p, Violation: v, Hash: w.hash(), Last: w.lines}, err
}

const noPanic = "the program does not panic"

// run lives the plan, and gives the violation that ended it. A panic of the product is one too.
func (w *world) run(ctx context.Context, dir string, progress func(float64)) (v *Violation, err error) {
	return w.violation(func() error { return w.live(ctx, dir, progress) })
}

// violation gives the violation that ended f.
func (w *world) violation(f func() error) (v *Violation, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Violation:
			v = r
		default:
			v = &Violation{Invariant: noPanic, What: fmt.Sprint(r), At: w.clock.now, During: w.now}
			w.lines = append(w.lines, w.clock.now.In(w.plan.Zone).Format(lineTime)+string(debug.Stack()))
		}
	}()
	return nil, f()
}

// runSite runs a plan at several doors.
func runSite(ctx context.Context, p *Plan, dir string, progress func(float64)) (r Result, err error) {
	s, err := newSite(p)
	if err != nil {
		return r, err
	}
	first := s.doors[0].world
	v, err := first.violation(func() error { return s.live(ctx, dir, progress) })
	r = Result{Stats: newStats(p.Days), Plan: p, Violation: v, Hash: first.hash(), Last: first.lines}
	r.Site = s.tally
	for _, d := range s.doors {
		d.Door, d.Writes = d.clock.now.Sub(p.Begin), d.disk.writes
		r.add(d.Stats)
		r.Doors = append(r.Doors, d.Stats)
	}
	return r, err
}
