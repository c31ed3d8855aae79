package store

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"menshen/policy"
	"menshen/site/fact"
)

// Receipt is the unit's signed statement that something was erased. It has nothing about the person
// but a hash of their random handle, so it can be handed out and kept. See [Receipt.Verify].
type Receipt struct {
	Unit    [16]byte  `json:"unit"`
	Seq     uint64    `json:"entry"`             // of the audit log
	Subject [32]byte  `json:"subject"`           // SHA-256 of the person's handle
	What    string    `json:"what"`              // "face", "person", or "learnt": the occasions learnt from visits
	OnCard  bool      `json:"onCard,omitempty"`  // the face lay on its owner's card: erased is the key that opens it
	Nothing bool      `json:"nothing,omitempty"` // there was nothing to erase at this unit
	Why     string    `json:"why"`
	At      time.Time `json:"at"`
	Epoch   uint64    `json:"epoch"` // the first epoch whose keys did not seal what was erased
	Files   int       `json:"files"` // that were scanned
	Bytes   int64     `json:"bytes"`
	Sought  int       `json:"sought"` // blocks of the erased ciphertext, looked for at every byte
	Found   int       `json:"found"`  // 0 is the proof
	// For is the withdrawal or erasure which the receipt answers, of those told in the unit's site.
	For fact.Stamp `json:"for,omitzero"`
	Sig []byte     `json:"sig"`
}

const whatLearnt = "learnt"

// Subject gives the hash that stands for a person in receipts and backups.
func Subject(id policy.PersonID) [32]byte {
	return sha256.Sum256(append([]byte("menshen subject 1\n"), id[:]...))
}

func (r Receipt) message() []byte {
	r.Sig = nil
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // plain values only
	}
	return append([]byte("menshen receipt 1\n"), b...)
}

// Verify reports whether the unit with this public key signed the receipt, on any machine.
func (r Receipt) Verify(pub ed25519.PublicKey) bool {
	return len(pub) == ed25519.PublicKeySize && ed25519.Verify(pub, r.message(), r.Sig)
}

// RemovePerson destroys all that is stored about a person, in every copy that the unit has
// (R-ERASE): their keys, record, credentials, templates and their part of the audit log. When it
// returns without an error the old file is wiped, the old root key is forgotten, and the receipt
// says what a scan of all files found. why must not say anything about the person: it stays in the
// log and on the receipt. [ErrUnknown]: no such person. [ErrNotErased]: the scan found something.
func (v *Vault) RemovePerson(a Actor, id policy.PersonID, why string) (Receipt, error) {
	r, err := v.erase(a, id, "person", why, nil)
	if err != nil {
		return r, fmt.Errorf("remove person %s: %w", id, err)
	}
	return r, nil
}

// EraseFace destroys a person's templates, in every copy that the unit has, and marks their consent
// as withdrawn (R-WITHDRAW, R-ERASE). Otherwise it is as [Vault.RemovePerson].
func (v *Vault) EraseFace(a Actor, id policy.PersonID, why string) (Receipt, error) {
	r, err := v.erase(a, id, "face", why, nil)
	if err != nil {
		return r, fmt.Errorf("erase face, person %s: %w", id, err)
	}
	return r, nil
}

// RemoveLapsed does [Vault.RemovePerson] if lapsed is true of the person at the moment of it, and
// EraseLapsedFace likewise [Vault.EraseFace]. [ErrStays]: it is not; nothing is destroyed.
func (v *Vault) RemoveLapsed(a Actor, id policy.PersonID, why string,
	lapsed func(policy.Person) bool) (Receipt, error) {
	r, err := v.erase(a, id, "person", why, lapsed)
	if err != nil {
		return r, fmt.Errorf("remove person %s: %w", id, err)
	}
	return r, nil
}

// EraseLapsedFace is described at [Vault.RemoveLapsed].
func (v *Vault) EraseLapsedFace(a Actor, id policy.PersonID, why string,
	lapsed func(policy.Person) bool) (Receipt, error) {
	r, err := v.erase(a, id, "face", why, lapsed)
	if err != nil {
		return r, fmt.Errorf("erase face, person %s: %w", id, err)
	}
	return r, nil
}

// erase destroys what is stored of a person, or their face; where only is not nil, if it is true of
// the person at that moment.
func (v *Vault) erase(a Actor, id policy.PersonID, what, why string,
	only func(policy.Person) bool) (Receipt, error) {
	var needles [][]byte
	r := Receipt{Subject: Subject(id), What: what, Why: why}
	err := v.view(func(t *tx) error {
		if _, p, err := t.person(id); err != nil {
			return err
		} else if what == "face" && p.Face.State != policy.FaceEnrolled {
			return fmt.Errorf("no face is stored: %w", ErrUnknown)
		} else {
			r.OnCard = what == "face" && p.Face.OnCard
		}
		needles = t.blocksOf(id, what)
		return nil
	})
	if err != nil {
		return Receipt{}, err
	}
	drop := theirs(id, what == "person")
	if only != nil {
		drop.may = func(old *tx) error {
			_, p, err := old.person(id)
			if err == nil && !only(p.Person) {
				err = ErrStays
			}
			return err
		}
	}
	err = v.renew(context.Background(), drop, func(t *tx) error {
		r.Unit, r.Epoch, r.At = t.r.Unit, t.r.Epoch, v.now(t)
		var err error
		switch everywhere := only == nil; {
		case what == "face":
			r.For, err = t.withdraw(id, r.At, everywhere)
		case everywhere:
			r.For, err = t.stamp(0)
		}
		if err != nil {
			return err
		}
		return v.fileReceipt(t, a, id, &r)
	})
	if err != nil {
		return Receipt{}, err
	}
	return v.finishReceipt(r, needles)
}

// fileReceipt records an erasure, and keeps its tombstone and its receipt, not signed yet.
func (v *Vault) fileReceipt(t *tx, a Actor, id policy.PersonID, r *Receipt) (err error) {
	detail := map[string]string{"subject": fmt.Sprintf("%x", r.Subject), "why": r.Why}
	if r.OnCard {
		detail[onCard] = "yes"
	}
	r.Seq, err = t.log(Entry{At: r.At, Kind: r.kind(), Actor: a, Person: id, Detail: detail})
	if err != nil {
		return err
	}
	if err := t.bury(r.tomb()); err != nil {
		return err
	}
	return t.put(receiptBucket, key64(r.Seq), &t.r.seal, r)
}

// withdraw takes a consent back, as policy does. With everywhere the other doors of the site are
// told, under the stamp that it gives.
func (t *tx) withdraw(id policy.PersonID, at time.Time, everywhere bool) (told fact.Stamp, err error) {
	own, p, err := t.person(id)
	if err != nil {
		return told, err
	}
	p.Person = policy.Withdraw(p.Person, at)
	if everywhere {
		if told, err = t.tellNoFace(p); err != nil {
			return told, err
		}
	}
	return told, t.putPerson(own, p)
}

// finishReceipt scans all files, and signs and stores the receipt.
func (v *Vault) finishReceipt(r Receipt, needles [][]byte) (Receipt, error) {
	files, err := v.Files()
	if err != nil {
		return r, err
	}
	found, err := Scan(files, needles)
	if err != nil {
		return r, fmt.Errorf("erased, but the proof by scan failed: %w", err)
	}
	r.Files, r.Bytes, r.Sought, r.Found = found.Files, found.Bytes, found.Sought, len(found.Hits)
	v.mu.RLock()
	r.Sig = ed25519.Sign(v.ring.sign(), r.message())
	v.mu.RUnlock()
	err = v.act(func(t *tx) error { return t.putReceipt(&r) })
	if err == nil && r.Found > 0 {
		err = fmt.Errorf("%d blocks of what was erased are still there: %w", r.Found, ErrNotErased)
	}
	return r, err
}

// putReceipt stores a signed receipt, and tells it to the other doors of the site.
func (t *tx) putReceipt(r *Receipt) error {
	return errors.Join(t.put(receiptBucket, key64(r.Seq), &t.r.seal, r), t.tellReceipt(r))
}

// ErrNotErased means that a scan still found old ciphertext in a file of the unit. It cannot be
// decrypted, as its key is gone.
var ErrNotErased = errors.New("erasure is incomplete")

// Receipts gives all receipts, oldest first. One with Sought 0 is of an erasure whose
// scan was cut off by a power cut.
func (v *Vault) Receipts() ([]Receipt, error) {
	var out []Receipt
	err := v.view(func(t *tx) error {
		return t.each(receiptBucket, func(key, value []byte) error {
			var r Receipt
			err := t.open(receiptBucket, key, value, &t.r.seal, &r)
			out = append(out, r)
			return err
		})
	})
	return out, err
}

// Ciphertext gives the stored bytes that an erasure of what ([Receipt.What]) will remove, to
// look for with [Scan] before the erasure and after.
func (v *Vault) Ciphertext(id policy.PersonID, what string) ([][]byte, error) {
	var out [][]byte
	err := v.view(func(t *tx) error { out = t.blocksOf(id, what); return nil })
	return out, err
}

// blocksOf copies the ciphertext that an erasure must make disappear: of a face that lies on a
// card, that of the key.
func (t *tx) blocksOf(id policy.PersonID, what string) [][]byte {
	var out [][]byte
	_, p, err := t.person(id)
	carried := err == nil && p.Face.OnCard
	for _, name := range []string{facesBucket, keysBucket, peopleBucket} {
		if what != "person" && name != facesBucket && !(carried && name == keysBucket) {
			continue
		}
		if b := t.b.Bucket([]byte(name)).Get(id[:]); b != nil {
			out = append(out, append([]byte(nil), b...))
		}
	}
	return out
}

// Files gives the files that an erasure scans: those of this vault, and those of [Options.Files].
// Key files are not among them.
func (v *Vault) Files() ([]string, error) {
	var out []string
	for _, root := range append([]string{v.dir}, v.o.Files...) {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // not made yet, or wiped meanwhile
			}
			if err == nil && d.Type().IsRegular() {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list the unit's files: %w", err)
		}
	}
	return out, nil
}

// signReceipts signs the receipts that a power cut left unsigned, and tells them. The old
// ciphertext is not known any more, so such a receipt says that nothing was sought. This start has
// wiped the old file.
func (v *Vault) signReceipts(context.Context) error {
	rs, err := v.Receipts()
	if err != nil {
		return err
	}
	for _, r := range rs {
		if len(r.Sig) > 0 {
			continue
		}
		if err := v.act(func(t *tx) error {
			r.Sig = ed25519.Sign(t.r.sign(), r.message())
			return t.putReceipt(&r)
		}); err != nil {
			return err
		}
	}
	return nil
}
