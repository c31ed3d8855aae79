package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/record"
	"menshen/store/audit"
)

// TestRWithdrawAtEveryDoor: one withdrawal ends the face at each door as soon as it is heard of,
// and each door that had it answers with a receipt.
func TestRWithdrawAtEveryDoor(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	li := s.add(a, s.numbers[0])
	s.settle()
	s.enrol(a, li)
	s.enrol(b, li)
	s.settle()
	s.withdraw(c, li) // where there is no face of theirs
	if e, err := c.SiteAnswers(Subject(li)); err != nil || len(e.Answers) != 3 || len(e.Waits()) != 2 {
		t.Errorf("%+v, %v", e, err)
	}
	for _, d := range []*testDoor{a, b} {
		got := s.bring(d, c.lacking(s, d))
		if !slices.Contains(got.Faces, li) {
			t.Errorf("%+v", got)
		}
		err := d.Templates(func(policy.PersonID, [][]float32) error { return errors.New("a face is used") })
		p, _ := d.Person(li)
		if err != nil || p.Face.State != policy.FaceWithdrawn || must(d.Site()).Due != 1 {
			t.Errorf("%v, %q", err, p.Face.State)
		}
		rs, err := d.EraseDue(Door)
		if err != nil || len(rs) != 1 || rs[0].What != "face" || rs[0].Found != 0 || rs[0].Sought == 0 {
			t.Errorf("%+v, %v", rs, err)
		}
	}
	s.settle()
	s.agree()
	for _, d := range s.doors {
		e, err := d.SiteAnswers(Subject(li))
		proved := slices.DeleteFunc(slices.Clone(e.Answers), func(a SiteAnswer) bool { return a.Receipt.Nothing })
		if err != nil || len(e.Answers) != 3 || len(e.Waits()) > 0 || len(proved) != 2 {
			t.Errorf("%d answers, of which %d prove something, %v", len(e.Answers), len(proved), err)
		}
	}
	s.enrol(b, li) // a later consent counts
	s.settle()
	s.agree()
	if p, _ := b.Person(li); p.Face.State != policy.FaceEnrolled {
		t.Errorf("a consent after the withdrawal does not count: %q", p.Face.State)
	}
}

// TestSiteRemovesLapsed: a door that removes somebody whose time was over says that of itself only.
// Where another door had given them more time, they come back with all they had.
func TestSiteRemovesLapsed(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	li := s.add(a, s.numbers[0])
	s.settle()
	s.must(a.ChangePerson("op", li, "lease changed", func(p *policy.Person) error {
		p.Until = start.AddDate(1, 0, 0)
		return nil
	}))
	must(b.RemoveLapsed(Door, li, "their time is over", func(policy.Person) bool { return true }))
	s.bring(a, b.lacking(s, a))
	if _, err := a.Person(li); err != nil {
		t.Errorf("removed where they had more time: %v", err)
	}
	s.settle()
	s.agree()
	if p, _, err := b.FindCredential(policy.CardKind, s.numbers[0]); err != nil || p.ID != li {
		t.Errorf("their card does not work again: %v", err)
	}
	_, err := b.RemovePerson("op", li, "moved out") // and this counts everywhere
	s.must(err)
	s.settle()
	s.agree()
	if _, err := a.Person(li); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

// TestREraseAtEveryDoor: who is erased at one door is gone at each, for ever; and whoever kept
// every record that ever travelled, and then takes a door, reads nothing of them.
func TestREraseAtEveryDoor(t *testing.T) {
	s := newSite(t, 3)
	defer s.close()
	a, b, c := s.doors[0], s.doors[1], s.doors[2]
	li, wang := s.add(a, s.numbers[0]), s.add(b, s.numbers[1])
	s.settle()
	s.enrol(b, li)
	s.must(c.ChangePerson("op", li, "lease changed", func(p *policy.Person) error {
		p.Until = start.AddDate(1, 0, 0)
		return nil
	}))
	_, err := a.RemovePerson("op", li, "moved out")
	s.must(err)
	s.erased[li] = a
	got := s.bring(b, a.lacking(s, b))
	if _, err := b.Person(li); !errors.Is(err, ErrUnknown) || !slices.Contains(got.Gone, li) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, _, err := b.FindCredential(policy.CardKind, s.numbers[0]); !errors.Is(err, ErrUnknown) {
		t.Errorf("their card is known still: %v", err)
	}
	s.bring(b, c.lacking(s, b)) // the lease comes after the erasure
	s.settle()
	s.agree()
	for _, d := range s.doors {
		if e, err := d.SiteAnswers(Subject(li)); err != nil || len(e.Answers) != 3 || len(e.Waits()) > 0 {
			t.Errorf("%+v, %v", e, err)
		}
		id := must(age.ParseX25519Identity(d.identity(s)))
		opened := 0
		for _, from := range s.doors {
			for _, raw := range s.records(from, 1) {
				body, err := must(record.Parse(raw)).Open(id)
				if errors.Is(err, record.ErrNotOurs) {
					continue
				}
				s.must(err)
				opened++
				if slices.ContainsFunc(body.People, func(p record.About) bool { return p.ID == li }) {
					t.Error("a record about an erased person opens still")
				}
			}
		}
		if _, err := d.Person(wang); err != nil || opened == 0 {
			t.Errorf("%d records open, %v", opened, err)
		}
	}
}

// TestSameCardAtTwoDoors: a card that was given to two people at two doors stays with the one who
// had it first; the other's is revoked, on the record.
func TestSameCardAtTwoDoors(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	s.settle()
	first := s.add(a, s.numbers[0])
	s.add(b, s.numbers[1]) // so that what comes is later by the count of b
	second := s.add(b, s.numbers[0])
	s.settle()
	s.agree()
	for _, d := range s.doors {
		if p, _, err := d.FindCredential(policy.CardKind, s.numbers[0]); err != nil || p.ID != first {
			t.Errorf("the card leads to %s, not %s: %v", p.ID, first, err)
		}
		p, err := d.Person(second)
		if err != nil || len(p.Credentials) != 1 || !p.Credentials[0].Revoked {
			t.Errorf("%+v, %v", p, err)
		}
	}
	told := false
	for _, d := range s.doors {
		es := must(d.Entries(0, 1000, false))
		told = told || slices.ContainsFunc(es, func(e Entry) bool {
			return e.Kind == audit.CredentialRevoked && e.Person == second && e.Detail["why"] == "two people had it"
		})
	}
	if !told {
		t.Error("no entry says why it was revoked")
	}
}

// TestSiteAwayTooLong: a door that was away while more was told than anybody keeps is told what is
// true now.
func TestSiteAwayTooLong(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	li := s.add(a, s.numbers[0])
	s.settle()
	wang := s.add(a, s.numbers[1])
	for i := range 3 * pieceMost {
		s.must(a.ChangePerson("op", li, "blocked", func(p *policy.Person) error { p.Blocked = i%2 == 0; return nil }))
	}
	if n := len(s.records(a, 1)); n > 2*pieceMost {
		t.Errorf("%d records are kept", n)
	}
	s.must(a.RevokeCredential("op", li, must(a.Person(li)).Credentials[0].ID))
	got := s.bring(b, a.lacking(s, b))
	if len(got.Missing) > 0 || len(got.Refused) > 0 {
		t.Errorf("%+v", got)
	}
	if _, err := b.Person(wang); !errors.Is(err, ErrUnknown) {
		t.Errorf("what nobody keeps was heard: %v", err)
	}
	s.settle()
	s.agree()
	if _, err := b.Person(wang); err != nil {
		t.Error(err)
	}
}

// copied copies a door's folder while its vault is closed.
func (s *testSite) copied(t *testing.T, d *testDoor) (dir string) {
	s.must(d.Close())
	dir = copyDir(t, filepath.Dir(d.dir))
	d.Vault = must(Open(d.dir, d.o))
	return dir
}

// kept gives what one door keeps of another's chain.
func (s *testSite) kept(at, of *testDoor) [][]byte {
	return must(at.SiteRecords(of.Unit(), 1, 1<<30))
}

// putBack puts a copy of a door's folder in its place.
func (s *testSite) putBack(d *testDoor, copied string) {
	root := filepath.Dir(d.dir)
	s.must(d.Close())
	s.must(os.RemoveAll(root))
	s.must(os.CopyFS(root, os.DirFS(copied)))
	for _, f := range []string{"", "vault", "root.key", "vault/vault.db"} {
		mode := os.FileMode(0o600)
		if f == "" || f == "vault" {
			mode = 0o700
		}
		s.must(os.Chmod(filepath.Join(root, f), mode))
	}
	d.Vault = must(Open(d.dir, d.o))
}

// TestSitePutBack: a vault that is put back to an older state, and told other things since under
// the same numbers, finds out as soon as it hears of itself. Nothing that any door heard is lost.
func TestSitePutBack(t *testing.T) {
	for name, between := range map[string]func(s *testSite, a *testDoor){
		"and nothing else":        func(*testSite, *testDoor) {},
		"and told something else": func(s *testSite, a *testDoor) { s.add(a, s.numbers[2]) },
		"and told more than before": func(s *testSite, a *testDoor) {
			s.add(a, s.numbers[2])
			s.add(a, s.numbers[3])
			s.add(a, s.numbers[4])
		},
	} {
		for _, rotated := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				s := newSite(t, 3)
				defer s.close()
				a, b := s.doors[0], s.doors[1]
				s.add(a, s.numbers[0])
				s.settle()
				old := s.copied(t, a)
				if rotated {
					s.must(a.Rotate(t.Context(), "op", "test"))
				}
				lost := s.add(a, s.numbers[1])
				s.bring(b, a.lacking(s, b))
				s.putBack(a, old)
				between(s, a)
				if _, err := a.ApplySite(s.kept(b, a)); err != nil { // a carrier brings a door's own, too
					t.Fatal(err)
				}
				s.tolerant(func() { s.settle() })
				s.agree()
				for _, d := range s.doors {
					if _, err := d.Person(lost); err != nil {
						t.Errorf("who was entered before is lost: %v", err)
					}
					for i, id := range s.people {
						if _, err := d.Person(id); err != nil {
							t.Errorf("person %d is lost: %v", i, err)
						}
					}
				}
				broken := slices.ContainsFunc(must(a.Entries(0, 1000, false)), func(e Entry) bool {
					return e.Kind == audit.SiteChainBroken
				})
				if broken != (name != "and nothing else") {
					t.Errorf("the log says that the chain is broken: %v", broken)
				}
			})
		}
	}
}

// tolerant runs f while doors may be told two things under one number.
func (s *testSite) tolerant(f func()) {
	s.twoChains = true
	defer func() { s.twoChains = false }()
	f()
}

// TestSiteRestoresBackup: an older backup that is restored at a door brings nobody back who was
// erased, and makes no credential work that was revoked.
func TestSiteRestoresBackup(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	li, wang, zhao := s.add(a, s.numbers[0]), s.add(a, s.numbers[1]), s.add(b, s.numbers[2])
	s.settle()
	s.enrol(a, zhao)
	id, _ := age.GenerateX25519Identity()
	var backup bytes.Buffer
	s.must(a.Backup("op", &backup, true, id.Recipient()))
	_, err := b.RemovePerson("op", li, "moved out")
	s.must(err)
	s.erased[li] = b
	s.must(b.RevokeCredential("op", wang, must(b.Person(wang)).Credentials[0].ID))
	s.withdraw(b, zhao)
	s.settle()
	delete(a.agreed, zhao)
	if _, err := a.Restore(t.Context(), "op", &backup, id, a.PublicKey(), ByReceipts()); err != nil {
		t.Fatal(err)
	}
	s.settle()
	s.agree()
	for _, d := range s.doors {
		if p, err := d.Person(wang); err != nil || !p.Credentials[0].Revoked {
			t.Errorf("%+v, %v", p, err)
		}
		if p, err := d.Person(zhao); err != nil || p.Face.State == policy.FaceEnrolled {
			t.Errorf("%+v, %v", p, err)
		}
	}
}

// TestNoSiteCostsNothing: a vault of no site keeps nothing for one.
func TestNoSiteCostsNothing(t *testing.T) {
	u := newUnit(t)
	u.tenant(t, "li")
	u.imports(t, list(3))
	if err := u.Rotate(t.Context(), "op", "test"); err != nil {
		t.Fatal(err)
	}
	err := u.view(func(tx *tx) error {
		for _, bucket := range []string{siteBucket, chainBucket} {
			if key, _ := tx.b.Bucket([]byte(bucket)).Cursor().First(); key != nil {
				t.Errorf("%s has %q", bucket, key)
			}
		}
		return tx.eachPerson(func(_ *personKeys, p *person) error {
			if p.Facts != nil {
				t.Error("a person has facts")
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := u.SiteHeads(); !errors.Is(err, ErrNoSite) {
		t.Errorf("%v", err)
	}
	if _, err := u.ApplySite(nil); err != nil {
		t.Errorf("%v", err)
	}
}
