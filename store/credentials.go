package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

// A credential's secret (card number, PIN) is never stored. It is hashed twice, with a key each:
//
//	first  = HMAC(lookup, kind, secret)  kept in the person's record, under the person's key
//	second = HMAC(index, first)          key of the lookup record; index changes with the epoch
//
// So a new epoch needs no card to be tapped again. An old copy of the file, whose index key is
// gone, cannot be searched for a card's few million possible numbers.
func (r *ring) first(kind policy.CredentialKind, secret []byte) []byte {
	h := r.secrets.Lookup.MAC([]byte(kind), secret)
	return h[:]
}

func (r *ring) second(first []byte) []byte {
	h := r.index.MAC(first)
	return h[:]
}

// card is the lookup record of a credential.
type card struct {
	Person       policy.PersonID `cbor:"person"`
	CredentialID string          `cbor:"key"`
}

// AddCredential gives a person a credential. secret is the canonical form that the reader will give
// later (hal.Card.Credential, the PIN's digits). [ErrTaken]: a person holds it already; a revoked
// one may be given again. [ErrUnknown]: no such person.
func (v *Vault) AddCredential(a Actor, id policy.PersonID, kind policy.CredentialKind, secret []byte,
	label string, clonable bool) (policy.Credential, error) {
	return v.AddLimited(a, id, policy.Credential{Kind: kind, Label: label, Clonable: clonable}, secret)
}

// AddLimited is [Vault.AddCredential] with the limits in c: a time, a door, a number of uses, for
// duress. c.ID, c.Revoked, c.Used and c.LastUsed are ignored.
func (v *Vault) AddLimited(a Actor, id policy.PersonID, c policy.Credential, secret []byte) (policy.Credential, error) {
	c.ID, c.Revoked, c.Used, c.LastUsed = v.newHandle(), false, 0, time.Time{}
	err := v.act(func(t *tx) error { return t.addCredential(a, v.now(t), id, c, secret) })
	if err != nil {
		return policy.Credential{}, fmt.Errorf("add %s, person %s: %w", c.Kind, id, err)
	}
	return c, nil
}

// RevokeCredential makes a credential useless; the door still says that it was revoked.
// [ErrUnknown]: no such person or credential. A person whose last working credential this is loses
// face entry by policy (R-ALT), not here.
func (v *Vault) RevokeCredential(a Actor, id policy.PersonID, credentialID string) error {
	err := v.act(func(t *tx) error { return t.revokeCredential(a, v.now(t), id, credentialID) })
	if err != nil {
		return fmt.Errorf("revoke credential, person %s: %w", id, err)
	}
	return nil
}

// ReplaceCard gives a person a card in the place of another of theirs, which is revoked in the same
// act: both or neither. The new one has the label and the limits of the old one; its uses begin
// again. [ErrUnknown]: the person has no such card, or it is revoked. [ErrTaken]: a person holds
// the new card, or it is the old one.
func (v *Vault) ReplaceCard(a Actor, id policy.PersonID, old string, secret []byte,
	clonable, aes bool) (policy.Credential, error) {
	var c policy.Credential
	handle := v.newHandle()
	err := v.act(func(t *tx) error {
		_, p, err := t.person(id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(p.Credentials, func(c policy.Credential) bool {
			return c.ID == old && c.Kind == policy.CardKind && !c.Revoked
		})
		if i < 0 {
			return ErrUnknown
		}
		c = p.Credentials[i]
		c.ID, c.Clonable, c.AES, c.Used, c.LastUsed = handle, clonable, aes, 0, time.Time{}
		if err := t.addCredential(a, v.now(t), id, c, secret); err != nil {
			return err
		}
		return t.revokeCredential(a, v.now(t), id, old)
	})
	if err != nil {
		return policy.Credential{}, fmt.Errorf("replace a card, person %s: %w", id, err)
	}
	return c, nil
}

// newHandle gives a credential's random handle.
func (v *Vault) newHandle() string {
	var handle [8]byte
	v.o.draw(handle[:])
	return hex.EncodeToString(handle[:])
}

func (t *tx) addCredential(a Actor, now time.Time, id policy.PersonID, c policy.Credential, secret []byte) error {
	first := t.r.first(c.Kind, secret)
	if err := t.freeCredential(first); err != nil {
		return err
	}
	own, p, err := t.person(id)
	if err != nil {
		return err
	}
	p.Credentials = append(p.Credentials, c)
	if p.Hashes == nil {
		p.Hashes = map[string][]byte{}
	}
	p.Hashes[c.ID] = first
	if err := t.putPerson(own, p); err != nil {
		return err
	}
	if err := t.put(cardsBucket, t.r.second(first), &t.r.seal, &card{id, c.ID}); err != nil {
		return err
	}
	_, err = t.log(Entry{At: now, Kind: audit.CredentialAdded, Actor: a, Person: id, CredentialID: c.ID})
	return err
}

func (t *tx) revokeCredential(a Actor, now time.Time, id policy.PersonID, credentialID string) error {
	own, p, err := t.person(id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Credentials, func(c policy.Credential) bool { return c.ID == credentialID })
	if i < 0 {
		return ErrUnknown
	}
	p.Credentials[i].Revoked = true
	if err := t.putPerson(own, p); err != nil {
		return err
	}
	_, err = t.log(Entry{At: now, Kind: audit.CredentialRevoked, Actor: a, Person: id,
		CredentialID: credentialID})
	return err
}

// FindCredential gives the owner of a credential, and its handle. [ErrUnknown]: no person holds it.
// Whether it still works is for package policy to say.
func (v *Vault) FindCredential(kind policy.CredentialKind, secret []byte) (policy.Person, string, error) {
	var p *person
	var c card
	err := v.view(func(t *tx) error {
		err := t.get(cardsBucket, t.r.second(t.r.first(kind, secret)), &t.r.seal, &c)
		if err != nil {
			return err
		}
		_, p, err = t.person(c.Person)
		return err
	})
	if err != nil {
		return policy.Person{}, "", fmt.Errorf("find %s: %w", kind, err)
	}
	return p.Person, c.CredentialID, nil
}

// freeCredential makes sure that no person holds a credential, or gives [ErrTaken]. A revoked one
// is taken from its last holder for good.
func (t *tx) freeCredential(first []byte) error {
	var c card
	err := t.get(cardsBucket, t.r.second(first), &t.r.seal, &c)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	own, p, err := t.person(c.Person)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Credentials, func(k policy.Credential) bool { return k.ID == c.CredentialID })
	if i >= 0 && !p.Credentials[i].Revoked {
		return ErrTaken
	}
	if i >= 0 {
		p.Credentials = slices.Delete(p.Credentials, i, i+1)
	}
	delete(p.Hashes, c.CredentialID)
	return t.putPerson(own, p)
}
