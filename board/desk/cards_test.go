package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/spi"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// tapOnce taps a card as soon as the desk asks for one.
func (b *bench) tapOnce(n uint64) desk.Progress {
	return func(desk.Step) { go b.Reader.Tap(boardtest.CardOf(n)) }
}

func TestAssignCardOpensNothing(t *testing.T) {
	b := newBench(t)
	b.Start()
	ctx := context.Background()
	p, err := b.Desk.AddPerson(ctx, b.Staff, desk.Details{Name: "Li", Apartment: "1-1", Lang: "zh", Minor: true})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Face.Minor {
		t.Error("that the person is under 14 was lost")
	}
	if _, err := b.Desk.AssignCard(ctx, b.Staff, p.ID, "fob", b.tapOnce(5)); err != nil {
		t.Fatal(err)
	}
	if b.Count("decision") != 0 || len(b.Relay.Moves()) != 0 {
		t.Error("a card that was being assigned opened the door")
	}
	_, err = b.Desk.AssignCard(ctx, b.Staff, p.ID, "again", b.tapOnce(5))
	var pr *i18n.Error
	if !errors.As(err, &pr) || pr.Remedy.IsZero() {
		t.Errorf("the same card twice: %v", err)
	}
}

// TestIssueCard: a card from the factory becomes one of the site's and the person's; a wrong card
// is named to the operator who waits.
func TestIssueCard(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	id := b.Someone(1)
	var pr *i18n.Error
	if _, err := b.Desk.IssueCard(ctx, b.Staff, id, "fob", func(desk.Step) {}); !errors.As(err, &pr) ||
		pr.Remedy.IsZero() {
		t.Errorf("at a door whose readers do not write: %v", err)
	}
	chip := rc522test.New()
	key := rc522.Key{1, 2, 3, 4, 5, 6}
	b.Wires.Readers = append(b.Wires.Readers, rc522.New(func() (spi.PortCloser, error) { return chip, nil },
		rc522.Config{Name: "lobby", Poll: time.Millisecond,
			Sector: &rc522.Sector{Block: 4, Kind: rc522.KeyA, Key: key}}))
	b.Start()
	foreign, card := rc522test.Classic(1, 2, 3, 4), rc522test.Classic(5, 6, 7, 8)
	foreign.SetKey(4, rc522.Key{9})
	var told []string
	k, err := b.Desk.IssueCard(ctx, b.Staff, id, "fob", func(s desk.Step) {
		told = append(told, s.Text)
		if len(told) == 1 {
			chip.Present(foreign)
		} else {
			chip.Present(card)
		}
	})
	if err != nil || k.Clonable || card.Blocks[4] == [16]byte{} {
		t.Fatalf("%+v, %v", k, err)
	}
	if len(told) < 2 || !strings.Contains(told[1], rc522.ErrNotBlank.Error()) || foreign.Blocks[4] != [16]byte{} {
		t.Errorf("of another person's card was told: %q", told)
	}
	if p, key, err := b.Vault.FindCredential(policy.CardKind,
		append([]byte{128}, card.Blocks[4][:]...)); err != nil || p.ID != id || key != k.ID {
		t.Errorf("what the card holds is not the person's: %v", err)
	}
	if b.Count("decision") != 0 {
		t.Error("a card that was being issued opened the door")
	}
}

// away is how long a card must be out of sight at the readers of tapAgain.
const away = 50 * time.Millisecond

// tapAgain takes away what is at a reader until it has noticed, and then holds a card there.
func tapAgain(chip *rc522test.Chip, r *rc522.Reader, card *rc522test.Card) {
	look := func() { // to the end of a look that begins from now on
		for range 2 {
			for at := r.Alive(); r.Alive().Equal(at); {
				time.Sleep(time.Millisecond)
			}
		}
	}
	chip.Present()
	look()
	time.Sleep(away + time.Millisecond)
	look()
	chip.Present(card)
}

// TestOldCardIsRewritten: a person's card under the key that all had before gets keys of its own at
// the console, and stays theirs.
func TestOldCardIsRewritten(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	chip, key := rc522test.New(), rc522.Key{1, 2, 3, 4, 5, 6}
	reader := rc522.New(func() (spi.PortCloser, error) { return chip, nil },
		rc522.Config{Name: "lobby", Poll: time.Millisecond, Away: away,
			Sector: &rc522.Sector{Block: 4, Kind: rc522.KeyA, Site: []byte("sixteen bytes it"), Key: key}})
	b.Wires.Readers = append(b.Wires.Readers, reader)
	b.Start()
	card := rc522test.Classic(5, 6, 7, 8)
	copy(card.Blocks[7][:], append(append(key[:], 0x78, 0x77, 0x88, 0x69), key[:]...))
	card.Blocks[4] = [16]byte{1}
	tap := func(desk.Step) { tapAgain(chip, reader, card) }
	k, err := b.Desk.AssignCard(t.Context(), b.Staff, id, "old card", tap)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Desk.IssueCard(t.Context(), b.Staff, id, "", tap)
	if err != nil || again.ID != k.ID || b.Count(audit.CardRewritten) != 1 || [6]byte(card.Blocks[7][:6]) == key {
		t.Errorf("%+v, %v", again, err)
	}
}

// TestReplaceCard: who lost a card gets another by one act. If nobody taps, or the card is a
// person's already, nothing changes; no other person is named.
func TestReplaceCard(t *testing.T) {
	b := newBench(t)
	li, wang := b.Someone(1), b.Someone(2)
	b.Start()
	old := b.card(li)
	gone, cancel := context.WithCancel(t.Context())
	if _, err := b.Desk.ReplaceCard(gone, b.Staff, li, old.ID, false,
		func(desk.Step) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody tapped: %v", err)
	}
	for what, n := range map[string]uint64{"this person has": 1, "another person": 2} {
		_, err := b.Desk.ReplaceCard(t.Context(), b.Staff, li, old.ID, false, b.tapOnce(n))
		var pr *i18n.Error
		if !errors.As(err, &pr) || !strings.Contains(err.Error(), what) || strings.Contains(err.Error(), "tenant") ||
			strings.Contains(pr.Remedy.String(), "tenant") {
			t.Errorf("card %d: %v", n, err)
		}
	}
	if b.card(li) != old || b.Count(audit.CredentialAdded) != 2 || b.Count(audit.CredentialRevoked) != 0 {
		t.Errorf("something was left")
	}
	k, err := b.Desk.ReplaceCard(t.Context(), b.Staff, li, old.ID, false, b.tapOnce(7))
	if err != nil || k.ID == old.ID {
		t.Fatalf("%+v, %v", k, err)
	}
	b.Reader.Tap(boardtest.CardOf(1))
	b.Eventually("the old card is denied", func() bool { return b.Count("decision") == 1 })
	if e := b.Last(); e.Grant || e.Reason != policy.ReasonRevoked {
		t.Errorf("%+v", e)
	}
	b.Reader.Tap(boardtest.CardOf(7))
	b.Eventually("the new one opens", func() bool { return b.Count("decision") == 2 })
	if e := b.Last(); !e.Grant || e.Person != li {
		t.Errorf("%+v", e)
	}
	if _, err := b.Desk.ReplaceCard(t.Context(), b.Staff, wang, k.ID, false, b.tapOnce(8)); err == nil {
		t.Error("a card of another person was replaced")
	}
}

// card is a person's first card.
func (b *bench) card(id policy.PersonID) policy.Credential {
	p, err := b.Vault.Person(id)
	if err != nil {
		b.Fatal(err)
	}
	return p.Credentials[0]
}

// TestRAuditWhoseCard: a card that was found has an owner, also when it is revoked; that somebody
// asked is on record. It opens nothing.
func TestRAuditWhoseCard(t *testing.T) {
	b := newBench(t)
	li := b.Someone(1)
	b.Start()
	looked := b.Count(audit.LookedUp)
	p, k, err := b.Desk.WhoseCard(t.Context(), b.Staff, b.tapOnce(1))
	if err != nil || p.ID != li || k.ID != b.card(li).ID || k.Revoked {
		t.Errorf("%+v, %v", k, err)
	}
	if err := b.Vault.RevokeCredential("op", li, k.ID); err != nil {
		t.Fatal(err)
	}
	auditor := b.Operator("aud", desk.Auditor)
	if p, k, err := b.Desk.WhoseCard(t.Context(), auditor, b.tapOnce(1)); err != nil || p.ID != li || !k.Revoked {
		t.Errorf("a revoked one: %+v, %v", k, err)
	}
	b.Eventually("both are on record", func() bool { return b.Count(audit.LookedUp) == looked+2 })
	var pr *i18n.Error
	if _, _, err := b.Desk.WhoseCard(t.Context(), b.Staff, b.tapOnce(9)); !errors.As(err, &pr) || pr.Remedy.IsZero() {
		t.Errorf("of nobody: %v", err)
	}
	if b.Count("decision") != 0 || len(b.Relay.Moves()) != 0 {
		t.Error("a card that was asked about opened the door")
	}
}

// TestWhoWantsCards: those without a card that works, in the order asked for; and for how many.
func TestWhoWantsCards(t *testing.T) {
	b := newBench(t, withHours(t))
	b.Someone(1)
	b.Start()
	for _, x := range []desk.Details{
		{Name: "Zhou", Apartment: "2-1", Lang: "zh", Groups: []string{"residents"}},
		{Name: "Chen", Apartment: "1-2", Lang: "zh"},
		{Name: "Bao", Apartment: "1-1", Lang: "zh", Groups: []string{"residents"}},
	} {
		if _, err := b.Desk.AddPerson(t.Context(), b.Staff, x); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		list desk.CardList
		want string
	}{
		{desk.CardList{}, "Bao Chen Zhou"},
		{desk.CardList{Words: []string{"2-1", "1-"}}, "Zhou Bao Chen"},
		{desk.CardList{Words: []string{"bao", "1-"}}, "Bao Chen"},
		{desk.CardList{Group: "residents"}, "Bao Zhou"},
		{desk.CardList{Group: "nobody's"}, ""},
	} {
		all, err := b.Desk.WhoWantsCards(t.Context(), b.Staff, x.list)
		var names []string
		for _, p := range all {
			names = append(names, p.Name.Reveal())
		}
		if got := strings.Join(names, " "); err != nil || got != x.want {
			t.Errorf("%+v: %s, %v", x.list, got, err)
		}
	}
	all, err := b.Desk.WhoWantsCards(t.Context(), b.Staff, desk.CardList{All: true})
	if err != nil || len(all) != 4 {
		t.Errorf("all: %d, %v", len(all), err)
	}
	if _, err := b.Desk.AssignCard(t.Context(), b.Staff, b.who("Chen").ID, "", b.tapOnce(5)); err != nil {
		t.Fatal(err)
	}
	if all, err := b.Desk.WhoWantsCards(t.Context(), b.Staff, desk.CardList{}); err != nil || len(all) != 2 {
		t.Errorf("after a card: %d, %v", len(all), err)
	}
}

// TestGroupThatNeedsAES: whoever has a card of another kind only is told of, is among those who
// want a card, and an import says that the cards of its list will not open; an AES card or a PIN
// is enough.
func TestGroupThatNeedsAES(t *testing.T) {
	b := newBench(t)
	b.Config.Site.AESCards = []string{"staff"}
	add := func(name, group string, k policy.Credential, secret string) policy.Person {
		t.Helper()
		p := policy.Person{Name: policy.Private(name), Lang: "en", Groups: []string{group}}
		id, err := b.Vault.AddPerson(store.Door, p)
		if err == nil {
			_, err = b.Vault.AddLimited(store.Door, id, k, []byte(secret))
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.who(name)
	}
	fob := policy.Credential{Kind: policy.CardKind, Clonable: true}
	li := add("Li", "staff", policy.Credential{Kind: policy.CardKind, AES: true}, "1")
	wu := add("Wu", "staff", fob, "2")
	he := add("He", "staff", policy.Credential{Kind: policy.PINKind}, "12345678")
	ma := add("Ma", "tenants", fob, "3")
	for _, p := range []policy.Person{li, wu, he, ma} {
		why, err := b.Desk.NeverIn(t.Context(), b.Staff, p)
		if err != nil || strings.Contains(why, "an AES card") != (p.ID == wu.ID) || (why == "") == (p.ID == wu.ID) {
			t.Errorf("%s: %q, %v", p.Name.Reveal(), why, err)
		}
	}
	all, err := b.Desk.WhoWantsCards(t.Context(), b.Staff, desk.CardList{})
	var names []string
	for _, p := range all {
		names = append(names, p.Name.Reveal())
	}
	if err != nil || strings.Join(names, " ") != "He Wu" {
		t.Errorf("%v want cards, %v", names, err)
	}
	list := b.plan(heading + "Zhu,1204,,staff,zh,12:34567\nGao,1205,,tenants,,12:34568\nYe,1206,,staff,,\n")
	if list.NotAES != 1 {
		t.Errorf("of a list %d get cards that do not open", list.NotAES)
	}
}

// TestIssueAESCard: a new card that proves itself becomes the site's and the person's; it opens,
// and a clone of it does not. Written once more it gets its keys anew and stays theirs.
func TestIssueAESCard(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	site, err := aescard.NewSite(aescard.Key{1})
	if err != nil {
		t.Fatal(err)
	}
	chip := rc522test.New()
	reader := rc522.New(func() (spi.PortCloser, error) { return chip, nil },
		rc522.Config{Name: "lobby", Poll: time.Millisecond, Away: away, AES: site})
	b.Wires.Readers = append(b.Wires.Readers, reader)
	b.Start()
	app := aescardtest.NTAG(0)
	card := rc522test.Smart(app, app.UID...)
	k, err := b.Desk.IssueCard(t.Context(), b.Staff, id, "grey card", func(desk.Step) { chip.Present(card) })
	if err != nil || k.Clonable || app.Keys[0] == [16]byte{} {
		t.Fatalf("%+v, %v", k, err)
	}
	tap := func(c *rc522test.Card) { tapAgain(chip, reader, c) }
	again, err := b.Desk.IssueCard(t.Context(), b.Staff, id, "", func(desk.Step) { tap(card) })
	if err != nil || again.ID != k.ID || again.Label != "grey card" || b.Count(audit.CredentialAdded) != 2 ||
		b.Count(audit.CardRewritten) != 1 {
		t.Errorf("renewed: %+v, %v", again, err)
	}
	other := b.Someone(2)
	if _, err := b.Desk.IssueCard(t.Context(), b.Staff, other, "", func(desk.Step) { tap(card) }); err == nil ||
		b.Count(audit.CardRewritten) != 2 {
		t.Errorf("another person's card was written, and it is not on record: %v", err)
	}
	var pr *i18n.Error
	if _, err := b.Desk.IssueCard(t.Context(), b.Staff, other, "", b.tapOnce(9)); !errors.As(err, &pr) ||
		pr.Remedy.IsZero() {
		t.Errorf("a card from a reader that does not write: %v", err)
	}
	chip.Present()
	tap(card)
	b.Eventually("it opens", func() bool { return b.Count("decision") == 1 && b.Last().Grant && b.Last().Person == id })
	clone := aescardtest.NTAG(0)
	clone.Versions, clone.Files = app.Versions, app.Files
	misread := b.Count(audit.Misread)
	tap(rc522test.Smart(clone, app.UID...))
	b.Eventually("its clone is a misread", func() bool { return b.Count(audit.Misread) > misread })
	if b.Count("decision") != 1 {
		t.Errorf("a clone was decided on: %+v", b.Last())
	}
}

// TestRetireCard: an AES card becomes new and is revoked; its owner can be given another, and the
// card another owner. A card of another kind stays as it is.
func TestRetireCard(t *testing.T) {
	b := newBench(t)
	li, wang := b.Someone(1), b.Someone(2)
	var pr *i18n.Error
	site, err := aescard.NewSite(aescard.Key{1})
	if err != nil {
		t.Fatal(err)
	}
	chip := rc522test.New()
	reader := rc522.New(func() (spi.PortCloser, error) { return chip, nil },
		rc522.Config{Name: "lobby", Poll: time.Millisecond, Away: away, AES: site})
	b.Wires.Readers = append(b.Wires.Readers, reader)
	b.Start()
	app := aescardtest.NTAG(0)
	hold := func(desk.Step) { tapAgain(chip, reader, rc522test.Smart(app, app.UID...)) }
	k, err := b.Desk.IssueCard(t.Context(), b.Staff, li, "grey card", hold)
	if err != nil || !k.AES {
		t.Fatalf("%+v, %v", k, err)
	}
	if _, _, err := b.Desk.RetireCard(t.Context(), b.Staff, b.tapOnce(2)); !errors.As(err, &pr) || pr.Remedy.IsZero() {
		t.Errorf("a card of another kind: %v", err)
	}
	p, _, err := b.Desk.RetireCard(t.Context(), b.Staff, hold)
	if err != nil || p.ID != li || app.Keys != [5][16]byte{} || b.Count(audit.CredentialRevoked) != 1 {
		t.Errorf("retired: %v, %v", p.ID, err)
	}
	if again, err := b.Desk.IssueCard(t.Context(), b.Staff, wang, "", hold); err != nil || again.ID == k.ID {
		t.Errorf("given to another: %+v, %v", again, err)
	}
	if _, err := b.Desk.RemovePerson(t.Context(), b.Staff, wang, "mistake"); err != nil {
		t.Fatal(err)
	}
	if p, _, err := b.Desk.RetireCard(t.Context(), b.Staff, hold); err != nil || !p.ID.IsZero() ||
		b.Count(audit.CardRetired) != 2 {
		t.Errorf("a card of nobody is retired: %v, %d on record", err, b.Count(audit.CardRetired))
	}
}
