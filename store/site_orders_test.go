package store

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"menshen/site/fact"
	"menshen/store/audit"
)

// give gives an order at a door.
func (s *testSite) give(d *testDoor, kind fact.OrderKind, length time.Duration) fact.Stamp {
	s.t.Helper()
	o, err := d.GiveOrder("op", kind, length)
	s.must(err)
	s.given[o.At] = d
	return o.At
}

// end ends orders that a door knows.
func (s *testSite) end(d *testDoor, which ...fact.Stamp) {
	s.t.Helper()
	n, err := d.EndOrders("op", which)
	s.must(err)
	if n != len(which) {
		s.t.Fatalf("%d of %d orders ended", n, len(which))
	}
	for _, at := range which {
		s.ended[at] = append(s.ended[at], d)
	}
}

// standing gives the names of the orders that stand at a door.
func (d *testDoor) standing(s *testSite) (all []fact.Stamp) {
	orders, err := d.SiteOrders()
	s.must(err)
	for _, o := range orders {
		all = append(all, o.At)
	}
	return all
}

// keeps gives all orders that a door keeps.
func (d *testDoor) keeps(s *testSite) map[fact.Stamp]SiteOrder {
	all := map[fact.Stamp]SiteOrder{}
	s.must(d.view(func(t *tx) error {
		orders, err := t.siteOrders()
		for _, o := range orders {
			all[o.At] = o
		}
		return err
	}))
	return all
}

// sameOrders checks that a door has the orders of the first one, that all are there which a door of
// the site gave, and that those are ended which somebody ended who saw them. What a door told that
// was sent away may be lost.
func (s *testSite) sameOrders(i int, d *testDoor) {
	s.t.Helper()
	first, here := s.here()[0].keeps(s), d.keeps(s)
	same := maps.EqualFunc(here, first, func(a, b SiteOrder) bool { return a.Order.Equal(b.Order) })
	if !same {
		s.t.Fatalf("door %d has the orders %v, not %v", i, here, first)
	}
	for at, by := range s.given {
		o, known := here[at]
		stays := func(d *testDoor) bool { return !d.away }
		switch {
		case !known && !by.away:
			s.t.Fatalf("door %d does not know of order %v", i, at)
		case known && o.Stands() && slices.ContainsFunc(s.ended[at], stays):
			s.t.Fatalf("at door %d order %v stands, which was ended", i, at)
		case known && !o.Stands() && len(s.ended[at]) == 0:
			s.t.Fatalf("at door %d order %v does not stand, and nobody ended it", i, at)
		}
	}
}

// stand checks which orders stand at some doors.
func (s *testSite) stand(what string, at []*testDoor, want ...fact.Stamp) {
	s.t.Helper()
	for i, d := range at {
		if got := d.standing(s); !slices.Equal(got, want) {
			s.t.Errorf("%s: at door %d of them %v, not %v", what, i, got, want)
		}
	}
}

// TestSiteOrders: an order given at one door stands at each, until one who saw it ends it.
func TestSiteOrders(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	s.settle()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	one := s.give(a, fact.Lockdown, time.Hour)
	s.stand("given", []*testDoor{a}, one)
	if got := s.bring(b, a.lacking(s, b)); !got.Orders {
		t.Errorf("nobody is told that there is an order: %+v", got)
	}
	s.stand("heard", []*testDoor{b}, one)
	s.stand("not heard", []*testDoor{c})

	two := s.give(c, fact.Lockdown, time.Hour) // c has not heard of one
	s.end(b, one)                              // b has not heard of two
	s.settle()
	s.stand("one was ended, two was not seen", s.doors, two)
	late := s.join(b)
	s.stand("at a door that joined", []*testDoor{late}, two)
	for _, d := range s.doors {
		d.reopen(s)
	}
	s.stand("after a restart", s.doors, two)

	// The end comes before the order, whose record could not be opened.
	three := s.give(a, fact.Evacuation, time.Hour)
	under := a.lacking(s, b)
	s.must(b.Rotate(context.Background(), "op", "test"))
	if got := s.bring(b, under); got.Closed == 0 || got.Orders {
		t.Fatalf("it was opened: %+v", got)
	}
	s.bring(c, a.lacking(s, c))
	s.end(c, three)
	s.bring(b, c.lacking(s, b))
	s.stand("the end before the order", []*testDoor{b}, two)
	s.settle()
	s.agree()
	s.stand("told again", s.doors, two)

	kinds := map[audit.Kind]int{}
	must(a.Acts(0, func(e Entry) { kinds[e.Kind]++ }))
	if kinds[audit.SiteOrderGiven] != 2 || kinds[audit.SiteOrderTold] != 1 || kinds[audit.SiteOrderEnded] != 2 {
		t.Errorf("recorded %v", kinds)
	}

	// Whoever was sent away goes on alone with the orders that it knew, and can end them.
	s.must(a.SendDoorAway("op", b.Unit()))
	b.away = true
	s.bring(b, a.lacking(s, b))
	s.stand("sent away", []*testDoor{b}, two)
	s.end(b, two)
	s.stand("sent away, and ended", []*testDoor{b})
	s.settle()
	s.stand("at the others", s.here(), two)
	if _, err := b.GiveOrder("op", fact.Lockdown, time.Hour); !errors.Is(err, ErrNoSite) {
		t.Errorf("a door that was sent away gives an order: %v", err)
	}
	if _, err := s.newDoor().EndOrders("op", []fact.Stamp{two}); !errors.Is(err, ErrNoSite) {
		t.Errorf("a door of no site ends an order: %v", err)
	}
}

// TestSiteOrderTime: the door that gave an order tells when its time is over; at another that is so
// for itself alone. An order that is over for thirty days is forgotten, and never begun again.
func TestSiteOrderTime(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	s.settle()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	one := s.give(a, fact.Lockdown, 48*time.Hour)
	if got := a.keeps(s)[one]; got.For != 24*time.Hour || !got.Until.Equal(start.Add(24*time.Hour)) || got.By != "op" {
		t.Errorf("given for two days, it is %+v", got)
	}
	s.bring(b, a.lacking(s, b))
	if got := b.keeps(s)[one]; got.By != "" || !got.Heard.Equal(start) || !got.Dated {
		t.Errorf("heard as %+v", got)
	}
	s.must(b.OrdersOver([]fact.Stamp{one}))
	s.stand("over at b", []*testDoor{b})
	s.bring(c, b.lacking(s, c))
	s.bring(c, a.lacking(s, c))
	s.stand("b says nothing to others", []*testDoor{a, c}, one)
	s.must(a.OrdersOver([]fact.Stamp{one}))
	s.bring(c, a.lacking(s, c))
	s.stand("a does", s.doors)
	if got := a.keeps(s)[one]; got.By != "" {
		t.Errorf("who gave it is kept: %+v", got)
	}

	two := s.give(a, fact.Evacuation, time.Hour)
	s.bring(b, a.lacking(s, b))
	for _, d := range s.doors {
		d.clock.advance(orderKept + 25*time.Hour)
	}
	s.settle() // c hears of it now
	three := s.give(b, fact.Lockdown, time.Hour)
	s.settle()
	s.must(a.act(func(t *tx) error { // as if all of it had been asked for
		_, err := t.teller()
		return errors.Join(err, t.tellAll())
	}))
	s.settle()
	for i, d := range s.doors {
		got := d.keeps(s)
		if _, is := got[two]; is || len(got) != 1 || got[three].At != three {
			t.Errorf("door %d keeps %v", i, got)
		}
	}
}

// TestSiteOrderWithoutClock: of a clock that cannot be trusted no date is told, and nothing is
// forgotten by it.
func TestSiteOrderWithoutClock(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	a.o.Trusted = func() bool { return false }
	a.reopen(s)
	one := s.give(a, fact.Lockdown, time.Hour)
	a.clock.advance(2 * orderKept)
	s.give(a, fact.Lockdown, time.Hour)
	s.settle()
	for i, d := range s.doors {
		got := d.keeps(s)
		if o := got[one]; !o.Until.IsZero() || o.Dated != (d == b) || len(got) != 2 {
			t.Errorf("at door %d: %+v", i, got)
		}
	}
}

// TestSiteManyOrders: however many orders a broken door gives, others can tell them again.
func TestSiteManyOrders(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	s.must(a.act(func(t *tx) error {
		tell, err := t.teller()
		for range 1100 {
			o := fact.Order{At: tell.next(t.r.Unit, 0), Kind: "a kind whose name is as long as one of these can",
				For: time.Hour, Until: start.Add(time.Nanosecond)}
			tell.tellOrder(o)
			err = errors.Join(err, t.putOrder(&SiteOrder{Order: o, Heard: start}))
		}
		return err
	}))
	told := must(a.SiteRecords(a.Unit(), 0, 1<<30))
	if last := told[len(told)-2]; len(last) > partMost {
		t.Errorf("a record of %d bytes", len(last))
	}
	s.settle()
	if n := len(b.keeps(s)); n != 1100 {
		t.Errorf("%d orders are known", n)
	}
}
