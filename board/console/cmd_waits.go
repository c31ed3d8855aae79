package console

import (
	"context"

	"menshen/internal/i18n"
	"menshen/policy"
)

// weeksShown are those that waits shows without --all: this one and the last four.
const weeksShown = 5

// showWaits shows how long people waited, and the verdict on each week.
func showWaits(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "all", "json")
	if err != nil {
		return err
	}
	if len(a.words) > 0 {
		return c.misuse("waits")
	}
	log, err := c.desk.(Papers).Waits(ctx, c.who)
	if err != nil {
		return err
	}
	weeks := log.Weeks
	if !a.has("all") {
		weeks = weeks[max(0, len(weeks)-weeksShown):]
	}
	if a.has("json") {
		return c.showJSON(waitFigures(weeks))
	}
	t := table{cols: []column{{"week", i18n.M("console.week", "week")}, {"means", i18n.M("console.means", "means")},
		{"openings", i18n.M("console.openings", "opened")},
		{"median", i18n.M("console.median-wait", "half within, s")},
		{"p90", i18n.M("console.p90-wait", "9 of 10, s")},
		{"retried", i18n.M("console.retried", "tried again")}}}
	for _, w := range weeks {
		for _, s := range w.Served {
			t.add(w.Name(), c.lang.Say(i18n.Word(string(s.Means))), s.N, s.Median.String(), s.P90.String(),
				s.Retried.String())
		}
	}
	if err := c.show(t, false); err != nil || len(t.rows) == 0 {
		return err
	}
	c.sayVerdicts(log, weeks)
	return nil
}

// sayVerdicts says what the weeks come to, and what is in none of them.
func (c *console) sayVerdicts(log policy.WaitLog, weeks []policy.Week) {
	for _, w := range weeks {
		name := i18n.Verbatim(w.Name())
		if !w.Full {
			name = i18n.M("console.week-so-far", "%s so far", w.Name())
		}
		c.say(i18n.M("console.week-verdict", "%v: %v", name, w.Verdict.Message()))
	}
	c.say(i18n.M("console.about-waits", "From the first key, tap or picture until the lock opens; in brackets 99%% "+
		"intervals. Tried again: the door refused a try before."))
	if log.Old > 0 {
		c.say(i18n.N(log.Old, "console.waits-of-before", "%d opening of before this was measured is left out.",
			"%d openings of before this was measured are left out.", log.Old))
	}
	if log.Open > 0 {
		c.say(i18n.N(log.Open, "console.waits-of-open-door", "%d at a door that was open already is left out.",
			"%d at a door that was open already are left out.", log.Open))
	}
}

// waitFigures are the weeks for scripts, in seconds and shares, each with the bounds of its
// interval; null: it has no upper bound.
func waitFigures(weeks []policy.Week) table {
	var t table
	for _, key := range []string{"week", "full", "verdict", "means", "openings", "median", "median_low", "median_high",
		"p90", "p90_low", "p90_high", "retried", "retried_low", "retried_high"} {
		t.cols = append(t.cols, column{key: key})
	}
	for _, w := range weeks {
		for _, s := range w.Served {
			row := []any{w.Name(), w.Full, string(w.Verdict), string(s.Means), s.N}
			for _, q := range []policy.Quantile{s.Median, s.P90} {
				row = append(row, q.Value.Seconds(), q.Low.Seconds(), nil)
				if !q.Open {
					row[len(row)-1] = q.High.Seconds()
				}
			}
			t.add(append(row, s.Retried.Value(), s.Retried.Low, s.Retried.High)...)
		}
	}
	return t
}
