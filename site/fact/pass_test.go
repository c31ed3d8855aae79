package fact_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/site/fact"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// aPass is given at door 1, and opens at some doors.
func aPass(uses int, doors ...byte) fact.Pass {
	var ids []fact.DoorID
	for _, d := range doors {
		ids = append(ids, fact.DoorID{d})
	}
	return fact.GivePass(policy.Pass{ID: policy.PersonID{7}, Door: "gate", From: noon, Until: noon.Add(time.Hour),
		Uses: uses}, policy.PersonID{8}, []byte("digits"), fact.Stamp{Count: 1, Door: fact.DoorID{1}}, ids)
}

// TestPassCountedOnce: whatever doors spend, and whatever they hear of each other late, twice, in
// any order or never, also where a vault is put back to an older state and that is noticed, a pass
// opens no more often than it says.
func TestPassCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		uses, n := rapid.IntRange(1, 12).Draw(t, "uses"), rapid.IntRange(2, 4).Draw(t, "doors")
		for1 := rapid.SliceOfNDistinct(rapid.ByteRange(1, byte(n)), 1, n, rapid.ID).Draw(t, "for")
		given := aPass(uses, for1...)
		knows := make([]fact.Pass, n+1) // by the door's number; index 0 is nobody's
		for i := range knows {
			knows[i] = given
		}
		older := slices.Clone(knows)
		said, opened := []fact.Pass{given}, 0
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			i := rapid.IntRange(1, n).Draw(t, "door")
			id := fact.DoorID{byte(i)}
			switch rapid.SampledFrom([]string{"use", "use", "tell", "hear", "hear", "copy", "put back"}).Draw(t, "act") {
			case "use":
				if knows[i].Left(id) > 0 {
					knows[i] = knows[i].Spend(id, 1)
					opened++
				}
			case "tell":
				said = append(said, knows[i])
			case "hear":
				told := rapid.SampledFrom(said).Draw(t, "what")
				doubt := knows[i].Ahead(told, id)
				if knows[i] = knows[i].Merge(told); doubt {
					knows[i] = knows[i].Doubt(id)
				}
				if lent, more := knows[i].Lend(); more && id == given.Giver() {
					knows[i] = lent
				}
			case "copy":
				older[i] = knows[i]
			case "put back":
				knows[i] = older[i].Doubt(id)
			}
			if opened > uses {
				t.Fatalf("opened %d times of %d", opened, uses)
			}
		}
	})
}

// TestPassLends: while the doors hear of each other, all uses of a pass can be had at any door that
// it is for, but for those that lie at others; and a door that it is not for has none.
func TestPassLends(t *testing.T) {
	for _, tt := range []struct {
		uses  int
		doors []byte
		first []int // what doors 1 to 3 can spend at first
		most  int   // what door 2 alone can
	}{
		{1, []byte{2}, []int{0, 1, 0}, 1},
		{2, []byte{1, 2}, []int{1, 1, 0}, 2},
		{3, []byte{1, 2, 3}, []int{1, 1, 1}, 2},
		{10, []byte{1, 2}, []int{8, 2, 0}, 10},
		{12, []byte{2, 3}, []int{0, 3, 3}, 9},
	} {
		p := aPass(tt.uses, tt.doors...)
		for i, want := range tt.first {
			if n := p.Left(fact.DoorID{byte(i + 1)}); n != want {
				t.Errorf("%d uses for %d: door %d has %d", tt.uses, tt.doors, i+1, n)
			}
		}
		opened := 0
		for b := (fact.DoorID{2}); p.Left(b) > 0; opened++ {
			p, _ = p.Spend(b, 1).Lend()
		}
		if opened != tt.most || p.Spent() != opened {
			t.Errorf("%d uses for %d: door 2 opens %d times, should be %d", tt.uses, tt.doors, opened, tt.most)
		}
	}
	p := aPass(4, 2)
	if p.For(fact.DoorID{1}) || p.Left(fact.DoorID{1}) != 0 || !p.For(fact.DoorID{2}) || p.For(fact.DoorID{3}) {
		t.Errorf("%+v", p)
	}
	p.Ended = true
	if _, lent := p.Spend(fact.DoorID{2}, 1).Lend(); lent {
		t.Error("lent of a pass that was ended")
	}
}

// TestPassMerge: merging is the same in any order and grouping, and once is enough; what ended stays
// so, and a host who was erased does not come back.
func TestPassMerge(t *testing.T) {
	some := rapid.Custom(func(t *rapid.T) fact.Pass {
		p := aPass(rapid.IntRange(1, 3).Draw(t, "uses"), 1, 2)
		p.Given.At.Count = rapid.Uint64Range(1, 2).Draw(t, "at")
		p.Ended, p.Alone = rapid.Bool().Draw(t, "ended"), rapid.Bool().Draw(t, "alone")
		if p.Alone {
			p.Host = policy.PersonID{}
		}
		for i := range p.Shares {
			p.Shares[i].Lent = rapid.Uint32Max(3).Draw(t, "lent")
			p.Shares[i].Spent = rapid.Uint32Max(3).Draw(t, "spent")
		}
		return p
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := some.Draw(t, "a"), some.Draw(t, "b"), some.Draw(t, "c")
		ab := a.Merge(b)
		switch {
		case !ab.Equal(b.Merge(a)):
			t.Fatal("the order counts")
		case !ab.Merge(c).Equal(a.Merge(b.Merge(c))):
			t.Fatal("the grouping counts")
		case !ab.Merge(b).Equal(ab):
			t.Fatal("it counts how often")
		case ab.Ended != (a.Ended || b.Ended), (a.Alone || b.Alone) && !ab.Host.IsZero():
			t.Fatalf("%+v", ab)
		}
	})
}
