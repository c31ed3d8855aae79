package store

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/store/audit"
)

// siteLoad is what happens at a door of a site whose power may go at any moment, and at two other
// doors, whose power holds. What the others are at each moment is kept in a folder of its own, so
// that whoever cuts the power knows whom the door meets again.
type siteLoad struct {
	*testSite
	load      *loader
	kept      int
	withdrawn map[policy.PersonID]bool // told by any door
	removed   map[policy.PersonID]bool
}

// The folders of a load, beside that of its own door.
func othersOf(root string) string { return filepath.Join(filepath.Dir(root), "others") }
func othersThen(root string, n int) string {
	return filepath.Join(filepath.Dir(root), fmt.Sprint("then", n))
}

// fatal is what a [testSite] without a test panics with where a test would fail.
type fatal string

type noTest struct{ rapid.TB }

func (noTest) Helper()                           {}
func (noTest) Fatal(args ...any)                 { panic(fatal(fmt.Sprint(args...))) }
func (noTest) Fatalf(format string, args ...any) { panic(fatal(fmt.Sprintf(format, args...))) }

// site does what people do at the doors of a site in a day or two. The door founds the site, or
// joins that of another.
func (l *loader) site() {
	s := &siteLoad{load: l, withdrawn: map[policy.PersonID]bool{}, removed: map[policy.PersonID]bool{},
		testSite: &testSite{t: noTest{}, root: othersOf(l.root), erased: map[policy.PersonID]*testDoor{}}}
	here := &testDoor{Vault: l.v, clock: l.c, agreed: map[policy.PersonID]fact.Stamp{}}
	s.doors = append(s.doors, here)
	_, err := l.v.PutNotice("op", "notice", "en")
	s.must(err)
	if s.newDoor(); l.rnd.IntN(2) == 0 {
		s.must(l.v.FoundSite("op", "door 0"))
		say("founded")
		s.meet(s.doors[1], here)
	} else {
		s.must(s.doors[1].FoundSite("op", "door 1"))
		s.keep()
		s.meet(here, s.doors[1])
	}
	for i := range 30 {
		if i == 15 {
			s.meet(s.newDoor(), s.doors[l.rnd.IntN(2)])
		}
		s.act(s.doors[l.rnd.IntN(len(s.doors))])
	}
}

// meet has a door join the site by another.
func (s *siteLoad) meet(d, by *testDoor) {
	asks, code, err := d.RequestSite(fmt.Sprintf("door %x", d.Unit()))
	s.must(err)
	answer, code, err := by.AdmitDoor("op", asks, code)
	s.must(err)
	s.keep()
	s.must(d.JoinSite("op", answer, code))
	s.keep()
	say("joined")
}

// keep keeps what the others are now.
func (s *siteLoad) keep() {
	s.must(copyTree(othersThen(s.load.root, s.kept), othersOf(s.load.root)))
	say("others", s.kept)
	s.kept++
}

// act does one thing at a door, and says what was acknowledged.
func (s *siteLoad) act(d *testDoor) {
	mine := d == s.doors[0]
	id, known := s.anybody(d)
	switch n := s.load.rnd.IntN(12); {
	case n < 2 || !known:
		s.enter(d)
	case n == 2:
		s.must(d.ChangePerson("op", id, audit.PersonCorrected, func(p *policy.Person) error {
			p.Name = policy.Private(fmt.Sprint("tenant ", s.load.rnd.IntN(9)))
			return nil
		}))
	case n == 3 && !s.withdrawn[id]:
		s.enrol(d, id)
		if p, err := d.Person(id); mine && err == nil && p.HasFace() {
			say("enrolled", fmt.Sprintf("%x", id[:]))
		}
	case n == 4:
		s.withdraw(d, id)
		if s.withdrawn[id] = true; mine {
			say("face-erased", fmt.Sprintf("%x", id[:]))
		}
	case n == 5:
		say("removing", fmt.Sprintf("%x", id[:]))
		_, err := d.RemovePerson("op", id, "moved out")
		s.must(err)
		if s.removed[id] = true; mine {
			say("removed", fmt.Sprintf("%x", id[:]))
		}
	case n == 6 && mine:
		s.load.decide()
	case n == 6:
		s.must(d.Rotate(context.Background(), "op", "test"))
	case n == 7:
		_, err := d.SayWord(s.load.rnd.IntN(2) == 0)
		s.must(err)
	case n == 8:
		_, err := d.EraseDue(Door)
		s.must(err)
		_, err = d.CatchUp()
		s.must(err)
	default:
		s.carry(d, s.doors[s.load.rnd.IntN(len(s.doors))])
	}
	if !mine {
		s.keep()
	}
	for id := range s.removed { // whom the others can no longer bring back
		say("erased", fmt.Sprintf("%x", id[:]))
	}
	clear(s.removed)
}

// anybody is somebody who is known at a door.
func (s *siteLoad) anybody(d *testDoor) (policy.PersonID, bool) {
	all := slices.SortedFunc(maps.Keys(d.stored(s.testSite)), func(a, b policy.PersonID) int {
		return slices.Compare(a[:], b[:])
	})
	if len(all) == 0 {
		return policy.PersonID{}, false
	}
	return all[s.load.rnd.IntN(len(all))], true
}

// enter enters a person with a card.
func (s *siteLoad) enter(d *testDoor) {
	if d == s.doors[0] {
		s.load.add()
		return
	}
	id, err := d.AddPerson("op", policy.Person{Name: "tenant of another door"})
	s.must(err)
	_, err = d.AddCredential("op", id, policy.CardKind, id[:], "", true)
	s.must(err)
}

// carry brings what one door has to another, and says what the door whose power goes has heard.
func (s *siteLoad) carry(from, to *testDoor) {
	got := s.bring(to, from.lacking(s.testSite, to))
	if to != s.doors[0] {
		s.keep()
		return
	}
	for _, id := range got.Changed {
		if p, err := to.Person(id); err == nil {
			say("added", fmt.Sprintf("%x", id[:]))
			if len(p.Working(s.load.c.now())) == 1 {
				say("card", fmt.Sprintf("%x", id[:]))
			}
		}
	}
	for _, id := range got.Faces {
		say("face-erased", fmt.Sprintf("%x", id[:]))
	}
	for _, id := range got.Gone {
		say("removed", fmt.Sprintf("%x", id[:]))
	}
}

// copyTree copies folders, each file for its owner alone.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.Mkdir(filepath.Join(to, rel), 0o700)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), raw, 0o600)
	})
}
