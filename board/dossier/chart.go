package dossier

import (
	"fmt"
	"html/template"

	"menshen/internal/chart"
)

// Size of the charts, for a telephone.
const width, height = 360, 190

// faceChart is what came and went, by month: at most the last two years.
func (d *Data) faceChart() template.HTML {
	months := d.Months[max(0, len(d.Months)-24):]
	taken := chart.Bars{Name: chart.Text{EN: "taken", ZH: "录入"}, Class: "taken"}
	gone := chart.Bars{Name: chart.Text{EN: "faces destroyed", ZH: "销毁人脸"}, Class: "gone"}
	people := chart.Bars{Name: chart.Text{EN: "people erased", ZH: "删除人员"}, Class: "people"}
	labels := make([]string, len(months))
	every := (len(months) + 5) / 6
	for i, m := range months {
		if i%every == 0 {
			labels[i] = m.Month[2:]
		}
		taken.Values, gone.Values, people.Values = append(taken.Values, m.Taken), append(gone.Values, -m.Gone), append(people.Values, -m.People)
	}
	return chart.Chart{Title: chart.Text{EN: "Faces taken and destroyed, by month", ZH: "每月录入与销毁的人脸"}, Width: width, Height: height,
		Labels: labels, Bars: []chart.Bars{taken, gone, people}}.SVG()
}

// ageChart is how old the decisions are that are kept, against how old they may be.
func (d *Data) ageChart() template.HTML {
	days := int(AgeStep.Hours() / 24)
	kept := chart.Bars{Name: chart.Text{EN: "decisions kept, by age in days", ZH: "保存的判定，按天数"}, Class: "taken", Values: d.Retention.Ages}
	labels := make([]string, len(kept.Values))
	for i := range labels {
		if i%3 == 0 {
			labels[i] = fmt.Sprint(i * days)
		}
	}
	c := chart.Chart{Title: chart.Text{EN: "Decisions kept, by age in days", ZH: "保存的判定（按天数）"}, Width: width, Height: height,
		Labels: labels, Bars: []chart.Bars{kept}, Past: chart.Text{EN: "limit", ZH: "期限"}}
	if limit := d.Retention.EventDays / days; limit < len(labels) {
		c.Limit = limit
	}
	return c.SVG()
}
