package store

import (
	"reflect"
	"testing"
	"time"

	"menshen/site/fact"
)

// stateOf is what a door knows of how another one fares.
func (d *testDoor) stateOf(s *testSite, of *testDoor) *fact.State {
	site, err := d.Site()
	s.must(err)
	for _, x := range site.Doors {
		if x.ID == of.Unit() {
			return x.State
		}
	}
	return nil
}

// tells has a door look how it fares, and says whether it told.
func (d *testDoor) tells(s *testSite, raised ...string) bool {
	told, err := d.TellState(fact.State{Version: "1.0", Raised: raised, Faults: []string{"relay"}})
	s.must(err)
	return told
}

// TestSiteState: how a door fares is known at each other door, as it told last; it is told when it
// changes, and rattling does not fill the chain.
func TestSiteState(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	s.settle()
	a, b := s.doors[0], s.doors[1]
	if a.stateOf(s, b) != nil {
		t.Error("a door that told nothing has a state")
	}
	if !a.tells(s) || a.tells(s) {
		t.Error("it is told the first time, and then no more")
	}
	begun := a.clock.now()
	if a.clock.advance(time.Minute); a.tells(s, "forced") {
		t.Error("a change is told before its time")
	}
	a.clock.advance(StateEvery)
	if !a.tells(s, "forced") {
		t.Error("a change is not told")
	}
	s.settle()
	for i, d := range s.doors {
		got := d.stateOf(s, a)
		if got == nil || !reflect.DeepEqual(got.Raised, []string{"forced"}) || got.Version != "1.0" ||
			!reflect.DeepEqual(got.Faults, []string{"relay"}) || got.At.Sub(begun) != StateEvery+time.Minute {
			t.Errorf("at door %d: %+v", i, got)
		}
	}

	// A day on which an input rattles each ten seconds.
	before := must(a.SiteHeads())[a.Unit()]
	for i := range 24 * 360 {
		a.clock.advance(10 * time.Second)
		a.tells(s, [][]string{{"held"}, nil}[i%2]...)
	}
	if n := must(a.SiteHeads())[a.Unit()] - before; n < 90 || n > 96 {
		t.Errorf("%d records in a day", n)
	}
	a.clock.advance(-1000 * time.Hour)
	if !a.tells(s, "fire") {
		t.Error("a clock that was set back silences the door")
	}
	s.settle()

	// A record whose key was destroyed on its way is asked for, and told again.
	a.clock.advance(StateEvery)
	if !a.tells(s, "tamper") {
		t.Fatal("not told")
	}
	under := a.lacking(s, b)
	li := s.add(b, s.numbers[0])
	_, err := b.RemovePerson("op", li, "own request")
	s.must(err)
	if got := s.bring(b, under); got.Closed == 0 {
		t.Fatalf("it was opened: %+v", got)
	}
	s.settle()
	if !a.tells(s, "tamper") { // it is not new, but was asked for
		t.Error("what was asked for is not told again")
	}
	s.settle()
	if got := b.stateOf(s, a); got == nil || !reflect.DeepEqual(got.Raised, []string{"tamper"}) {
		t.Errorf("after the answer: %+v", got)
	}

	// A door that joins knows how the others fare.
	late := s.join(b)
	if got := late.stateOf(s, a); got == nil || !reflect.DeepEqual(got.Raised, []string{"tamper"}) {
		t.Errorf("at a door that joined: %+v", got)
	}

	// Erasures that wait are told by the door itself.
	wang := s.add(a, s.numbers[1])
	s.settle()
	s.enrol(b, wang)
	s.withdraw(a, wang)
	s.bring(b, a.lacking(s, b))
	b.tells(s)
	s.bring(a, b.lacking(s, a))
	if got := a.stateOf(s, b); got == nil || got.Due != 1 {
		t.Errorf("an erasure that waits: %+v", got)
	}

	// A door that was sent away tells nothing; one that belongs to no site neither.
	s.must(a.SendDoorAway("op", b.Unit()))
	s.bring(b, a.lacking(s, b))
	alone := s.newDoor()
	for _, d := range []*testDoor{b, alone} {
		d.clock.advance(StateEvery)
		if d.tells(s, "held") {
			t.Error("a door without a site tells how it fares")
		}
	}
}

// TestSiteStateSize: what one state costs on its way.
func TestSiteStateSize(t *testing.T) {
	sizes := map[int]int{}
	for _, doors := range []int{2, 4} {
		s := newSite(t, doors)
		s.settle()
		a := s.doors[0]
		last := must(a.SiteHeads())[a.Unit()]
		a.tells(s, "forced", "mains lost")
		records := must(a.SiteRecords(a.Unit(), last+1, 1<<20))
		if len(records) != 1 {
			t.Fatalf("%d records", len(records))
		}
		sizes[doors] = len(records[0])
		s.close()
	}
	if each := (sizes[4] - sizes[2]) / 2; sizes[2] > 750 || each > 110 {
		t.Errorf("%d bytes at two doors, and %d for each more", sizes[2], each)
	}
}
