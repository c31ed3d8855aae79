package eval

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// chart is a line chart as inline SVG: no script, no font and no file beside the report.
type chart struct {
	title string
	x, y  axis
	lines []line
}

// axis maps values to 0…1 along itself. Values outside are cut off.
type axis struct {
	label     string
	low, high float64
	ticks     []float64
	scale     func(float64) float64 // nil: linear
	tick      func(float64) string
}

// line is a row of points. Dashes and the legend tell lines apart without colour.
type line struct {
	name   string
	class  string // of the style sheet: a, b, c
	points [][2]float64
}

// Size of a chart and of its margins, in SVG units.
const (
	chartW, chartH         = 640.0, 380.0
	left, right, up, below = 66.0, 16.0, 30.0, 46.0
)

func (a axis) at(v float64) float64 {
	scale := a.scale
	if scale == nil {
		scale = func(v float64) float64 { return v }
	}
	v = min(max(v, a.low), a.high)
	return (scale(v) - scale(a.low)) / (scale(a.high) - scale(a.low))
}

func (c chart) px(v float64) float64 { return left + c.x.at(v)*(chartW-left-right) }
func (c chart) py(v float64) float64 { return chartH - below - c.y.at(v)*(chartH-up-below) }

// SVG draws the chart.
func (c chart) SVG() template.HTML {
	var b strings.Builder
	esc := template.HTMLEscapeString
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, chartW, chartH, esc(c.title))
	for _, t := range c.x.ticks {
		fmt.Fprintf(&b, `<path class="grid" d="M%.1f %g V%g"/><text x="%.1f" y="%g" text-anchor="middle">%s</text>`,
			c.px(t), up, chartH-below, c.px(t), chartH-below+16, esc(c.x.tick(t)))
	}
	for _, t := range c.y.ticks {
		fmt.Fprintf(&b, `<path class="grid" d="M%g %.1f H%g"/><text x="%g" y="%.1f" text-anchor="end">%s</text>`,
			left, c.py(t), chartW-right, left-6, c.py(t)+4, esc(c.y.tick(t)))
	}
	fmt.Fprintf(&b, `<text x="%g" y="%g" text-anchor="middle">%s</text>`, (left+chartW-right)/2, chartH-8, esc(c.x.label))
	fmt.Fprintf(&b, `<text transform="translate(14 %g) rotate(-90)" text-anchor="middle">%s</text>`, (up+chartH-below)/2, esc(c.y.label))
	for i, l := range c.lines {
		fmt.Fprintf(&b, `<path class="line %s" d="%s"/>`, l.class, c.path(l.points))
		x := left + 10 + float64(i)*190
		fmt.Fprintf(&b, `<path class="line %s" d="M%g 14 h28"/><text x="%g" y="18">%s</text>`, l.class, x, x+34, esc(l.name))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) // all that came from outside this function is escaped
}

func (c chart) path(points [][2]float64) string {
	var b strings.Builder
	for i, p := range points {
		fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], c.px(p[0]), c.py(p[1]))
	}
	return b.String()
}

// decades are the powers of ten from low to high.
func decades(low, high float64) (t []float64) {
	for e := math.Ceil(math.Log10(low)); e <= math.Floor(math.Log10(high)+1e-9); e++ {
		t = append(t, math.Pow(10, e))
	}
	return t
}

func share(v float64) string  { return fmt.Sprintf("%.4g%%", 100*v) }
func cosine(v float64) string { return fmt.Sprintf("%.1f", v) }

// detChart is the detection error trade-off on normal-deviate axes.
func (v *Verification) detChart() chart {
	low := max(1/float64(v.Impostor), 1e-7)
	least := max(0.5/float64(v.Genuine), 1e-6)
	c := chart{
		title: "Detection error trade-off: false non-match rate against false match rate",
		x:     axis{label: "false match rate", low: low, high: 0.5, ticks: append(decades(low, .1), .4), scale: probit, tick: share},
		y:     axis{label: "false non-match rate", low: least, high: 0.5, ticks: append(decades(least, .1), .4), scale: probit, tick: share},
	}
	l := line{name: "one picture against one", class: "a"}
	for _, p := range v.DET {
		l.points = append(l.points, [2]float64{p.FMR, p.FNMR})
	}
	c.lines = []line{l}
	return c
}

// histogram is how the scores of the same and of different people lie, each as a share of its own.
func (v *Verification) histogram() chart {
	const bin = 0.02
	bars := func(c *counts) (points [][2]float64, most float64) {
		shares := make([]float64, int(2/bin)+1)
		for i, n := range c.at {
			shares[int((step(i-top).cosine()+1)/bin)] += float64(n) / float64(c.total)
		}
		for i, s := range shares {
			points = append(points, [2]float64{float64(i)*bin - 1 + bin/2, s})
			most = max(most, s)
		}
		return points, most
	}
	same, a := bars(&v.genuine)
	other, b := bars(&v.impostor)
	most := math.Ceil(max(a, b)*20) / 20
	ticks := []float64{0, most / 2, most}
	return chart{
		title: "Scores of pairs of the same person and of different people",
		x:     axis{label: "score (cosine)", low: -0.4, high: 1, ticks: []float64{-.4, -.2, 0, .2, .4, .6, .8, 1}, tick: cosine},
		y:     axis{label: "share of pairs", high: most, ticks: ticks, tick: share},
		lines: []line{{"same person", "a", same}, {"different people", "b", other}},
	}
}

// curveChart is both errors of the search by threshold.
func (id *Identification) curveChart() chart {
	least := 1 / float64(max(id.Mated, id.NonMated))
	log := func(v float64) float64 { return math.Log(v) }
	c := chart{
		title: "Identification: both error rates by threshold",
		x:     axis{label: "threshold", low: 0.2, high: 0.8, ticks: []float64{.2, .3, .4, .5, .6, .7, .8}, tick: cosine},
		y:     axis{label: "error rate", low: least, high: 1, ticks: decades(least, 1), scale: log, tick: share},
		lines: []line{{name: "strangers taken (FPIR)", class: "b"}, {name: "enrolled missed (FNIR)", class: "a"}},
	}
	for _, p := range id.Curve {
		for l, rate := range []Rate{p.FPIR, p.FNIR} {
			if rate.Value > 0 { // none has no place on an axis of powers of ten
				c.lines[l].points = append(c.lines[l].points, [2]float64{p.Threshold, rate.Value})
			}
		}
	}
	return c
}
