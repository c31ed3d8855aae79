package store

import (
	"errors"
	"testing"

	"menshen/policy"
)

func TestRConsentNoFaceWithoutConsentToAStoredNotice(t *testing.T) {
	u := newUnit(t)
	id := u.tenant(t, "li")
	if err := u.EnrolFace("op", id, face(1)); !errors.Is(err, ErrConsent) {
		t.Errorf("enrolled without consent: %v", err)
	}
	err := u.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
		p.Face = policy.FaceConsent{State: policy.FaceConsented, At: start, Notice: [32]byte{1}}
		return nil
	})
	if !errors.Is(err, ErrConsent) {
		t.Errorf("consent to a notice that was not shown: %v", err)
	}
	err = u.ChangePerson("op", id, "enrolled by hand", func(p *policy.Person) error {
		p.Face.State = policy.FaceEnrolled
		return nil
	})
	if !errors.Is(err, ErrNotAllowed) {
		t.Errorf("enrolled by a change of record: %v", err)
	}
}

func TestRAltNoFaceWithoutAnotherCredential(t *testing.T) {
	u := newUnit(t)
	id := u.tenant(t, "li")
	hash, _ := u.PutNotice("op", "notice", "en")
	p, err := u.Person(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.RevokeCredential("op", id, p.Credentials[0].ID); err != nil {
		t.Fatal(err)
	}
	err = u.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
		p.Face = policy.FaceConsent{State: policy.FaceConsented, At: start, Notice: hash}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := u.EnrolFace("op", id, face(1)); !errors.Is(err, ErrAlternative) {
		t.Errorf("enrolled with a revoked card only: %v", err)
	}
}

// A person who agreed to words that changed since can agree to the new ones, and keeps the face. A
// consent to words that this vault never had is refused.
func TestRNoticeConsentIsRenewedWithoutANewFace(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	fresh, err := u.PutNotice("op", "Your face opens this door only if you want it to. New: the hours.", "en")
	if err != nil {
		t.Fatal(err)
	}
	agree := func(hash [32]byte) error {
		return u.ChangePerson("op", li, "consent renewed", func(p *policy.Person) (err error) {
			*p, err = policy.Consent(*p, policy.Yes{At: u.clock.now(), Notice: hash, Lang: "en", OwnAct: true})
			return err
		})
	}
	if err := agree([32]byte{1}); !errors.Is(err, ErrConsent) {
		t.Errorf("consent to a notice that was not shown: %v", err)
	}
	if err := agree(fresh); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	p, err := u.Person(li)
	if err != nil || p.Face.State != policy.FaceEnrolled || p.Face.Notice != fresh {
		t.Errorf("after a new consent: %+v, %v", p.Face, err)
	}
	n := 0
	if err := u.Templates(func(policy.PersonID, [][]float32) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("%d people with templates, %v", n, err)
	}
}
