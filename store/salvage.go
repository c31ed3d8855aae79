package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"
	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"menshen/internal/safefile"
	"menshen/policy"
	"menshen/store/pages"
)

// Check reads every record and names each that is damaged; nil means that all are whole. A vault
// that [Open] took can still have records whose damage shows only when they are read: those, and
// only those, answer with [ErrCorrupt].
func (v *Vault) Check() error {
	err := v.checkRecords(func(string) bool { return true })
	rep, err2 := v.VerifyAudit()
	if err2 == nil && !rep.OK {
		err2 = fmt.Errorf("%s: %w", rep, ErrCorrupt)
	}
	return errors.Join(err, err2)
}

// CheckRecords is [Vault.Check] without the audit log, which [Vault.VerifyAudit] reads.
func (v *Vault) CheckRecords() error {
	return v.checkRecords(func(bucket string) bool { return bucket != auditBucket })
}

func (v *Vault) checkRecords(of func(bucket string) bool) error {
	var bad []error
	err := v.view(func(t *tx) error {
		for _, name := range t.r.buckets() {
			if !of(name) {
				continue
			}
			err := t.each(name, func(key, value []byte) error {
				if err := t.readable(name, key, value); err != nil && !errors.Is(err, ErrFacesLocked) {
					bad = append(bad, err)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(append(bad, err)...)
}

// readable opens one record in its bucket.
func (t *tx) readable(bucket string, key, value []byte) error {
	k := &t.r.seal
	switch {
	case bucket == metaBucket && string(key) == "header":
		return nil
	case bucket == peopleBucket || bucket == facesBucket:
		id := policy.PersonID{}
		if copy(id[:], key) != len(key) || len(key) != len(id) {
			return fmt.Errorf("%s record %.8x is %w", bucket, key, ErrCorrupt)
		}
		var own personKeys
		if err := t.get(keysBucket, id[:], &t.r.seal, &own); err != nil {
			return err
		}
		k = own.data()
		if bucket == facesBucket {
			face, err := t.faceKey(id, &own)
			if err != nil {
				return err
			}
			defer face.Wipe()
			k = &face
		}
	}
	plain, err := t.plain(bucket, key, value, k)
	clear(plain)
	return err
}

// SalvageReport counts what could be saved of a damaged vault.
type SalvageReport struct {
	People int
	Lost   int // people whose record is damaged
	Faces  int // people with templates
	Lines  int // of the audit log
}

// Salvage gathers every record of a damaged vault that still authenticates and writes them to w as
// a backup, which [Vault.Restore] takes. It only reads the vault, and needs its key source.
// [ErrWrongKey]: no header that fits the key was found. Of each record the newest version is taken;
// one that was deleted a short while ago may come back, but never what was erased. The audit log in
// the backup says where lines are missing.
func Salvage(dir string, o Options, w io.Writer, to ...age.Recipient) (rep SalvageReport, err error) {
	o.defaults()
	v := &Vault{dir: dir, o: o}
	if err := v.acquire(); err != nil {
		return rep, err
	}
	defer v.release()
	s := &salvage{best: map[slot][]byte{}}
	if s.r, err = v.salvageRing(); err == nil {
		err = s.gather(v.path())
	}
	if err != nil {
		return rep, fmt.Errorf("salvage vault in %s: %w", dir, err)
	}
	defer s.r.wipe()
	tmp := filepath.Join(dir, "vault.salvage")
	db, err := v.openFile(tmp, false)
	if err != nil {
		return rep, fmt.Errorf("salvage vault in %s: %w", dir, err)
	}
	err = guard(func() error { return db.Update(func(b *bolt.Tx) error { return s.backup(b, v, w, to) }) })
	return s.rep, errors.Join(err, db.Close(), safefile.Clean(tmp))
}

// salvage holds the newest authentic version of each record.
type salvage struct {
	r    *ring
	best map[slot][]byte
	rep  SalvageReport
}

// salvageRing finds a header that one of the keys fits.
func (v *Vault) salvageRing() (*ring, error) {
	roots, err := v.o.Key.Load(context.Background())
	if err != nil {
		return nil, err
	}
	var r *ring
	err = gather(v.path(), func(key, value []byte) {
		if string(key) != "header" {
			return
		}
		h, err := parseHeader(value)
		for _, root := range roots {
			if err == nil && root.ID() == h.KeyID {
				r = newRing(h, root)
			}
		}
	})
	if err == nil && r == nil {
		err = fmt.Errorf("no header that fits the key was found: %w", ErrWrongKey)
	}
	return r, err
}

func gather(path string, f func(key, value []byte)) error {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return pages.Gather(file, info.Size(), f)
}

// gather keeps the records that open. A loose record does not say which bucket it is from: the
// length of its key leaves few, and it opens in only one.
func (s *salvage) gather(path string) error {
	t := &tx{r: s.r}
	return gather(path, func(key, value []byte) {
		if len(value) < 8 {
			return
		}
		for _, bucket := range bucketsOf(key) {
			at := slot{bucket, string(key)}
			if old := s.best[at]; old != nil && be(old) >= be(value) {
				continue
			}
			if bucket == peopleBucket || bucket == facesBucket {
				continue // second round, when all keys are known
			}
			if plain, err := t.plain(bucket, key, value, &s.r.seal); err == nil {
				clear(plain)
				s.best[at] = slices.Clone(value)
			}
		}
	})
}

func bucketsOf(key []byte) []string {
	switch {
	case string(key) == "state" || string(key) == "secrets":
		return []string{metaBucket}
	case len(key) == 8:
		return []string{auditBucket, receiptBucket, gapBucket, paperBucket}
	case len(key) == 16:
		return []string{keysBucket, operatorBucket, peopleBucket, facesBucket}
	case len(key) == 32:
		return []string{cardsBucket, noticeBucket, tombBucket}
	}
	return []string{noticeBucket, settingBucket}
}

// backup puts the records into a file of their own, and backs that up.
func (s *salvage) backup(b *bolt.Tx, v *Vault, w io.Writer, to []age.Recipient) error {
	t := &tx{b: b, r: s.r}
	for _, name := range buckets {
		if _, err := b.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	for at, value := range s.best {
		if err := t.raw(at.bucket, []byte(at.key), value); err != nil {
			return err
		}
	}
	if err := s.gatherOwned(t, v.path()); err != nil {
		return err
	}
	if err := errors.Join(t.get(metaBucket, []byte("secrets"), &s.r.seal, &s.r.secrets)); err != nil {
		return fmt.Errorf("the unit's own secrets are lost, and with them every card: %w", err)
	}
	s.r.hasPassphrase = b.Bucket([]byte(settingBucket)).Get(faceLockKey) != nil
	s.setSpan(t)
	out, err := newBackup(w, s.r, v.now(t), true, to...)
	if err != nil {
		return err
	}
	err = t.each(keysBucket, func(key, _ []byte) error {
		id := policy.PersonID(key)
		faces := b.Bucket([]byte(facesBucket)).Get(key) != nil && !s.r.hasPassphrase
		switch err := out.person(t, id, faces); {
		case errors.Is(err, ErrCorrupt):
			s.rep.Lost++
			return nil
		case err != nil:
			return err
		}
		if s.rep.People++; faces {
			s.rep.Faces++
		}
		return nil
	})
	if err == nil {
		err = out.unit(t)
	}
	if err == nil {
		err = exportTo(out.pieces(), t, v.now(t))
	}
	return errors.Join(err, out.close())
}

// gatherOwned is the second round: people and templates, under their own keys.
func (s *salvage) gatherOwned(t *tx, path string) error {
	best := map[slot][]byte{}
	err := gather(path, func(key, value []byte) {
		if len(key) != 16 || len(value) < 8 {
			return
		}
		for _, bucket := range []string{peopleBucket, facesBucket} {
			at := slot{bucket, string(key)}
			if old := best[at]; (old == nil || be(old) < be(value)) && t.readable(bucket, key, value) == nil {
				best[at] = slices.Clone(value)
			}
		}
	})
	for at, value := range best {
		err = errors.Join(err, t.raw(at.bucket, []byte(at.key), value))
	}
	return err
}

// setSpan says from where to where the log goes, as far as that is known.
func (s *salvage) setSpan(t *tx) {
	var seqs []uint64
	for at := range maps.Keys(s.best) {
		if at.bucket == auditBucket {
			seqs = append(seqs, be([]byte(at.key)))
		}
	}
	s.rep.Lines = len(seqs)
	if t.get(metaBucket, []byte("state"), &s.r.seal, &t.st) == nil || len(seqs) == 0 {
		t.st.Audit.First = max(t.st.Audit.First, 1)
		return
	}
	// Its hashes are lost: it can be read, but does not verify.
	t.st.Audit = chain{First: slices.Min(seqs), Seq: slices.Max(seqs)}
}
