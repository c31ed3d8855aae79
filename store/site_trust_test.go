package store

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/site/fact"
)

// trusts reports whether faces still open at a door that hears from others.
func (s *testSite) trusts(d *testDoor, passed time.Duration) bool {
	s.t.Helper()
	trust, err := d.SiteTrust()
	s.must(err)
	trust.Passed = passed
	c := d.Clock()
	return trust.Holds(policy.Clock{Trusted: c.Trusted, Floor: c.Floor}, c.Now, policy.DefaultFaceTrust)
}

// words has each door say its word, if it is due, and gives how many did.
func (s *testSite) words() (n int) {
	s.t.Helper()
	for _, d := range s.doors {
		said, err := d.SayWord(!s.trusts(d, 0))
		s.must(err)
		if said {
			n++
		}
	}
	return n
}

// later lets time pass at all doors.
func (s *testSite) later(d time.Duration) {
	for _, x := range s.doors {
		x.clock.advance(d)
	}
}

// TestRWithdrawFacesRestUnheard: a door whose words no other door answers has its faces rest after
// a week, and has them back when it is answered, within two rounds of the carrier.
func TestRWithdrawFacesRestUnheard(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	for range 20 { // a quiet site
		if n := s.words(); n != 2 {
			t.Fatalf("%d doors said a word", n)
		}
		if s.words() > 0 {
			t.Fatal("a word was said twice")
		}
		s.settle()
		s.later(day)
		if !s.trusts(a, 0) || !s.trusts(b, 0) {
			t.Fatal("faces rest where doors hear each other")
		}
	}
	days := 0
	for ; s.trusts(a, 0); days++ { // nobody carries
		s.words()
		s.later(day)
	}
	if days < 4 || days > 7 {
		t.Errorf("faces rest after %d days", days)
	}
	s.later(day)
	s.settle()
	if s.trusts(a, 0) {
		t.Error("an old word is an answer")
	}
	n := s.words()
	if n != 2 {
		t.Fatalf("%d doors answered", n)
	}
	s.settle()
	if !s.trusts(a, 0) || !s.trusts(b, 0) {
		t.Error("faces rest though the doors hear each other again")
	}
	for range 2 { // each had asked for a word when the other had just said one
		s.later(wordAgain)
		n = s.words()
		s.settle()
	}
	if n > 0 {
		t.Error("nobody waits, and a word is said")
	}
}

// TestRWithdrawTrustAtItsEnds: alone, sent away, after the clock was set back, and after a restart.
func TestRWithdrawTrustAtItsEnds(t *testing.T) {
	alone := newSite(t, 1)
	defer alone.close()
	alone.later(365 * day)
	if said, err := alone.doors[0].SayWord(true); said || err != nil || !alone.trusts(alone.doors[0], 0) {
		t.Errorf("a door without others: said %v, %v", said, err)
	}
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	if !s.trusts(a, 0) || !s.trusts(b, 0) {
		t.Error("doors that have just met do not trust each other")
	}
	s.words()
	s.settle()

	a.o.Trusted = func() bool { return false }
	a.reopen(s)
	if s.trusts(a, 0) {
		t.Error("how long the power was off is not known, and faces open")
	}
	if said, err := a.SayWord(true); !said || err != nil {
		t.Errorf("a door that waits says no word: %v", err)
	}
	s.later(wordAgain)
	s.settle()
	s.words()
	s.settle()
	if !s.trusts(a, 0) {
		t.Error("it was answered since")
	}

	s.must(a.SetTime("op", a.Clock().Now.Add(-day)))
	if s.trusts(a, 0) {
		t.Error("the clock was set back, and faces open")
	}
	s.must(a.SendDoorAway("op", b.Unit()))
	s.settle()
	b.away = true
	if !s.trusts(a, 0) {
		t.Error("the other door was sent away, and faces rest")
	}
	s.later(8 * day)
	if said, err := b.SayWord(true); said || err != nil || s.trusts(b, 0) {
		t.Errorf("a door that was sent away: said %v, %v, and its faces open", said, err)
	}
	s.must(b.SetTime("op", start))
	if s.trusts(b, 0) {
		t.Error("it gets its faces back by setting its clock back")
	}
}

// TestRWithdrawHeldBack: whoever carries holds back what they like, clocks stand still, are set and
// are wrong by years. Where faces open, the door knows a record of another door that was made
// within the limit, by the time that nobody at the doors knows.
func TestRWithdrawHeldBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSite(t, 2)
		defer s.close()
		now := start
		made := map[fact.DoorID][]time.Time{} // of each record of each chain
		type at struct {
			trusted bool
			ran     time.Duration
			learned time.Duration // when its unit learnt of the last answer, by a clock that is never set
			answer  time.Time
		}
		clocks := make([]at, len(s.doors))
		reopen := func(i int) {
			s.doors[i].reopen(s)
			clocks[i].learned, clocks[i].answer = clocks[i].ran, time.Time{}
		}
		for i, d := range s.doors {
			d.o.Trusted = func() bool { return clocks[i].trusted }
			d.o.Running = func() time.Duration { return clocks[i].ran }
			clocks[i].trusted = true
			reopen(i)
		}
		note := func() {
			for i, d := range s.doors {
				heads, err := d.SiteHeads()
				s.must(err)
				for uint64(len(made[d.Unit()])) < heads[d.Unit()] {
					made[d.Unit()] = append(made[d.Unit()], now)
				}
				trust, err := d.SiteTrust()
				s.must(err)
				if trust.Answered != clocks[i].answer {
					clocks[i].answer, clocks[i].learned = trust.Answered, clocks[i].ran
				}
			}
		}
		pass := func(by time.Duration) {
			now = now.Add(by)
			for i, d := range s.doors {
				clocks[i].ran += by
				d.clock.advance(by)
			}
		}
		note()
		for range rapid.IntRange(5, 40).Draw(t, "acts") {
			i := rapid.IntRange(0, len(s.doors)-1).Draw(t, "door")
			d, to := s.doors[i], s.doors[1-i]
			switch rapid.IntRange(0, 6).Draw(t, "act") {
			case 0, 1:
				pass(time.Duration(rapid.IntRange(1, 60).Draw(t, "hours")) * time.Hour)
			case 2, 3:
				_, err := d.SayWord(rapid.Bool().Draw(t, "hello"))
				s.must(err)
			case 4: // the other hears of some of it, in order
				all := d.lacking(s, to)
				s.bring(to, all[:rapid.IntRange(0, len(all)).Draw(t, "records")])
			case 5: // the power is off, and the clock shows what it likes afterwards
				off := time.Duration(rapid.IntRange(0, 400).Draw(t, "off")) * time.Hour
				pass(off)
				clocks[i].ran -= off
				if clocks[i].trusted = rapid.Bool().Draw(t, "trusted"); clocks[i].trusted {
					d.clock.set(now)
				} else {
					d.clock.set(now.Add(time.Duration(rapid.IntRange(-20000, 20000).Draw(t, "wrong")) * time.Hour))
				}
				reopen(i)
			case 6: // staff set it
				clocks[i].trusted = false
				s.must(d.SetTime("op", now.Add(time.Duration(rapid.IntRange(-400, 400).Draw(t, "set"))*time.Hour)))
			}
			note()
			for i, d := range s.doors {
				heads, err := d.SiteHeads()
				s.must(err)
				other := s.doors[1-i].Unit()
				newest := slices.MaxFunc(append([]time.Time{start}, made[other][:heads[other]]...), time.Time.Compare)
				age, passed := now.Sub(newest), clocks[i].ran-clocks[i].learned
				if s.trusts(d, passed) && age >= policy.DefaultFaceTrust {
					t.Fatalf("faces open at door %d, and what it knows is %v old", i, age)
				}
			}
		}
	})
}

// TestWordsAreShort: what a word costs, in bytes a day and door. The figures of decision 73 are of
//
//	go test -run TestWordsAreShort -v ./store
func TestWordsAreShort(t *testing.T) {
	size := func(doors int) int {
		s := newSite(t, doors)
		defer s.close()
		s.settle()
		d := s.doors[0]
		heads, err := d.SiteHeads()
		s.must(err)
		_, err = d.SayWord(false)
		s.must(err)
		said, err := d.SiteRecords(d.Unit(), heads[d.Unit()]+1, 1<<20)
		s.must(err)
		if len(said) != 1 {
			t.Fatalf("%d records", len(said))
		}
		t.Logf("%d doors: %d bytes", doors, len(said[0]))
		return len(said[0])
	}
	two, five := size(2), size(5)
	if each := (five - two) / 3; two > 650 || each > 130 {
		t.Errorf("a word of two doors has %d bytes, and %d more for each further door", two, each)
	}
}
