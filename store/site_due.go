package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
)

// What another door erased is taken out of the vault in the transaction that reads of it: from then
// on nobody is known by it here. To destroy it in every copy takes a new epoch, as each erasure
// does. That is due until EraseDue has done it.

// due is an erasure that is to be done: it lies in the site bucket.
type due struct {
	Person policy.PersonID `cbor:"person"`
	What   string          `cbor:"what"`   // as [Receipt.What]
	For    fact.Stamp      `cbor:"for"`    // as [Receipt.For]
	From   fact.DoorID     `cbor:"from"`   // who told
	Blocks [][]byte        `cbor:"blocks"` // the ciphertext that must disappear
}

func dueKey(id policy.PersonID) []byte { return append([]byte("due"), id[:]...) }

// erased takes a person out whom another door erased. Nothing of them comes back. Where two doors
// erased them, the earlier stamp counts.
func (a *applier) erased(e record.Erased, from fact.DoorID) error {
	t, now := a.t, a.v.now(a.t)
	t.telling.heard(e.At.Count)
	tomb, err := t.tomb(e.Subject)
	if err != nil || !tomb.Told.IsZero() && tomb.Told.Compare(e.At) <= 0 {
		return err
	}
	known := !tomb.Told.IsZero()
	tomb = Tombstone{Subject: e.Subject, What: "person", At: now, Told: e.At}
	if err := t.putTomb(tomb); err != nil || known {
		return err
	}
	id, here, err := t.bySubject(e.Subject)
	if err != nil {
		return err
	}
	if !here {
		id, named, err := t.namedOf(e.Subject)
		if err != nil || !named {
			return errors.Join(err, t.answerNothing(e.Subject, "person", e.At, now))
		}
		_, err = t.dropWaiting(id)
		return errors.Join(err, t.condemn(id, "person", e.At, from))
	}
	if _, err := t.dropWaiting(id); err != nil {
		return err
	}
	if err := t.condemn(id, "person", e.At, from); err != nil {
		return err
	}
	if err := t.dropCards(t, id); err != nil {
		return err
	}
	for _, bucket := range []string{facesBucket, peopleBucket, keysBucket} {
		if err := t.del(bucket, id[:]); err != nil {
			return err
		}
	}
	a.done.Gone = append(a.done.Gone, id)
	return nil
}

// namedOf finds a person who is not known here, but whose template is waited for or who is the host
// of a pass, and of whom a subject is the hash.
func (t *tx) namedOf(subject [32]byte) (id policy.PersonID, named bool, err error) {
	if id, named, err = t.waitingOf(subject); err != nil || named {
		return id, named, err
	}
	err = t.eachPass(func(p pass) error {
		if Subject(p.Host) == subject {
			id, named = p.Host, true
			return errStop
		}
		return nil
	})
	return id, named, stopped(err)
}

// endFace takes out the face of a person who withdrew their consent at another door: p.Facts says
// so. The caller stores the person.
func (a *applier) endFace(own *personKeys, p *person) error {
	t, no := a.t, p.Facts.NoFace
	waits, err := t.dropWaiting(p.ID)
	switch {
	case err != nil:
		return err
	case p.Face.State != policy.FaceEnrolled && waits:
		err = t.condemn(p.ID, "face", no, no.Door)
	case p.Face.State != policy.FaceEnrolled:
		err = t.answerNothing(Subject(p.ID), "face", no, a.v.now(t))
	default:
		if err := t.condemn(p.ID, "face", no, no.Door); err != nil {
			return err
		}
		own.Face, own.FaceBox = [32]byte{}, nil
		err = errors.Join(t.del(facesBucket, p.ID[:]), t.put(keysBucket, p.ID[:], &t.r.seal, own))
	}
	if err != nil {
		return err
	}
	if !p.HasFace() {
		return nil
	}
	p.Person = policy.Withdraw(p.Person, a.v.now(t))
	a.done.Faces = append(a.done.Faces, p.ID)
	return nil
}

// condemn notes that something is to be destroyed, with what is to be looked for afterwards.
func (t *tx) condemn(id policy.PersonID, what string, told fact.Stamp, from fact.DoorID) error {
	var d due
	if err := t.get(siteBucket, dueKey(id), &t.r.seal, &d); err != nil && !errors.Is(err, ErrUnknown) {
		return err
	}
	if d.What != "person" || what == "person" { // the wider erasure stays
		d.Person, d.What, d.For, d.From = id, what, told, from
	}
	d.Blocks = append(d.Blocks, t.blocksOf(id, what)...)
	return t.put(siteBucket, dueKey(id), &t.r.seal, &d)
}

// due gives the erasures that are to be done.
func (t *tx) due() (all []due, err error) {
	err = t.eachOf("due", func(key, value []byte) error {
		var d due
		err := t.open(siteBucket, key, value, &t.r.seal, &d)
		all = append(all, d)
		return err
	})
	return all, err
}

// EraseDue destroys, in every copy that the unit has, what other doors erased: people, and faces of
// people who withdrew at another door. It is one new epoch for all, and a signed receipt for each,
// which the other doors are told. With nothing due it does nothing. Errors: as of
// [Vault.RemovePerson].
func (v *Vault) EraseDue(a Actor) ([]Receipt, error) {
	gone := map[policy.PersonID]bool{}
	err := v.view(func(t *tx) error {
		all, err := t.due()
		for _, d := range all {
			gone[d.Person] = d.What == "person"
		}
		return err
	})
	if err != nil || len(gone) == 0 {
		return nil, err
	}
	drop := forget{people: map[policy.PersonID]bool{}, all: true}
	for id, whole := range gone {
		if whole {
			drop.people[id] = true
		}
	}
	receipts, blocks := map[policy.PersonID]Receipt{}, map[policy.PersonID][][]byte{}
	err = v.renew(context.Background(), drop, func(t *tx) error {
		all, err := t.due()
		for _, d := range all {
			if whole, listed := gone[d.Person]; err != nil || !listed || whole != (d.What == "person") {
				continue // it came meanwhile: the next time
			}
			r := Receipt{Subject: Subject(d.Person), What: d.What, Why: fmt.Sprintf("told by door %x", d.From[:4]),
				For: d.For, Unit: t.r.Unit, Epoch: t.r.Epoch, At: v.now(t)}
			err = errors.Join(v.fileReceipt(t, a, d.Person, &r), t.del(siteBucket, dueKey(d.Person)))
			receipts[d.Person], blocks[d.Person] = r, d.Blocks
		}
		return err
	})
	if err == nil {
		err = v.finishReceipts(receipts, blocks)
	}
	if err != nil {
		return nil, fmt.Errorf("erase what other doors erased: %w", err)
	}
	return slices.Collect(maps.Values(receipts)), nil
}

// isErased reports whether all doors of the site erase a person, for ever.
func (t *tx) isErased(subject [32]byte) (bool, error) {
	s, err := t.tomb(subject)
	return !s.Told.IsZero(), err
}

// tomb gives the tombstone of a person or their face; a zero one: there is none.
func (t *tx) tomb(subject [32]byte) (s Tombstone, err error) {
	if err = t.get(tombBucket, subject[:], &t.r.seal, &s); errors.Is(err, ErrUnknown) {
		err = nil
	}
	return s, err
}
