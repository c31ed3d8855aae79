package sim

import (
	"context"
	"strings"
	"testing"
)

// TestSite lets the people of a building come to the doors of one site, with power cuts, and
// records that are lost, repeated and late.
func TestSite(t *testing.T) {
	const days = 2
	p, err := NewSitePlan(1, days, 3, true)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Violation != nil {
		t.Fatalf("menshen sim --seed 1 --days %d --doors 3\n%v\n%s", days, r.Violation,
			strings.Join(r.Last[max(0, len(r.Last)-25):], "\n"))
	}
	if s := r.Site; s.Lost == 0 || s.Again == 0 || s.Late == 0 || s.Acts < 20 || s.Erased == 0 || s.Orders == 0 {
		t.Errorf("too little happened for all doors: %+v", s)
	}
	for i, d := range r.Doors {
		if len(d.Reasons) < 3 || d.Happened[ComesHome] == 0 {
			t.Errorf("too little happened at door %d: %v", i+1, d.Reasons)
		}
	}
}
