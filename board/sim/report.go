package sim

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

// Report is what trying came to.
type Report struct {
	Options
	Runs    []Result // in the order of their ends; without their happenings
	Failure *Failure // of the first run that failed; nil: all invariants held
}

// Failure is a run that failed, as short as it was made.
type Failure struct {
	Result
	Of      int    // happenings of the run that was made short
	Tried   int    // runs that this took; 0: it was not made short
	Command string // repeats it
}

// add adds a run.
func (r *Report) add(run Result) {
	p := *run.Plan
	p.All, p.lives = nil, nil
	run.Plan, run.Last = &p, nil
	r.Runs = append(r.Runs, run)
}

// sum adds all runs up.
func (r *Report) sum() Stats {
	all := newStats(r.Days)
	for _, run := range r.Runs {
		all.add(run.Stats)
	}
	return all
}

func count(of map[Kind]int) (n int) {
	for _, x := range of {
		n += x
	}
	return n
}

// survived counts the faults of a kind in the runs in which every invariant held.
func (r *Report) survived(k Kind) (n int) {
	for _, run := range r.Runs {
		if run.Violation == nil {
			n += run.Faults[k]
		}
	}
	return n
}

// Tell tells the report on a terminal.
func (r *Report) Tell(out io.Writer) {
	s := r.sum()
	width, _ := screen.Size(out)
	for _, m := range r.summary(s) {
		for _, line := range screen.Wrap(r.Lang.Say(m), width-1) {
			fmt.Fprintln(out, line)
		}
	}
	for _, line := range append(r.table(s), r.doorTable(s)...) {
		fmt.Fprintln(out, line)
	}
	if len(r.Runs) == 1 {
		fmt.Fprintln(out, r.Lang.Say(i18n.M("sim.history", "history %s", r.Runs[0].Hash)))
	}
}

// summary is the report in paragraphs.
func (r *Report) summary(s Stats) []i18n.Message {
	what := r.Runs[0].name()
	if len(r.Runs) > 1 {
		what = i18n.M("sim.seeds-lived", "%d seeds from %d on, %d days each.", len(r.Runs), r.Seed, r.Days)
	}
	if r.Failure == nil {
		what = i18n.Join(what, i18n.Verbatim(" "), i18n.M("sim.all-held", "Every invariant held."))
	}
	took := time.Duration(0)
	for _, run := range r.Runs {
		took += run.Took
	}
	all := []i18n.Message{what, i18n.M("sim.how-fast", "%.0f hours at the door in %.1f s: %.0f a second of one "+
		"processor. %d happenings; %d steps, and the invariants checked after each; "+
		"%d transactions of the vault.", s.Door.Hours(),
		took.Seconds(), s.Door.Hours()/max(took.Seconds(), 0.001), count(s.Happened), s.Steps, s.Writes)}
	if s.Replayed > 0 {
		all = append(all, i18n.M("sim.replayed", "Made again from the audit log: %d decisions, each as recorded; %d "+
			"others were about people erased since.", s.Replayed, s.Unreplayed))
	}
	all = append(all, waitSummary(s)...)
	if len(s.Doors) > 0 {
		all = append(all, siteSummary(s.Site)...)
	}
	if s.Visits > 0 {
		all = append(all, i18n.M("sim.at-console", "Staff came to the console %d times; %d times they left it open, "+
			"and were logged out.", s.Visits, s.LeftOpen))
	}
	return all
}

// siteSummary says what the doors of a site told each other.
func siteSummary(t Tally) []i18n.Message {
	return []i18n.Message{i18n.M("sim.site-carried", "The doors took in %d records of each other: %d were lost on "+
		"the way, %d came late and %d twice, and %d could not be opened at once. A door was cut off for days %d times.",
		t.Records, t.Lost, t.Late, t.Again, t.Closed, t.CutOff),
		i18n.M("sim.site-did", "%d changes of people were heard at every door, among them %d erasures and "+
			"withdrawals, which every door answered; %d lockdowns of all doors; %d passes for all doors, which "+
			"opened %d times.", t.Acts, t.Erased, t.Orders, t.Passes, t.Openings)}
}

// doorTable is what came to each door of a site.
func (r *Report) doorTable(s Stats) []string {
	if len(s.Doors) == 0 {
		return nil
	}
	say := r.Lang.Say
	rows := [][]string{{"", say(i18n.M("sim.granted", "granted")), say(i18n.M("sim.denied", "denied")),
		say(i18n.M("sim.faults", "faults"))}}
	for i, d := range s.Doors {
		var all Traffic
		for _, t := range d.Reasons {
			all.add(t)
		}
		rows = append(rows, []string{say(i18n.M("sim.door-number", "door %d", i+1)), strconv.Itoa(all.Granted),
			strconv.Itoa(all.Denied), strconv.Itoa(count(d.Faults))})
	}
	return screen.Table(rows)
}

// name says which run it was.
func (r Result) name() i18n.Message {
	return i18n.M("sim.seed-lived", "Seed %d: %d days from %s, %s.", r.Plan.Seed, r.Plan.Days,
		r.Plan.Begin.In(r.Plan.Zone).Format(time.DateOnly), i18n.Verbatim(r.Plan.Zone.String()))
}

// byReason gives the reasons with these decisions, those with the most first.
func byReason(s Stats, of func(Traffic) int) (all []policy.Reason) {
	for reason, t := range s.Reasons {
		if of(t) > 0 {
			all = append(all, reason)
		}
	}
	slices.SortFunc(all, func(a, b policy.Reason) int {
		return cmp.Or(of(s.Reasons[b])-of(s.Reasons[a]), cmp.Compare(a, b))
	})
	return all
}

// reasonMessage says a reason.
func reasonMessage(r policy.Reason) i18n.Message {
	if r == policy.ReasonREX {
		return i18n.M("sim.rex", "request to exit")
	}
	return i18n.Word(string(r))
}

func granted(t Traffic) int { return t.Granted }
func denied(t Traffic) int  { return t.Denied }

// byCount gives kinds, those that were most often first.
func byCount(of map[Kind]int) []Kind {
	return slices.SortedFunc(maps.Keys(of), func(a, b Kind) int { return cmp.Or(of[b]-of[a], cmp.Compare(a, b)) })
}

// table is the decisions by reason, and the faults.
func (r *Report) table(s Stats) []string {
	say := r.Lang.Say
	var rows [][]string
	row := func(name string, n int) { rows = append(rows, []string{name, strconv.Itoa(n)}) }
	for _, side := range []struct {
		name i18n.Message
		of   func(Traffic) int
	}{{i18n.M("sim.granted", "granted"), granted}, {i18n.M("sim.denied", "denied"), denied}} {
		sum, at := 0, len(rows)
		row(say(side.name), 0)
		for _, reason := range byReason(s, side.of) {
			n := side.of(s.Reasons[reason])
			sum += n
			row("  "+say(reasonMessage(reason)), n)
		}
		rows[at][1] = strconv.Itoa(sum)
	}
	if faults := count(s.Faults); faults > 0 {
		name := i18n.M("sim.faults-survived", "faults survived")
		if r.Failure != nil {
			name = i18n.M("sim.faults-injected", "faults injected")
		}
		row(say(name), faults)
		for _, k := range byCount(s.Faults) {
			row("  "+say(k.Message()), s.Faults[k])
		}
	}
	return screen.Table(rows)
}
