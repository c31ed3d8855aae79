package dossier

import (
	"fmt"
	"html/template"
	"strings"
)

// chart is a bar chart as inline SVG, for a phone's width first: no script, no font, no file. Patterns tell the bars apart without colour.
type chart struct {
	title  Words
	labels []string // below the bars; "" leaves one out
	bars   []bars
	limit  int // a line after so many labels; 0: none
	past   Words
}

// bars is one row of bars, stacked on those before it: upwards, or downwards from the same line.
type bars struct {
	name   Words
	class  string // of the style sheet
	down   bool
	values []int
}

// most is the highest bar of a direction.
func (c chart) most(down bool) (most int) {
	for i := range c.labels {
		sum := 0
		for _, b := range c.bars {
			if b.down == down {
				sum += b.values[i]
			}
		}
		most = max(most, sum)
	}
	return most
}

// Size and margins, in SVG units, about those of a phone.
const (
	chartW, chartH          = 360.0, 190.0
	left, right, head, foot = 34.0, 6.0, 34.0, 24.0
)

func (c chart) SVG() template.HTML {
	esc := template.HTMLEscapeString
	up, down := c.most(false), c.most(true)
	unit := (chartH - head - foot) / float64(max(up+down, 1)) // height of one
	zero := head + float64(up)*unit
	var w strings.Builder
	both := func(x, y float64, anchor string, t Words) {
		fmt.Fprintf(&w, `<text x="%.1f" y="%.1f" text-anchor="%s" lang="zh">%s</text><text x="%.1f" y="%.1f" text-anchor="%s" lang="en">%s</text>`,
			x, y, anchor, esc(t.ZH), x, y, anchor, esc(t.EN))
	}
	fmt.Fprintf(&w, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s / %s">`, chartW, chartH, esc(c.title.ZH), esc(c.title.EN))
	step := (chartW - left - right) / float64(max(len(c.labels), 6)) // one month alone is no wall
	for _, v := range []int{up, 0, -down} {
		y := zero - float64(v)*unit
		fmt.Fprintf(&w, `<path class="%s" d="M%g %.1f H%g"/><text x="%g" y="%.1f" text-anchor="end">%d</text>`,
			either(v == 0, "axis", "grid"), left, y, chartW-right, left-4, y+4, max(v, -v))
	}
	for i, label := range c.labels {
		x, top, bottom := left+float64(i)*step, zero, zero
		for _, b := range c.bars {
			h := float64(b.values[i]) * unit
			y := bottom
			if b.down {
				bottom += h
			} else {
				top -= h
				y = top
			}
			if h > 0 {
				fmt.Fprintf(&w, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, b.class, x+step*.15, y, step*.7, h)
			}
		}
		if label != "" {
			fmt.Fprintf(&w, `<text x="%.1f" y="%g" text-anchor="middle">%s</text>`, x+step/2, chartH-6, esc(label))
		}
	}
	for i, b := range c.bars {
		x := left + float64(i)*110
		fmt.Fprintf(&w, `<rect class="%s" x="%.1f" y="5" width="12" height="12"/>`, b.class, x)
		both(x+17, 15, "start", b.name)
	}
	if c.limit > 0 {
		x := left + float64(c.limit)*step
		fmt.Fprintf(&w, `<path class="limit" d="M%.1f %g V%.1f"/>`, x, head-8, zero)
		both(x+4, head-2, "start", c.past)
	}
	w.WriteString(`</svg>`)
	return template.HTML(w.String()) // all that came from outside is escaped
}

// faceChart is what came and went, by month: at most the last two years.
func (d *Data) faceChart() template.HTML {
	months := d.Months[max(0, len(d.Months)-24):]
	c := chart{title: Words{"Faces taken and destroyed, by month", "每月录入与销毁的人脸"}}
	taken, gone, people := bars{name: Words{"taken", "录入"}, class: "taken"}, bars{name: Words{"faces destroyed", "销毁人脸"}, class: "gone", down: true}, bars{name: Words{"people erased", "删除人员"}, class: "people", down: true}
	every := (len(months) + 5) / 6
	for i, m := range months {
		label := ""
		if i%every == 0 {
			label = m.Month[2:]
		}
		c.labels = append(c.labels, label)
		taken.values, gone.values, people.values = append(taken.values, m.Taken), append(gone.values, m.Gone), append(people.values, m.People)
	}
	c.bars = []bars{taken, gone, people}
	return c.SVG()
}

// ageChart is how old the decisions are that are kept, against how old they may be.
func (d *Data) ageChart() template.HTML {
	days := int(AgeStep.Hours() / 24)
	c := chart{title: Words{"Decisions kept, by age in days", "保存的判定（按天数）"}, past: Words{"limit", "期限"}}
	kept := bars{name: Words{"decisions kept, by age in days", "保存的判定，按天数"}, class: "taken"}
	for i, n := range d.Retention.Ages {
		label := ""
		if i%3 == 0 {
			label = fmt.Sprint(i * days)
		}
		c.labels = append(c.labels, label)
		kept.values = append(kept.values, n)
	}
	if limit := d.Retention.EventDays / days; limit > 0 && limit < len(c.labels) {
		c.limit = limit
	}
	c.bars = []bars{kept}
	return c.SVG()
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
