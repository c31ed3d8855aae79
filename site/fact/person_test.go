package fact_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/site/fact"
)

// door is a door of one person: what it was told, and the person as they are there.
type door struct {
	id     fact.DoorID
	count  uint64
	told   fact.Person
	person policy.Person
	hashes map[string][]byte
}

func (d *door) next() fact.Stamp {
	d.count++
	return fact.Stamp{Count: d.count, Door: d.id}
}

// change tells what an act changed; false: nothing.
func (d *door) change(act func(*policy.Person)) (fact.Person, bool) {
	act(&d.person)
	return d.news()
}

// news tells what the person here has that was not told.
func (d *door) news() (fact.Person, bool) {
	change, changed := fact.Diff(d.id, d.told, d.person, d.hashes, d.next)
	if changed {
		d.hear(change)
	}
	return change, changed
}

func (d *door) hear(change fact.Person) {
	was := d.told.NoFace
	d.told = d.told.Merge(change)
	d.count = max(d.count, d.told.Last())
	if was != d.told.NoFace {
		d.person.Face = policy.FaceConsent{}
	}
	d.person = d.told.Onto(d.person)
}

// withdraw takes the person's consents back.
func (d *door) withdraw() fact.Person {
	no := fact.Person{About: d.told.About, Lease: d.told.Lease, Groups: d.told.Groups, NoFace: d.next()}
	d.hear(no)
	return no
}

// acts are what staff do to a person.
var acts = []struct {
	name string
	do   func(t *rapid.T, d *door, p *policy.Person)
}{
	{"rename", func(t *rapid.T, _ *door, p *policy.Person) {
		p.Name = policy.Private(rapid.SampledFrom([]string{"Li Na", "Wang Wei", "李娜"}).Draw(t, "name"))
	}},
	{"lease", func(t *rapid.T, _ *door, p *policy.Person) {
		p.Until = time.Date(2026, 11, rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, time.FixedZone("", 8*3600))
	}},
	{"groups", func(t *rapid.T, _ *door, p *policy.Person) {
		p.Groups = rapid.SampledFrom([][]string{nil, {"residents"}, {"residents", "staff"}}).Draw(t, "groups")
	}},
	{"block", func(_ *rapid.T, _ *door, p *policy.Person) { p.Blocked = true }},
	{"unblock", func(_ *rapid.T, _ *door, p *policy.Person) { p.Blocked = false }},
	{"give", func(t *rapid.T, d *door, p *policy.Person) {
		id := fmt.Sprintf("%x-%d", d.id[:1], d.count)
		d.hashes[id] = []byte(id)
		p.Credentials = append(p.Credentials, policy.Credential{ID: id, Kind: policy.CardKind, Label: "grey fob"})
	}},
	{"revoke", func(t *rapid.T, _ *door, p *policy.Person) {
		if n := len(p.Credentials); n > 0 {
			p.Credentials[rapid.IntRange(0, n-1).Draw(t, "which")].Revoked = true
		}
	}},
	{"take away", func(_ *rapid.T, _ *door, p *policy.Person) {
		if len(p.Credentials) > 0 {
			p.Credentials = p.Credentials[1:]
		}
	}},
	{"enrol", func(_ *rapid.T, _ *door, p *policy.Person) { p.Face.State = policy.FaceEnrolled }},
	{"end a face, not its consent", func(_ *rapid.T, _ *door, p *policy.Person) { p.Face = policy.FaceConsent{} }},
}

// TestDoorsAgree: doors that change one person, each without the others, and hear of it late, in any
// order and more than once, end with the same facts and the same person. Each knows which doors have
// a face of them.
func TestDoorsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doors := make([]*door, rapid.IntRange(2, 4).Draw(t, "doors"))
		for i := range doors {
			doors[i] = &door{id: fact.DoorID{byte(i + 1)}, hashes: map[string][]byte{}}
		}
		heard := make([][]fact.Person, len(doors)) // what each door is yet to hear
		tell := func(from int, change fact.Person) {
			for i := range doors {
				if i != from {
					heard[i] = append(heard[i], change)
				}
			}
		}
		change, _ := doors[0].change(func(p *policy.Person) { p.Name = "Li Na" })
		tell(0, change)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			i := rapid.IntRange(0, len(doors)-1).Draw(t, "door")
			if rapid.Bool().Draw(t, "hears") {
				if n := len(heard[i]); n > 0 {
					doors[i].hear(heard[i][rapid.IntRange(0, n-1).Draw(t, "which")]) // and again later
				}
				if change, changed := doors[i].news(); changed { // a face ended
					tell(i, change)
				}
				continue
			}
			if !doors[i].told.Known() {
				continue
			}
			if rapid.IntRange(0, 9).Draw(t, "withdraws") == 0 {
				tell(i, doors[i].withdraw())
				continue
			}
			act := rapid.SampledFrom(acts).Draw(t, "act")
			if change, changed := doors[i].change(func(p *policy.Person) { act.do(t, doors[i], p) }); changed {
				tell(i, change)
			}
		}
		for range 2 { // the second time they hear of faces that ended with what they heard the first time
			for i, d := range doors {
				for _, change := range rapid.Permutation(heard[i]).Draw(t, "order") {
					d.hear(change)
				}
			}
			for i, d := range doors {
				if change, changed := d.news(); changed {
					tell(i, change)
				}
			}
		}
		for _, d := range doors {
			for _, of := range doors {
				if is := of.person.FaceStored(); d.told.FaceAt(of.id) != is ||
					slices.Contains(d.told.FaceDoors(), of.id) != is {
					t.Fatalf("door %d has a face: %v; door %d believes otherwise: %+v", of.id[0], is, d.id[0], d.told)
				}
			}
		}
		for _, d := range doors[1:] {
			if !d.told.Equal(doors[0].told) {
				t.Fatalf("facts differ:\n%#v\n%#v", doors[0].told, d.told)
			}
			if a, b := words(doors[0].person), words(d.person); a != b {
				t.Fatalf("the person differs:\n%s\n%s", a, b)
			}
			if _, changed := d.news(); changed {
				t.Fatal("a door tells news of what it only heard")
			}
		}
	})
}

// words writes all of a person, also what prints as private.
func words(p policy.Person) string {
	p.Until = p.Until.UTC() // the door that said it keeps its zone
	p.Face = policy.FaceConsent{}
	return fmt.Sprintf("%s %s %+v", p.Name.Reveal(), p.Apartment.Reveal(), p)
}

// TestMerge: merging is the same in any order and grouping, and once is enough, also where a door
// gives two values under one stamp.
func TestMerge(t *testing.T) {
	stamp := rapid.Custom(func(t *rapid.T) fact.Stamp {
		return fact.Stamp{Count: rapid.Uint64Range(1, 4).Draw(t, "n"), Door: fact.DoorID{rapid.Byte().Draw(t, "d") % 2}}
	})
	person := rapid.Custom(func(t *rapid.T) (p fact.Person) {
		p.About = fact.Said[fact.About]{At: stamp.Draw(t, "at"),
			Value: fact.About{Name: policy.Private(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"))}}
		p.Blocks = sorted(rapid.SliceOfN(stamp, 0, 3).Draw(t, "blocks"))
		p.Lifted = sorted(rapid.SliceOfN(stamp, 0, 3).Draw(t, "lifted"))
		for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y"}), 0, 2, rapid.ID).Draw(t, "ids") {
			p.Credentials = append(p.Credentials, fact.Credential{ID: id, At: stamp.Draw(t, "given"),
				Revoked: rapid.Bool().Draw(t, "revoked"), Taken: rapid.Bool().Draw(t, "taken"),
				Hash: []byte{rapid.Byte().Draw(t, "hash") % 2}})
		}
		slices.SortFunc(p.Credentials, func(a, b fact.Credential) int { return int(a.ID[0]) - int(b.ID[0]) })
		p.Minor = fact.Said[bool]{At: stamp.Draw(t, "told"), Value: rapid.Bool().Draw(t, "minor")}
		p.NoFace = stamp.Draw(t, "no face")
		for _, at := range rapid.SliceOfNDistinct(stamp, 0, 2, func(s fact.Stamp) fact.DoorID { return s.Door }).
			Draw(t, "faces") {
			p.Faces = append(p.Faces, fact.Said[bool]{At: at, Value: rapid.Bool().Draw(t, "has")})
		}
		slices.SortFunc(p.Faces, func(a, b fact.Said[bool]) int { return bytes.Compare(a.At.Door[:], b.At.Door[:]) })
		return p
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := person.Draw(t, "a"), person.Draw(t, "b"), person.Draw(t, "c")
		switch {
		case !a.Merge(b).Equal(b.Merge(a)):
			t.Fatal("the order counts")
		case !a.Merge(b).Merge(c).Equal(a.Merge(b.Merge(c))):
			t.Fatal("the grouping counts")
		case !a.Merge(b).Merge(b).Equal(a.Merge(b)):
			t.Fatal("it counts how often")
		}
	})
}

func sorted(s []fact.Stamp) []fact.Stamp {
	slices.SortFunc(s, fact.Stamp.Compare)
	return slices.Compact(s)
}

// TestRules: the rule of each kind of fact, with two doors that did not hear of each other.
func TestRules(t *testing.T) {
	begin := func() (a, b *door) {
		a = &door{id: fact.DoorID{1}, hashes: map[string][]byte{"k": {7}}}
		b = &door{id: fact.DoorID{2}, hashes: map[string][]byte{}}
		first, _ := a.change(func(p *policy.Person) {
			p.Name, p.Credentials = "Li Na", []policy.Credential{{ID: "k", Kind: policy.CardKind}}
		})
		b.hear(first)
		return a, b
	}
	used := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		at1, at2 func(*policy.Person)
		holds    func(policy.Person) bool
	}{
		"a block that was not seen stays": {
			func(p *policy.Person) { p.Blocked = true },
			func(p *policy.Person) { p.Blocked = false },
			func(p policy.Person) bool { return p.Blocked }},
		"revoked is for ever": {
			func(p *policy.Person) { p.Credentials[0].Revoked = true },
			func(p *policy.Person) { p.Name = "Li Na Wang" },
			func(p policy.Person) bool { return p.Credentials[0].Revoked && p.Name == "Li Na Wang" }},
		"the use of a credential stays at its door": {
			func(p *policy.Person) { p.Credentials[0].LastUsed = used },
			func(p *policy.Person) { p.Groups = []string{"staff"} },
			func(p policy.Person) bool { return len(p.Groups) == 1 }},
		"a child is one at every door": {
			func(p *policy.Person) { p.Face.Minor = true },
			func(p *policy.Person) { p.Groups = []string{"staff"} },
			func(p policy.Person) bool { return p.Face.Minor }},
		"lease and name are told apart": {
			func(p *policy.Person) { p.Until = used },
			func(p *policy.Person) { p.Name = "李娜" },
			func(p policy.Person) bool { return p.Until.Equal(used) && p.Name == "李娜" }},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := begin()
			one, told1 := a.change(tt.at1)
			two, told2 := b.change(tt.at2)
			if told2 {
				a.hear(two)
			}
			if told1 {
				b.hear(one)
			}
			if !tt.holds(a.person) || !tt.holds(b.person) {
				t.Errorf("at one door %+v, at the other %+v", a.person, b.person)
			}
		})
	}
	a, b := begin()
	a.change(func(p *policy.Person) { p.Credentials[0].LastUsed = used })
	change, _ := b.change(func(p *policy.Person) { p.Blocked = true })
	if a.hear(change); !a.person.Credentials[0].LastUsed.Equal(used) || !a.person.Blocked {
		t.Errorf("the door that used the card: %+v", a.person)
	}
}

// TestDoor: of two keys of one door the first counts, and it never comes back.
func TestDoor(t *testing.T) {
	at := func(n uint64) fact.Stamp { return fact.Stamp{Count: n, Door: fact.DoorID{9}} }
	real := fact.Door{ID: fact.DoorID{1}, At: at(1), Sign: []byte("real"), Name: fact.Said[string]{At: at(1), Value: "gate"}}
	forged := fact.Door{ID: fact.DoorID{1}, At: at(5), Sign: []byte("forged"), Name: fact.Said[string]{At: at(5), Value: "lobby"}}
	left := real
	left.Left = at(7)
	for _, got := range []fact.Door{real.Merge(forged).Merge(left), left.Merge(forged).Merge(real), forged.Merge(left)} {
		if string(got.Sign) != "real" || got.Name.Value != "lobby" || got.Left != at(7) {
			t.Errorf("merged to %+v", got)
		}
	}
}

// TestFaces: each door says whether it has a face; a withdrawal that is told later makes it no,
// before that door has heard of it, and one that is told earlier does not.
func TestFaces(t *testing.T) {
	at := func(n uint64, door byte) fact.Stamp { return fact.Stamp{Count: n, Door: fact.DoorID{door}} }
	has := func(n uint64, door byte, is bool) fact.Person {
		return fact.Person{Faces: []fact.Said[bool]{{At: at(n, door), Value: is}}}
	}
	two := has(3, 1, true).Merge(has(5, 2, true))
	for _, tt := range []struct {
		what string
		told fact.Person
		want []fact.DoorID
	}{
		{"two doors", two, []fact.DoorID{{1}, {2}}},
		{"one of them ends it", has(6, 1, false).Merge(two), []fact.DoorID{{2}}},
		{"an old no", two.Merge(has(2, 1, false)), []fact.DoorID{{1}, {2}}},
		{"withdrawn between", two.Merge(fact.Person{NoFace: at(4, 3)}), []fact.DoorID{{2}}},
		{"withdrawn", two.Merge(fact.Person{NoFace: at(9, 3)}), nil},
		{"and taken again", two.Merge(fact.Person{NoFace: at(9, 3)}).Merge(has(10, 1, true)), []fact.DoorID{{1}}},
	} {
		if got := tt.told.FaceDoors(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: faces at %v, want %v", tt.what, got, tt.want)
		}
		for door := byte(1); door <= 3; door++ {
			if got := tt.told.FaceAt(fact.DoorID{door}); got != slices.Contains(tt.want, fact.DoorID{door}) {
				t.Errorf("%s: at door %d: %v", tt.what, door, got)
			}
		}
	}
	if two.Last() != 5 {
		t.Errorf("the highest count is %d", two.Last())
	}
}
