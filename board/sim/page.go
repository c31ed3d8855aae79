package sim

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"menshen/internal/chart"
	"menshen/internal/i18n"
	"menshen/policy"
)

//go:embed page.html
var pageText string

// page is what its template shows.
type page struct {
	*Report
	Style    template.CSS
	Code     string // of the language
	Sums     Stats
	Summary  []i18n.Message
	Hours    template.HTML
	Days     template.HTML
	Span     int // days in each bar of Days
	Spans    []Traffic
	Answers  template.HTML
	Waits    []wait
	Granted  []bar
	Denied   []bar
	Faults   []bar
	Happened []bar
	Seeds    []Result // those that are listed
	Held     []i18n.Message
}

// bar is a line of a table with a bar: what it is, how often, and what part of the longest bar.
type bar struct {
	Name     i18n.Message
	N        int
	Survived int
	Share    float64 // percent
}

// wait is how long decisions of one kind took.
type wait struct {
	Name                i18n.Message
	N                   int
	Half, Most, Longest time.Duration
}

// mostSeeds is how many seeds the page lists; those that failed are among them.
const mostSeeds = 500

// Page writes the report as a page that needs no other file, in the language of the options.
func (r *Report) Page(w io.Writer) error {
	say := func(m i18n.Message) string { return r.Lang.Say(m) }
	t, err := template.New("page").Funcs(template.FuncMap{
		"t":         func(id, english string, args ...any) string { return say(i18n.InTemplate(id, english, args...)) },
		"say":       say,
		"at":        func(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateTime) },
		"invariant": func(name string) string { return say(invariantMessage(name)) },
		"ms":        func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) },
		"inc":       func(i int) int { return i + 1 },
		"mul":       func(a, b int) int { return a * b },
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	s := r.sum()
	p := page{Report: r, Style: chart.PageStyle, Code: r.Lang.Code(), Sums: s, Summary: r.summary(s), Waits: waits(s),
		Granted: reasonBars(s, granted), Denied: reasonBars(s, denied), Faults: r.faultBars(s), Happened: kindBars(s),
		Hours: r.hourChart(s).SVG(), Answers: r.answerChart(s).SVG(), Seeds: r.listed()}
	p.Span, p.Spans = spans(s.Daily)
	p.Days = r.dayChart(p.Span, p.Spans).SVG()
	for _, m := range invariantWords {
		p.Held = append(p.Held, m)
	}
	slices.SortFunc(p.Held, func(a, b i18n.Message) int { return strings.Compare(a.ID, b.ID) })
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

// listed gives the seeds that the page lists, by number.
func (r *Report) listed() []Result {
	var all []Result
	for _, run := range r.Runs {
		if run.Violation != nil || len(all) < mostSeeds {
			all = append(all, run)
		}
	}
	slices.SortFunc(all, func(a, b Result) int { return int(a.Plan.Seed) - int(b.Plan.Seed) })
	return all
}

// Size of the charts, for a screen.
const width, height = 640, 240

func (r *Report) chartOf(title i18n.Message) chart.Chart {
	return chart.Chart{Title: title, Width: width, Height: height, Languages: []i18n.Language{r.Lang}}
}

// trafficBars are three rows of bars: what was granted and denied above the axis, faults below it.
func trafficBars(all []Traffic) []chart.Bars {
	bars := []chart.Bars{{Name: i18n.M("sim.granted", "granted"), Class: "granted"},
		{Name: i18n.M("sim.denied", "denied"), Class: "denied"},
		{Name: i18n.M("sim.faults", "faults"), Class: "faults"}}
	faults := 0
	for _, t := range all {
		faults += t.Faults
		for i, n := range []int{t.Granted, t.Denied, -t.Faults} {
			bars[i].Values = append(bars[i].Values, n)
		}
	}
	if faults == 0 {
		return bars[:2]
	}
	return bars
}

func (r *Report) hourChart(s Stats) chart.Chart {
	c := r.chartOf(i18n.M("sim.by-hour", "Decisions by the hour on the wall"))
	c.Bars = trafficBars(s.Hourly[:])
	for hour := range s.Hourly {
		c.Labels = append(c.Labels, either(hour%3 == 0, fmt.Sprint(hour), ""))
	}
	return c
}

// spans puts days together so that they fit a chart.
func spans(days []Traffic) (each int, all []Traffic) {
	each = (len(days) + 55) / 56
	if each > 1 {
		each = (each + 6) / 7 * 7 // whole weeks
	}
	for i, t := range days {
		if i%each == 0 {
			all = append(all, Traffic{})
		}
		all[len(all)-1].add(t)
	}
	return each, all
}

func (r *Report) dayChart(each int, all []Traffic) chart.Chart {
	c := r.chartOf(i18n.M("sim.by-day", "Decisions and faults by the day of the history"))
	c.Bars = trafficBars(all)
	every := (len(all) + 9) / 10
	for i := range all {
		c.Labels = append(c.Labels, either(i%every == 0, fmt.Sprint(i*each+1), ""))
	}
	return c
}

// answerWords are the means whose times are shown, in the order of the page.
var answerWords = []struct {
	means []policy.Means
	name  i18n.Message
	class string // of its line; empty: no line
}{
	{[]policy.Means{policy.ByCard}, i18n.M("sim.card", "card"), "a"},
	{[]policy.Means{policy.ByPIN, policy.ByPass}, i18n.M("sim.code", "PIN or pass"), "b"},
	{[]policy.Means{policy.ByFace, policy.ByCardFace}, i18n.M("sim.face", "face"), "c"},
	{[]policy.Means{policy.ByREX}, reasonMessage(policy.ReasonREX), ""},
}

// of gives the times of some means together.
func (s Stats) of(means []policy.Means) (all Waits) {
	for _, m := range means {
		if w := s.Waits[m]; w != nil {
			for i, n := range w {
				all[i] += n
			}
		}
	}
	return all
}

// answerChart shows which share of all decisions was made within which time.
func (r *Report) answerChart(s Stats) chart.Chart {
	c := r.chartOf(i18n.M("sim.by-time", "Share of decisions made within a time, by means"))
	c.X = chart.Axis{Name: i18n.M("sim.seconds", "seconds at the door"), Low: waitStep.Seconds(), High: 10,
		Scale: math.Log, Ticks: []float64{.025, .05, .1, .2, .5, 1, 2, 5, 10},
		Tick: func(v float64) string { return fmt.Sprintf("%g", v) }}
	c.Y = chart.Axis{Name: i18n.M("sim.share", "share of decisions"), High: 1, Ticks: []float64{0, .5, 1},
		Tick: func(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) }}
	for _, a := range answerWords {
		all := s.of(a.means)
		if n := all.count(); n > 0 && a.class != "" {
			c.Lines = append(c.Lines, chart.Line{Name: a.name, Class: a.class, Points: all.steps(n)})
		}
	}
	return c
}

// steps are the points of a line that rises at each time by its share.
func (w *Waits) steps(of int) [][2]float64 {
	points := [][2]float64{{waitStep.Seconds(), 0}}
	sum := 0
	for i, n := range w {
		if n == 0 && i < len(w)-1 {
			continue
		}
		at := (time.Duration(i+1) * waitStep).Seconds()
		points = append(points, [2]float64{at, float64(sum) / float64(of)})
		sum += n
		points = append(points, [2]float64{at, float64(sum) / float64(of)})
	}
	return points
}

func waits(s Stats) (rows []wait) {
	for _, a := range answerWords {
		if all := s.of(a.means); all.count() > 0 {
			rows = append(rows, wait{a.name, all.count(), all.within(.5), all.within(.99), all.within(1)})
		}
	}
	return rows
}

// measured gives each bar its part of the longest.
func measured(bars []bar) []bar {
	most := 1
	for _, b := range bars {
		most = max(most, b.N)
	}
	for i := range bars {
		bars[i].Share = 100 * float64(bars[i].N) / float64(most)
	}
	return bars
}

func reasonBars(s Stats, of func(Traffic) int) (bars []bar) {
	for _, reason := range byReason(s, of) {
		bars = append(bars, bar{Name: reasonMessage(reason), N: of(s.Reasons[reason])})
	}
	return measured(bars)
}

func (r *Report) faultBars(s Stats) (bars []bar) {
	for _, k := range byCount(s.Faults) {
		bars = append(bars, bar{Name: k.Message(), N: s.Faults[k], Survived: r.survived(k)})
	}
	return measured(bars)
}

func kindBars(s Stats) (bars []bar) {
	for _, k := range byCount(s.Happened) {
		if s.Faults[k] == 0 {
			bars = append(bars, bar{Name: k.Message(), N: s.Happened[k]})
		}
	}
	return measured(bars)
}
