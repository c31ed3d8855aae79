package dossier

import (
	"html/template"
	"slices"
	"time"

	"menshen/internal/chart"
	"menshen/internal/i18n"
	"menshen/policy"
)

// waitChart is how long half of all people waited at most, by week and means, with the intervals;
// empty, where there are fewer than two weeks.
func (d *Data) waitChart() template.HTML {
	weeks := d.Waits.Weeks
	if len(weeks) < 2 {
		return ""
	}
	c := chart.Chart{Title: i18n.M("dossier.waits-by-week", "Half of all waited at most so long, by week"),
		Languages: languages(), Width: width, Height: height + 40,
		X: chart.Axis{Name: i18n.M("dossier.week", "Week"), High: float64(len(weeks)),
			Tick: func(v float64) string { return weeks[int(v)].Name()[5:] }},
		Y: chart.Axis{Name: i18n.M("dossier.seconds", "Seconds"), Tick: policy.Tenths}}
	for i := range weeks {
		if every := (len(weeks) + 6) / 7; i%every == 0 {
			c.X.Ticks = append(c.X.Ticks, float64(i)+.5)
		}
	}
	for i, l := range []struct {
		name  i18n.Message
		class string
		by    []policy.Means
	}{
		{i18n.M("dossier.by-card", "card"), "a", []policy.Means{policy.ByCard}},
		{i18n.M("dossier.by-code", "code"), "b", []policy.Means{policy.ByPIN}},
		{i18n.M("dossier.by-face", "face"), "c", []policy.Means{policy.ByFace, policy.ByCardFace}},
	} {
		line := chart.Line{Name: l.name, Class: l.class}
		for x, w := range weeks {
			at := slices.IndexFunc(w.Served, func(s policy.Served) bool { return slices.Contains(l.by, s.Means) })
			if at < 0 {
				continue
			}
			q := w.Served[at].Median
			high := q.High
			if q.Open {
				high = q.Value
			}
			line.Points = append(line.Points, [2]float64{float64(x) + .4 + .1*float64(i), q.Value.Seconds()})
			line.Intervals = append(line.Intervals, [2]float64{q.Low.Seconds(), high.Seconds()})
			c.Y.High = max(c.Y.High, high.Seconds())
		}
		c.Lines = append(c.Lines, line)
	}
	c.Y.High = max(c.Y.High, time.Second.Seconds())
	c.Y.Ticks = []float64{0, c.Y.High / 2, c.Y.High}
	return c.SVG()
}

// waits says what the last week comes to that can tell.
func (e *evidence) waits() {
	for _, w := range slices.Backward(e.d.Waits.Weeks) {
		if w.Full && w.Verdict != policy.TooFew {
			e.say(i18n.M("dossier.waits-verdict", "How long people wait (part 5), in the last full week that can "+
				"tell, %s: %v", w.Name(), w.Verdict.Message()))
			return
		}
	}
}
