package unit_test

import (
	"testing"
	"time"

	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/store/audit"
)

// hanging is a presenter that never comes back from its first scene, until it is let go.
type hanging struct{ letGo chan struct{} }

func (h hanging) Present(scene.Scene) { <-h.letGo }

// dying is a presenter that panics at each scene.
type dying struct{}

func (dying) Present(scene.Scene) { panic("no display") }

// TestREqualPresentersCostNobodyAnEntry: beside a presenter that hangs and one that dies the door
// opens for each card as without them, the third tells it, and what is wrong is a fault.
func TestREqualPresentersCostNobodyAnEntry(t *testing.T) {
	b := newBench(t)
	letGo := make(chan struct{})
	t.Cleanup(func() { close(letGo) }) // after the unit has stopped without them
	var good haltest.Presenter
	b.Tellers = []scene.Presenter{hanging{letGo}, dying{}, &good}
	b.Reassemble()
	b.Someone(7)
	b.Start()
	b.Eventually("the first scene", func() bool { return len(good.Told()) > 0 })
	slowest := time.Duration(0)
	for n := range 50 {
		card := uint64(7 + n%2) // 8 is unknown
		began := time.Now()
		e := b.TapAtReader(card)
		slowest = max(slowest, time.Since(began))
		if e.Grant != (card == 7) {
			t.Fatalf("tap %d: %+v", n, e)
		}
		want := either(e.Grant, scene.Opened, scene.Refused)
		b.Eventually("the answer at the third", func() bool {
			all := good.Told()
			return len(all) > 0 && all[len(all)-1].Kind == want
		})
		b.wait(time.Minute)
		b.Eventually("ready again", func() bool {
			all := good.Told()
			return len(all) > 0 && all[len(all)-1].Kind == scene.Ready
		})
	}
	t.Logf("the slowest of 50 taps: %v", slowest)
	b.Eventually("the one that dies is a fault", func() bool { return b.State().Faults["presenter"] != "" })
	if n := b.Count(audit.Fault); n != 1 {
		t.Errorf("%d records of the fault", n)
	}
}
