package store

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"testing"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
)

// add adds a person with a card at a door.
func (s *testSite) add(d *testDoor, number []byte) policy.PersonID {
	s.t.Helper()
	id, err := d.AddPerson("op", policy.Person{Name: policy.Private(fmt.Sprint("tenant ", len(s.people)))})
	s.must(err)
	s.people = append(s.people, id)
	_, err = d.AddCredential("op", id, policy.CardKind, number, "fob", true)
	s.must(err)
	return id
}

// records gives a door's own chain from a number on.
func (s *testSite) records(d *testDoor, from uint64) [][]byte {
	s.t.Helper()
	all, err := d.SiteRecords(d.Unit(), from, 1<<30)
	s.must(err)
	return all
}

// state is all of a vault that records could change.
func (s *testSite) state(d *testDoor) string {
	s.t.Helper()
	heads, err := d.SiteHeads()
	s.must(err)
	log := must(d.Entries(0, 1, true))
	var facts []string
	for id, p := range d.stored(s) {
		facts = append(facts, fmt.Sprintf("%s %x", id, must(encMode.Marshal(p))))
	}
	slices.Sort(facts)
	site, err := d.Site()
	s.must(err)
	return fmt.Sprint(heads, log[0].Seq, facts, site)
}

// TestSiteRefuses: what no door of the site has made, or not in its place, changes nothing, and
// what came beside it is applied all the same.
func TestSiteRefuses(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	s.settle()
	s.add(a, s.numbers[0])
	s.add(a, s.numbers[1])
	heads := must(b.SiteHeads())
	next := s.records(a, heads[a.Unit()]+1)
	if len(next) < 3 {
		t.Fatalf("%d records", len(next))
	}
	first := must(record.Parse(next[0]))
	elsewhere := newSite(t, 1)
	defer elsewhere.close()
	_, stranger, _ := ed25519.GenerateKey(nil)
	id, _ := age.GenerateX25519Identity()
	forged := func(change func(h *record.Head)) []byte {
		h := first.Head
		change(&h)
		return must(record.Make(h, &record.Body{}, stranger, id.Recipient())).Raw()
	}
	signed := func(change func(h *record.Head)) []byte { // by the door itself, as after a theft of its key
		h := first.Head
		change(&h)
		return must(record.Make(h, &record.Body{}, a.ring.sign(), id.Recipient())).Raw()
	}
	refused := map[string]struct {
		record []byte
		why    error
	}{
		"another signature":   {forged(func(*record.Head) {}), ErrForged},
		"a gap explained":     {forged(func(h *record.Head) { h.Seq, h.First = 99, 99 }), ErrForged},
		"of a stranger":       {forged(func(h *record.Head) { h.Door = fact.DoorID{1} }), ErrNoMember},
		"of another site":     {elsewhere.records(elsewhere.doors[0], 1)[0], ErrOtherSite},
		"too long":            {make([]byte, record.Limit+1), record.ErrTooLong},
		"of no form":          {[]byte("menshen"), record.ErrForm},
		"empty":               {nil, record.ErrForm},
		"another head before": {signed(func(h *record.Head) { h.Prev[0]++ }), ErrTwoChains},
		"told before":         {signed(func(h *record.Head) { h.Seq = first.Seq - 1 }), ErrTwoChains},
	}
	for name, r := range refused {
		before := s.state(b)
		got, err := b.ApplySite([][]byte{r.record})
		if err != nil || len(got.Refused) != 1 || !errors.Is(got.Refused[0].Why, r.why) || got.Records > 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if s.state(b) != before {
			t.Errorf("%s: it changed something", name)
		}
	}
	before := s.state(b)
	got, err := b.ApplySite(next[1:]) // one is left out
	want := []record.Span{{Door: a.Unit(), First: first.Seq, Last: first.Seq}}
	if err != nil || got.Records > 0 || !slices.Equal(got.Missing, want) || s.state(b) != before {
		t.Errorf("with a record left out: %+v, %v", got, err)
	}
	mixed := append([][]byte{refused["another signature"].record, next[0], refused["too long"].record}, next...)
	got, err = b.ApplySite(mixed)
	if err != nil || got.Records != len(next) || len(got.Refused) != 2 || got.Known != 1 {
		t.Errorf("mixed: %+v, %v", got, err)
	}
	if got, err = b.ApplySite(next); err != nil || got.Records > 0 || got.Known != len(next) || len(got.Changed) > 0 {
		t.Errorf("again: %+v, %v", got, err)
	}
	s.settle()
	s.agree()
}

// TestSiteNoiseWritesNothing: whoever brings what is known, forged or too early, again and again,
// has nothing written: the door needs the disk.
func TestSiteNoiseWritesNothing(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	s.settle()
	s.add(a, s.numbers[0])
	known := s.records(a, 1)
	s.settle()
	s.add(a, s.numbers[1])
	heads := must(b.SiteHeads())
	next := s.records(a, heads[a.Unit()]+1)
	forged := bytes.Clone(next[0])
	forged[len(forged)/2] ^= 1
	elsewhere := newSite(t, 1)
	defer elsewhere.close()
	for _, noise := range [][][]byte{known, next[1:], {forged}, elsewhere.records(elsewhere.doors[0], 1), {nil}} {
		before := b.written(s)
		got, err := b.ApplySite(noise)
		if err != nil || got.Records != 0 || len(noise) == 0 || b.written(s) != before {
			t.Errorf("%d records, %+v, %v: %d transactions", len(noise), got, err, b.written(s)-before)
		}
	}
	if got := s.bring(b, next); got.Records != len(next) {
		t.Errorf("then what is to come: %+v", got)
	}
}

// written is how many transactions were written.
func (d *testDoor) written(s *testSite) (n int) {
	s.must(d.view(func(t *tx) error { n = int(t.b.ID()); return nil }))
	return n
}

// TestSiteKeepsKeys: a broken door that tells another key for a door, as if that had been admitted
// earlier with it, does not get to speak in its name.
func TestSiteKeepsKeys(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	s.settle()
	pub, _, _ := ed25519.GenerateKey(nil)
	last := must(record.Parse(s.records(b, must(b.SiteHeads())[b.Unit()])[0]))
	h := last.Head
	h.Seq, h.Prev = h.Seq+1, last.Hash()
	lie := fact.Door{ID: a.Unit(), At: fact.Stamp{Door: b.Unit()}, Sign: pub}
	to := must(age.ParseX25519Identity(c.identity(s))).Recipient()
	told := must(record.Make(h, &record.Body{Doors: []fact.Door{lie}}, b.ring.sign(), to)).Raw()
	if got := s.bring(c, [][]byte{told}); got.Records != 1 {
		t.Fatalf("%+v", got)
	}
	li := s.add(a, s.numbers[0])
	s.bring(c, a.lacking(s, c))
	if _, err := c.Person(li); err != nil {
		t.Errorf("a true record is not believed any more: %v", err)
	}
}

// TestSiteSentAway: a door that was sent away hears so, and is believed no longer, nor told
// anything.
func TestSiteSentAway(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	s.add(c, s.numbers[0])
	s.settle()
	s.must(a.SendDoorAway("op", c.Unit()))
	s.bring(b, a.lacking(s, b))
	late := s.add(c, s.numbers[1])
	got, err := b.ApplySite(c.lacking(s, b))
	if err != nil || len(got.Refused) == 0 || !errors.Is(got.Refused[0].Why, ErrSentAway) || got.Records > 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := b.Person(late); !errors.Is(err, ErrUnknown) {
		t.Errorf("what it told after it was sent away is believed: %v", err)
	}
	s.bring(c, a.lacking(s, c))
	if site, err := c.Site(); err != nil || !site.Left {
		t.Errorf("it was not told: %+v, %v", site, err)
	}
	secret := s.add(a, s.numbers[2])
	c.away = true
	id := must(age.ParseX25519Identity(c.identity(s)))
	for _, raw := range s.records(a, must(c.SiteHeads())[a.Unit()]+1) {
		if _, err := must(record.Parse(raw)).Open(id); !errors.Is(err, record.ErrNotOurs) {
			t.Errorf("a door that was sent away opens what is told of %s: %v", secret, err)
		}
	}
	if _, err := c.ApplySite(s.records(a, 1)); !errors.Is(err, ErrNoSite) {
		t.Errorf("%v", err)
	}
	s.settle()
	s.agree()
}

// identity is the key that opens what a door is told.
func (d *testDoor) identity(s *testSite) (key string) {
	s.must(d.view(func(t *tx) error {
		seat, err := t.seat()
		key = seat.Identity
		return err
	}))
	return key
}

// TestSiteJoin: nothing is believed but by the codes that two people compare, and only by a vault
// without people.
func TestSiteJoin(t *testing.T) {
	s := newSite(t, 1)
	defer s.close()
	a, d := s.doors[0], s.newDoor()
	li := s.add(a, s.numbers[0])
	request, code, err := d.RequestSite("garage")
	s.must(err)
	if _, _, err := a.AdmitDoor("op", request, "AAAA-BBBB-CCCC"); !errors.Is(err, ErrCode) {
		t.Errorf("another code: %v", err)
	}
	other := append(bytes.Clone(request), 0)
	if _, _, err := a.AdmitDoor("op", other, code); !errors.Is(err, ErrCode) {
		t.Errorf("another request: %v", err)
	}
	if _, _, err := a.AdmitDoor("op", other, record.Code(other)); !errors.Is(err, ErrRequest) {
		t.Errorf("no request: %v", err)
	}
	if _, _, err := d.AdmitDoor("op", request, code); !errors.Is(err, ErrNoSite) {
		t.Errorf("by a door of no site: %v", err)
	}
	if _, _, err := a.AdmitDoor("op", request, code); err != nil {
		t.Fatal(err)
	}
	answer, answerCode, err := a.AdmitDoor("op", request, code) // the first was lost on its way
	s.must(err)
	if err := d.JoinSite("op", answer, code); !errors.Is(err, ErrCode) {
		t.Errorf("the request's code: %v", err)
	}
	answer[len(answer)-1]++
	if err := d.JoinSite("op", answer, record.Code(answer)); !errors.Is(err, ErrWelcome) {
		t.Errorf("another answer: %v", err)
	}
	answer[len(answer)-1]--
	third := s.newDoor()
	if err := third.JoinSite("op", answer, answerCode); !errors.Is(err, ErrWelcome) {
		t.Errorf("by a door that did not ask: %v", err)
	}
	s.must(d.JoinSite("op", answer, answerCode))
	if p, _, err := d.FindCredential(policy.CardKind, s.numbers[0]); err != nil || p.ID != li {
		t.Errorf("the card is not known at the new door: %v", err)
	}
	if err := d.JoinSite("op", answer, answerCode); !errors.Is(err, ErrWelcome) && !errors.Is(err, ErrInSite) {
		t.Errorf("twice: %v", err)
	}
	if err := d.FoundSite("op", "x"); !errors.Is(err, ErrInSite) {
		t.Errorf("founding within a site: %v", err)
	}
	s.add(third, s.numbers[0])
	if _, _, err := third.RequestSite("x"); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("with people: %v", err)
	}
	s.doors = s.doors[:2]
	defer third.Close()
	s.settle()
	if _, _, err := a.AdmitDoor("op", request, code); !errors.Is(err, ErrTaken) {
		t.Errorf("after it joined: %v", err)
	}
	s.agree()
}
