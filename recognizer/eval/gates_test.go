package eval

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestGates: a gate that refuses faces as good as the others, one whose faces nobody would
// recognise, and one that keeps people from being taken for another.
func TestGates(t *testing.T) {
	p := newPainter(t)
	p.people(0, 40, 4, .4)
	face := func(i int) []float32 { return p.seen[fmt.Sprintf("%s/p%d/0.jpg", p.dir, i)].Embedding }
	for i := range 12 {
		p.paint(Seen{Refused: p.vector(face(i), .4), Reason: "one at a time"}, fmt.Sprint("p", i), "crowd.png")
		p.paint(Seen{Refused: p.vector(nil, 1), Reason: "too dark"}, fmt.Sprint("p", i), "dark.png")
		p.paint(Seen{Refused: p.vector(face(i+1), .4), Reason: "hold still"}, fmt.Sprint("p", i), "blurred.png")
	}
	p.paint(Seen{Reason: "too dark"}, "p0", "unmeasured.png")
	f := measure(t, p)
	rows := map[string]Gate{}
	for _, g := range f.Gates.Rows {
		rows[g.Reason] = g
	}
	for reason, want := range map[string]struct{ own, others float64 }{
		"": {1, 0}, "one at a time": {1, 0}, "too dark": {0, 0}, "hold still": {0, 1},
	} {
		g := rows[reason]
		if g.Own.Value != want.own || g.Others.Value != want.others {
			t.Errorf("%q: recognised %v, taken for another %v; want %+v", reason, g.Own, g.Others, want)
		}
		if n := g.Pictures; reason != "" && n != 12 || reason == "" && n != 160-120 {
			t.Errorf("%q: %d pictures", reason, n)
		}
	}
	if len(rows) != 4 || f.Gates.Rows[0].Reason != "" {
		t.Errorf("rows %+v", f.Gates.Rows)
	}
	var page bytes.Buffer
	if err := (Report{Faces: f}).WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "<td>one at a time</td><td>12</td><td>100%") {
		t.Error("the report does not show the gates")
	}
}
