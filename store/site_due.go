package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"menshen/internal/exact"
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
	From   fact.DoorID     `cbor:"from"`   // who told
	Blocks [][]byte        `cbor:"blocks"` // the ciphertext that must disappear
}

func dueKey(id policy.PersonID) []byte { return append([]byte("due"), id[:]...) }

// erased takes a person out whom another door erased. Nothing of them comes back.
func (a *applier) erased(subject [32]byte, from fact.DoorID) error {
	t := a.t
	if known, err := t.isErased(subject); known || err != nil {
		return err
	}
	if err := t.putTomb(Tombstone{Subject: subject, What: "person", At: a.v.now(t)}); err != nil {
		return err
	}
	id, here, err := a.bySubject(subject)
	if err != nil || !here {
		return err
	}
	if err := a.condemn(id, "person", from); err != nil {
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

// endFace takes out the face of a person who withdrew their consent at another door. The caller
// stores the person.
func (a *applier) endFace(own *personKeys, p *person, from fact.DoorID) error {
	t := a.t
	if p.Face.State == policy.FaceEnrolled {
		if err := a.condemn(p.ID, "face", from); err != nil {
			return err
		}
		own.Face, own.FaceBox = [32]byte{}, nil
		if err := errors.Join(t.del(facesBucket, p.ID[:]), t.put(keysBucket, p.ID[:], &t.r.seal, own)); err != nil {
			return err
		}
	}
	p.Person = policy.Withdraw(p.Person, a.v.now(t))
	a.done.Faces = append(a.done.Faces, p.ID)
	return nil
}

// condemn notes that something is to be destroyed, with what is to be looked for afterwards.
func (a *applier) condemn(id policy.PersonID, what string, from fact.DoorID) error {
	t := a.t
	var d due
	if err := t.get(siteBucket, dueKey(id), &t.r.seal, &d); err != nil && !errors.Is(err, ErrUnknown) {
		return err
	}
	d.Person, d.What, d.From, d.Blocks = id, what, from, append(d.Blocks, t.blocksOf(id, what)...)
	return t.put(siteBucket, dueKey(id), &t.r.seal, &d)
}

// bySubject finds the person who is here of whom a subject is the hash.
func (a *applier) bySubject(subject [32]byte) (id policy.PersonID, here bool, err error) {
	err = a.t.each(keysBucket, func(key, _ []byte) error {
		if Subject(policy.PersonID(key)) == subject {
			id, here = policy.PersonID(key), true
			return errStop
		}
		return nil
	})
	return id, here, stopped(err)
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
				Unit: t.r.Unit, Epoch: t.r.Epoch, At: v.now(t)}
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

// isErased reports whether a person was erased, for ever.
func (t *tx) isErased(subject [32]byte) (bool, error) {
	var s Tombstone
	err := t.get(tombBucket, subject[:], &t.r.seal, &s)
	if errors.Is(err, ErrUnknown) {
		return false, nil
	}
	return s.What == "person", err
}

// receiptKey is where the receipt of another door lies.
func receiptKey(r *Receipt) []byte {
	return bytes.Join([][]byte{[]byte("receipt"), r.Subject[:], r.Unit[:], key64(r.Seq)}, nil)
}

// tellReceipt tells what an erasure here came to.
func (t *tx) tellReceipt(r *Receipt) error {
	s, err := t.teller()
	if s == nil || err != nil {
		return err
	}
	raw, err := json.Marshal(r)
	s.receipts = append(s.receipts, raw)
	return err
}

// subjectsOf gives whom some receipts are about.
func subjectsOf(receipts [][]byte) (out []record.Subject) {
	for _, raw := range receipts {
		var r Receipt
		if json.Unmarshal(raw, &r) == nil {
			out = append(out, r.Subject)
		}
	}
	return out
}

// tellReceiptsAgain tells receipts of ours that a door could not open.
func (t *tx) tellReceiptsAgain(subjects []record.Subject) error {
	wanted := map[[32]byte]bool{}
	for _, subject := range subjects {
		wanted[subject] = true
	}
	return t.each(receiptBucket, func(key, value []byte) error {
		var r Receipt
		err := t.open(receiptBucket, key, value, &t.r.seal, &r)
		if err == nil && wanted[r.Subject] && len(r.Sig) > 0 {
			err = t.tellReceipt(&r)
		}
		return err
	})
}

// receiptOf keeps another door's receipt. One that it did not sign is left out.
func (a *applier) receiptOf(m *member, raw []byte) error {
	var r Receipt
	if exact.Decode(raw, &r) != nil || r.Unit != m.ID || !r.Verify(m.Sign) || m.ID == a.t.r.Unit {
		return nil
	}
	return a.t.put(siteBucket, receiptKey(&r), &a.t.r.seal, &r)
}

// SiteReceipts gives the receipts of all doors, this one among them, for the erasures of a person
// or of their face. See [Subject].
func (v *Vault) SiteReceipts(subject [32]byte) ([]Receipt, error) {
	var out []Receipt
	err := v.view(func(t *tx) error {
		err := t.each(receiptBucket, func(key, value []byte) error {
			var r Receipt
			err := t.open(receiptBucket, key, value, &t.r.seal, &r)
			if r.Subject == subject {
				out = append(out, r)
			}
			return err
		})
		if err != nil {
			return err
		}
		return t.eachOf("receipt"+string(subject[:]), func(key, value []byte) error {
			var r Receipt
			err := t.open(siteBucket, key, value, &t.r.seal, &r)
			out = append(out, r)
			return err
		})
	})
	return out, err
}
