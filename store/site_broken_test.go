package store

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// tells makes the record that a broken door appends to its chain: whatever it wants to tell, to
// whom it wants.
func (s *testSite) tells(d *testDoor, b *record.Body, to ...*testDoor) []byte {
	s.t.Helper()
	var keys []age.Recipient
	for _, other := range to {
		keys = append(keys, must(age.ParseX25519Identity(other.identity(s))).Recipient())
	}
	all := s.records(d, 1)
	last := must(record.Parse(all[len(all)-1]))
	h := last.Head
	h.Seq, h.Prev = last.Seq+1, last.Hash()
	return must(record.Make(h, b, d.ring.sign(), keys...)).Raw()
}

// TestSiteAbsurdCounts: a broken door that tells under the highest count there is spoils the people
// whom it names, and says so; nothing else of the site stops, and no chain of another door.
func TestSiteAbsurdCounts(t *testing.T) {
	s := newSite(t, 4)
	defer s.close()
	a, b, c, broken := s.doors[0], s.doors[1], s.doors[2], s.doors[3]
	li, wang := s.add(a, s.numbers[0]), s.add(a, s.numbers[1])
	s.settle()
	pinned := func(id policy.PersonID, count uint64) record.About {
		facts := *a.stored(s)[id].Facts
		facts.Lease.At = fact.Stamp{Count: count, Door: fact.DoorID{0xff, 0xff}} // the later of two
		facts.Lease.Value.Until = start.AddDate(9, 0, 0)
		facts.NoFace = facts.Lease.At
		return record.About{ID: id, Facts: facts}
	}
	// Only b can open it: c hears of such a count from b, which is not broken.
	raw := s.tells(broken, &record.Body{Count: math.MaxUint64 - 9, People: []record.About{
		pinned(li, math.MaxUint64), pinned(wang, math.MaxUint64-9)}}, b)
	if got := s.bring(b, [][]byte{raw}); got.Records != 1 || len(got.Changed) != 2 {
		t.Errorf("%+v", got)
	}
	lease := func(d *testDoor, id policy.PersonID, until time.Time) error {
		return d.ChangePerson("op", id, "lease changed", func(p *policy.Person) error { p.Until = until; return nil })
	}
	s.must(lease(b, wang, start.AddDate(0, 1, 0)))
	if err := lease(b, li, start.AddDate(0, 1, 0)); !errors.Is(err, ErrSpoilt) {
		t.Errorf("a change that no door would take: %v", err)
	}
	s.must(b.ChangePerson("op", li, "blocked", func(p *policy.Person) error { p.Blocked = true; return nil }))
	hash := must(b.PutNotice("op", "notice", "en"))
	err := b.ChangePerson("op", li, audit.ConsentGiven, func(p *policy.Person) error {
		p.Face = policy.FaceConsent{State: policy.FaceConsented, At: b.clock.now(), Notice: hash, Lang: "en"}
		return nil
	})
	if !errors.Is(err, ErrSpoilt) {
		t.Errorf("a consent that could not be taken back: %v", err)
	}
	zhao := s.add(b, s.numbers[2])
	s.must(a.SendDoorAway("op", broken.Unit()))
	broken.away = true
	s.settle()
	s.agree()
	for _, d := range []*testDoor{a, b, c} {
		if p := must(d.Person(wang)); !p.Until.Equal(start.AddDate(0, 1, 0)) {
			t.Errorf("the lease is %v", p.Until)
		}
		if p := must(d.Person(li)); !p.Blocked {
			t.Error("a block does not count")
		}
		must(d.Person(zhao))
		s.must(d.view(func(t *tx) error {
			if seat, err := t.seat(); err != nil || seat.Count > 1000 {
				return errors.Join(err, errors.New("the count has leapt"))
			}
			return nil
		}))
	}
	_, err = c.RemovePerson("op", li, "entered again")
	s.must(err)
	s.erased[li] = c
	s.settle()
	s.agree()
	s.add(c, s.numbers[0])
	s.settle()
	s.agree()
}

// TestSiteSameCardTwice: two doors that give one card to the same person give it once.
func TestSiteSameCardTwice(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	li := s.add(a, s.numbers[0])
	s.settle()
	for _, d := range []*testDoor{a, b} {
		_, err := d.AddCredential("op", li, policy.CardKind, s.numbers[1], "fob", true)
		s.must(err)
	}
	s.settle()
	s.agree()
	for i, d := range s.doors {
		p, _, err := d.FindCredential(policy.CardKind, s.numbers[1])
		if works := len(p.Working(d.clock.now())); err != nil || p.ID != li || works != 2 {
			t.Errorf("door %d: %d credentials work, %v", i, works, err)
		}
	}
	p := must(a.Person(li))
	for _, c := range p.Working(a.clock.now()) {
		s.must(b.RevokeCredential("op", li, c.ID))
	}
	s.settle()
	s.agree()
	for i, d := range s.doors {
		if p := must(d.Person(li)); len(p.Working(d.clock.now())) != 0 {
			t.Errorf("door %d: a card works still", i)
		}
	}
	id := s.add(b, s.numbers[1]) // is free again
	s.settle()
	s.agree()
	if p, _, err := a.FindCredential(policy.CardKind, s.numbers[1]); err != nil || p.ID != id {
		t.Errorf("%s, %v", p.ID, err)
	}
}

// TestSiteJoinAtOnce: a door that joins opens all that was told since the answer to its request was
// made, and is told nothing twice.
func TestSiteJoinAtOnce(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	s.settle()
	a, d := s.doors[0], s.newDoor()
	request, code, err := d.RequestSite("garage")
	s.must(err)
	answer, code, err := a.AdmitDoor("op", request, code)
	s.must(err)
	li := s.add(a, s.numbers[0]) // while the answer is on its way
	s.must(d.JoinSite("op", answer, code))
	if got := s.bring(d, a.lacking(s, d)); got.Closed != 0 || got.Records == 0 {
		t.Errorf("%+v", got)
	}
	if p, _, err := d.FindCredential(policy.CardKind, s.numbers[0]); err != nil || p.ID != li {
		t.Errorf("%s, %v", p.ID, err)
	}
	heads := must(d.SiteHeads())
	s.bring(a, d.lacking(s, a))
	if got := must(a.SiteHeads()); got[a.Unit()] != heads[a.Unit()] {
		t.Errorf("door 0 told something again: record %d, not %d", got[a.Unit()], heads[a.Unit()])
	}
	s.settle()
	s.agree()
}

// TestSiteAsksNoMore: a question that is answered is not asked again, though the record that asked
// it could not be opened by a door which asks for it.
func TestSiteAsksNoMore(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	s.settle()
	s.must(a.Rotate(t.Context(), "op", "test"))
	li := s.add(b, s.numbers[0]) // sealed to the key that a has no more
	if got := s.bring(a, b.lacking(s, a)); got.Closed == 0 {
		t.Fatalf("%+v", got)
	}
	must(a.CatchUp())
	s.must(c.Rotate(t.Context(), "op", "test"))
	if got := s.bring(c, a.lacking(s, c)); got.Closed == 0 { // the question
		t.Fatalf("%+v", got)
	}
	s.bring(b, a.lacking(s, b))
	must(b.CatchUp())
	s.bring(a, b.lacking(s, a)) // the answer
	must(a.Person(li))
	must(c.CatchUp())
	before := must(a.SiteHeads())[a.Unit()]
	if got := s.bring(a, c.lacking(s, a)); got.Records == 0 {
		t.Fatalf("%+v", got)
	}
	must(a.CatchUp())
	for _, raw := range s.records(a, before+1) {
		body, err := must(record.Parse(raw)).Open(must(age.ParseX25519Identity(a.identity(s))))
		if err != nil || slices.ContainsFunc(body.Ask, func(s record.Span) bool { return s.Door == b.Unit() }) {
			t.Errorf("it asks %v again, %v", body.Ask, err)
		}
	}
	s.settle()
	s.agree()
	s.must(a.view(func(t *tx) error {
		all, err := t.wanted(b.Unit())
		if len(all) > 0 {
			err = fmt.Errorf("%v is asked for still", all)
		}
		return err
	}))
}
