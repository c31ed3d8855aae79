package store

import (
	"fmt"
	"slices"
	"testing"

	"menshen/policy"
	"menshen/site/fact"
)

// TestRFilingCountsAPersonOnce: each door counts the people with a face over all doors of the site,
// each once, and says at which doors a person's face is.
func TestRFilingCountsAPersonOnce(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	li, wang := s.add(a, s.numbers[0]), s.add(b, s.numbers[1])
	s.settle()
	s.enrol(a, li)
	s.enrol(b, li)
	s.enrol(b, wang)
	s.settle()
	s.agree()
	count := func(when string, people int, at ...int) {
		t.Helper()
		for i, d := range s.here() {
			n, err := d.SiteFaces()
			got := []int{n.At[a.Unit()], n.At[b.Unit()], n.At[c.Unit()]}
			if err != nil || n.People != people || !slices.Equal(got, at) {
				t.Errorf("%s: door %d counts %d people, at the doors %v, %v", when, i, n.People, got, err)
			}
		}
	}
	count("enrolled", 2, 1, 2, 0)
	if at := must(c.FaceDoors(li)); len(at) != 2 || slices.Contains(at, c.Unit()) {
		t.Errorf("the face of li is at %x", at)
	}

	s.withdraw(c, li)
	if n := must(c.SiteFaces()); n.People != 1 || len(must(c.FaceDoors(li))) > 0 {
		t.Errorf("a consent that was taken back counts: %+v", n)
	}
	s.settle()
	s.agree()
	count("withdrawn", 1, 0, 1, 0)

	s.enrol(a, wang)
	must(b.EraseLapsedFace(Door, wang, "their time is over", func(policy.Person) bool { return true }))
	s.settle()
	s.agree()
	count("ended with the lease at one door", 1, 1, 0, 0)

	s.enrol(b, li)
	s.settle()
	s.must(a.SendDoorAway("op", b.Unit()))
	s.bring(b, a.lacking(s, b))
	b.away = true
	s.settle()
	count("a door was sent away", 1, 1, 0, 0)
	if at := must(c.FaceDoors(li)); !slices.Equal(at, []fact.DoorID{b.Unit()}) {
		t.Errorf("what the door that was sent away has is forgotten: %x", at)
	}
	if n, err := b.SiteFaces(); err == nil {
		t.Errorf("the door that was sent away counts those of the site: %+v", n)
	}
}

// TestSiteFacesOfAnOlderProgram: a vault in which nothing was told of faces tells it once.
func TestSiteFacesOfAnOlderProgram(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	li := s.add(a, s.numbers[0])
	s.settle()
	s.enrol(a, li)
	s.must(a.act(func(x *tx) error {
		site, err := x.teller()
		if err != nil {
			return err
		}
		site.ToldFaces, site.touched = false, true
		own, p, err := x.person(li)
		if err != nil {
			return err
		}
		p.Facts.Faces = nil
		return x.put(peopleBucket, li[:], own.data(), p)
	}))
	a.reopen(s)
	if n := must(a.SiteFaces()); n.People != 1 {
		t.Errorf("told of %d people", n.People)
	}
	head := must(a.SiteHeads())[a.Unit()]
	s.settle()
	s.agree()
	if n := must(b.SiteFaces()); n.At[a.Unit()] != 1 {
		t.Errorf("the other door knows of %v", fmt.Sprint(n.At))
	}
	a.reopen(s)
	if again := must(a.SiteHeads())[a.Unit()]; again != head {
		t.Errorf("told again: %d records, not %d", again, head)
	}
}
