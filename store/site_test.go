package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"filippo.io/age"
	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// testSite is some doors of one site, with a vault each, and what the test knows of what was done.
type testSite struct {
	t       rapid.TB
	root    string
	doors   []*testDoor
	people  []policy.PersonID             // who were ever added
	erased  map[policy.PersonID]*testDoor // at which door
	numbers [][]byte                      // of cards
	given   map[fact.Stamp]*testDoor      // orders, and at which door
	ended   map[fact.Stamp][]*testDoor    // and those that were, by which doors
	// twoChains: a door may be told two things under one number, and refuse it.
	twoChains bool
}

// testDoor is a vault without a goroutine of its own.
type testDoor struct {
	*Vault
	dir    string
	o      Options
	clock  *clock
	away   bool
	agreed map[policy.PersonID]fact.Stamp // what was known here of withdrawals at the last consent
}

// newSite makes a site of some doors, on a disk in memory where there is one.
func newSite(t rapid.TB, n int) *testSite {
	base := ""
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		base = "/dev/shm"
	}
	root, err := os.MkdirTemp(base, "menshen")
	if err != nil {
		t.Fatal(err)
	}
	s := &testSite{t: t, root: root, erased: map[policy.PersonID]*testDoor{},
		given: map[fact.Stamp]*testDoor{}, ended: map[fact.Stamp][]*testDoor{}}
	for i := range 6 {
		s.numbers = append(s.numbers, []byte{32, byte(i), 1, 2, 3})
	}
	s.must(s.newDoor().FoundSite("op", "door 0"))
	for range n - 1 {
		s.join(s.doors[0])
	}
	return s
}

func (s *testSite) close() {
	for _, d := range s.doors {
		d.Close()
	}
	os.RemoveAll(s.root)
}

func (s *testSite) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// must gives what cannot fail in a test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (s *testSite) newDoor() *testDoor {
	dir := filepath.Join(s.root, fmt.Sprint("door", len(s.doors)))
	d := &testDoor{dir: filepath.Join(dir, "vault"), clock: startClock(), agreed: map[policy.PersonID]fact.Stamp{}}
	s.must(os.Mkdir(dir, 0o700))
	d.o = Options{Key: KeyFile(filepath.Join(dir, "root.key")), Now: d.clock.now, Cost: cheap, Busy: time.Second,
		Inline: func(bool) error { return nil }}
	v, err := Create(d.dir, d.o)
	s.must(err)
	d.Vault = v
	d.UseModel("net")
	_, err = d.PutNotice("op", "notice", "en")
	s.must(err)
	s.doors = append(s.doors, d)
	return d
}

// join has a new door join, admitted by a door of the site.
func (s *testSite) join(by *testDoor) *testDoor {
	d := s.newDoor()
	name := fmt.Sprint("door ", len(s.doors)-1)
	request, code, err := d.RequestSite(name)
	s.must(err)
	answer, code, err := by.AdmitDoor("op", request, code)
	s.must(err)
	s.must(d.JoinSite("op", answer, code))
	return d
}

func (d *testDoor) reopen(s *testSite) {
	s.must(d.Close())
	v, err := Open(d.dir, d.o)
	s.must(err)
	d.Vault = v
	d.UseModel("net")
}

// lacking gives what one door has of all chains that another lacks.
func (d *testDoor) lacking(s *testSite, to *testDoor) (out [][]byte) {
	have, err := d.SiteHeads()
	s.must(err)
	known, err := to.SiteHeads()
	s.must(err)
	for _, door := range slices.SortedFunc(maps.Keys(have), func(a, b fact.DoorID) int {
		return bytes.Compare(a[:], b[:])
	}) {
		if have[door] <= known[door] {
			continue
		}
		some, err := d.SiteRecords(door, known[door]+1, 1<<30)
		s.must(err)
		out = append(out, some...)
	}
	return out
}

// bring has a door apply records, and checks that none is refused that must not be.
func (s *testSite) bring(to *testDoor, records [][]byte) SiteApplied {
	s.t.Helper()
	got, err := to.ApplySite(records)
	if errors.Is(err, ErrNoSite) && to.away {
		return SiteApplied{}
	}
	s.must(err)
	for _, r := range got.Refused {
		switch {
		case errors.Is(r.Why, ErrSentAway), errors.Is(r.Why, ErrNoMember),
			s.twoChains && errors.Is(r.Why, ErrTwoChains):
		default:
			s.t.Fatalf("record %d of %x: %v", r.Seq, r.Door[:4], r.Why)
		}
	}
	return got
}

// here are the doors that were not sent away.
func (s *testSite) here() (out []*testDoor) {
	for _, d := range s.doors {
		if !d.away {
			out = append(out, d)
		}
	}
	return out
}

// settle delivers everything until nothing is new any more.
func (s *testSite) settle() {
	s.t.Helper()
	for range 60 {
		quiet := true
		for _, from := range s.here() {
			for _, to := range s.here() {
				if from != to && s.bring(to, from.lacking(s, to)).Records > 0 {
					quiet = false
				}
			}
		}
		for _, d := range s.here() {
			done, err := d.EraseDue(Door)
			s.must(err)
			for _, r := range done {
				if r.Found > 0 || !r.Verify(d.PublicKey()) {
					s.t.Fatalf("receipt %+v", r)
				}
			}
			told, err := d.CatchUp()
			s.must(err)
			quiet = quiet && len(done) == 0 && !told
		}
		if quiet {
			return
		}
	}
	s.t.Fatal("the doors do not come to rest")
}

// stored reads all that a vault holds about people.
func (d *testDoor) stored(s *testSite) map[policy.PersonID]*person {
	out := map[policy.PersonID]*person{}
	s.must(d.view(func(t *tx) error {
		return t.eachPerson(func(_ *personKeys, p *person) error {
			out[p.ID] = p
			return nil
		})
	}))
	return out
}

// shared is a person without what only concerns one door.
func shared(p policy.Person) string {
	p.Face, p.Occasions = policy.FaceConsent{Minor: p.Face.Minor}, nil
	p.Credentials = slices.Clone(p.Credentials)
	for i := range p.Credentials {
		p.Credentials[i].Used, p.Credentials[i].LastUsed = 0, time.Time{}
	}
	raw, err := encMode.Marshal(p)
	return string(must(raw, err))
}

// agree checks that all doors have the same facts, and that each is what the facts say.
func (s *testSite) agree() {
	s.t.Helper()
	first, managers := s.here()[0].stored(s), must(s.here()[0].SiteManagers())
	s.agreePasses()
	for i, d := range s.here() {
		if got := must(d.SiteManagers()); !slices.Equal(got, managers) {
			s.t.Fatalf("door %d knows the managers' keys %+v, not %+v", i, got, managers)
		}
		people := d.stored(s)
		for id, p := range people {
			if f := first[id]; f == nil || f.Facts == nil || !f.Facts.Equal(*p.Facts) {
				s.t.Fatalf("door %d has other facts of %s: %+v, not %+v", i, id, p.Facts, f)
			} else if shared(f.Person) != shared(p.Person) {
				s.t.Fatalf("at door %d %s is %+v, not %+v", i, id, p.Person, f.Person)
			}
			if shared(p.Facts.Onto(p.Person)) != shared(p.Person) {
				s.t.Fatalf("at door %d %s is not what the facts say: %+v", i, id, p.Person)
			}
			if by := s.erased[id]; by != nil && !by.away {
				s.t.Fatalf("door %d has %s, who was erased", i, id)
			}
			if p.HasFace() && s.taker(d, p).agreed[id] != p.Facts.NoFace {
				s.t.Fatalf("door %d has the face of %s, which was withdrawn", i, id)
			}
			if is := p.FaceStored(); is != first[id].Facts.FaceAt(d.Unit()) {
				s.t.Fatalf("door %d has the face of %s: %v; another believes otherwise", i, id, is)
			}
		}
		if len(people) != len(first) {
			s.t.Fatalf("door %d has %d people, not %d", i, len(people), len(first))
		}
		s.lookUps(d, people)
		s.sameOrders(i, d)
		s.whole(d)
		for _, e := range must(d.SiteErasures()) {
			s.t.Fatalf("door %d still waits for %x: a %s", i, e.Waits(), e.What)
		}
	}
}

// lookUps checks that at a door each number leads to the one credential that works.
func (s *testSite) lookUps(d *testDoor, people map[policy.PersonID]*person) {
	s.t.Helper()
	for _, number := range s.numbers {
		var want []string
		for id, p := range people {
			for _, c := range p.Facts.Credentials {
				if c.Works() && bytes.Equal(c.Hash, d.ring.first(policy.CardKind, number)) {
					want = append(want, fmt.Sprint(id, c.ID))
				}
			}
		}
		p, credential, err := d.FindCredential(policy.CardKind, number)
		switch {
		case len(want) > 1:
			s.t.Fatalf("number %d works for %v", number[1], want)
		case len(want) == 1 && (err != nil || want[0] != fmt.Sprint(p.ID, credential)):
			s.t.Fatalf("number %d leads to %s %s, not %v: %v", number[1], p.ID, credential, want, err)
		case len(want) == 0 && err == nil && slices.ContainsFunc(p.Credentials, func(c policy.Credential) bool {
			return c.ID == credential && !c.Revoked
		}):
			s.t.Fatalf("number %d works and should not", number[1])
		}
	}
}

// whole checks that nothing of an erased person is left in a vault, and that it is not damaged.
func (s *testSite) whole(d *testDoor) {
	s.t.Helper()
	err := d.view(func(t *tx) error {
		return t.each(facesBucket, func(key, _ []byte) error {
			_, p, err := t.person(policy.PersonID(key))
			if err == nil && p.Face.State != policy.FaceEnrolled {
				err = fmt.Errorf("a face of %s, who is %q", p.ID, p.Face.State)
			}
			return err
		})
	})
	s.must(err)
	for id, by := range s.erased {
		if by.away { // perhaps before anybody heard of it
			continue
		}
		if slices.ContainsFunc(must(d.Passes()), func(p VisitorPass) bool { return p.Host == id }) {
			s.t.Fatalf("a pass names %s, who was erased", id)
		}
		s.must(d.view(func(t *tx) error {
			for _, bucket := range t.r.buckets() {
				if t.b.Bucket([]byte(bucket)).Get(id[:]) != nil {
					return fmt.Errorf("%s has %s, who was erased", bucket, id)
				}
			}
			return t.eachLink(record.Span{Last: 1 << 62}, func(_ []byte, l *link) error {
				if slices.Contains(l.About, id) {
					return fmt.Errorf("a record names %s, who was erased", id)
				}
				return nil
			})
		}))
	}
	rep, err := d.VerifyAudit()
	if err != nil || !rep.OK {
		s.t.Fatalf("%+v, %v", rep, err)
	}
	s.must(d.bboltCheck())
}

// TestSite: whatever is done at the doors of a site, and in whatever order, how often and with what
// losses they hear of it, once they have heard all they agree.
func TestSite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSite(t, rapid.IntRange(2, 4).Draw(t, "doors"))
		defer s.close()
		acts := siteActs()
		names := slices.Sorted(maps.Keys(acts))
		for range rapid.IntRange(5, 40).Draw(t, "acts") {
			d := pick(t, "door", s.here())
			acts[rapid.SampledFrom(names).Draw(t, "act")](s, d, t)
		}
		s.settle()
		s.agree()
		for _, d := range s.here() {
			d.reopen(s)
		}
		s.agree()
	})
}

// managers have keys, which doors name.
var managers = []*age.X25519Identity{must(age.GenerateX25519Identity()), must(age.GenerateX25519Identity())}

// siteActs are what the property test does at a door. An act that is not possible does nothing.
func siteActs() map[string]func(s *testSite, d *testDoor, t *rapid.T) {
	change := func(what audit.Kind, f func(p *policy.Person, t *rapid.T)) func(*testSite, *testDoor, *rapid.T) {
		return func(s *testSite, d *testDoor, t *rapid.T) {
			if id, ok := s.someone(d, t); ok {
				s.must(d.ChangePerson("op", id, what, func(p *policy.Person) error { f(p, t); return nil }))
			}
		}
	}
	return map[string]func(s *testSite, d *testDoor, t *rapid.T){
		"add": func(s *testSite, d *testDoor, t *rapid.T) {
			id, err := d.AddPerson("op", policy.Person{Name: policy.Private(fmt.Sprint("tenant ", len(s.people))),
				Groups: []string{"residents"}, Until: start.AddDate(1, 0, 0)})
			s.must(err)
			s.people = append(s.people, id)
		},
		"name": change(audit.PersonCorrected, func(p *policy.Person, t *rapid.T) {
			p.Name = policy.Private(rapid.SampledFrom([]string{"li", "wang", "zhao"}).Draw(t, "name"))
		}),
		"lease": change("lease changed", func(p *policy.Person, t *rapid.T) {
			p.Until = start.AddDate(0, rapid.IntRange(1, 9).Draw(t, "months"), 0)
		}),
		"groups": change("groups changed", func(p *policy.Person, t *rapid.T) {
			p.Groups = rapid.SampledFrom([][]string{nil, {"staff"}, {"staff", "garage"}}).Draw(t, "groups")
		}),
		"block":   change("blocked", func(p *policy.Person, _ *rapid.T) { p.Blocked = true }),
		"unblock": change("unblocked", func(p *policy.Person, _ *rapid.T) { p.Blocked = false }),
		"give": func(s *testSite, d *testDoor, t *rapid.T) {
			if id, ok := s.someone(d, t); ok {
				number := pick(t, "number", s.numbers)
				_, err := d.AddCredential("op", id, policy.CardKind, number, "fob", true)
				if !errors.Is(err, ErrTaken) {
					s.must(err)
				}
			}
		},
		"revoke": func(s *testSite, d *testDoor, t *rapid.T) {
			if id, ok := s.someone(d, t); ok {
				if p, err := d.Person(id); err == nil && len(p.Credentials) > 0 {
					s.must(d.RevokeCredential("op", id, pick(t, "credential", p.Credentials).ID))
				}
			}
		},
		"enrol": func(s *testSite, d *testDoor, t *rapid.T) {
			if id, ok := s.someone(d, t); ok {
				var to []*testDoor
				for _, other := range s.here() {
					if other != d && rapid.IntRange(0, 2).Draw(t, "named") == 0 {
						to = append(to, other)
					}
				}
				s.enrol(d, id, to...)
			}
		},
		"withdraw": func(s *testSite, d *testDoor, t *rapid.T) {
			if id, ok := s.someone(d, t); ok {
				s.withdraw(d, id)
			}
		},
		"erase": func(s *testSite, d *testDoor, t *rapid.T) {
			if id, ok := s.someone(d, t); ok {
				_, err := d.RemovePerson("op", id, "moved out")
				s.must(err)
				s.erased[id] = d
			}
		},
		"import": func(s *testSite, d *testDoor, t *rapid.T) {
			_, err := d.Import("op", list(3), [32]byte{7}, func(int) {})
			if !errors.Is(err, ErrTaken) {
				s.must(err)
			}
		},
		"order": func(s *testSite, d *testDoor, t *rapid.T) {
			s.give(d, rapid.SampledFrom([]fact.OrderKind{fact.Lockdown, fact.Evacuation}).Draw(t, "kind"), time.Hour)
		},
		"end orders": func(s *testSite, d *testDoor, t *rapid.T) {
			stand := d.standing(s)
			s.end(d, stand[:rapid.IntRange(0, len(stand)).Draw(t, "some")]...)
		},
		"rotate": func(s *testSite, d *testDoor, t *rapid.T) {
			s.must(d.Rotate(context.Background(), "op", "test"))
		},
		"erase due": func(s *testSite, d *testDoor, t *rapid.T) {
			_, err := d.EraseDue(Door)
			s.must(err)
		},
		"catch up": func(s *testSite, d *testDoor, t *rapid.T) {
			_, err := d.CatchUp()
			s.must(err)
		},
		"say a word": func(s *testSite, d *testDoor, t *rapid.T) {
			_, err := d.SayWord(rapid.Bool().Draw(t, "hello"))
			s.must(err)
		},
		"manager": func(s *testSite, d *testDoor, t *rapid.T) {
			key := rapid.SampledFrom(managers).Draw(t, "key").Recipient().String()
			err := d.SetManager("op", key, rapid.SampledFrom([]string{"", "office", "home"}).Draw(t, "name"))
			if !errors.Is(err, ErrUnknown) {
				s.must(err)
			}
		},
		"tell events": func(s *testSite, d *testDoor, t *rapid.T) {
			_, err := d.Teller().Tell()
			s.must(err)
		},
		"invite": inviteSome,
		"end a pass": func(s *testSite, d *testDoor, t *rapid.T) {
			if all := must(d.Passes()); len(all) > 0 {
				s.must(d.EndPass("op", pick(t, "pass", all).ID))
			}
		},
		"spend": func(s *testSite, d *testDoor, t *rapid.T) {
			for _, p := range must(d.Passes()) {
				if !p.Revoked && p.Left(d.Unit()) > 0 {
					d.letIn(s, p.ID)
				}
			}
			s.must(d.TellPasses())
		},
		"reopen": func(s *testSite, d *testDoor, t *rapid.T) { d.reopen(s) },
		"join": func(s *testSite, d *testDoor, t *rapid.T) {
			if len(s.doors) < 5 {
				s.join(d)
			}
		},
		"send away": func(s *testSite, d *testDoor, t *rapid.T) {
			if n := len(s.here()); n > 2 && rapid.IntRange(0, 3).Draw(t, "really") == 0 {
				gone := pick(t, "gone", s.here())
				// A door that only the one knew that is sent away would be lost.
				if !slices.ContainsFunc(s.here(), func(d *testDoor) bool { return !s.knowsAll(d) }) {
					s.must(d.SendDoorAway("op", gone.Unit()))
					if gone.away = true; gone == d { // whoever knows that it left
						other := s.here()[0]
						s.bring(other, d.lacking(s, other))
					}
				}
			}
		},
		"deliver":  deliver,
		"deliver2": deliver, // as often as it is likely
		"deliver3": deliver,
	}
}

// knowsAll reports whether a door has heard of all doors of the site.
func (s *testSite) knowsAll(d *testDoor) bool {
	site, err := d.Site()
	s.must(err)
	return !slices.ContainsFunc(s.here(), func(other *testDoor) bool {
		return !slices.ContainsFunc(site.Doors, func(m SiteDoor) bool { return m.ID == other.Unit() && !m.Left })
	})
}

// deliver brings some of the records that one door has to another, in any order, some of them
// twice.
func deliver(s *testSite, d *testDoor, t *rapid.T) {
	to := pick(t, "to", s.here())
	heads, err := d.SiteHeads()
	s.must(err)
	var all [][]byte
	for door := range heads {
		some, err := d.SiteRecords(door, 0, 1<<30)
		s.must(err)
		all = append(all, some...)
	}
	slices.SortFunc(all, bytes.Compare)
	if len(all) == 0 {
		return
	}
	if rapid.Bool().Draw(t, "all") {
		s.bring(to, d.lacking(s, to))
		return
	}
	var some [][]byte
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(all)-1), 0, 2*len(all)).Draw(t, "records") {
		some = append(some, all[i])
	}
	s.bring(to, some)
}

// pick draws one of several.
func pick[T any](t *rapid.T, what string, from []T) T {
	return from[rapid.IntRange(0, len(from)-1).Draw(t, what)]
}

// someone is a person who is known at a door.
func (s *testSite) someone(d *testDoor, t *rapid.T) (policy.PersonID, bool) {
	var all []policy.PersonID
	for _, id := range s.people {
		if _, err := d.Person(id); err == nil {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return policy.PersonID{}, false
	}
	return pick(t, "person", all), true
}

// taker is the door that took the face of a person which is at a door.
func (s *testSite) taker(d *testDoor, p *person) *testDoor {
	for _, other := range s.doors {
		if p.Face.From == other.Unit() {
			return other
		}
	}
	return d
}

// enrol takes a person's face at a door, where they may have one, and names doors to which it goes.
func (s *testSite) enrol(d *testDoor, id policy.PersonID, to ...*testDoor) {
	hash, err := d.PutNotice("op", "notice", "en")
	s.must(err)
	p, err := d.Person(id)
	s.must(err)
	if p.HasFace() || len(p.Working(d.clock.now())) == 0 {
		return
	}
	s.must(d.consent(id, hash, to...))
	d.agreed[id] = d.stored(s)[id].Facts.NoFace
	s.must(d.EnrolFace("op", id, [][]float32{{1, 2, 3}}))
}

// consent records a person's own yes to a notice, and to doors.
func (d *testDoor) consent(id policy.PersonID, notice [32]byte, to ...*testDoor) error {
	yes := policy.Yes{At: d.clock.now(), Notice: notice, Lang: "en", OwnAct: true, OwnRequest: true}
	for _, other := range to {
		yes.Doors = append(yes.Doors, policy.ConsentDoor{Door: other.Unit(), Name: "door"})
	}
	return d.ChangePerson("op", id, audit.ConsentGiven, func(p *policy.Person) (err error) {
		*p, err = policy.Consent(*p, yes)
		return err
	})
}

// withdraw takes a consent back at a door, whether the face is there or elsewhere.
func (s *testSite) withdraw(d *testDoor, id policy.PersonID) {
	p, err := d.Person(id)
	s.must(err)
	if p.Face.State == policy.FaceEnrolled {
		_, err := d.EraseFace("op", id, "withdrawn")
		s.must(err)
		return
	}
	s.must(d.ChangePerson("op", id, audit.ConsentWithdrawn, func(p *policy.Person) error {
		*p = policy.Withdraw(*p, d.clock.now())
		return nil
	}))
}
