package sim

import (
	"context"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run lives a seed, and gives what came of it.
func run(t *testing.T, seed uint64, days int) Result {
	t.Helper()
	p, err := NewPlan(seed, days, true)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSeeds lives a fixed set of seeds. 'make sim' tries new ones.
func TestSeeds(t *testing.T) {
	visits, left, garage := 0, 0, 0
	seeds, days := uint64(4), 4
	if testing.Short() {
		seeds, days = 2, 2
	}
	for seed := range seeds {
		r := run(t, seed, days)
		if r.Violation != nil {
			t.Errorf("menshen sim --seed %d --days %d\n%v\n%s", seed, days, r.Violation,
				strings.Join(r.Last[max(0, len(r.Last)-25):], "\n"))
		} else if garage += r.GarageOnly; r.Garage < 5 {
			t.Errorf("seed %d: the garage was opened %d times", seed, r.Garage)
		} else if visits, left = visits+r.Visits, left+r.LeftOpen; r.Replayed < 10 {
			t.Errorf("seed %d: only %d decisions were made again from the log, %d could not be", seed, r.Replayed,
				r.Unreplayed)
		}
	}
	if garage == 0 && !testing.Short() { // once in some days: somebody who comes outside of their hours
		t.Error("the garage never opened while the door stayed closed")
	}
	if visits < 10 || left == 0 {
		t.Errorf("staff came to the console %d times, and left it open %d times", visits, left)
	}
}

// TestSameSeedSameHistory: every line of the history is the same, and another seed has another one.
func TestSameSeedSameHistory(t *testing.T) {
	a, b, other := run(t, 3, 2), run(t, 3, 2), run(t, 4, 2)
	if a.Hash != b.Hash || a.Steps != b.Steps || a.Writes != b.Writes {
		t.Errorf("two runs of one seed: %s, %d steps; %s, %d steps", a.Hash, a.Steps, b.Hash, b.Steps)
	}
	if a.Hash == other.Hash {
		t.Error("two seeds have one history")
	}
}

// TestShorterIsTheBeginning: a plan for fewer days is the beginning of a longer one, so that the
// numbers of a command mean the same.
func TestShorterIsTheBeginning(t *testing.T) {
	short, err := NewPlan(5, 4, true)
	if err != nil {
		t.Fatal(err)
	}
	long, err := NewPlan(5, 9, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range short.All {
		if long.All[i] != h {
			t.Fatalf("happening %d is %v, and %v in the longer plan", i, h, long.All[i])
		}
	}
}
