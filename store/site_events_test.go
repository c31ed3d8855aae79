package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/events"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// newManager gives a key of a manager, who is named at a door.
func (s *testSite) newManager(at *testDoor, name string) *age.X25519Identity {
	s.t.Helper()
	key, err := age.GenerateX25519Identity()
	s.must(err)
	s.must(at.SetManager("op", key.Recipient().String(), name))
	return key
}

// happens records an entry at a door.
func (d *testDoor) happens(s *testSite, kind audit.Kind, detail map[string]string) {
	s.t.Helper()
	_, err := d.Record(context.Background(), Entry{Kind: kind, Actor: "anna", Detail: detail})
	s.must(err)
}

// raises has an alarm of a door begin.
func (d *testDoor) raises(s *testSite, of string) {
	d.happens(s, audit.Alarm, map[string]string{"of": of})
}

// told is what a manager reads at a door of what another one told: as "alarm forced ×2", each batch
// a line, and how many batches are missing between them.
func (s *testSite) told(at, of *testDoor, key age.Identity) (lines []string, missing uint64) {
	s.t.Helper()
	var numbers []uint64
	for _, b := range must(at.SiteEvents(of.Unit())) {
		opened, err := events.Open(of.Unit(), b.Batch, key)
		if errors.Is(err, events.ErrNotOurs) {
			lines, numbers = append(lines, "closed"), append(numbers, b.Number)
			continue
		}
		s.must(err)
		var says []string
		for _, e := range opened.Events {
			says = append(says, strings.TrimSpace(e.Kind+" "+e.Of)+fmt.Sprintf(" ×%d", e.Times))
		}
		lines, numbers = append(lines, strings.Join(says, ", ")), append(numbers, b.Number)
	}
	return lines, events.Missing(numbers)
}

// since is how many records a door has made from a number on, and how long each of them is.
func (d *testDoor) since(s *testSite, from uint64) (n, each int) {
	s.t.Helper()
	records := must(d.SiteRecords(d.Unit(), from, 1<<30))
	for _, r := range records {
		each += len(r)
	}
	return len(records), each / len(records)
}

// tellEvents has a door tell, and says whether it did.
func (s *testSite) tellEvents(t *Teller) bool {
	s.t.Helper()
	told, err := t.Tell()
	s.must(err)
	return told
}

// TestREncryptEvents: what happens at a door is read by the manager at any other one, and by no
// door, no carrier and no manager whose key was not there.
func TestREncryptEvents(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	s.settle()
	a, b := s.doors[0], s.doors[1]
	tells := a.Teller()
	if a.raises(s, "forced"); s.tellEvents(tells) {
		t.Error("a door tells where no manager is named")
	}
	office := s.newManager(b, "office")
	s.settle()
	if s.tellEvents(tells); len(must(a.SiteEvents(a.Unit()))) != 1 {
		t.Error("that a key was named is not told to its holder")
	}
	a.clock.advance(EventsEvery)
	a.happens(s, audit.Alarm, map[string]string{"of": "forced"})
	a.happens(s, audit.Fault, map[string]string{"device": "reader outside", "fault": "open /dev/ttyUSB0: gone"})
	if !s.tellEvents(tells) || s.tellEvents(tells) {
		t.Error("it is told once")
	}
	s.settle()
	want := []string{"manager key set ×1", "alarm forced ×1, fault reader outside ×1"}
	for i, d := range s.doors {
		if got, missing := s.told(d, a, office); !slices.Equal(got, want) || missing != 0 {
			t.Errorf("at door %d: %q, %d missing", i, got, missing)
		}
	}

	// No door's key opens it, and what was sealed is in no door in clear.
	for i, d := range s.doors {
		var seat *seat
		s.must(d.view(func(t *tx) (err error) { seat, err = t.seat(); return err }))
		own, err := age.ParseX25519Identity(seat.Identity)
		s.must(err)
		if got, _ := s.told(d, a, own); !slices.Equal(got, []string{"closed", "closed"}) {
			t.Errorf("door %d reads %q", i, got)
		}
		for _, r := range must(d.SiteRecords(a.Unit(), 1, 1<<30)) {
			if bytes.Contains(r, []byte("ttyUSB0")) || bytes.Contains(r, []byte("forced")) {
				t.Error("a record says in clear what happened")
			}
		}
	}

	// A second manager reads from then on; the first no more once that key was taken away.
	home := s.newManager(a, "home")
	s.settle()
	a.clock.advance(EventsEvery)
	a.raises(s, "held")
	s.tellEvents(tells)
	s.must(b.SetManager("op", office.Recipient().String(), ""))
	s.settle()
	a.clock.advance(EventsEvery)
	a.raises(s, "guessing")
	s.tellEvents(tells)
	s.settle()
	set := "manager key set ×1, alarm held ×1"
	gone := "manager key removed ×1, alarm guessing ×1"
	if got, _ := s.told(b, a, office); !slices.Equal(got, append(want, set, "closed")) {
		t.Errorf("the first manager reads %q", got)
	}
	if got, _ := s.told(b, a, home); !slices.Equal(got, []string{"closed", "closed", set, gone}) {
		t.Errorf("the second manager reads %q", got)
	}
	if err := b.SetManager("op", office.Recipient().String(), ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("a key that is gone is taken away: %v", err)
	}
	if err := b.SetManager("op", "age1nothing", "x"); err == nil {
		t.Error("what is no key is named")
	}

	// Without a manager nothing is told, and what happened meanwhile is not told later.
	s.must(a.SetManager("op", home.Recipient().String(), ""))
	a.clock.advance(EventsEvery)
	if a.raises(s, "fire"); s.tellEvents(tells) {
		t.Error("a door tells where no manager is left")
	}
	s.must(a.SetManager("op", home.Recipient().String(), "home"))
	a.clock.advance(EventsEvery)
	s.tellEvents(tells)
	s.settle()
	if got, missing := s.told(b, a, home); got[len(got)-1] != "manager key set ×1" || missing != 0 {
		t.Errorf("after the key came back: %q, %d missing", got, missing)
	}

	// A door that joins tells the same managers, and reads what is told from then on.
	late := s.join(b)
	if got, want := must(late.SiteManagers()), must(a.SiteManagers()); !reflect.DeepEqual(got, want) || len(got) != 1 {
		t.Errorf("a door that joined knows %+v, not %+v", got, want)
	}
	late.raises(s, "held")
	s.tellEvents(late.Teller())
	s.settle()
	if got, _ := s.told(a, late, home); len(got) != 1 || !strings.Contains(got[0], "alarm held ×1") {
		t.Errorf("of the door that joined: %q", got)
	}
}

// TestRPurposeEvents: of all that a door records, managers are told what concerns the door and its
// vault. Nothing says who came, who works here, or what was looked up of whom; no word of a fault.
func TestRPurposeEvents(t *testing.T) {
	s := newSite(t, 1)
	defer s.close()
	d := s.doors[0]
	office := s.newManager(d, "office")
	raw, err := os.ReadFile("audit/testdata/kinds.txt")
	s.must(err)
	tells := d.Teller()
	li := s.add(d, s.numbers[0])
	_, err = d.RecordDecision(context.Background(), policy.Decision{At: d.clock.now(), Person: li, Grant: true,
		Means: policy.ByPIN, Duress: true})
	s.must(err)
	secret := "4711 Li Ming"
	told := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		_, kind, _ := strings.Cut(line, " ")
		_, err := d.Record(context.Background(), Entry{Kind: audit.Kind(kind), Actor: "anna", Person: li,
			Detail: map[string]string{"number": secret, "fault": secret, "what": secret, "of": "held"}})
		s.must(err)
		if i%20 == 0 { // a batch has only so much room
			s.tellEvents(tells)
			d.clock.advance(EventsEvery)
		}
	}
	s.tellEvents(tells)
	for _, b := range must(d.SiteEvents(d.Unit())) {
		plain, err := record.Unseal(b.Data, office)
		s.must(err)
		for _, word := range []string{secret, "anna", string(li[:]), li.String()} {
			if bytes.Contains(plain, []byte(word)) {
				t.Errorf("batch %d says %q", b.Number, word)
			}
		}
		for _, e := range must(events.Open(d.Unit(), b.Batch, office)).Events {
			told[e.Kind] = true
		}
	}
	for kind := range telltales {
		if !told[string(kind)] {
			t.Errorf("%q is not told", kind)
		}
		delete(told, string(kind))
	}
	if len(told) > 0 {
		t.Errorf("told are %v", told)
	}
	for _, kind := range []audit.Kind{audit.Decision, audit.Relay, audit.Bell, audit.Misread, audit.ConsentGiven,
		audit.LookedUp, audit.LogIn, audit.PassMade, audit.PersonAdded} {
		if _, is := telltales[kind]; is {
			t.Errorf("%q says when somebody came or went, or who works here", kind)
		}
	}
}

// TestEventsAreBounded: an input that rattles fills neither chain nor vault; duress is told at once
// all the same.
func TestEventsAreBounded(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	s.settle()
	a := s.doors[0]
	office := s.newManager(a, "office")
	tells := a.Teller()
	s.tellEvents(tells)
	from := must(a.SiteHeads())[a.Unit()] + 1
	alarms := 0
	for i := range 6 * 60 { // a minute each
		a.clock.advance(time.Minute)
		a.raises(s, "forced")
		a.happens(s, audit.Quiet, map[string]string{"of": "forced"})
		a.happens(s, audit.Fault, map[string]string{"device": fmt.Sprint("reader ", i)})
		if s.tellEvents(tells); i%120 == 50 {
			if a.raises(s, duress); !s.tellEvents(tells) {
				t.Error("duress waits behind what rattles")
			}
			alarms++
		}
	}
	if n, each := a.since(s, from); n < 22 || n > 24+2*alarms || each > 3000 {
		t.Errorf("%d records of %d bytes in six hours", n, each)
	}
	lines, missing := s.told(a, a, office)
	if missing != 0 || !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "forced ×15") }) {
		t.Errorf("%d missing; %q", missing, lines)
	}

	// Each of three kinds at any time: the most there can be.
	from = must(a.SiteHeads())[a.Unit()] + 1
	for range 4 * 60 {
		a.clock.advance(time.Minute)
		for _, of := range []string{"forced", duress} {
			a.raises(s, of)
			a.happens(s, audit.Quiet, map[string]string{"of": of})
			s.tellEvents(tells)
		}
	}
	if n, each := a.since(s, from); n > 33 || each > 1500 {
		t.Errorf("%d records of %d bytes in four hours", n, each)
	}

	// A batch says by its length nothing of what is in it.
	lengths := map[int]bool{}
	for _, of := range []string{duress, "x", "twenty-four letters long"} {
		b := events.Batch{Number: 1}
		b.Add(events.Event{Seq: 1, Kind: "alarm", Of: of, Times: 1})
		sealed, err := b.Seal([]age.Recipient{office.Recipient()})
		s.must(err)
		lengths[len(sealed.Data)] = true
	}
	if len(lengths) != 1 {
		t.Errorf("the lengths tell: %v", lengths)
	}

	// A door that lies about how much it has to say fills no other one.
	full := make([]byte, batchMost)
	s.must(a.act(func(t *tx) error {
		for i := range 3 * eventsMost / batchMost {
			full[0] = byte(i)
			if err := t.keepBatch(fact.DoorID{7}, record.Batch{Number: uint64(i), Data: full}, start); err != nil {
				return err
			}
		}
		return nil
	}))
	kept := must(a.SiteEvents(fact.DoorID{7}))
	if n := len(kept); n > eventsMost/batchMost || n < eventsMost/batchMost-2 || kept[n-1].Number != 47 {
		t.Errorf("%d batches are kept", n)
	}
}

// TestRRetainEvents: every door keeps the batches of all doors for thirty days, or as long as its
// own events, and no longer.
func TestRRetainEvents(t *testing.T) {
	for _, c := range []struct {
		keep       time.Duration
		here, gone int // days
	}{{90 * 24 * time.Hour, 29, 31}, {7 * 24 * time.Hour, 5, 7}} {
		s := newSite(t, 2)
		s.settle()
		a, b := s.doors[0], s.doors[1]
		s.newManager(a, "office")
		s.tellEvents(a.Teller())
		s.settle()
		s.must(b.SetRetention("op", Retention{Events: c.keep, Acts: DefaultRetention.Acts}))
		for _, day := range []int{c.here, c.gone} {
			b.clock.set(start.AddDate(0, 0, day).Add(time.Hour))
			_, err := b.Prune(context.Background(), Door)
			s.must(err)
			if n := len(must(b.SiteEvents(a.Unit()))); (n == 1) != (day == c.here) {
				t.Errorf("after %d days %d batches", day, n)
			}
		}
		s.close()
	}
}

// TestEventsOnTheirWay: batches come in any order and any number of times; one that could not be
// opened on its way is asked for; a lost one shows, until it comes.
func TestEventsOnTheirWay(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	office := s.newManager(a, "office")
	s.settle()
	tells := a.Teller()
	for i := range 5 {
		a.clock.advance(EventsEvery)
		a.raises(s, fmt.Sprint("alarm ", i))
		if !s.tellEvents(tells) {
			t.Fatal("not told")
		}
	}
	all := a.lacking(s, b)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	s.bring(b, append(all, all...))
	got, missing := s.told(b, a, office)
	if len(got) != 5 || missing != 0 || got[4] != "alarm alarm 4 ×1" {
		t.Errorf("%q, %d missing", got, missing)
	}

	// Another erasure at b destroys the key to which a record under way is sealed.
	a.clock.advance(EventsEvery)
	a.raises(s, "on its way")
	s.tellEvents(tells)
	under := a.lacking(s, b)
	li := s.add(b, s.numbers[0])
	_, err := b.RemovePerson("op", li, "own request")
	s.must(err)
	if done := s.bring(b, under); done.Closed == 0 {
		t.Fatalf("it was opened: %+v", done)
	}
	a.clock.advance(EventsEvery)
	a.raises(s, "after it")
	s.tellEvents(tells)
	s.bring(a, b.lacking(s, a)) // with its new key
	a.clock.advance(EventsEvery)
	a.raises(s, "sealed to the new key")
	s.tellEvents(tells)
	s.bring(b, a.lacking(s, b))
	s.settle()
	got, missing = s.told(b, a, office)
	if n := len(got); n != 8 || missing != 0 || got[5] != "alarm on its way ×1" {
		t.Errorf("after the answer: %q, %d missing", got, missing)
	}

	// One that is gone for good shows as missing.
	unit := a.Unit()
	s.must(b.act(func(t *tx) error {
		var third []byte
		err := t.eachOf(batchWord+string(unit[:]), func(key, _ []byte) error {
			if numberOf(key) == 3 {
				third = bytes.Clone(key)
			}
			return nil
		})
		return errors.Join(err, t.del(siteBucket, third))
	}))
	if got, missing := s.told(b, a, office); len(got) != 7 || missing != 1 {
		t.Errorf("%d batches, %d missing", len(got), missing)
	}
}
