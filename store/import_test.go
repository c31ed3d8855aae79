package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/internal/attack"
	"menshen/policy"
	"menshen/store/audit"
)

// list makes n new people with a card each.
func list(n int) (people []ListedPerson) {
	for i := range n {
		people = append(people, ListedPerson{Is: Details{Name: policy.Private(fmt.Sprint("tenant ", i)), Lang: "zh",
			Apartment: policy.Private(fmt.Sprint("7-", i)), Until: start.AddDate(1, 0, 0),
			Groups: []string{"residents"}},
			Cards: []ListedCard{{Secret: number8(i), Label: "fob", Clonable: true}}})
	}
	return people
}

// imports imports a list as "op".
func (u *unit) imports(t testing.TB, people []ListedPerson) uint64 {
	t.Helper()
	entry, err := u.Import("op", people, [32]byte{7}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// kinds are the kinds of the entries after a number, in their order.
func (u *unit) kinds(t testing.TB, after uint64) (all []audit.Kind) {
	t.Helper()
	es, err := u.Entries(after+1, 1<<20, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		all = append(all, e.Kind)
	}
	return all
}

func (u *unit) people(t testing.TB) int {
	t.Helper()
	all, err := u.People()
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// TestRAuditImport: an import is one act with an entry that says how many and from which file, and
// one about each person and each card.
func TestRAuditImport(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	was, _ := u.Person(li)
	is := DetailsOf(was)
	is.Apartment = "12-0302"
	told := 0
	entry, err := u.Import("anna", append(list(2), ListedPerson{ID: li, Was: DetailsOf(was), Is: is,
		Cards: []ListedCard{{Secret: number8(77)}}}), [32]byte{0xab}, func(n int) { told = n })
	if err != nil || told != 3 {
		t.Fatalf("%v after %d", err, told)
	}
	es, err := u.Entries(entry, 10, false)
	if err != nil || es[0].Kind != audit.PeopleImported || es[0].Actor != "anna" || es[0].Detail["added"] != "2" ||
		es[0].Detail["changed"] != "1" || es[0].Detail["cards"] != "3" || es[0].Detail["sha256"][:4] != "ab00" {
		t.Errorf("%+v, %v", es[0], err)
	}
	want := []audit.Kind{audit.PersonAdded, audit.CredentialAdded, audit.PersonAdded, audit.CredentialAdded,
		audit.PersonCorrected, audit.CredentialAdded}
	if got := u.kinds(t, entry); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if es[6].Person != li || es[6].Detail["import"] != fmt.Sprint(entry) || es[6].CredentialID == "" {
		t.Errorf("%+v", es[6])
	}
	if p, _, err := u.FindCredential(policy.CardKind, number8(77)); err != nil || p.ID != li ||
		p.Apartment != "12-0302" || len(p.Credentials) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, _, err := u.FindCredential(policy.CardKind, number8(1)); err != nil || p.Name != "tenant 1" ||
		!p.Credentials[0].Clonable || !reflect.DeepEqual(p.Face, policy.FaceConsent{}) ||
		!slices.Equal(p.Groups, []string{"residents"}) {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestImportIsAllOrNothing: one line that cannot be done undoes them all.
func TestImportIsAllOrNothing(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	p, _ := u.Person(li)
	if err := u.RevokeCredential("op", li, p.Credentials[0].ID); err != nil {
		t.Fatal(err)
	}
	before := u.kinds(t, 0)
	for what, last := range map[string]ListedPerson{
		"a card that was revoked": {Is: Details{Name: "Wu"}, Cards: []ListedCard{{Secret: cardOf["li"]}}},
		"a card of the same list": {Is: Details{Name: "Wu"}, Cards: []ListedCard{{Secret: number8(2)}}},
		"a person who changed":    {ID: li, Was: Details{Name: "Li Na"}, Is: Details{Name: "Li"}},
		"a person who is gone":    {ID: policy.PersonID{9}, Is: Details{Name: "Li"}},
	} {
		_, err := u.Import("op", append(list(5), last), [32]byte{}, func(int) {})
		if !errors.Is(err, ErrTaken) && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := u.LastImport(); u.people(t) != 1 || !slices.Equal(u.kinds(t, 0), before) ||
		!errors.Is(err, ErrUnknown) {
		t.Errorf("something was left: %d people, %v", u.people(t), err)
	}
}

// TestREraseUndoImport: who was added is erased with a receipt each, who was changed is as before.
func TestREraseUndoImport(t *testing.T) {
	u := newUnit(t)
	li, wang := u.enrolled(t, "li", face(1)), u.tenant(t, "wang")
	was, _ := u.Person(li)
	is := DetailsOf(was)
	is.Name, is.Groups = "Li Na", []string{"staff"}
	entry := u.imports(t, append(list(3), ListedPerson{ID: li, Was: DetailsOf(was), Is: is,
		Cards: []ListedCard{{Secret: number8(77)}}}))
	s, err := u.LastImport()
	if err != nil || s.Entry != entry || len(s.Added) != 3 || len(s.Changed) != 1 || len(s.Since) != 0 || s.By != "op" {
		t.Fatalf("%+v, %v", s, err)
	}
	if d, kept, err := u.BeforeImport(li); err != nil || !kept || d.Name != "li" {
		t.Errorf("%v, %v", kept, err)
	}
	var blocks [][]byte
	for _, id := range s.Added {
		b, err := u.Ciphertext(id, "person")
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, b...)
	}
	if _, err := u.UndoImport("op", entry+1, true); !errors.Is(err, ErrUnknown) {
		t.Errorf("another import: %v", err)
	}
	done, err := u.UndoImport("op", entry, false)
	if err != nil || done != (Undone{Removed: 3, Restored: 1}) {
		t.Fatalf("%+v, %v", done, err)
	}
	p, err := u.Person(li)
	if err != nil || p.Name != "li" || p.Groups != nil || len(p.Credentials) != 2 || !p.Credentials[1].Revoked ||
		p.Credentials[0].Revoked || p.Face.State != policy.FaceEnrolled {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := u.Person(wang); err != nil || u.people(t) != 2 {
		t.Errorf("%d people, %v", u.people(t), err)
	}
	files, _ := u.Files()
	if found, err := Scan(files, blocks); err != nil || found.Sought == 0 || len(found.Hits) > 0 {
		t.Errorf("%+v, %v", found, err)
	}
	rs, err := u.Receipts()
	if err != nil || len(rs) != 3 || !rs[0].Verify(u.PublicKey()) || rs[0].Sought == 0 || rs[0].Found != 0 {
		t.Errorf("%+v, %v", rs, err)
	}
	if _, err := u.UndoImport("op", entry, true); !errors.Is(err, ErrUnknown) {
		t.Errorf("twice: %v", err)
	}
	u.reopen(t)
	u.imports(t, list(3)) // the cards are free again
	if rep, err := u.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}

// TestUndoImportLeavesWhatHappenedSince: a decision, a change or an erasure of a person is not
// undone; a look-up does not count.
func TestUndoImportLeavesWhatHappenedSince(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	was, _ := u.Person(li)
	is := DetailsOf(was)
	is.Until = start.AddDate(2, 0, 0)
	entry := u.imports(t, append(list(5), ListedPerson{ID: li, Was: DetailsOf(was), Is: is}))
	s, err := u.LastImport()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := u.RecordDecision(ctx, decision(s.Added[0], u.clock.now())); err != nil {
		t.Fatal(err)
	}
	if err := u.ChangePerson("op", li, audit.PersonCorrected, func(p *policy.Person) error {
		p.Blocked = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := u.RemovePerson("op", s.Added[1], "mistake"); err != nil {
		t.Fatal(err)
	}
	if _, err := u.Record(ctx, Entry{Kind: audit.LookedUp, Actor: "op", Person: s.Added[2]}); err != nil {
		t.Fatal(err)
	}
	s, err = u.LastImport()
	if err != nil || len(s.Added) != 4 || len(s.Since) != 2 || s.Since[li] != audit.PersonCorrected ||
		s.Since[s.Added[0]] != audit.Decision {
		t.Errorf("%+v, %v", s, err)
	}
	before := u.kinds(t, 0)
	if _, err := u.UndoImport("op", entry, false); !errors.Is(err, ErrChanged) || !slices.Equal(u.kinds(t, 0), before) {
		t.Errorf("over what happened since: %v", err)
	}
	done, err := u.UndoImport("op", entry, true)
	if err != nil || done != (Undone{Removed: 3, Left: 2}) || u.people(t) != 2 {
		t.Errorf("%+v, %v, %d people", done, err, u.people(t))
	}
	if p, err := u.Person(li); err != nil || !p.Until.Equal(is.Until) || !p.Blocked {
		t.Errorf("%+v, %v", p, err)
	}
	if _, kept, _ := u.BeforeImport(li); kept {
		t.Error("what a person was before is still kept")
	}
}

// TestRAltUndoImportLeavesAFaceItsCard: where the card of the import is the only one beside a face,
// it stays.
func TestRAltUndoImportLeavesAFaceItsCard(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	if _, err := u.AddLimited("op", li, policy.Credential{Kind: policy.CardKind, Until: start.Add(time.Hour)},
		number8(5)); err != nil {
		t.Fatal(err)
	}
	u.enrol(t, li, face(1))
	p, _ := u.Person(li)
	if err := u.RevokeCredential("op", li, p.Credentials[0].ID); err != nil {
		t.Fatal(err)
	}
	entry := u.imports(t, []ListedPerson{{ID: li, Was: DetailsOf(p), Is: DetailsOf(p),
		Cards: []ListedCard{{Secret: number8(6)}}}})
	u.clock.advance(2 * time.Hour)
	if _, err := u.UndoImport("op", entry, false); !errors.Is(err, ErrChanged) {
		t.Errorf("a face was left without a card: %v", err)
	}
}

// TestRRetainImport: after a day an import is not undone, and nothing is kept of before it; a
// backup never has it, and an erased person is not in it.
func TestRRetainImport(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	p, _ := u.Person(li)
	is := DetailsOf(p)
	is.Name = "Li Na"
	entry := u.imports(t, append(list(2), ListedPerson{ID: li, Was: DetailsOf(p), Is: is}))
	key, _ := age.ParseX25519Identity(testIdentity)
	var backup bytes.Buffer
	if err := u.Backup("op", &backup, false, key.Recipient()); err != nil {
		t.Fatal(err)
	}
	other := newUnit(t)
	if _, err := other.Restore(context.Background(), "op", bytes.NewReader(backup.Bytes()), key, nil,
		WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	if _, kept, err := other.BeforeImport(li); err != nil || kept {
		t.Errorf("a backup keeps what a person was before: %v", err)
	}
	s, _ := u.LastImport()
	if _, err := u.RemovePerson("op", s.Added[0], "mistake"); err != nil {
		t.Fatal(err)
	}
	if err := u.view(func(t *tx) error {
		var last imported
		err := t.get(settingBucket, importKey, &t.r.seal, &last)
		if slices.Contains(last.Added, s.Added[0]) {
			err = errors.New("an erased person is still in the import")
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	u.clock.advance(ImportKept + time.Minute)
	if _, err := u.UndoImport("op", entry, true); !errors.Is(err, ErrUnknown) {
		t.Errorf("after a day: %v", err)
	}
	if _, err := u.Prune(context.Background(), Door); err != nil {
		t.Fatal(err)
	}
	if _, kept, _ := u.BeforeImport(li); kept {
		t.Error("kept for longer than a day")
	}
	if err := u.view(func(t *tx) error { return t.get(settingBucket, importKey, &t.r.seal, &imported{}) }); !errors.Is(
		err, ErrUnknown) {
		t.Errorf("the import itself is kept: %v", err)
	}
}

// TestPowerLossDuringImport: whenever the power goes, all of an import is there or nothing, and
// all of its undoing.
func TestPowerLossDuringImport(t *testing.T) {
	attack.Run(t, "vault: the power cut during an import and its undoing", 1, func(c *attack.Campaign) {
		trace(t, newLoad(t), "import").cuts(t, c, 2, func(image string, said []string) error {
			if err := verify(image, said); err != nil {
				return err
			}
			v, _, err := openLoad(image, startClock().now)
			if err != nil {
				return err
			}
			defer v.Close()
			people, err := v.People()
			if err != nil || len(people) == 0 {
				return err
			}
			i := slices.IndexFunc(people, func(p policy.Person) bool { return p.Apartment == "12-0301" })
			after := i >= 0
			switch {
			case after != (len(people) == 1+importedInLoad):
				return fmt.Errorf("half an import: %d people, the other one changed: %v", len(people), after)
			case slices.Contains(said, "undone") && after, slices.Contains(said, "imported") && !after &&
				!slices.Contains(said, "undoing"):
				return fmt.Errorf("what was acknowledged is not there: %q", said)
			}
			return nil
		})
	})
}

// importedInLoad is how many people the load of a test imports.
const importedInLoad = 40

func (l *loader) importPeople(id policy.PersonID) uint64 {
	p, err := l.v.Person(id)
	if err != nil {
		say("failed", err)
		return 0
	}
	is := DetailsOf(p)
	is.Apartment = "12-0301"
	entry, err := l.v.Import("op", append(list(importedInLoad), ListedPerson{ID: id, Was: DetailsOf(p), Is: is}),
		[32]byte{}, func(int) {})
	l.acked(err, "imported")
	return entry
}

func (l *loader) undo(entry uint64) {
	say("undoing")
	_, err := l.v.UndoImport("op", entry, false)
	l.acked(err, "undone")
}

// BenchmarkImport is 2,000 people with a card each, and their undoing, at a door at which a person
// tries without end (docs/figures.md).
func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		u := newUnit(b)
		li := u.tenant(b, "li")
		people := list(2000)
		b.StartTimer()
		var entry uint64
		waitedToImport := u.longestWait(b, li, func() { entry = u.imports(b, people) })
		b.StopTimer()
		begin := time.Now()
		waitedToUndo := u.longestWait(b, li, func() {
			if _, err := u.UndoImport("op", entry, false); err != nil {
				b.Fatal(err)
			}
		})
		b.ReportMetric(time.Since(begin).Seconds(), "s-to-undo")
		b.ReportMetric(float64(waitedToImport.Milliseconds()), "ms-wait-import")
		b.ReportMetric(float64(waitedToUndo.Milliseconds()), "ms-wait-undo")
		b.StartTimer()
	}
}

// longestWait is the longest time that a decision took to be recorded while f ran.
func (u *unit) longestWait(t testing.TB, id policy.PersonID, f func()) (longest time.Duration) {
	var door sync.WaitGroup
	end := make(chan struct{})
	door.Go(func() {
		for {
			select {
			case <-end:
				return
			default:
			}
			begin := time.Now()
			if _, err := u.RecordDecision(context.Background(), decision(id, u.clock.now())); err != nil {
				t.Error(err)
				return
			}
			longest = max(longest, time.Since(begin))
		}
	})
	f()
	close(end)
	door.Wait()
	return longest
}
