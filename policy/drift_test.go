package policy

import (
	"testing"
	"time"
)

// shown are times at which a face was looked for, an hour apart, from after noon on; 0 is a miss.
func shown(scores ...float64) (all []Shown) {
	for i, s := range scores {
		all = append(all, Shown{At: noon.Add(time.Duration(i+1) * time.Hour), Score: s, Known: s > 0})
	}
	return all
}

func TestDrift(t *testing.T) {
	for _, tc := range []struct {
		name string
		of   []Shown
		want bool
	}{
		{"nothing", nil, false},
		{"as ever", shown(.7, .71, .69, .7, .7, .68, .7, .71, .7, .66), false},
		{"a bad day", shown(.7, .71, .69, .7, .7, .5, .7, .71, .7, 0), false},
		{"lower and lower", shown(.7, .71, .69, .7, .7, .6, .58, .57, .58, .55), true},
		{"often missed", shown(.7, .71, 0, .7, .7, .7, 0, .71, .7, 0), true},
		{"missed long ago", shown(0, 0, 0, 0, .7, .7, .7, .7, .7, .7, .7, .7, .7, .7), false},
		{"too few", shown(.7, .7, .7, .7, 0, 0, 0, 0, 0), false},
	} {
		p := enrolledOn(TakenAtDesk)
		if got := p.HasDrifted(tc.of); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
		p.Occasions = append(p.Occasions, Occasion{At: noon.AddDate(0, 0, 2), How: TakenAtDesk})
		if p.HasDrifted(tc.of) {
			t.Errorf("%s: before it was taken once more", tc.name)
		}
		p = Withdraw(p, noon)
		if p.HasDrifted(tc.of) {
			t.Errorf("%s: a face that is gone", tc.name)
		}
	}
}
