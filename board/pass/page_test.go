package pass

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSheet reads a printed pass back: the code module by module with its quiet zone, the digits,
// validity and uses in both languages, and nothing that a door's name could add to the page.
func TestSheet(t *testing.T) {
	v := newVault(t)
	code, err := Draw(text(t, v, sample()))
	if err != nil {
		t.Fatal(err)
	}
	s := Sheet{Doors: []string{`<script>"正门`, "garage"}, Number: "8c1f0000", From: noon,
		Until: noon.Add(4 * time.Hour), Uses: 2, Digits: "481 516 234", QR: code}
	for _, label := range []bool{false, true} {
		var b bytes.Buffer
		if err := s.Write(&b, label); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		size := map[bool]string{false: "size: A4", true: "62mm 100mm"}[label]
		for _, want := range []string{"481 516 234 #", "2026-03-02 12:00 – 2026-03-02 16:00", "访客通行码",
			"Visitor&#39;s pass", "8c1f0000", "&lt;script&gt;", `viewBox="0 0 45 45"`, size} {
			if !strings.Contains(page, want) {
				t.Errorf("label %v: no %q in\n%s", label, want, page)
			}
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s", page)
		}
		if got := readBack(t, page, len(code)); !slices.EqualFunc(got, code, slices.Equal) {
			t.Error("the picture is not the code")
		}
	}
	var b bytes.Buffer
	if err := (Sheet{Doors: []string{"front"}, From: noon, Until: noon, Uses: 1}).Write(&b, false); err != nil ||
		strings.Contains(b.String(), "<svg") || strings.Contains(b.String(), "#</dd>") {
		t.Errorf("without code and digits: %v\n%s", err, &b)
	}
}

var darkRun = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// readBack gives the modules that a page shows dark.
func readBack(t *testing.T, page string, side int) [][]bool {
	code := make([][]bool, side)
	for y := range code {
		code[y] = make([]bool, side)
	}
	for _, m := range darkRun.FindAllString(page, -1) {
		var x, y, run, back int
		if _, err := fmt.Sscanf(m, "M%d %dh%dv1h-%dz", &x, &y, &run, &back); err != nil || run != back {
			t.Fatalf("%q: %v", m, err)
		}
		for i := range run {
			code[y-quietZone][x-quietZone+i] = true
		}
	}
	return code
}
