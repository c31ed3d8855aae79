package store

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/record"
	"menshen/store/audit"
)

// unsealed gives the templates in some records that a key opens, and how many there are for any
// door.
func unsealed(s *testSite, records [][]byte, key string) (plain [][]byte, all int) {
	s.t.Helper()
	id := must(age.ParseX25519Identity(key))
	for _, raw := range records {
		b, err := must(record.Parse(raw)).Open(id)
		if errors.Is(err, record.ErrNotOurs) {
			continue
		}
		s.must(err)
		for _, x := range b.Templates {
			if one, err := record.Unseal(x.Sealed, id); err == nil {
				plain = append(plain, one)
			} else if !errors.Is(err, record.ErrNotOurs) {
				s.must(err)
			}
			all++
		}
	}
	return plain, all
}

// has reports whether a template of a person can be compared at a door.
func (d *testDoor) has(s *testSite, id policy.PersonID) (is bool) {
	s.t.Helper()
	s.must(d.Templates(func(one policy.PersonID, t [][]float32) error {
		is = is || one == id && slices.Equal(t[0], []float32{1, 2, 3})
		return nil
	}))
	return is
}

// TestRConsentTemplateWhereNamed: a template goes to the doors that its owner named, and no other
// door can open or store one; a further door is a further yes; a withdrawal anywhere ends it at
// each, with receipts, and no old record brings it back.
func TestRConsentTemplateWhereNamed(t *testing.T) {
	s := newSite(t, 4)
	defer s.close()
	gate, lobby, garage, cellar := s.doors[0], s.doors[1], s.doors[2], s.doors[3]
	li := s.add(gate, s.numbers[0])
	s.settle()
	s.enrol(gate, li, lobby)
	told := s.records(gate, 1)
	if plain, all := unsealed(s, told, lobby.identity(s)); len(plain) != 1 || all != 1 {
		t.Errorf("the lobby opens %d of %d templates", len(plain), all)
	}
	for _, d := range []*testDoor{gate, garage, cellar} {
		if plain, all := unsealed(s, told, d.identity(s)); len(plain) != 0 || all != 1 {
			t.Errorf("a door that was not named opens %d of %d templates", len(plain), all)
		}
	}
	if got := s.bring(lobby, told); !slices.Equal(got.Taken, []policy.PersonID{li}) {
		t.Errorf("%+v", got)
	}
	s.settle()
	s.agree()
	if !lobby.has(s, li) || garage.has(s, li) || cellar.has(s, li) {
		t.Error("the face is not where its owner named a door for it")
	}
	p := must(lobby.Person(li))
	if yes, named := p.Face.Names(lobby.Unit()); !named || p.Face.From != gate.Unit() || yes.Notice != p.Face.Notice {
		t.Errorf("the consent is not kept with the face: %+v", p.Face)
	}
	if text, _, err := lobby.NoticeByHash(p.Face.Notice); err != nil || text != "notice" {
		t.Errorf("the lobby cannot show what was agreed to: %v", err)
	}

	further := must(gate.PutNotice("op", "notice that names the garage", "en"))
	s.must(gate.consent(li, further, garage))
	s.settle()
	s.agree()
	if !garage.has(s, li) || cellar.has(s, li) {
		t.Error("a further yes did not bring the face to the further door alone")
	}
	p = must(garage.Person(li))
	first, _ := p.Face.Names(lobby.Unit())
	if p.Face.Notice != further || first.Notice == further || !garage.has(s, li) || !lobby.has(s, li) {
		t.Errorf("each door has the notice of its own yes: %+v", p.Face)
	}
	if at := must(cellar.FaceDoors(li)); len(at) != 3 || must(cellar.SiteFaces()).People != 1 {
		t.Errorf("the face is at %x", at)
	}

	told = slices.Concat(s.records(gate, 1), s.records(lobby, 1), s.records(garage, 1))
	s.withdraw(cellar, li)
	s.settle()
	s.agree()
	e := must(cellar.SiteAnswers(Subject(li)))
	proved := slices.DeleteFunc(slices.Clone(e.Answers), func(a SiteAnswer) bool { return a.Receipt.Nothing })
	if len(e.Waits()) > 0 || len(proved) != 3 {
		t.Errorf("%d doors wait, %d proved that they erased it", len(e.Waits()), len(proved))
	}
	for i, d := range s.doors {
		s.bring(d, told)
		if d.has(s, li) {
			t.Errorf("door %d has the face again", i)
		}
		if plain, _ := unsealed(s, told, d.identity(s)); len(plain) > 0 {
			t.Errorf("door %d still opens a template that was taken back", i)
		}
	}
}

// TestRWithdrawBeforeTheTemplate: a template that comes after its end is not stored, and the key
// that could open it goes.
func TestRWithdrawBeforeTheTemplate(t *testing.T) {
	for _, erased := range []bool{false, true} {
		s := newSite(t, 3)
		gate, lobby, garage := s.doors[0], s.doors[1], s.doors[2]
		li := s.add(gate, s.numbers[0])
		s.settle()
		s.enrol(gate, li, lobby)
		told := s.records(gate, 1)
		s.bring(garage, told)
		if erased {
			must(garage.RemovePerson("op", li, "moved out"))
			s.erased[li] = garage
		} else {
			s.withdraw(garage, li)
		}
		s.bring(lobby, s.records(garage, 1))
		s.bring(lobby, told)
		if lobby.has(s, li) {
			t.Error("a face is stored that was taken back before it came")
		}
		s.settle()
		s.agree()
		if plain, _ := unsealed(s, told, lobby.identity(s)); len(plain) > 0 || gate.has(s, li) {
			t.Error("a template that was taken back can still be opened")
		}
		s.close()
	}
}

// TestTemplateWaits: what cannot be stored yet is asked for when it can; what is of another model
// is not taken, and that is recorded.
func TestTemplateWaits(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	gate, lobby, garage := s.doors[0], s.doors[1], s.doors[2]
	li := s.add(gate, s.numbers[0])
	s.settle()
	lobby.UseModel("")
	garage.UseModel("another net")
	s.enrol(gate, li, lobby, garage)
	s.settle()
	s.agree()
	if lobby.has(s, li) || garage.has(s, li) {
		t.Error("a face that this door could not compare was taken")
	}
	if log := must(garage.Entries(0, 50, true)); !slices.ContainsFunc(log, func(e Entry) bool {
		return e.Kind == audit.FaceNotTaken && e.Person == li && e.Detail["why"] == "model"
	}) {
		t.Error("nothing says why it was not taken")
	}
	s.must(lobby.SetPassphrase("op", []byte("passphrase")))
	lobby.LockFaces()
	lobby.UseModel("net")
	s.settle()
	if lobby.FacesLocked(); len(must(gate.FaceDoors(li))) != 1 {
		t.Error("a face was taken that could not be sealed")
	}
	s.must(lobby.UnlockFaces("op", []byte("passphrase")))
	s.settle()
	s.agree()
	if !lobby.has(s, li) {
		t.Error("the face did not come when it could")
	}

	// The same where the door that gives is locked when it is asked.
	wang := s.add(gate, s.numbers[1])
	s.settle()
	s.must(gate.SetPassphrase("op", []byte("passphrase")))
	s.enrol(gate, wang, lobby)
	s.must(lobby.Rotate(t.Context(), "op", "what is under way cannot be opened"))
	gate.LockFaces()
	s.settle()
	if lobby.has(s, wang) {
		t.Error("a locked face was given")
	}
	s.must(gate.UnlockFaces("op", []byte("passphrase")))
	s.settle()
	s.agree()
	if !lobby.has(s, wang) {
		t.Error("the face was not given once it could be read")
	}
}

// TestTemplateIsNotInAWelcome: a door that joins is given no template, whoever may want it.
func TestTemplateIsNotInAWelcome(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	gate, lobby := s.doors[0], s.doors[1]
	li := s.add(gate, s.numbers[0])
	s.settle()
	s.enrol(gate, li, lobby)
	d := s.newDoor()
	request, code, err := d.RequestSite("cellar")
	s.must(err)
	answer, code, err := gate.AdmitDoor("op", request, code)
	s.must(err)
	var plain []byte
	s.must(d.view(func(t *tx) error {
		var q asked
		if err := t.get(siteBucket, askedKey, &t.r.seal, &q); err != nil {
			return err
		}
		plain, err = record.Unseal(answer, must(age.ParseX25519Identity(q.Identity)))
		return err
	}))
	raw := must(packTemplates([][]float32{{1, 2, 3}}))
	if bytes.Contains(plain, raw[0]) || bytes.Contains(plain, []byte("templates")) {
		t.Error("the answer to a new door has a template")
	}
	s.must(d.JoinSite("op", answer, code))
	s.settle()
	s.agree()
	if d.has(s, li) || !lobby.has(s, li) {
		t.Error("the door that joined has the face, or the one that was named does not")
	}
}
