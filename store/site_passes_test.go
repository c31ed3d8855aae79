package store

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"filippo.io/age"
	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/site/fact"
)

// visits is a pass for doors of a site, and how often it opened.
type visits struct {
	*testSite
	id     policy.PersonID
	uses   int
	opened int
}

// invite gives a pass at a door, for some doors.
func (s *testSite) invite(at *testDoor, host policy.PersonID, uses int, doors ...*testDoor) *visits {
	s.t.Helper()
	var ids []fact.DoorID
	for _, d := range doors {
		ids = append(ids, d.Unit())
	}
	now := at.clock.now()
	p, err := at.AddPass("op", policy.Pass{Door: "gate", From: now, Until: now.Add(4 * time.Hour), Uses: uses}, host,
		[]byte("204117380"), ids...)
	s.must(err)
	return &visits{s, p.ID, uses, 0}
}

// grantOf is the decision by which a visitor is let in.
func (d *testDoor) grantOf(pass policy.PersonID) policy.Decision {
	return policy.Decision{At: d.clock.now(), Door: "front", Means: policy.ByPass, Person: pass,
		CredentialID: policy.Pass{ID: pass}.CredentialID(), Grant: true, Reason: policy.ReasonPass}
}

func (d *testDoor) letIn(s *testSite, pass policy.PersonID) {
	_, err := d.RecordDecision(context.Background(), d.grantOf(pass))
	s.must(err)
}

// opens shows the pass at a door, as its unit decides on it.
func (v *visits) opens(d *testDoor) bool {
	v.t.Helper()
	p, err := d.FindPass([]byte("204117380"))
	if errors.Is(err, ErrUnknown) || err == nil && (p.Revoked || !p.For(d.Unit()) || p.Left(d.Unit()) == 0) {
		return false
	}
	v.must(err)
	d.letIn(v.testSite, p.ID)
	if v.opened++; v.opened > v.uses {
		v.t.Fatalf("opened %d times of %d", v.opened, v.uses)
	}
	return true
}

// all opens a door as often as it can.
func (v *visits) all(d *testDoor) (n int) {
	for v.opens(d) {
		n++
	}
	return n
}

// tell has each door tell what it has spent, and all hear of it.
func (v *visits) tell() {
	for _, d := range v.here() {
		v.must(d.TellPasses())
	}
	v.settle()
}

// TestSitePass: a pass opens the doors that it is for, with its digits, and no more often than it
// says; a door that spends its own is lent more while there is any.
func TestSitePass(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	s.settle()
	v := s.invite(a, policy.PersonID{}, 10, a, b)
	if v.opens(b) {
		t.Error("it opens before the door heard of it")
	}
	s.settle()
	if n := v.all(b); n != 2 {
		t.Errorf("a door that is cut off spends %d, was lent 2", n)
	}
	v.tell()
	if _, err := c.Pass(v.id); !errors.Is(err, ErrUnknown) {
		t.Errorf("a door that it is not for keeps it: %v", err)
	}
	pub, door, other, err := b.PassMaker(v.id)
	if err != nil || !other || door != "gate" || !bytes.Equal(pub, a.PublicKey()) {
		t.Errorf("%x, %q, %v, %v", pub, door, other, err)
	}
	if n := v.all(a) + v.all(b); n != 8 {
		t.Errorf("%d uses of the other 8", n)
	}
	v.tell()
	if p, err := a.Pass(v.id); err != nil || p.Site.Spent() != 10 || p.Left(a.Unit()) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	heads := must(a.SiteHeads())
	s.must(b.TellPasses())
	if after := must(b.SiteHeads()); after[b.Unit()] != heads[b.Unit()] {
		t.Error("told again without news")
	}

	wrong := policy.Pass{Door: "gate", From: a.clock.now(), Until: a.clock.now().Add(time.Hour), Uses: 1}
	if _, err := a.AddPass("op", wrong, policy.PersonID{}, nil, a.Unit(), b.Unit()); !errors.Is(err, ErrFewUses) {
		t.Errorf("one use for two doors: %v", err)
	}
	if _, err := a.AddPass("op", wrong, policy.PersonID{}, nil, fact.DoorID{9}); !errors.Is(err, ErrUnknown) {
		t.Errorf("no such door: %v", err)
	}
	own, err := a.AddPass("op", wrong, policy.PersonID{}, nil, a.Unit())
	if s.must(err); own.Site != nil {
		t.Error("a pass for this door alone is told")
	}
}

// TestSitePassEnds: ended at any door that has it, it ends at all.
func TestSitePassEnds(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	v := s.invite(a, policy.PersonID{}, 4, a, b)
	s.settle()
	s.must(b.EndPass("op", v.id))
	s.settle()
	if v.opens(a) || v.opens(b) {
		t.Error("it opens after its end")
	}
}

// TestSitePassCountedOnce: whatever is spent where, and taken back, and whatever is lost, late or
// repeated on the way, also with restarts, a pass opens no more often than it says.
func TestSitePassCountedOnce(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	s.settle()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	door := func() *testDoor { return s.doors[r.IntN(3)] }
	for range 8 {
		v := s.invite(door(), policy.PersonID{}, 3+r.IntN(6), s.doors[0], s.doors[1], s.doors[2])
		for range 25 {
			switch d := door(); r.IntN(8) {
			case 0, 1, 2:
				v.opens(d)
			case 3:
				s.must(d.TellPasses())
			case 4:
				d.reopen(s)
			case 5:
				if v.opens(d) {
					no := d.grantOf(v.id)
					no.Grant, no.Reason = false, policy.ReasonNotCounted
					_, err := d.TakeBack(t.Context(), no)
					s.must(err)
					v.opened--
				}
			default:
				to := door()
				some := d.lacking(s, to)
				some = append(some, some...)
				r.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
				s.bring(to, some[:r.IntN(len(some)+1)])
			}
		}
		for range 6 { // and then all is told
			v.tell()
			for _, d := range s.doors {
				v.opens(d)
			}
		}
		for _, d := range s.doors {
			if p, err := d.Pass(v.id); err != nil || p.Site.Spent() < v.opened && p.Site.Giver() == d.Unit() {
				t.Fatalf("opened %d times of %d: %+v, %v", v.opened, v.uses, p, err)
			}
		}
		s.must(s.doors[0].EndPass("op", v.id))
		s.settle()
		for _, d := range s.doors {
			s.must(d.act(func(t *tx) error { return t.del(passBucket, v.id[:]) })) // its digits are used again
		}
	}
}

// TestSitePassPutBack: a door whose vault was put back to an older state spends and lends nothing
// of the passes from before, as soon as it hears of itself. Until then it has what it had.
func TestSitePassPutBack(t *testing.T) {
	for name, at := range map[string]int{"the door that gave it": 0, "a door that was lent some": 1} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, 2)
			defer s.close()
			v := s.invite(s.doors[0], policy.PersonID{}, 8, s.doors...)
			alone := must(s.doors[at].AddPass("op", policy.Pass{Door: "front", From: start,
				Until: start.Add(time.Hour), Uses: 2}, policy.PersonID{}, nil))
			s.settle()
			d, other := s.doors[at], s.doors[1-at]
			old := s.copied(t, d)
			v.opens(d)
			d.letIn(s, alone.ID)
			s.add(d, s.numbers[0]) // it tells something
			s.bring(other, d.lacking(s, other))
			s.putBack(d, old)
			s.bring(d, must(other.SiteRecords(d.Unit(), 1, 1<<30)))
			if n := v.all(d); n > 0 {
				t.Errorf("it opens %d times more", n)
			}
			if p := must(d.Pass(alone.ID)); p.Left(d.Unit()) > 0 {
				t.Errorf("a pass of its own opens: %+v", p)
			}
			v.tell()
			for range 8 {
				v.all(s.doors[0])
				v.all(s.doors[1])
				v.tell()
			}
			if v.opened < 2 {
				t.Errorf("the other door opens no more: %d", v.opened)
			}
		})
	}
}

// TestSitePassRestored: passes are in no backup. One that is restored where they are spends nothing
// twice, and in a new vault, which is another door, none opens.
func TestSitePassRestored(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	v := s.invite(a, policy.PersonID{}, 4, a, b)
	s.settle()
	id, _ := age.GenerateX25519Identity()
	var backup bytes.Buffer
	s.must(b.Backup("op", &backup, true, id.Recipient()))
	raw := backup.Bytes()
	spent := v.all(b)
	_, err := b.Restore(t.Context(), "op", bytes.NewReader(raw), id, b.PublicKey(), ByReceipts())
	s.must(err)
	if spent != 1 || v.opens(b) {
		t.Errorf("after a restore it opens again, or did not before: %d", spent)
	}
	s.must(a.SendDoorAway("op", b.Unit()))
	c := s.newDoor()
	_, err = c.Restore(t.Context(), "op", bytes.NewReader(raw), id, b.PublicKey(), WithoutReceipts())
	s.must(err)
	if _, err := c.FindPass([]byte("204117380")); !errors.Is(err, ErrUnknown) {
		t.Errorf("a pass came with the backup: %v", err)
	}
}

// TestREraseHostAtEveryDoor: with a host goes their name from passes at each door, and the passes
// end; records that come late bring nothing back.
func TestREraseHostAtEveryDoor(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	li := s.add(a, s.numbers[0])
	s.settle()
	v := s.invite(a, li, 6, a, b, c)
	s.bring(b, a.lacking(s, b))
	late := a.lacking(s, c)
	if p := must(b.Pass(v.id)); p.Host != li || p.Made.IsZero() {
		t.Errorf("%+v", p)
	}
	_, err := b.RemovePerson("op", li, "moved out")
	s.must(err)
	s.erased[li] = b
	s.bring(c, b.lacking(s, c))
	s.bring(c, late)
	s.bring(a, b.lacking(s, a))
	s.settle()
	for _, d := range s.doors {
		p, err := d.Pass(v.id)
		if err != nil || !p.Host.IsZero() || !p.Site.Host.IsZero() || !p.Revoked || v.opens(d) {
			t.Errorf("%+v, %v", p, err)
		}
		s.whole(d)
	}
}

// TestREraseHostWhoIsNotKnown: a door that hears of a pass, and that its host was erased, before it
// hears of the host, destroys what names them all the same.
func TestREraseHostWhoIsNotKnown(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	s.settle()
	li := s.add(a, s.numbers[0])
	s.bring(b, a.lacking(s, b))
	own := func() { s.bring(c, must(b.SiteRecords(b.Unit(), 1, 1<<30))) }
	v := s.invite(b, li, 6, b, c)
	own()
	if p := must(c.Pass(v.id)); p.Host != li || len(c.stored(s)) > 0 {
		t.Fatalf("the pass is %+v, and %d people are known", p, len(c.stored(s)))
	}
	_, err := b.RemovePerson("op", li, "moved out")
	s.must(err)
	s.erased[li] = b
	own()
	s.settle()
	if p := must(c.Pass(v.id)); !p.Host.IsZero() || !p.Revoked {
		t.Errorf("%+v", p)
	}
	s.agree()
}

// TestRRetainPassesAtEveryDoor: a day after its end a pass is gone at each door, and stays so where
// it is told again.
func TestRRetainPassesAtEveryDoor(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	v := s.invite(a, policy.PersonID{}, 2, a, b)
	s.settle()
	for _, d := range s.doors {
		d.clock.advance(4*time.Hour + PassKept + time.Minute)
	}
	_, err := b.Prune(t.Context(), Door)
	s.must(err)
	s.must(a.act(func(t *tx) error {
		if _, err := t.teller(); err != nil {
			return err
		}
		return t.tellAll()
	}))
	s.settle()
	if _, err := b.Pass(v.id); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	_, err = a.Prune(t.Context(), Door)
	s.must(err)
	if _, err := a.Pass(v.id); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

// inviteSome gives a pass at a door, for some of those that it knows.
func inviteSome(s *testSite, d *testDoor, t *rapid.T) {
	var doors []fact.DoorID
	for _, m := range must(d.Site()).Doors {
		if !m.Left && rapid.Bool().Draw(t, "for it") {
			doors = append(doors, m.ID)
		}
	}
	var host policy.PersonID
	if rapid.Bool().Draw(t, "of a tenant") {
		host, _ = s.someone(d, t)
	}
	now := d.clock.now()
	p := policy.Pass{Door: "gate", From: now, Until: now.Add(time.Hour), Uses: 6}
	_, err := d.AddPass("op", p, host, nil, doors...)
	s.must(err)
}

// agreePasses checks that all doors which have a pass know the same of whose it is and of its end,
// and that together they have not spent more than there is.
func (s *testSite) agreePasses() {
	s.t.Helper()
	known, spent := map[policy.PersonID]VisitorPass{}, map[policy.PersonID]int{}
	for i, d := range s.here() {
		for _, p := range must(d.Passes()) {
			if spent[p.ID] += p.Used; spent[p.ID] > p.Uses {
				s.t.Fatalf("pass %s was used %d times of %d", p.ID, spent[p.ID], p.Uses)
			}
			if o, is := known[p.ID]; is && (o.Host != p.Host || o.Revoked != p.Revoked || o.Until != p.Until) {
				s.t.Fatalf("at door %d a pass is %+v, not %+v", i, p, o)
			}
			known[p.ID] = p
		}
	}
}
