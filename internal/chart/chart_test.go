package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// rects gives y and height of the bars of a class, without the legend's sample.
func rects(t *testing.T, svg, class string) (all [][2]float64) {
	t.Helper()
	bar := regexp.MustCompile(`<rect class="` + class + `" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/>`)
	for _, m := range bar.FindAllStringSubmatch(svg, -1) {
		y, err1 := strconv.ParseFloat(m[1], 64)
		height, err2 := strconv.ParseFloat(m[2], 64)
		if err1 != nil || err2 != nil {
			t.Fatal(m)
		}
		all = append(all, [2]float64{y, height})
	}
	return all[1:]
}

// TestBarsStack: the plot is 100 high from y 34 to 134 and shows 3 up and 2 down, so one is 20.
func TestBarsStack(t *testing.T) {
	svg := string(Chart{Width: 360, Height: 158, Labels: []string{"a", "b"}, Limit: 1, Past: i18n.Word("door"),
		Languages: []i18n.Language{catalogue.In("zh"), i18n.English},
		Bars: []Bars{{Class: "new", Values: []int{1, 2}}, {Class: "more", Values: []int{2, 0}},
			{Class: "gone", Values: []int{-1, 0}}, {Class: "lost", Values: []int{-1, -1}}},
	}.SVG())
	for class, want := range map[string][][2]float64{
		"new": {{74, 20}, {54, 40}}, "more": {{34, 40}}, "gone": {{94, 20}}, "lost": {{114, 20}, {94, 20}},
	} {
		got := rects(t, svg, class)
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", class, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", class, got, want)
			}
		}
	}
	for _, want := range []string{
		`<path class="axis" d="M34 94.0`, `lang="zh">门<`, `lang="en">door<`, `class="limit"`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
}

func TestLineStaysInThePlot(t *testing.T) {
	svg := string(Chart{Width: 200, Height: 200, X: Axis{Low: 1, High: 2}, Y: Axis{High: 10},
		Lines: []Line{{Name: i18n.Word("door"), Class: "a", Points: [][2]float64{{1, 0}, {1.5, 5}, {7, 99}}}}}.SVG())
	if want := `d="M66.0 154.0L128.0 94.0L190.0 34.0"`; !strings.Contains(svg, want) {
		t.Errorf("no %s in %s", want, svg)
	}
	if strings.Contains(svg, "lang=") || !strings.Contains(svg, ">door<") {
		t.Errorf("without languages: %s", svg)
	}
}

// TestWhateverIsInIt: any text and any values make well-formed XML in which every number is finite.
func TestWhateverIsInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		name := i18n.Verbatim(text)
		values := rapid.SliceOfN(rapid.IntRange(-1000, 1000), 0, 30).Draw(t, "values")
		c := Chart{Title: name, Width: 360, Height: 190, Languages: catalogue.Languages(),
			Labels: make([]string, len(values)), Bars: []Bars{{name, "a", values}, {name, "b", values}}}
		for i := range c.Labels {
			c.Labels[i] = text
		}
		svg := string(c.SVG())
		if strings.Contains(strings.ReplaceAll(svg, text, ""), "NaN") {
			t.Fatalf("NaN in %s", svg)
		}
		for d := xml.NewDecoder(strings.NewReader(strings.ToValidUTF8(svg, "?"))); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil && !strings.Contains(err.Error(), "illegal character code") {
				// An HTML page may have such a character.
				t.Fatalf("%v in %s", err, svg)
			} else if err != nil {
				return
			}
		}
	})
}
