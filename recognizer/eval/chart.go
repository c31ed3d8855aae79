package eval

import (
	"fmt"
	"math"

	"menshen/internal/chart"
	"menshen/internal/i18n"
)

// Size of the charts, for a screen.
const width, height = 640, 380

// text is in English, as the report is.
func text(en string) i18n.Message { return i18n.Verbatim(en) }

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
func (v *Verification) detChart() chart.Chart {
	low := max(1/float64(v.Impostor), 1e-7)
	least := max(0.5/float64(v.Genuine), 1e-6)
	l := chart.Line{Name: text("one picture against one"), Class: "a"}
	for _, p := range v.DET {
		l.Points = append(l.Points, [2]float64{p.FMR, p.FNMR})
	}
	return chart.Chart{
		Title: text("Detection error trade-off: false non-match rate against false match rate"),
		Width: width, Height: height,
		X: chart.Axis{
			Name: text("false match rate"), Low: low, High: 0.5,
			Scale: probit, Ticks: append(decades(low, .1), .4), Tick: share,
		},
		Y: chart.Axis{
			Name: text("false non-match rate"), Low: least, High: 0.5,
			Scale: probit, Ticks: append(decades(least, .1), .4), Tick: share,
		},
		Lines: []chart.Line{l},
	}
}

// histogram is how the scores of the same and of different people lie, each as a share of its own.
func (v *Verification) histogram() chart.Chart {
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
	return chart.Chart{
		Title: text("Scores of pairs of the same person and of different people"),
		Width: width, Height: height,
		X: chart.Axis{
			Name: text("score (cosine)"), Low: -0.4, High: 1,
			Ticks: []float64{-.4, -.2, 0, .2, .4, .6, .8, 1}, Tick: cosine,
		},
		Y: chart.Axis{Name: text("share of pairs"), High: most, Ticks: []float64{0, most / 2, most}, Tick: share},
		Lines: []chart.Line{
			{Name: text("same person"), Class: "a", Points: same},
			{Name: text("different people"), Class: "b", Points: other},
		},
	}
}

// curveChart is both errors of the search by threshold.
func (id *Identification) curveChart() chart.Chart {
	least := 1 / float64(max(id.Mated, id.NonMated))
	c := chart.Chart{
		Title: text("Identification: both error rates by threshold"),
		Width: width, Height: height,
		X: chart.Axis{
			Name: text("threshold"), Low: 0.2, High: 0.8,
			Ticks: []float64{.2, .3, .4, .5, .6, .7, .8}, Tick: cosine,
		},
		Y: chart.Axis{
			Name: text("error rate"), Low: least, High: 1,
			Scale: math.Log, Ticks: decades(least, 1), Tick: share,
		},
		Lines: []chart.Line{
			{Name: text("strangers taken (FPIR)"), Class: "b"},
			{Name: text("enrolled missed (FNIR)"), Class: "a"},
		},
	}
	for _, p := range id.Curve {
		for l, rate := range []Rate{p.FPIR, p.FNIR} {
			if rate.Value > 0 { // none has no place on an axis of powers of ten
				c.Lines[l].Points = append(c.Lines[l].Points, [2]float64{p.Threshold, rate.Value})
			}
		}
	}
	return c
}

// chart is how the rates of the one half lie by the tail that was fitted to the other.
func (o *Others) chart() chart.Chart {
	const low, high = 1e-7, 1e-2
	c := chart.Chart{
		Title: text("How often one comparison with a stranger reaches a threshold: fitted to half of the people, " +
			"and found with the others"),
		Width: width, Height: height,
		X: chart.Axis{Name: text("threshold"), Low: 0.2, High: 0.7,
			Ticks: []float64{.2, .3, .4, .5, .6, .7}, Tick: cosine},
		Y: chart.Axis{Name: text("rate of one comparison"), Low: low, High: high,
			Scale: math.Log, Ticks: decades(low, high), Tick: share},
		Lines: []chart.Line{
			{Name: text("found with the others"), Class: "b"},
			{Name: text("fitted"), Class: "a"},
			{Name: text("upper end of the fit"), Class: "c"},
		},
	}
	for i := 0; i < len(o.found); i += top / 100 {
		if t, rate := step(i-top).cosine(), o.found[i]; t >= c.X.Low && rate > 0 {
			c.Lines[0].Points = append(c.Lines[0].Points, [2]float64{t, rate})
		}
	}
	for t := o.fitted.from; t < c.X.High; t += 0.01 {
		c.Lines[1].Points = append(c.Lines[1].Points, [2]float64{t, o.fitted.at(t)})
		c.Lines[2].Points = append(c.Lines[2].Points, [2]float64{t, o.fitted.high(t)})
	}
	return c
}
