package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/screen"
)

// Options say what is tried.
type Options struct {
	Seed  uint64
	Days  int
	Doors int           // of one site; 0 or 1: a door alone
	For   time.Duration // one seed after the other, on all processors; 0: Seed alone
	Calm  bool          // without faults
	Only  []int         // the happenings to keep; nil: all
	Plain bool          // no line of progress
	Lang  i18n.Language
}

// ErrFailed means that an invariant did not hold. What and where was told.
var ErrFailed = errors.New("an invariant did not hold")

// Try runs a seed, or seed after seed, and tells what came of it. With Options.For, ctx may end it
// sooner. Errors: ErrFailed, and those of [Run].
func Try(ctx context.Context, o Options, out io.Writer, now func() time.Time) (*Report, error) {
	t := &trying{Report: Report{Options: o}, out: out, now: now, next: o.Seed, end: now().Add(o.For)}
	var all sync.WaitGroup
	for range either(o.For > 0, runtime.GOMAXPROCS(0), 1) {
		all.Go(func() {
			for seed, ok := t.take(ctx); ok; seed, ok = t.take(ctx) {
				t.run(ctx, seed)
			}
		})
	}
	all.Wait()
	switch {
	case t.failed != nil:
		return &t.Report, t.explain(ctx)
	case t.errs != nil && (ctx.Err() == nil || len(t.Runs) == 0):
		return &t.Report, t.errs
	}
	t.Tell(out)
	return &t.Report, nil
}

// trying is one call of Try.
type trying struct {
	Report
	out    io.Writer
	now    func() time.Time
	end    time.Time
	mu     sync.Mutex // of what is below, and of Runs
	next   uint64
	failed *Result
	errs   error
}

// take gives the next seed to try, if there is one.
func (t *trying) take(ctx context.Context) (uint64, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	seed := t.next
	t.next++
	more := seed == t.Seed || t.For > 0 && t.now().Before(t.end)
	return seed, more && t.failed == nil && t.errs == nil && ctx.Err() == nil
}

// run lives a seed, and keeps what came of it.
func (t *trying) run(ctx context.Context, seed uint64) {
	began := t.now()
	p, err := t.plan(seed)
	var r Result
	if err == nil {
		r, err = Run(ctx, p, t.progress())
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.errs = errors.Join(t.errs, err)
		return
	}
	r.Took = t.now().Sub(began)
	if t.add(r); r.Violation != nil && t.failed == nil {
		t.failed = &r
	}
	if !t.Plain && t.For > 0 {
		t.line(i18n.M("sim.seeds-so-far", "%d seeds, %.0f hours at the door", len(t.Runs), t.sum().Door.Hours()))
	}
}

func (o Options) plan(seed uint64) (*Plan, error) {
	p, err := newPlan(seed, o.Days, max(o.Doors, 1), !o.Calm)
	if err == nil && o.Only != nil {
		p.Keep(o.Only)
	}
	return p, err
}

// progress shows how far a single run is.
func (t *trying) progress() func(float64) {
	if t.Plain || t.For > 0 {
		return nil
	}
	return func(done float64) { t.line(i18n.Verbatim(fmt.Sprintf("%3.0f%%", 100*done))) }
}

// line shows progress in the place of what it showed before.
func (t *trying) line(m i18n.Message) {
	width, _ := screen.Size(t.out)
	fmt.Fprintf(t.out, "\r%s\r", screen.Pad(t.Lang.Say(m), width-1))
}

// explain makes a failing run short, and tells it.
func (t *trying) explain(ctx context.Context) error {
	f := &Failure{Result: *t.failed, Of: len(t.failed.Plan.All)}
	t.Failure = f
	t.say(t.failed.name())
	for _, m := range f.Broken() {
		t.say(m)
	}
	if t.Only == nil {
		tell := func(left, runs int) {
			if !t.Plain {
				t.line(i18n.M("sim.making-short", "making it short: %d happenings left, %d runs", left, runs))
			}
		}
		var err error
		if f.Result, f.Tried, err = shrink(ctx, *t.failed, tell); err != nil {
			return fmt.Errorf("making the failure short: %w", err)
		}
	}
	f.Command = command(t.Options, f.Plan)
	for _, m := range f.Story() {
		t.say(m)
	}
	return fmt.Errorf("%w: %s", ErrFailed, f.Violation.Invariant)
}

func (t *trying) say(m i18n.Message) {
	width, _ := screen.Size(t.out)
	for _, line := range screen.Wrap(t.Lang.Say(m), width-1) {
		fmt.Fprintln(t.out, line)
	}
}

// Broken says when the run failed, and which invariant did not hold.
func (f *Failure) Broken() []i18n.Message {
	v := f.Violation
	return []i18n.Message{
		i18n.M("sim.fails", "It FAILS on day %d, %s:", int(v.At.Sub(f.Plan.Begin).Hours()/24)+1, f.at(v.At)),
		i18n.M("sim.must-hold", "  must hold  %v", invariantMessage(v.Invariant)),
		i18n.M("sim.was-found", "  was found  %s", v.What),
		i18n.M("sim.came-last", "  came last  %v", v.During.message())}
}

// storyLines is how many of the last events are told.
const storyLines = 25

// Story tells the failing run: what is planned, its last events and the command that repeats it.
// The command is on a line of its own, to be copied.
func (f *Failure) Story() []i18n.Message {
	var all []i18n.Message
	if f.Tried > 0 {
		all = append(all, i18n.N(len(f.Plan.All), "sim.made-short", "It fails with one of its %[2]d happenings too "+
			"(%[3]d runs tried):", "It fails with %[1]d of its %[2]d happenings too (%[3]d runs tried):",
			len(f.Plan.All), f.Of, f.Tried))
	}
	if len(f.Plan.All) <= storyLines {
		for _, h := range f.Plan.All {
			all = append(all, i18n.M("sim.planned", "  %d  %s  %v", h.N, f.at(h.At), h.message()))
		}
	}
	all = append(all, i18n.M("sim.last-events", "The last events:"))
	for _, line := range f.Last[max(0, len(f.Last)-storyLines):] {
		all = append(all, i18n.Join(i18n.Verbatim("  "+line[:len(lineTime)]), lineMessage(line[len(lineTime):])))
	}
	return append(all, i18n.M("sim.command", "This command repeats it:"), i18n.Verbatim("  "+f.Command))
}

// at is a time on the wall of the door.
func (f *Failure) at(t time.Time) string { return t.In(f.Plan.Zone).Format(time.DateTime) }

// message says what happens, and to whom.
func (h Happening) message() i18n.Message {
	if h.Who < 0 {
		return h.Kind.Message()
	}
	return i18n.M("sim.who-does", "person %d %v", h.Who, h.Kind.Message())
}

// command repeats a run.
func command(o Options, p *Plan) string {
	words := []string{"menshen sim --seed", fmt.Sprint(p.Seed), "--days", fmt.Sprint(p.Days)}
	if o.Doors > 1 {
		words = append(words, "--doors", fmt.Sprint(o.Doors))
	}
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
