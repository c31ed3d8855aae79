package waits

import (
	"strconv"

	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

// Table gives what a log says of waits as lines in a language: a row for each week and means, and
// the verdict on each full week.
func Table(l policy.WaitLog, lang i18n.Language) []string {
	rows := [][]string{{}}
	for _, head := range []i18n.Message{i18n.M("waits.week", "week"), i18n.M("waits.means", "means"),
		i18n.M("waits.openings", "opened"), i18n.M("waits.median", "half within, s"),
		i18n.M("waits.p90", "9 of 10, s"), i18n.M("waits.retried", "tried again")} {
		rows[0] = append(rows[0], lang.Say(head))
	}
	for _, w := range l.Weeks {
		for _, s := range w.Served {
			rows = append(rows, []string{w.Name(), lang.Say(i18n.Word(string(s.Means))), strconv.Itoa(s.N),
				s.Median.String(), s.P90.String(), s.Retried.String()})
		}
	}
	lines := screen.Table(rows)
	for _, w := range l.Weeks {
		if w.Full {
			lines = append(lines, lang.Say(i18n.M("waits.verdict", "%s: %v", w.Name(), w.Verdict.Message())))
		}
	}
	return append(lines, lang.Say(i18n.M("waits.left-out", "Left out: %d openings of before this was measured, "+
		"%d at a door that was open already.", l.Old, l.Open)))
}
