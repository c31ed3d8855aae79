// Package chart draws line and bar charts as inline SVG: no script, no font and no file beside the
// page. Dashes, patterns and the legend tell series apart without colour; how they look is the
// page's style sheet's, by class.
package chart

import (
	_ "embed"
	"fmt"
	"html/template"
	"menshen/internal/i18n"
	"strings"
)

//go:embed page.css
var pageCSS string

// PageStyle is the style sheet of a page of charts and tables for a screen, light or dark. Lines
// are of class a, b or c.
var PageStyle = template.CSS(pageCSS)

// Chart is one chart, of lines or of bars. All text in it is escaped.
type Chart struct {
	Title         i18n.Message // for screen readers
	Width, Height float64
	Languages     []i18n.Language // the page's style sheet shows one, by its lang; none: English, without a lang

	X, Y  Axis // of the lines
	Lines []Line

	Labels []string // below the bars; "" leaves one out
	Bars   []Bars
	Limit  int          // a line after so many bars; 0: none
	Past   i18n.Message // its name
}

// Line is a row of points, each with an interval from low to high, or without.
type Line struct {
	Name      i18n.Message
	Class     string
	Points    [][2]float64
	Intervals [][2]float64 // of Points; nil: none
}

// Bars is a row of bars, one over each label, on those of the rows before it; below the axis where
// it is negative.
type Bars struct {
	Name   i18n.Message
	Class  string
	Values []int
}

// Axis maps Low…High to a side of the plot. Values outside are cut off.
type Axis struct {
	Name      i18n.Message
	Low, High float64
	Scale     func(float64) float64 // rising; nil: linear
	Ticks     []float64
	Tick      func(float64) string // what stands at a tick
}

func (a *Axis) at(v float64) float64 {
	scale := a.Scale
	if scale == nil {
		scale = func(v float64) float64 { return v }
	}
	return (scale(min(max(v, a.Low), a.High)) - scale(a.Low)) / (scale(a.High) - scale(a.Low))
}

// drawing is a chart under way. The plot lies between its four sides, in units of the SVG.
type drawing struct {
	strings.Builder
	Chart
	left, right, top, bottom float64
}

// SVG draws the chart.
func (c Chart) SVG() template.HTML {
	d := drawing{Chart: c, left: 34, right: c.Width - 10, top: 34, bottom: c.Height - 24}
	if c.Bars != nil {
		d.X, d.Y = c.barAxes()
	} else {
		d.left, d.bottom = d.left+32, d.bottom-22 // for the axes' names
	}
	d.put(`<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`,
		c.Width, c.Height, template.HTMLEscapeString(c.label()))
	d.axes()
	for i, l := range c.Lines {
		x := d.legend(i, 34, l.Name)
		d.put(`<path class="line %s" d="M%.1f 11 h28"/><path class="line %s" d="`, l.Class, x, l.Class)
		for i, p := range l.Points {
			d.put("%c%.1f %.1f", "ML"[min(i, 1)], d.x(p[0]), d.y(p[1]))
		}
		d.put(`"/>`)
		for i, v := range l.Intervals {
			x := d.x(l.Points[i][0])
			d.put(`<path class="interval %s" d="M%.1f %.1f V%.1f"/>`, l.Class, x, d.y(v[0]), d.y(v[1]))
		}
	}
	for i, b := range c.Bars {
		d.put(`<rect class="%s" x="%.1f" y="5" width="12" height="12"/>`, b.Class, d.legend(i, 17, b.Name))
		for at := range b.Values {
			low, high := c.bar(i, at)
			if low < high {
				left := d.x(float64(at) + .15)
				d.put(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`,
					b.Class, left, d.y(float64(high)), d.x(float64(at)+.85)-left, d.y(float64(low))-d.y(float64(high)))
			}
		}
	}
	if c.Limit > 0 {
		x := d.x(float64(c.Limit))
		d.put(`<path class="limit" d="M%.1f %g V%g"/>`, x, d.top-8, d.bottom)
		d.text(c.Past, `x="%.1f" y="%g"`, x+4, d.top-2)
	}
	d.put(`</svg>`)
	return template.HTML(d.String())
}

func (d *drawing) put(format string, values ...any) { fmt.Fprintf(d, format, values...) }

func (d *drawing) x(v float64) float64 { return d.left + d.X.at(v)*(d.right-d.left) }
func (d *drawing) y(v float64) float64 { return d.bottom - d.Y.at(v)*(d.bottom-d.top) }

// label is the title in each language.
func (c Chart) label() string {
	if len(c.Languages) == 0 {
		return c.Title.String()
	}
	var said []string
	for _, l := range c.Languages {
		said = append(said, l.Say(c.Title))
	}
	return strings.Join(said, " / ")
}

// text puts a message in each language.
func (d *drawing) text(m i18n.Message, attributes string, values ...any) {
	if len(d.Languages) == 0 {
		d.figure(m.String(), attributes, values...)
	}
	for _, l := range d.Languages {
		d.figure(l.Say(m), attributes+` lang="`+l.Code()+`"`, values...)
	}
}

// figure puts what all languages write alike.
func (d *drawing) figure(text, attributes string, values ...any) {
	d.put(`<text %s>%s</text>`, fmt.Sprintf(attributes, values...), template.HTMLEscapeString(text))
}

func (d *drawing) axes() {
	for _, v := range d.X.Ticks {
		if d.Bars == nil {
			d.put(`<path class="grid" d="M%.1f %g V%g"/>`, d.x(v), d.top, d.bottom)
		}
		d.figure(d.X.Tick(v), `x="%.1f" y="%g" text-anchor="middle"`, d.x(v), d.bottom+16)
	}
	for _, v := range d.Y.Ticks {
		class := "grid"
		if v == 0 && d.Bars != nil {
			class = "axis"
		}
		d.put(`<path class="%s" d="M%g %.1f H%g"/>`, class, d.left, d.y(v), d.right)
		d.figure(d.Y.Tick(v), `x="%g" y="%.1f" text-anchor="end"`, d.left-5, d.y(v)+4)
	}
	if d.Bars == nil {
		d.text(d.X.Name, `x="%g" y="%g" text-anchor="middle"`, (d.left+d.right)/2, d.Height-8)
		d.text(d.Y.Name, `transform="translate(14 %g) rotate(-90)" text-anchor="middle"`, (d.top+d.bottom)/2)
	}
}

// legend puts the name of series i above the plot, three in its width, and gives the place of the
// sample before it.
func (d *drawing) legend(i int, room float64, name i18n.Message) (x float64) {
	x = d.left + float64(i)*(d.right-d.left)/3
	d.text(name, `x="%.1f" y="15"`, x+room)
	return x
}
