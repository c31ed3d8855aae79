package store

import (
	"errors"
	"fmt"

	"menshen/policy"
	"menshen/store/audit"
	"menshen/store/seal"
)

// A face may lie on its owner's card, and in no vault (docs/decisions/0068). The vault keeps the
// person's face key for it, and no template: half of what opens the card's.
//
//	the person's face key + the card's own key ─ HKDF ─ template, on the card
//
// So what destroys a face here destroys what its owner's cards carry, wherever they are.

// ErrCardFace means that what a card carries was not sealed for this person, this card and this
// model by the consent that holds now, or was changed. These cannot be distinguished.
var ErrCardFace = errors.New("the face on the card is not of this person, card and consent")

// CardFaceOverhead is how much longer a sealed template is, in bytes.
const CardFaceOverhead = seal.Overhead

// CardPlace is where a template on a card belongs. Its seal opens nowhere else.
type CardPlace struct {
	Person     policy.PersonID
	Credential string   // the card's handle
	Own        [16]byte // the card's own key, which is made from the site's secret and its UID
	Model      string   // of the network that computed the template: its SHA-256, in hex
}

// key is what seals at a place, and as what.
func (p CardPlace) key(unit [16]byte, face *seal.Key) (key seal.Key, as []byte) {
	key = face.Derive("card", p.Own[:]...)
	bound := key.MAC(unit[:], p.Person[:], []byte(p.Credential), []byte(p.Model))
	return key, append([]byte("menshen face on a card 1\n"), bound[:]...)
}

// CardFace seals a template for cards of one person. Wipe it.
type CardFace struct {
	id   policy.PersonID
	unit [16]byte
	key  seal.Key
}

// NewCardFace takes the key of a face that lies on cards already, or draws one, which counts once
// EnrolOnCard has kept it. Errors: those of EnrolOnCard.
func (v *Vault) NewCardFace(id policy.PersonID) (*CardFace, error) {
	f := &CardFace{id: id}
	err := v.view(func(t *tx) error {
		own, p, err := t.person(id)
		if err == nil {
			err = v.mayEnrol(t, p, true)
		}
		if err != nil {
			return err
		}
		f.unit = t.r.Unit
		switch {
		case p.Face.OnCard:
			f.key, err = t.faceKey(id, own)
		case t.r.hasPassphrase && t.r.faces.IsZero():
			err = ErrFacesLocked
		default:
			f.key = v.o.newKey()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("face for a card, person %s: %w", id, err)
	}
	return f, nil
}

// Seal seals a template for a card. f is of the same person.
func (f *CardFace) Seal(credential string, own [16]byte, model string, template []byte) []byte {
	key, as := CardPlace{f.id, credential, own, model}.key(f.unit, &f.key)
	defer key.Wipe()
	return key.Seal(as, template)
}

// Wipe overwrites the key.
func (f *CardFace) Wipe() { f.key.Wipe() }

// EnrolOnCard records that a card of the person carries their face, once it does, and keeps the
// key. No template is stored. Errors: [ErrConsent], [ErrAlternative], [ErrFacesLocked] as of
// [Vault.EnrolFace]; [ErrNotAllowed]: a template is stored here, or the key is not the one in
// force.
func (v *Vault) EnrolOnCard(a Actor, f *CardFace, credential string) error {
	err := v.act(func(t *tx) error {
		own, p, err := t.person(f.id)
		if err == nil {
			err = v.mayEnrol(t, p, true)
		}
		if err != nil {
			return err
		}
		if p.Face.OnCard {
			now, err := t.faceKey(f.id, own)
			defer now.Wipe()
			if err == nil && now != f.key {
				err = fmt.Errorf("the face was erased meanwhile: %w", ErrNotAllowed)
			}
			if err != nil {
				return err
			}
		}
		if err := t.setFaceKey(f.id, own, f.key); err != nil {
			return err
		}
		p.Face.State, p.Face.OnCard, p.Face.CardRequired = policy.FaceEnrolled, true, false
		p.Occasions = []policy.Occasion{{At: v.now(t), How: policy.TakenAtDesk}}
		if err := t.put(keysBucket, f.id[:], &t.r.seal, own); err != nil {
			return err
		}
		if err := t.putPerson(own, p); err != nil {
			return err
		}
		_, err = t.log(Entry{At: v.now(t), Kind: audit.FaceEnrolled, Actor: a, Person: f.id,
			CredentialID: credential, Detail: map[string]string{onCard: "yes"}})
		return err
	})
	if err != nil {
		return fmt.Errorf("enrol face on a card, person %s: %w", f.id, err)
	}
	return nil
}

// onCard is the detail of an entry about a face that lies on a card.
const onCard = "on card"

// OpenCardFace gives the template that a card carries. The caller overwrites it. [ErrCardFace]: it
// is not of this place. [ErrUnknown]: no face of the person lies on a card, by their consent.
// [ErrFacesLocked].
func (v *Vault) OpenCardFace(at CardPlace, sealed []byte) (template []byte, err error) {
	err = v.view(func(t *tx) error {
		own, p, err := t.person(at.Person)
		if err != nil {
			return err
		}
		if p.Face.State != policy.FaceEnrolled || !p.Face.OnCard {
			return ErrUnknown
		}
		face, err := t.faceKey(at.Person, own)
		if err != nil {
			return err
		}
		defer face.Wipe()
		key, as := at.key(t.r.Unit, &face)
		defer key.Wipe()
		if template, err = key.Open(as, sealed); err != nil {
			return ErrCardFace
		}
		return nil
	})
	return template, err
}
