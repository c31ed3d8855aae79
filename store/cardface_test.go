package store

import (
	"bytes"
	"errors"
	"testing"

	"menshen/policy"
)

// carried is a template on a card, and where it belongs.
type carried struct {
	at     CardPlace
	sealed []byte
}

var packedFace = bytes.Repeat([]byte("nobody's face"), 14)

// onCard adds a person whose face lies on their card.
func (u *unit) onCard(t testing.TB, name string) carried {
	t.Helper()
	id := u.tenant(t, name)
	u.consented(t, id)
	return u.writes(t, id, "model")
}

// consented has a person agree to face entry.
func (u *unit) consented(t testing.TB, id policy.PersonID) {
	t.Helper()
	hash, err := u.PutNotice("op", "Your face opens this door only if you want it to.", "en")
	if err == nil {
		err = u.ChangePerson("op", id, "consent given", func(p *policy.Person) error {
			p.Face = policy.FaceConsent{State: policy.FaceConsented, At: u.clock.now(), Notice: hash, Lang: "en"}
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// writes seals a face for the person's card, and records it.
func (u *unit) writes(t testing.TB, id policy.PersonID, model string) carried {
	t.Helper()
	p, err := u.Person(id)
	if err != nil {
		t.Fatal(err)
	}
	f, err := u.NewCardFace(id)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Wipe()
	at := CardPlace{id, p.Credentials[0].ID, [16]byte{7}, model}
	sealed := f.Seal(at.Credential, at.Own, at.Model, packedFace)
	if len(sealed) != len(packedFace)+CardFaceOverhead {
		t.Fatalf("%d bytes", len(sealed))
	}
	if err := u.EnrolOnCard("op", f, at.Credential); err != nil {
		t.Fatal(err)
	}
	return carried{at, sealed}
}

// TestFaceOnCard: the template opens at its place and nowhere else; the vault holds none, in no
// file, and no backup has the key.
func TestFaceOnCard(t *testing.T) {
	u := newUnit(t)
	li, wang := u.onCard(t, "li"), u.onCard(t, "wang")
	if got, err := u.OpenCardFace(li.at, li.sealed); err != nil || !bytes.Equal(got, packedFace) {
		t.Fatalf("%q, %v", got, err)
	}
	for what, x := range map[string]carried{
		"of another person":      {wang.at, li.sealed},
		"on another card":        {elsewhere(li.at, func(p *CardPlace) { p.Credential = "another" }), li.sealed},
		"copied to another card": {elsewhere(li.at, func(p *CardPlace) { p.Own[0]++ }), li.sealed},
		"of another model":       {elsewhere(li.at, func(p *CardPlace) { p.Model = "another" }), li.sealed},
		"of another's card, as own": {elsewhere(li.at, func(p *CardPlace) {
			p.Credential, p.Own = wang.at.Credential,
				wang.at.Own
		}), wang.sealed},
		"cut off":      {li.at, li.sealed[:len(li.sealed)-1]},
		"nothing":      {li.at, nil},
		"with one bit": {li.at, turned(li.sealed)},
	} {
		if got, err := u.OpenCardFace(x.at, x.sealed); !errors.Is(err, ErrCardFace) || got != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	files, _ := u.Files()
	if s, err := Scan(files, [][]byte{packedFace, li.sealed}); err != nil || len(s.Hits) > 0 {
		t.Errorf("the vault has a template: %+v, %v", s, err)
	}
	if with, err := u.WithFace(); err != nil || len(with) != 0 {
		t.Errorf("counted as stored: %v, %v", with, err)
	}
	u.reopen(t)
	if _, err := u.OpenCardFace(li.at, li.sealed); err != nil {
		t.Errorf("after a start: %v", err)
	}
	key := identity(t)
	if _, err := u.Restore(t.Context(), "op", bytes.NewReader(u.backup(t, key, true)), key, nil,
		WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	if p, err := u.Person(li.at.Person); err != nil || p.Face.State != policy.FaceConsented || p.Face.OnCard {
		t.Errorf("restored: %+v, %v", p.Face, err)
	}
	if _, err := u.OpenCardFace(li.at, li.sealed); !errors.Is(err, ErrUnknown) {
		t.Errorf("a backup has the key: %v", err)
	}
}

func elsewhere(p CardPlace, f func(*CardPlace)) CardPlace { f(&p); return p }

func turned(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)/2] ^= 4
	return b
}

// TestREraseReachesTheCard: a withdrawal destroys the key, so that what the card carries opens
// no more, at this unit and with any copy of its files; nor after a new consent.
func TestREraseReachesTheCard(t *testing.T) {
	u := newUnit(t)
	li := u.onCard(t, "li")
	old := copyDir(t, u.dir)
	second := u.writes(t, li.at.Person, "model") // another card, or the same once more
	if _, err := u.OpenCardFace(li.at, li.sealed); err != nil {
		t.Errorf("the first card carries it too: %v", err)
	}
	r, err := u.EraseFace("op", li.at.Person, "withdrawn by the person")
	if err != nil || !r.OnCard || r.Sought == 0 || r.Found != 0 || !r.Verify(u.PublicKey()) {
		t.Fatalf("%+v, %v", r, err)
	}
	if r.OnCard = false; r.Verify(u.PublicKey()) {
		t.Error("a receipt about a stored face verifies as well")
	}
	for _, x := range []carried{li, second} {
		if _, err := u.OpenCardFace(x.at, x.sealed); !errors.Is(err, ErrUnknown) {
			t.Errorf("withdrawn: %v", err)
		}
	}
	if v, err := Open(old, u.o); !errors.Is(err, ErrWrongKey) {
		t.Errorf("a copy from before opens: %v, %v", v, err)
	}
	u.consented(t, li.at.Person)
	anew := u.writes(t, li.at.Person, "model")
	for _, x := range []carried{li, second} {
		if _, err := u.OpenCardFace(x.at, x.sealed); !errors.Is(err, ErrCardFace) {
			t.Errorf("of an older consent: %v", err)
		}
	}
	if _, err := u.OpenCardFace(anew.at, anew.sealed); err != nil {
		t.Error(err)
	}
}

// TestRConsentFaceOnCard: the conditions of a stored face are those of one on a card, and
// neither becomes the other without a withdrawal.
func TestRConsentFaceOnCard(t *testing.T) {
	u := newUnit(t)
	id := u.tenant(t, "li")
	if _, err := u.NewCardFace(id); !errors.Is(err, ErrConsent) {
		t.Errorf("without consent: %v", err)
	}
	u.enrol(t, id, face(1))
	if _, err := u.NewCardFace(id); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("stored already: %v", err)
	}
	wang := u.onCard(t, "wang")
	if err := u.EnrolFace("op", wang.at.Person, face(1)); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("on a card already: %v", err)
	}
	err := u.ChangePerson("op", wang.at.Person, "by hand", func(p *policy.Person) error {
		p.Face.OnCard = false
		return nil
	})
	if !errors.Is(err, ErrNotAllowed) {
		t.Errorf("by a change of record: %v", err)
	}
	f, err := u.NewCardFace(wang.at.Person)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Wipe()
	if _, err := u.EraseFace("op", wang.at.Person, "withdrawn by the person"); err != nil {
		t.Fatal(err)
	}
	u.consented(t, wang.at.Person)
	u.writes(t, wang.at.Person, "model")
	if err := u.EnrolOnCard("op", f, "card"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("an older consent's key: %v", err)
	}
}

// TestCardFaceBehindPassphrase: faces that are locked stay so on cards.
func TestCardFaceBehindPassphrase(t *testing.T) {
	u := newUnit(t)
	li := u.onCard(t, "li")
	if err := u.SetPassphrase("op", []byte("long enough")); err != nil {
		t.Fatal(err)
	}
	if _, err := u.OpenCardFace(li.at, li.sealed); err != nil {
		t.Errorf("unlocked: %v", err)
	}
	u.LockFaces()
	if _, err := u.OpenCardFace(li.at, li.sealed); !errors.Is(err, ErrFacesLocked) {
		t.Errorf("locked: %v", err)
	}
	if _, err := u.NewCardFace(li.at.Person); !errors.Is(err, ErrFacesLocked) {
		t.Errorf("sealed while locked: %v", err)
	}
}
