package fact_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/site/fact"
)

// orders are those that one door knows.
type orders map[fact.Stamp]fact.Order

func (all orders) hear(told fact.Order) {
	if known, is := all[told.At]; is {
		told = known.Merge(told)
	}
	all[told.At] = told
}

// TestOrdersAgree: doors that give and end orders, each without the others, and hear of it late, in
// any order and more than once, end with the same ones; and an order stands unless one who knew of it
// ended it.
func TestOrdersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type door struct {
			id    fact.DoorID
			count uint64
			knows orders
			waits []fact.Order
		}
		doors := make([]*door, rapid.IntRange(2, 4).Draw(t, "doors"))
		for i := range doors {
			doors[i] = &door{id: fact.DoorID{byte(i + 1)}, knows: orders{}}
		}
		ended := map[fact.Stamp]bool{}
		next := func(d *door) fact.Stamp { d.count++; return fact.Stamp{Count: d.count, Door: d.id} }
		tell := func(from *door, o fact.Order) {
			from.knows.hear(o)
			for _, d := range doors {
				if d != from {
					d.waits = append(d.waits, o)
				}
			}
		}
		hear := func(d *door, o fact.Order) {
			d.knows.hear(o)
			d.count = max(d.count, o.At.Count, o.Ended.Count)
		}
		given := 0
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			d := rapid.SampledFrom(doors).Draw(t, "door")
			switch rapid.SampledFrom([]string{"give", "end", "hear"}).Draw(t, "act") {
			case "give":
				given++
				kind := rapid.SampledFrom([]fact.OrderKind{fact.Lockdown, fact.Evacuation}).Draw(t, "kind")
				tell(d, fact.Order{At: next(d), Kind: kind, For: time.Hour})
			case "end":
				for _, at := range slices.SortedFunc(maps.Keys(d.knows), fact.Stamp.Compare) {
					if o := d.knows[at]; o.Ended.IsZero() && rapid.Bool().Draw(t, "this one") {
						o.Ended, ended[at] = next(d), true
						tell(d, o)
					}
				}
			case "hear":
				if len(d.waits) > 0 {
					hear(d, rapid.SampledFrom(d.waits).Draw(t, "which")) // and again later
				}
			}
		}
		for i, d := range doors {
			if len(d.waits) > 0 {
				for _, o := range rapid.Permutation(d.waits).Draw(t, "order") {
					hear(d, o)
				}
			}
			if !maps.Equal(d.knows, doors[0].knows) || len(d.knows) != given {
				t.Fatalf("door %d knows %v, not %v", i, d.knows, doors[0].knows)
			}
			for at, o := range d.knows {
				if o.Ended.IsZero() == ended[at] {
					t.Fatalf("at door %d %+v: ended %v", i, o, ended[at])
				}
			}
		}
	})
}

// TestOrderMerge: merging is the same in any order and grouping, and once is enough, also where a
// door tells two orders under one stamp.
func TestOrderMerge(t *testing.T) {
	stamp := rapid.Custom(func(t *rapid.T) fact.Stamp {
		return fact.Stamp{Count: rapid.Uint64Range(0, 3).Draw(t, "n"), Door: fact.DoorID{rapid.Byte().Draw(t, "d") % 2}}
	})
	order := rapid.Custom(func(t *rapid.T) fact.Order {
		return fact.Order{At: fact.Stamp{Count: 1}, Kind: rapid.SampledFrom([]fact.OrderKind{"a", "b"}).Draw(t, "kind"),
			For: time.Duration(rapid.IntRange(0, 1).Draw(t, "for")), Ended: stamp.Draw(t, "ended")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := order.Draw(t, "a"), order.Draw(t, "b"), order.Draw(t, "c")
		switch {
		case a.Merge(b) != b.Merge(a):
			t.Fatal("the order counts")
		case a.Merge(b).Merge(c) != a.Merge(b.Merge(c)):
			t.Fatal("the grouping counts")
		case a.Merge(b).Merge(b) != a.Merge(b):
			t.Fatal("it counts how often")
		}
	})
}

// TestOrderWhole: what a broken door tells may not be what others store.
func TestOrderWhole(t *testing.T) {
	good := fact.Order{At: fact.Stamp{Count: 1}, Kind: "one of a later version", For: time.Hour}
	if !good.Whole() {
		t.Error("a kind that is not known here is none")
	}
	nameless, late, long := good, good, good
	nameless.At.Count, late.Until, long.Kind = 0, time.Unix(1<<40, 0), fact.OrderKind(make([]byte, 100))
	for what, o := range map[string]fact.Order{"nameless": nameless, "in a far year": late, "long": long} {
		if o.Whole() {
			t.Errorf("%s is whole", what)
		}
	}
}
