package store

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"menshen/internal/exact"
	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
)

// Who still has my face? Each door answers each withdrawal and each erasure by a signed receipt,
// and tells it the others. A door that has nothing of it says that. A door that was admitted
// afterwards owes no answer.

// owes reports whether a door has to answer what was told under a stamp: after its last admission.
// One whose answer was lost is admitted again; what was told before came with the later answer. The
// stamp of its name is that of the admission, since nothing else names a door: a way to rename one
// would have to give admissions a stamp of their own.
func (m *member) owes(told fact.Stamp) bool { return !m.gone() && m.Name.At.Compare(told) < 0 }

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
	err := t.each(receiptBucket, func(key, value []byte) error {
		var r Receipt
		err := t.open(receiptBucket, key, value, &t.r.seal, &r)
		if err == nil && wanted[r.Subject] && len(r.Sig) > 0 {
			err = t.tellReceipt(&r)
		}
		return err
	})
	for subject := range wanted {
		err = errors.Join(err, t.eachReceipt(subject, func(r *Receipt) error {
			if r.Unit != t.r.Unit {
				return nil
			}
			return t.tellReceipt(r)
		}))
	}
	return err
}

// receiptOf keeps another door's receipt. One that it did not sign is left out.
func (a *applier) receiptOf(m *member, raw []byte) error {
	var r Receipt
	if exact.Decode(raw, &r) != nil || r.Unit != m.ID || !r.Verify(m.Sign) || m.ID == a.t.r.Unit {
		return nil
	}
	return a.t.put(siteBucket, receiptKey(&r), &a.t.r.seal, &r)
}

// answerNothing tells the doors of the site that there is nothing to erase here, if this door owes
// an answer. told is the stamp of what is answered; zero: nobody asked.
func (t *tx) answerNothing(subject [32]byte, what string, told fact.Stamp, now time.Time) error {
	if s, err := t.teller(); s == nil || err != nil || !s.members[t.r.Unit].owes(told) {
		return err
	}
	r := Receipt{Unit: t.r.Unit, Subject: subject, What: what, Nothing: true, Why: "told by a door", At: now,
		Epoch: t.r.Epoch, For: told}
	r.Sig = ed25519.Sign(t.r.sign(), r.message())
	return errors.Join(t.put(siteBucket, receiptKey(&r), &t.r.seal, &r), t.tellReceipt(&r))
}

// eachReceipt calls f for the receipts about a person that lie in the site bucket: those of other
// doors, and ours that say that there was nothing.
func (t *tx) eachReceipt(subject [32]byte, f func(r *Receipt) error) error {
	return t.eachOf("receipt"+string(subject[:]), func(key, value []byte) error {
		r := new(Receipt)
		if err := t.open(siteBucket, key, value, &t.r.seal, r); err != nil {
			return err
		}
		return f(r)
	})
}

// SiteAnswer is a door of the site, and what it answered to an erasure.
type SiteAnswer struct {
	Door    fact.DoorID
	Receipt *Receipt // nil: it has not answered yet
}

// SiteErasure is an erasure that doors of the site were told of, and their answers.
type SiteErasure struct {
	Subject [32]byte
	Person  policy.PersonID // zero: they are erased
	What    string          // "face" or "person"
	At      time.Time       // when this door learnt of it
	Before  bool            // this door joined later: not all answers are known here, and none is waited for
	Answers []SiteAnswer    // in the order of the doors' handles
}

// Waits gives the doors that have not answered yet.
func (e *SiteErasure) Waits() (out []fact.DoorID) {
	for _, a := range e.Answers {
		if a.Receipt == nil {
			out = append(out, a.Door)
		}
	}
	return out
}

// SiteAnswers gives what the doors of the site answered to the erasure of a person, or to the
// withdrawal of their face: see [Subject]. [ErrUnknown]: the site was told of neither. [ErrNoSite].
func (v *Vault) SiteAnswers(subject [32]byte) (e SiteErasure, err error) {
	err = v.view(func(t *tx) error {
		members, err := t.doors()
		if err != nil {
			return err
		}
		switch tomb, err := t.tomb(subject); {
		case err != nil:
			return err
		case !tomb.Told.IsZero():
			e, err = t.erasureOf(&tomb, members)
			return err
		}
		id, here, err := t.bySubject(subject)
		if err != nil {
			return err
		}
		if !here {
			return ErrUnknown
		}
		_, p, err := t.person(id)
		if err != nil {
			return err
		}
		if p.Facts == nil || p.Facts.NoFace.IsZero() {
			return ErrUnknown
		}
		e, err = t.withdrawalOf(p, members)
		return err
	})
	return e, err
}

// SiteErasures gives the erasures which some door of the site has not answered yet, the latest one
// first. [ErrNoSite].
func (v *Vault) SiteErasures() (out []SiteErasure, err error) {
	add := func(e SiteErasure, err error) error {
		if err == nil && len(e.Waits()) > 0 {
			out = append(out, e)
		}
		return err
	}
	err = v.view(func(t *tx) error {
		members, err := t.doors()
		if err != nil {
			return err
		}
		err = t.each(tombBucket, func(key, value []byte) error {
			var s Tombstone
			if err := t.open(tombBucket, key, value, &t.r.seal, &s); err != nil || s.Told.IsZero() {
				return err
			}
			return add(t.erasureOf(&s, members))
		})
		if err != nil {
			return err
		}
		return t.eachPerson(func(_ *personKeys, p *person) error {
			if p.Facts == nil || p.Facts.NoFace.IsZero() {
				return nil
			}
			return add(t.withdrawalOf(p, members))
		})
	})
	slices.SortStableFunc(out, func(a, b SiteErasure) int { return b.At.Compare(a.At) })
	return out, err
}

// bySubject finds the person who is here of whom a subject is the hash.
func (t *tx) bySubject(subject [32]byte) (id policy.PersonID, here bool, err error) {
	err = t.each(keysBucket, func(key, _ []byte) error {
		if Subject(policy.PersonID(key)) == subject {
			id, here = policy.PersonID(key), true
			return errStop
		}
		return nil
	})
	return id, here, stopped(err)
}

// doors gives the doors of the site. [ErrNoSite].
func (t *tx) doors() (map[fact.DoorID]*member, error) {
	if _, err := t.seat(); err != nil {
		return nil, err
	}
	return t.members()
}

func (t *tx) erasureOf(s *Tombstone, members map[fact.DoorID]*member) (SiteErasure, error) {
	e := SiteErasure{Subject: s.Subject, What: "person", At: s.At}
	err := t.answers(&e, s.Told, members)
	return e, err
}

func (t *tx) withdrawalOf(p *person, members map[fact.DoorID]*member) (SiteErasure, error) {
	e := SiteErasure{Subject: Subject(p.ID), Person: p.ID, What: "face", At: p.Face.At}
	err := t.answers(&e, p.Facts.NoFace, members)
	return e, err
}

// answers fills in what the doors answered that were of the site at the time of an erasure.
func (t *tx) answers(e *SiteErasure, told fact.Stamp, members map[fact.DoorID]*member) error {
	got := map[fact.DoorID]*Receipt{}
	take := func(r *Receipt) error {
		if r.What == "person" || r.What == e.What && r.For.Compare(told) >= 0 {
			got[r.Unit] = r
		}
		return nil
	}
	own := func(key, value []byte) error {
		r := new(Receipt)
		err := t.open(receiptBucket, key, value, &t.r.seal, r)
		if err != nil || r.Subject != e.Subject || len(r.Sig) == 0 {
			return err
		}
		return take(r)
	}
	err := errors.Join(t.eachReceipt(e.Subject, take), t.each(receiptBucket, own))
	e.Before = !members[t.r.Unit].owes(told)
	for id, m := range members {
		if r := got[id]; r != nil || m.owes(told) && !e.Before {
			e.Answers = append(e.Answers, SiteAnswer{id, r})
		}
	}
	slices.SortFunc(e.Answers, func(a, b SiteAnswer) int { return bytes.Compare(a.Door[:], b.Door[:]) })
	return err
}
