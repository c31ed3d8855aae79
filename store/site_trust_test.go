package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
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

// TestAWordThatCouldNotBeOpened: a door erases while another's word is under way to it, and cannot
// open that. It asks, and is told that there was no more in it: later answers count.
func TestAWordThatCouldNotBeOpened(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	s.settle()
	s.must(b.Rotate(context.Background(), "op", "test"))
	if n := s.words(); n != 2 {
		t.Fatalf("%d doors said a word", n)
	}
	if got := s.bring(b, a.lacking(s, b)); got.Closed != 1 {
		t.Fatalf("%d records could not be opened, not the one word", got.Closed)
	}
	for range 10 {
		s.settle()
		s.later(day)
		s.words()
	}
	if !s.trusts(a, 0) || !s.trusts(b, 0) {
		t.Error("faces rest where doors hear each other")
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

// TestRWithdrawHeldBackFromOne: whoever carries brings one door all but the chain of another, which
// the third has read. Its faces rest after a week, and are back when the chain comes. Where a door
// tells nothing to anybody, the others go on.
func TestRWithdrawHeldBackFromOne(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	s.settle()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	without := func(from, to *testDoor, held *testDoor) {
		s.bring(to, slices.DeleteFunc(from.lacking(s, to), func(raw []byte) bool {
			return must(record.Parse(raw)).Door == held.Unit()
		}))
	}
	round := func(held *testDoor, everywhere bool) {
		for range 2 {
			s.words()
			for _, from := range s.doors {
				for _, to := range s.doors {
					if to == a && from != a || everywhere && to != held {
						without(from, to, held)
					} else if from != to {
						s.bring(to, from.lacking(s, to))
					}
				}
			}
		}
		s.later(day)
	}
	for range 20 {
		round(c, true)
	}
	if !s.trusts(a, 0) || !s.trusts(b, 0) {
		t.Fatal("one door tells nothing, and faces rest at the others")
	}
	s.add(c, s.numbers[0])
	days := 0
	for ; s.trusts(a, 0) && days < 20; days++ {
		round(c, false)
	}
	if days < 4 || days > 8 || !s.trusts(b, 0) {
		t.Errorf("a chain was held back from one door, and its faces rested after %d days; where it came: %v", days,
			s.trusts(b, 0))
	}
	s.settle()
	if s.words(); !s.trusts(a, 0) {
		s.settle()
	}
	if !s.trusts(a, 0) {
		t.Error("the chain has come, and faces rest")
	}
}

// TestRWithdrawAnsweredBeforeAnOlderState: an answer to what a vault told before it was put back to
// an older state, held back until its numbers are as high again, proves nothing.
func TestRWithdrawAnsweredBeforeAnOlderState(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	s.words()
	s.settle()
	old := s.copied(t, a)
	s.later(day)
	for i := range 3 {
		s.add(a, s.numbers[i])
	}
	s.words()
	s.bring(b, a.lacking(s, b))
	s.later(day)
	if said, err := b.SayWord(false); !said || err != nil {
		t.Fatal(said, err)
	}
	held := b.lacking(s, a) // the answer
	s.putBack(a, old)
	was := must(a.SiteTrust()).Answered
	s.later(day)
	s.words()
	for i := range 6 {
		s.add(a, s.numbers[i])
	}
	s.bring(a, held)
	if now := must(a.SiteTrust()).Answered; !now.Equal(was) {
		t.Errorf("an answer to another chain counts: %v, before %v", now, was)
	}
	if _, err := a.ApplySite(s.kept(b, a)); err != nil { // its own chain, as the other knows it
		t.Fatal(err)
	}
	s.tolerant(func() { s.settle() })
	s.later(day)
	s.words()
	s.tolerant(func() { s.settle() })
	if now := must(a.SiteTrust()).Answered; !now.After(was) {
		t.Error("an answer to what it says now does not count")
	}
}

// TestRWithdrawHeldBack: whoever carries holds back what they like, clocks stand still, are set and
// are wrong by years. Where faces open, the door knows a record of another door that was made
// within the limit, by the time that nobody at the doors knows, and all that this door had read
// when it made it.
func TestRWithdrawHeldBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSite(t, rapid.IntRange(2, 3).Draw(t, "doors"))
		defer s.close()
		now := start
		type made struct {
			at   time.Time
			read map[fact.DoorID]uint64
		}
		told := map[fact.DoorID][]made{} // each record of each chain
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
				heads := must(d.SiteHeads())
				for uint64(len(told[d.Unit()])) < heads[d.Unit()] {
					told[d.Unit()] = append(told[d.Unit()], made{now, heads})
				}
				trust := must(d.SiteTrust())
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
		fresh := func(d *testDoor) bool {
			heads := must(d.SiteHeads())
			for _, other := range s.doors {
				for _, m := range told[other.Unit()][:heads[other.Unit()]] {
					if other == d || now.Sub(m.at) >= policy.DefaultFaceTrust {
						continue
					}
					lacks := false
					for door, seq := range m.read {
						lacks = lacks || heads[door] < seq
					}
					if !lacks {
						return true
					}
				}
			}
			return now.Sub(start) < policy.DefaultFaceTrust
		}
		s.settle()
		note()
		for range rapid.IntRange(5, 40).Draw(t, "acts") {
			i := rapid.IntRange(0, len(s.doors)-1).Draw(t, "door")
			d := s.doors[i]
			switch rapid.IntRange(0, 6).Draw(t, "act") {
			case 0, 1:
				pass(time.Duration(rapid.IntRange(1, 60).Draw(t, "hours")) * time.Hour)
			case 2, 3:
				_, err := d.SayWord(rapid.Bool().Draw(t, "hello"))
				s.must(err)
			case 4: // another hears of some of it, in order, with a chain or without
				to := s.doors[(i+rapid.IntRange(1, len(s.doors)-1).Draw(t, "to"))%len(s.doors)]
				all := d.lacking(s, to)
				all = all[:rapid.IntRange(0, len(all)).Draw(t, "records")]
				held := pick(t, "held back", s.doors)
				s.bring(to, slices.DeleteFunc(all, func(raw []byte) bool {
					return held != d && must(record.Parse(raw)).Door == held.Unit()
				}))
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
				if s.trusts(d, clocks[i].ran-clocks[i].learned) && !fresh(d) {
					t.Fatalf("faces open at door %d, and who told it something lately knew more", i)
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
