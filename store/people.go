package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/store/audit"
)

// person is what lies in the people bucket, under the person's own key.
type person struct {
	policy.Person
	Hashes map[string][]byte // credential id → first hash of its secret
	Before *before           `cbor:"before,omitempty"` // what an import changed, for as long as it can be undone
	Facts  *fact.Person      `cbor:"facts,omitempty"`  // what the doors of a site told each other of them
	Gave   []byte            `cbor:"gave,omitempty"`   // what was given of their face to which doors: see giveFace
}

// AddPerson adds a person and returns their new random handle. p.ID, p.Credentials and p.Face are
// ignored: credentials and consent are acts of their own.
func (v *Vault) AddPerson(a Actor, p policy.Person) (policy.PersonID, error) {
	v.o.draw(p.ID[:])
	p.Credentials, p.Face = nil, policy.FaceConsent{}
	own := personKeys{Own: v.o.newKey()}
	defer own.Own.Wipe()
	err := v.act(func(t *tx) error {
		if err := t.put(keysBucket, p.ID[:], &t.r.seal, &own); err != nil {
			return err
		}
		if err := t.putPerson(&own, &person{Person: p}); err != nil {
			return err
		}
		_, err := t.log(Entry{At: v.now(t), Kind: audit.PersonAdded, Actor: a, Person: p.ID})
		return err
	})
	if err != nil {
		return policy.PersonID{}, fmt.Errorf("add person: %w", err)
	}
	return p.ID, nil
}

// Person gives one person. [ErrUnknown]: no person has this handle.
func (v *Vault) Person(id policy.PersonID) (policy.Person, error) {
	var p *person
	err := v.view(func(t *tx) (err error) { _, p, err = t.person(id); return err })
	if err != nil {
		return policy.Person{}, fmt.Errorf("person %s: %w", id, err)
	}
	return p.Person, nil
}

// People gives all people, ordered by apartment and name. Damaged records are left out; the error
// names them, and the others are given beside it.
func (v *Vault) People() ([]policy.Person, error) {
	var out []policy.Person
	var damaged []error
	err := v.view(func(t *tx) error {
		return t.each(keysBucket, func(key, _ []byte) error {
			switch _, p, err := t.person(policy.PersonID(key)); {
			case err == nil:
				out = append(out, p.Person)
			case errors.Is(err, ErrCorrupt):
				damaged = append(damaged, err)
			default:
				return err
			}
			return nil
		})
	})
	err = errors.Join(append(damaged, err)...)
	slices.SortFunc(out, func(a, b policy.Person) int {
		if c := strings.Compare(a.Apartment.Reveal(), b.Apartment.Reveal()); c != 0 {
			return c
		}
		return strings.Compare(a.Name.Reveal(), b.Name.Reveal())
	})
	return out, err
}

// ChangePerson lets f change a person, and records the act as what ("lease changed").
// [ErrNotAllowed]: f changed the ID, the Credentials or the Occasions, withdrew the consent of an
// enrolled person ([Vault.EraseFace] does), ended learning where something was learnt
// ([Vault.StopLearning] does) or made a person enrolled ([Vault.EnrolFace] and
// [Vault.EnrolOnCard] do). [ErrConsent]: f
// gave or renewed a consent without the hash of a notice that was put into this vault.
func (v *Vault) ChangePerson(a Actor, id policy.PersonID, what audit.Kind, f func(*policy.Person) error) error {
	return v.ChangePeople(a, []policy.PersonID{id}, what, f)
}

// ChangePeople does [Vault.ChangePerson] for several people: for all of them, or for none.
func (v *Vault) ChangePeople(a Actor, ids []policy.PersonID, what audit.Kind, f func(*policy.Person) error) error {
	err := v.act(func(t *tx) error {
		for _, id := range ids {
			if err := t.changePerson(a, id, v.now(t), what, f); err != nil {
				return fmt.Errorf("person %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (t *tx) changePerson(a Actor, id policy.PersonID, now time.Time, what audit.Kind,
	f func(*policy.Person) error) error {
	own, p, err := t.person(id)
	if err != nil {
		return err
	}
	was := p.Person
	was.Credentials, was.Occasions = slices.Clone(p.Credentials), slices.Clone(p.Occasions)
	if err := f(&p.Person); err != nil {
		return err
	}
	if err := t.checkChange(&was, &p.Person); err != nil {
		return err
	}
	lapsed := a == Door && !was.Until.IsZero() && !now.Before(was.Until) // as at each door, by its own clock
	if (was.HasFace() && !p.HasFace() || what == audit.ConsentWithdrawn || what == audit.FaceRefused) && !lapsed {
		at, err := t.tellNoFace(p)
		if err != nil {
			return err
		}
		waits, err := t.dropWaiting(id)
		switch {
		case err != nil:
		case waits:
			err = t.condemn(id, "face", at, t.r.Unit)
		default:
			err = t.answerNothing(Subject(id), "face", at, now)
		}
		if err != nil {
			return err
		}
	}
	if err := t.putPerson(own, p); err != nil {
		return err
	}
	var detail map[string]string
	if to := p.Face.Doors; len(to) > 0 && what == audit.ConsentGiven {
		detail = map[string]string{toDoors: namedDoors(to)}
	}
	_, err = t.log(Entry{At: now, Kind: what, Actor: a, Person: id, Detail: detail})
	return err
}

func (t *tx) checkChange(was, is *policy.Person) error {
	enrolled := was.Face.State == policy.FaceEnrolled
	switch {
	case !slices.Equal(is.Occasions, was.Occasions):
		return fmt.Errorf("occasions come and go by AddOccasion and StopLearning: %w", ErrNotAllowed)
	case is.Face.Learns.At.IsZero() && was.HasLearnt():
		return fmt.Errorf("what was learnt is erased by StopLearning: %w", ErrNotAllowed)
	case is.ID != was.ID, !reflect.DeepEqual(is.Credentials, was.Credentials):
		return fmt.Errorf("the handle and the credentials change by other acts: %w", ErrNotAllowed)
	case enrolled != (is.Face.State == policy.FaceEnrolled), is.Face.OnCard != was.Face.OnCard:
		return fmt.Errorf("templates come and go by EnrolFace, EnrolOnCard and EraseFace: %w", ErrNotAllowed)
	case enrolled && is.Face.Notice != was.Face.Notice: // agreed to the changed words: the face need not be taken again
		return t.checkConsent(&is.Face)
	case is.Face.State == policy.FaceConsented && was.Face.State != policy.FaceConsented:
		return t.checkConsent(&is.Face)
	case is.Face.Learns != was.Face.Learns && !is.Face.Learns.At.IsZero():
		return t.checkLearning(&is.Face)
	}
	return nil
}

// person reads a person with their keys.
func (t *tx) person(id policy.PersonID) (*personKeys, *person, error) {
	var own personKeys
	if err := t.get(keysBucket, id[:], &t.r.seal, &own); err != nil {
		return nil, nil, err
	}
	var p person
	return &own, &p, t.needed(peopleBucket, id[:], own.data(), &p)
}

// putPerson stores a person, and tells the other doors of the site what is new of them.
func (t *tx) putPerson(own *personKeys, p *person) error {
	if err := t.tellPerson(p); err != nil {
		return err
	}
	return t.put(peopleBucket, p.ID[:], own.data(), p)
}

// markUsed marks a credential as used on that day, and counts the uses of one that has a limit,
// such as a visitor's pass. Other uses are not counted, as no rule needs their number. A person or
// credential that is gone by now is not an error.
func (t *tx) markUsed(id policy.PersonID, credentialID string, at time.Time) error {
	own, p, err := t.person(id)
	if errors.Is(err, ErrUnknown) {
		return t.countPassUse(id, 1)
	}
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Credentials, func(c policy.Credential) bool { return c.ID == credentialID })
	day := at.UTC().Truncate(24 * time.Hour)
	if i < 0 || p.Credentials[i].Uses == 0 && !p.Credentials[i].LastUsed.Before(day) {
		return nil
	}
	if p.Credentials[i].Uses > 0 {
		p.Credentials[i].Used++
	}
	if p.Credentials[i].LastUsed.Before(day) {
		p.Credentials[i].LastUsed = day
	}
	return t.putPerson(own, p)
}
