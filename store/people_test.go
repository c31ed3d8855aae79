package store

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

func TestPeopleSurviveReopening(t *testing.T) {
	u := newUnit(t)
	id := u.enrolled(t, "li", face(1))
	u.reopen(t)
	p, keyID, err := u.FindCredential(policy.CardKind, cardOf["li"])
	if err != nil || p.ID != id || p.Name.Reveal() != "li" || len(p.Credentials) != 1 || keyID != p.Credentials[0].ID {
		t.Fatalf("found %+v, key %q, %v", p, keyID, err)
	}
	if p.Face.State != policy.FaceEnrolled || !p.From.Equal(start) {
		t.Errorf("face %q, from %v", p.Face.State, p.From)
	}
	if _, _, err := u.FindCredential(policy.PINKind, cardOf["li"]); !errors.Is(err, ErrUnknown) {
		t.Errorf("a card's number is accepted as a PIN: %v", err)
	}
	n := 0
	err = u.Templates(func(who policy.PersonID, ts [][]float32) error {
		n++
		if who != id || len(ts) != 3 || ts[2][511] != face(1)[2][511] {
			t.Errorf("templates of %s: %d", who, len(ts))
		}
		return nil
	})
	if err != nil || n != 1 {
		t.Errorf("%d people with templates, %v", n, err)
	}
}

// Whatever a console or a wrong clock gives, what was stored can be read again.
func TestOddInputStaysReadable(t *testing.T) {
	u := newUnit(t)
	id, err := u.AddPerson("op\xff", policy.Person{Name: "\xff\xfe\x00", Apartment: "<&>\u2028"})
	if err != nil {
		t.Fatal(err)
	}
	err = u.ChangePerson("op", id, "lease changed", func(p *policy.Person) error {
		p.Until = start.AddDate(9000, 0, 0)
		return nil
	})
	if err == nil {
		t.Error("a lease into the year 11026 was stored")
	}
	u.clock.set(start.AddDate(9000, 0, 0))
	u.decide(t, id)
	if _, err := u.Record(context.Background(), Entry{Kind: "\xff", Detail: map[string]string{"\xff": "\xfe"},
		Person: id, Trace: []policy.Check{{Rule: "\xff"}}}); err != nil {
		t.Error(err)
	}
	u.reopen(t)
	if p, err := u.Person(id); err != nil || p.Name != "\xff\xfe\x00" {
		t.Errorf("%q, %v", p.Name.Reveal(), err)
	}
	if err := u.Check(); err != nil {
		t.Error(err)
	}
	if es, err := u.Entries(0, 100, false); err != nil || len(es) != 4 {
		t.Errorf("%d entries, %v", len(es), err)
	}
}

func TestCredentialsAreOnePersons(t *testing.T) {
	u := newUnit(t)
	li, wang := u.tenant(t, "li"), u.tenant(t, "wang")
	if _, err := u.AddCredential("op", wang, policy.CardKind, cardOf["li"], "", true); !errors.Is(err, ErrTaken) {
		t.Fatalf("a second person holds li's card: %v", err)
	}
	p, _ := u.Person(li)
	if err := u.RevokeCredential("op", li, p.Credentials[0].ID); err != nil {
		t.Fatal(err)
	}
	if p, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); err != nil || !p.Credentials[0].Revoked {
		t.Fatalf("a revoked card is not known as revoked: %v", err)
	}
	if _, err := u.AddCredential("op", wang, policy.CardKind, cardOf["li"], "", true); err != nil {
		t.Fatalf("a returned card cannot be given again: %v", err)
	}
	if p, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); err != nil || p.ID != wang {
		t.Errorf("the card is %s's: %v", p.ID, err)
	}
	if p, _ := u.Person(li); len(p.Credentials) != 0 {
		t.Errorf("li still lists %d credentials", len(p.Credentials))
	}
}

// TestReplaceCard: the new card is the person's and the old one revoked, by one act; or nothing
// changes.
func TestReplaceCard(t *testing.T) {
	u := newUnit(t)
	li, wang := u.tenant(t, "li"), u.tenant(t, "wang")
	old := func() policy.Credential { p, _ := u.Person(li); return p.Credentials[0] }()
	limited, err := u.AddLimited("op", li, policy.Credential{Kind: policy.CardKind, Label: "fob",
		Until: start.Add(time.Hour), Door: "front", Uses: 3}, number8(5))
	if err != nil {
		t.Fatal(err)
	}
	pin, err := u.AddLimited("op", li, policy.Credential{Kind: policy.PINKind}, []byte("48151"))
	if err != nil {
		t.Fatal(err)
	}
	before, was := u.kinds(t, 0), func() policy.Person { p, _ := u.Person(li); return p }()
	for what, try := range map[string]struct {
		who    policy.PersonID
		old    string
		secret []byte
		want   error
	}{
		"by another's card":    {li, old.ID, cardOf["wang"], ErrTaken},
		"by itself":            {li, old.ID, cardOf["li"], ErrTaken},
		"by the other of two":  {li, old.ID, number8(5), ErrTaken},
		"of another person":    {wang, old.ID, number8(9), ErrUnknown},
		"of a PIN":             {li, pin.ID, number8(9), ErrUnknown},
		"that there is not":    {li, "x", number8(9), ErrUnknown},
		"of a person who left": {policy.PersonID{9}, old.ID, number8(9), ErrUnknown},
	} {
		if _, err := u.ReplaceCard("op", try.who, try.old, try.secret, true, false); !errors.Is(err, try.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if p, _ := u.Person(li); !reflect.DeepEqual(p, was) || !slices.Equal(u.kinds(t, 0), before) {
		t.Errorf("something was left: %+v", p)
	}
	k, err := u.ReplaceCard("op", li, limited.ID, number8(9), true, false)
	want := limited
	want.ID, want.Clonable = k.ID, true
	if err != nil || k != want || k.ID == limited.ID {
		t.Fatalf("%+v, %v", k, err)
	}
	if p, key, err := u.FindCredential(policy.CardKind, number8(9)); err != nil || p.ID != li || key != k.ID ||
		len(p.Credentials) != 4 {
		t.Errorf("the new card: %+v, %v", p, err)
	}
	if p, key, err := u.FindCredential(policy.CardKind, number8(5)); err != nil || key != limited.ID ||
		!p.Credentials[1].Revoked {
		t.Errorf("the old card: %+v, %v", p, err)
	}
	if got := u.kinds(t, 0)[len(before):]; !slices.Equal(got, []audit.Kind{audit.CredentialAdded,
		audit.CredentialRevoked}) {
		t.Errorf("on record: %q", got)
	}
	if _, err := u.ReplaceCard("op", li, limited.ID, number8(10), true, false); !errors.Is(err, ErrUnknown) {
		t.Errorf("a card that is replaced already: %v", err)
	}
}

func TestGrantsOfACountedCredentialAreCounted(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	err := u.act(func(t *tx) error {
		own, p, err := t.person(li)
		if err != nil {
			return err
		}
		p.Credentials[0].Uses = 2
		return t.putPerson(own, p)
	})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := u.Person(li)
	for _, grant := range []bool{true, false, true} {
		d := policy.Decision{At: u.clock.now(), Means: policy.ByPIN, Person: li, CredentialID: p.Credentials[0].ID,
			Grant: grant, Duress: grant, Reason: "ok"}
		if _, err := u.RecordDecision(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	u.reopen(t)
	if p, err := u.Person(li); err != nil || p.Credentials[0].Used != 2 || p.Credentials[0].LastUsed.IsZero() {
		t.Errorf("%+v, %v", p.Credentials[0], err)
	}
	es, err := u.Entries(0, 2, true)
	if err != nil || es[0].Detail["duress"] != "yes" || es[1].Detail["duress"] != "" {
		t.Errorf("%+v, %v", es, err)
	}
}
