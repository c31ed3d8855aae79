package dossier

import (
	"fmt"
	"html/template"

	"menshen/internal/chart"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Size of the charts, for a telephone.
const width, height = 360, 190

// languages are those of the page, in the order in which it has them.
func languages() []i18n.Language { return []i18n.Language{catalogue.In("zh"), i18n.English} }

// faceChart is what came and went, by month: at most the last two years.
func (d *Data) faceChart() template.HTML {
	months := d.Months[max(0, len(d.Months)-24):]
	taken := chart.Bars{Name: i18n.M("dossier.enrolled", "enrolled"), Class: "taken"}
	gone := chart.Bars{Name: i18n.M("dossier.faces-erased", "faces erased"), Class: "gone"}
	people := chart.Bars{Name: i18n.M("dossier.people-erased", "people erased"), Class: "people"}
	labels := make([]string, len(months))
	every := (len(months) + 5) / 6
	for i, m := range months {
		if i%every == 0 {
			labels[i] = m.Month[2:]
		}
		taken.Values = append(taken.Values, m.Taken)
		gone.Values = append(gone.Values, -m.Gone)
		people.Values = append(people.Values, -m.People)
	}
	return chart.Chart{Title: i18n.M("dossier.faces-by-month", "Faces enrolled and erased, by month"),
		Languages: languages(), Width: width, Height: height,
		Labels: labels, Bars: []chart.Bars{taken, gone, people}}.SVG()
}

// ageChart is how old the decisions are that are kept, against how old they may be.
func (d *Data) ageChart() template.HTML {
	days := int(AgeStep.Hours() / 24)
	name := i18n.M("dossier.decisions-kept", "decisions kept, by age in days")
	kept := chart.Bars{Name: name, Class: "taken", Values: d.Retention.Ages}
	labels := make([]string, len(kept.Values))
	for i := range labels {
		if i%3 == 0 {
			labels[i] = fmt.Sprint(i * days)
		}
	}
	c := chart.Chart{Title: i18n.M("dossier.decisions-by-age", "Decisions kept, by age in days"),
		Languages: languages(), Width: width, Height: height,
		Labels: labels, Bars: []chart.Bars{kept}, Past: i18n.M("dossier.limit", "limit")}
	if limit := d.Retention.EventDays / days; limit < len(labels) {
		c.Limit = limit
	}
	return c.SVG()
}
