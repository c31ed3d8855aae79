package store

import (
	"errors"
	"fmt"
	"slices"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// person joins what another door told of a person with what is known here, and makes them what the
// facts say. Of one who was erased nothing is kept.
func (a *applier) person(told *record.About, r *record.Record) error {
	t := a.t
	if erased, err := t.isErased(Subject(told.ID)); erased || err != nil {
		return err
	}
	own, p, err := t.person(told.ID)
	if errors.Is(err, ErrUnknown) {
		own, p, err = a.newPerson(told.ID)
		if err == nil {
			err = a.askAgain(told.ID, r)
		}
	}
	if err != nil {
		return err
	}
	var was fact.Person
	if p.Facts != nil {
		was = *p.Facts
	}
	is := was.Merge(told.Facts)
	if p.Facts != nil && is.Equal(was) {
		return nil
	}
	p.Facts = &is
	if was.NoFace.Compare(is.NoFace) < 0 {
		if err := a.endFace(own, p); err != nil {
			return err
		}
	}
	if s := t.telling; s != nil {
		s.heard(is.Last())
	}
	p.Person = is.Onto(p.Person)
	if p.HasFace() && p.LacksGuardian() { // taken before this door knew that they are a child
		if _, err := t.tellNoFace(p); err != nil {
			return err
		}
		if err := a.endFace(own, p); err != nil {
			return err
		}
	}
	if err := a.lookUps(p); err != nil {
		return err
	}
	if err := t.putPerson(own, p); err != nil {
		return err
	}
	a.done.Changed = append(a.done.Changed, p.ID)
	return a.note(audit.PersonTold, p.ID, r)
}

// newPerson makes a person of whom nothing is known yet.
func (a *applier) newPerson(id policy.PersonID) (*personKeys, *person, error) {
	own := &personKeys{Own: a.v.o.newKey()}
	return own, &person{Person: policy.Person{ID: id}}, a.t.put(keysBucket, id[:], &a.t.r.seal, own)
}

// askAgain asks for all that is told of a person who was removed here when their time was over, and
// who has more time: r may tell what changed only.
func (a *applier) askAgain(id policy.PersonID, r *record.Record) error {
	tomb, err := a.t.tomb(Subject(id))
	if err == nil && tomb.What == "person" && r != nil {
		a.t.telling.ask = append(a.t.telling.ask, record.Span{Door: r.Door, First: r.Seq, Last: r.Seq})
	}
	return err
}

// note records what another door told.
func (a *applier) note(kind audit.Kind, id policy.PersonID, r *record.Record) error {
	_, err := a.t.log(Entry{At: a.v.now(a.t), Kind: kind, Actor: Door, Person: id, Detail: a.from(r)})
	return err
}

// from says whose record told it; nil: this door joined the site just now.
func (a *applier) from(r *record.Record) map[string]string {
	if r == nil {
		return nil
	}
	return map[string]string{"from": fmt.Sprintf("%x", r.Door[:4]), "record": fmt.Sprint(r.Seq)}
}

// lookUps brings the look-up records of a person's credentials in line with the facts, where
// somebody may hold the same number: a number leads to the credential that works. Of two that do,
// given at two doors that did not know of each other, the later one is revoked.
func (a *applier) lookUps(p *person) error {
	for _, c := range p.Facts.Credentials {
		if len(c.Hash) == 0 {
			continue
		}
		if err := a.lookUp(p, c); err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) lookUp(p *person, c fact.Credential) error {
	t := a.t
	second := t.r.second(c.Hash)
	var k card
	err := t.get(cardsBucket, second, &t.r.seal, &k)
	switch free := errors.Is(err, ErrUnknown); {
	case err != nil && !free:
		return err
	case c.Taken && !free && k == card{p.ID, c.ID}:
		delete(p.Hashes, c.ID)
		return t.del(cardsBucket, second)
	case c.Taken:
		delete(p.Hashes, c.ID)
		return nil
	case free, k == card{p.ID, c.ID}:
		return a.leadTo(p, c)
	}
	own, other := (*personKeys)(nil), p
	if k.Person != p.ID {
		if own, other, err = t.person(k.Person); err != nil {
			return err
		}
	}
	held := factOf(other, k.CredentialID)
	switch {
	case !c.Works():
		delete(p.Hashes, c.ID)
		return nil
	case held.Works() && held.At.Compare(c.At) < 0:
		return a.revoke(p, c.ID)
	case held.Works():
		err = a.revoke(other, held.ID)
	default:
		delete(other.Hashes, k.CredentialID)
	}
	if err == nil && other != p {
		err = t.putPerson(own, other)
	}
	if err != nil {
		return err
	}
	return a.leadTo(p, c)
}

// leadTo makes the number of a credential lead to it.
func (a *applier) leadTo(p *person, c fact.Credential) error {
	if p.Hashes == nil {
		p.Hashes = map[string][]byte{}
	}
	p.Hashes[c.ID] = c.Hash
	return a.t.put(cardsBucket, a.t.r.second(c.Hash), &a.t.r.seal, &card{p.ID, c.ID})
}

// revoke revokes one of two credentials with one number. The caller stores the person, and so tells
// it.
func (a *applier) revoke(p *person, id string) error {
	i := slices.IndexFunc(p.Credentials, func(c policy.Credential) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	p.Credentials[i].Revoked = true
	delete(p.Hashes, id)
	_, err := a.t.log(Entry{At: a.v.now(a.t), Kind: audit.CredentialRevoked, Actor: Door, Person: p.ID,
		CredentialID: id, Detail: map[string]string{"why": "two people had it"}})
	return err
}

// factOf gives what was told of a credential.
func factOf(p *person, id string) (c fact.Credential) {
	if p.Facts == nil {
		return c
	}
	if i := slices.IndexFunc(p.Facts.Credentials, func(c fact.Credential) bool { return c.ID == id }); i >= 0 {
		return p.Facts.Credentials[i]
	}
	return fact.Credential{Revoked: true}
}
