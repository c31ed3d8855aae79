package store

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

// ImportState is the last import, as long as it can be undone.
type ImportState struct {
	Entry   uint64 // of the audit log
	At      time.Time
	By      Actor
	File    [32]byte          // SHA-256
	Added   []policy.PersonID // who are still there
	Changed []policy.PersonID
	// Since has those about whom the audit log says something newer, other than a look-up, and
	// what: a decision, another change, a consent. An import is not undone over that.
	Since map[policy.PersonID]audit.Kind
}

// lookUps are the entries about a person that change nothing of them.
var lookUps = map[audit.Kind]bool{audit.LookedUp: true, audit.DecisionsLookedUp: true, audit.OwnPageShown: true,
	audit.OwnPageCopied: true}

// LastImport gives the last import. [ErrUnknown]: there was none, or it is too old to be undone.
func (v *Vault) LastImport() (s ImportState, err error) {
	err = v.view(func(t *tx) error { s, err = t.lastImport(v.now(t)); return err })
	if err != nil {
		return ImportState{}, fmt.Errorf("last import: %w", err)
	}
	return s, nil
}

func (t *tx) lastImport(now time.Time) (ImportState, error) {
	var last imported
	if err := t.get(settingBucket, importKey, &t.r.seal, &last); err != nil {
		return ImportState{}, err
	}
	if now.Sub(last.At) > ImportKept {
		return ImportState{}, ErrUnknown
	}
	s := ImportState{Entry: last.Entry, At: last.At, By: last.By, File: last.File,
		Since: map[policy.PersonID]audit.Kind{}}
	mine := map[policy.PersonID]bool{}
	for _, id := range last.Added {
		if _, _, err := t.person(id); errors.Is(err, ErrUnknown) {
			continue // erased since
		} else if err != nil {
			return ImportState{}, err
		}
		s.Added = append(s.Added, id)
		mine[id] = true
	}
	for _, id := range last.Changed {
		_, p, err := t.person(id)
		if errors.Is(err, ErrUnknown) {
			continue
		}
		if err != nil {
			return ImportState{}, err
		}
		s.Changed = append(s.Changed, id)
		mine[id] = true
		if p.HasFace() && len(p.without(p.Before).Working(now)) == 0 {
			s.Since[id] = audit.FaceEnrolled // the card of the import is what keeps it lawful (R-ALT)
		}
	}
	return s, t.newsAbout(last.Entry, func(k *kept, l *audit.Line) {
		if _, told := s.Since[k.Person]; mine[k.Person] && !told && l.Detail[byImport] != fmt.Sprint(last.Entry) {
			s.Since[k.Person] = l.Kind
		}
	})
}

// newsAbout calls f for each entry after number after that is about a person and no look-up.
func (t *tx) newsAbout(after uint64, f func(k *kept, l *audit.Line)) error {
	c := t.b.Bucket([]byte(auditBucket)).Cursor()
	for key, value := c.Seek(key64(after + 1)); key != nil; key, value = c.Next() {
		var k kept
		var l audit.Line
		if err := t.open(auditBucket, key, value, &t.r.seal, &k); err != nil {
			return fmt.Errorf("audit entry %d: %w", be(key), err)
		}
		if err := l.Decode(k.Line); err != nil {
			return fmt.Errorf("audit entry %d is %w: %w", be(key), ErrCorrupt, err)
		}
		if l.Who != "" && !lookUps[l.Kind] {
			f(&k, &l)
		}
	}
	return nil
}

// without is a person with the cards of an import revoked.
func (p *person) without(b *before) policy.Person {
	out := p.Person
	out.Credentials = slices.Clone(out.Credentials)
	for i, c := range out.Credentials {
		if b != nil && slices.Contains(b.Cards, c.ID) {
			out.Credentials[i].Revoked = true
		}
	}
	return out
}

// Undone is what [Vault.UndoImport] did.
type Undone struct {
	Removed  int // people whom the import added, erased again (R-ERASE)
	Restored int // people who are again what they were before
	Left     int // of [ImportState.Since], as they are now
}

// UndoImport takes an import back as one act: who was added is erased, with a signed receipt for
// each as of [Vault.RemovePerson]; who was changed has the details from before, and the cards that
// the import gave are revoked. People of [ImportState.Since] stay as they are now, with leave;
// without, nothing is done. Like an erasure it moves the vault to a new file, so that a power cut
// leaves all of it or nothing.
//
// [ErrUnknown]: this is not the last import, or it is too old. [ErrChanged]: there are people of
// [ImportState.Since], or something happened to one of them just now.
func (v *Vault) UndoImport(a Actor, entry uint64, leave bool) (Undone, error) {
	u := undoer{v: v, a: a}
	err := u.look(entry, leave)
	if err == nil {
		err = v.renew(context.Background(), forget{people: u.gone, all: true, may: u.checkQuiet}, u.write)
	}
	if err == nil {
		err = v.finishReceipts(u.receipts, u.needles)
	}
	if err != nil {
		return u.done, fmt.Errorf("undo an import: %w", err)
	}
	return u.done, nil
}

// undoer is one import being taken back.
type undoer struct {
	v        *Vault
	a        Actor
	last     ImportState
	seen     uint64 // number of the newest entry that was looked at
	gone     map[policy.PersonID]bool
	needles  map[policy.PersonID][][]byte
	receipts map[policy.PersonID]Receipt
	done     Undone
}

// look finds out what is to be done, and copies the ciphertext that must disappear.
func (u *undoer) look(entry uint64, leave bool) error {
	return u.v.view(func(t *tx) (err error) {
		u.last, err = t.lastImport(u.v.now(t))
		switch {
		case err != nil:
			return err
		case u.last.Entry != entry:
			return ErrUnknown
		case len(u.last.Since) > 0 && !leave:
			return fmt.Errorf("%d people: %w", len(u.last.Since), ErrChanged)
		}
		u.seen = t.st.Audit.Seq
		u.gone, u.needles = map[policy.PersonID]bool{}, map[policy.PersonID][][]byte{}
		for _, id := range u.last.Added {
			if _, since := u.last.Since[id]; !since {
				u.gone[id], u.needles[id] = true, t.blocksOf(id, "person")
			}
		}
		return nil
	})
}

// write is the change in the vault's new file, in which those to be erased no longer are.
func (u *undoer) write(t *tx) error {
	u.done, u.receipts = Undone{Left: len(u.last.Since)}, map[policy.PersonID]Receipt{}
	at, detail := u.v.now(t), map[string]string{byImport: fmt.Sprint(u.last.Entry)}
	back := slices.DeleteFunc(slices.Clone(u.last.Changed), func(id policy.PersonID) bool {
		_, since := u.last.Since[id]
		return since
	})
	about := maps.Clone(detail)
	about["removed"], about["restored"], about["left"] = fmt.Sprint(len(u.gone)), fmt.Sprint(len(back)),
		fmt.Sprint(u.done.Left)
	if _, err := t.log(Entry{At: at, Kind: audit.ImportUndone, Actor: u.a, Detail: about}); err != nil {
		return err
	}
	for _, id := range u.last.Added {
		if !u.gone[id] {
			continue
		}
		r := Receipt{Subject: Subject(id), What: "person", Why: "import undone", Unit: t.r.Unit, Epoch: t.r.Epoch,
			At: at}
		var err error
		if r.For, err = t.stamp(0); err != nil {
			return err
		}
		if err := u.v.fileReceipt(t, u.a, id, &r); err != nil {
			return err
		}
		u.receipts[id] = r
		u.done.Removed++
	}
	for _, id := range back {
		if err := u.restore(t, id, at, detail); err != nil {
			return err
		}
		u.done.Restored++
	}
	return t.dropImport()
}

// checkQuiet makes sure that nothing happened to the people since look. old is the file as it is
// left, to which nothing is written any more.
func (u *undoer) checkQuiet(old *tx) error {
	quiet := true
	err := old.newsAbout(u.seen, func(k *kept, _ *audit.Line) {
		_, since := u.last.Since[k.Person]
		quiet = quiet && (since || !u.gone[k.Person] && !slices.Contains(u.last.Changed, k.Person))
	})
	if err == nil && !quiet {
		err = ErrChanged
	}
	return err
}

// restore gives a person what they were before the import.
func (u *undoer) restore(t *tx, id policy.PersonID, at time.Time, detail map[string]string) error {
	own, p, err := t.person(id)
	if err != nil {
		return err
	}
	b := p.Before
	if b == nil {
		return fmt.Errorf("person %s: what they were before the import is gone: %w", id, ErrUnknown)
	}
	changed := !DetailsOf(p.Person).Equal(b.Details)
	p.Person, p.Before = p.without(b), nil
	b.putInto(&p.Person)
	if err := t.putPerson(own, p); err != nil {
		return err
	}
	note := Entry{At: at, Kind: audit.PersonCorrected, Actor: u.a, Person: id, Detail: detail}
	if changed {
		if _, err := t.log(note); err != nil {
			return err
		}
	}
	note.Kind = audit.CredentialRevoked
	for _, note.CredentialID = range b.Cards {
		if _, err := t.log(note); err != nil {
			return err
		}
	}
	return nil
}

// finishReceipts is finishReceipt for several people: one scan of all files for what was stored
// about any of them.
func (v *Vault) finishReceipts(receipts map[policy.PersonID]Receipt, needles map[policy.PersonID][][]byte) error {
	files, err := v.Files()
	if err != nil {
		return err
	}
	all, err := Scan(files, slices.Concat(slices.Collect(maps.Values(needles))...))
	if err != nil {
		return fmt.Errorf("erased, but the proof by scan failed: %w", err)
	}
	if len(all.Hits) > 0 { // whose they are, a scan for each person says
		for id, r := range receipts {
			_, one := v.finishReceipt(r, needles[id])
			err = errors.Join(err, one)
		}
		return err
	}
	v.mu.RLock()
	key := v.ring.sign()
	for id, r := range receipts {
		r.Files, r.Bytes, r.Sought, r.Found = all.Files, all.Bytes, newNeedles(needles[id]).count, 0
		r.Sig = ed25519.Sign(key, r.message())
		receipts[id] = r
	}
	v.mu.RUnlock()
	return v.act(func(t *tx) error {
		for _, r := range receipts {
			if err := t.putReceipt(&r); err != nil {
				return err
			}
		}
		return nil
	})
}
