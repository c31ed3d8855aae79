package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"menshen/site/fact"
	"menshen/store/audit"
)

// schema is the layout this version writes. Open migrates older ones, and refuses
// newer ones without touching them.
//
//	1  2026  the first
//	2  2026  the header has a checksum; gaps of the audit log; tombstones, made from receipts
//	3  2026  papers
//	4  2026  visitors' passes
//	5  2026  occasions of a face: which of its templates were learnt
//	6  2026  the doors of a site: what they told each other of people, and their records
const schema = 6

// occasionsSince is the first layout that says which templates were learnt. A program of an earlier
// one would lose that with the next change of the person's record.
const occasionsSince = 5

// Layout is the layout of the vaults that this version writes.
func Layout() uint64 { return schema }

const magic = "menshen vault"

// header is the only record in clear: it says which key is needed. Its fields are part of
// every record's associated data, or of the derivation of the keys, so a changed header
// only makes a vault unreadable.
type header struct {
	Magic  string   `cbor:"magic"`
	Schema uint64   `cbor:"schema"`
	Unit   [16]byte `cbor:"unit"`
	Epoch  uint64   `cbor:"epoch"`
	KeyID  [8]byte  `cbor:"key"`
}

// headerCheck is the length of the checksum behind the header, in bytes: the beginning of its
// SHA-256. It distinguishes damage from a wrong key.
const headerCheck = 8

func writeHeader(b *bolt.Tx, h *header) error {
	raw, err := encMode.Marshal(h)
	if err != nil {
		return err
	}
	if h.Schema > 1 {
		sum := sha256.Sum256(raw)
		raw = append(raw, sum[:headerCheck]...)
	}
	return b.Bucket([]byte(metaBucket)).Put([]byte("header"), raw)
}

func readHeader(b *bolt.Tx) (h header, err error) {
	ours := 0
	for _, name := range buckets {
		if b.Bucket([]byte(name)) != nil {
			ours++
		}
	}
	if ours == 0 {
		return h, fmt.Errorf("it is some other program's bbolt file: %w", ErrForeign)
	}
	meta := b.Bucket([]byte(metaBucket))
	if meta == nil {
		return h, fmt.Errorf("the bucket with the header is missing: %w", ErrCorrupt)
	}
	return parseHeader(meta.Get([]byte("header")))
}

func parseHeader(raw []byte) (h header, err error) {
	body := raw
	if n := len(raw) - headerCheck; n > 0 {
		if sum := sha256.Sum256(raw[:n]); bytes.Equal(sum[:headerCheck], raw[n:]) {
			body = raw[:n]
		}
	}
	err = decMode.Unmarshal(body, &h)
	switch {
	case err != nil || h.Magic != magic || h.Schema == 0 || h.Schema > 1 && len(body) == len(raw):
		return h, fmt.Errorf("the vault's header is %w", ErrCorrupt)
	case h.Schema > schema:
		return h, fmt.Errorf("%w (layout %d, this version knows %d): install that version or a newer one", ErrNewer,
			h.Schema, schema)
	}
	return h, nil
}

// migrate brings an older layout up to the present one. Like an erasure it copies everything to a
// new file under a new root key, so that a power cut leaves either the old layout or the new one.
// Until it succeeds, which it cannot on a full disk, records that the old layout does not have
// cannot be written. The caller holds renewing.
func (v *Vault) migrate(ctx context.Context) error {
	from := v.ring.Schema
	if from == v.nextLayout() {
		return nil
	}
	err := v.renewTo(ctx, v.o.Key, v.counter, forget{}, func(t *tx) error {
		if from < 2 {
			if err := t.buryReceipts(); err != nil {
				return err
			}
		}
		_, err := t.log(Entry{At: v.now(t), Kind: audit.VaultMigrated, Actor: Door,
			Detail: map[string]string{"from": fmt.Sprint(from), "to": fmt.Sprint(schema)}})
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate from layout %d to %d: %w", from, schema, err)
	}
	return nil
}

// nextLayout is the layout in which the vault is written the next time: the present one, or while
// it is held the one that it has.
func (v *Vault) nextLayout() uint64 {
	if v.o.Hold != nil && v.o.Hold() {
		return v.ring.Schema
	}
	return schema
}

// buryReceipts makes the tombstones that layout 1 did not have.
func (t *tx) buryReceipts() error {
	return t.each(receiptBucket, func(key, value []byte) error {
		var r Receipt
		if err := t.open(receiptBucket, key, value, &t.r.seal, &r); err != nil {
			return err
		}
		return t.bury(r.tomb())
	})
}

// Tombstone says that a person, their face, or what was learnt of it, was erased, so that no backup
// brings that back.
type Tombstone struct {
	Subject [32]byte   `cbor:"subject"`
	What    string     `cbor:"what"` // as [Receipt.What]
	At      time.Time  `cbor:"at"`
	Told    fact.Stamp `cbor:"told,omitzero"` // of a person whom all doors of the site erase; zero: only this one did
}

// key is where a tombstone lies. One for what was learnt says nothing of the rest of the face, and
// lies apart.
func (s Tombstone) key() []byte {
	if s.What == whatLearnt {
		return append(s.Subject[:], whatLearnt...)
	}
	return s.Subject[:]
}

// bury keeps a tombstone. One for the whole person replaces one for the face,
// and a later one an earlier one.
func (t *tx) bury(s Tombstone) error {
	var was Tombstone
	err := t.get(tombBucket, s.key(), &t.r.seal, &was)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return err
	}
	everywhere := s.What == "person" && !s.Told.IsZero() && was.Told.IsZero()
	if !everywhere && err == nil && (was.What == "person" || was.What == s.What && was.At.After(s.At)) {
		return nil
	}
	if err := t.putTomb(s); err != nil || !everywhere {
		return err
	}
	return t.tellErased(s.Subject)
}

func (t *tx) putTomb(s Tombstone) error { return t.put(tombBucket, s.key(), &t.r.seal, &s) }

// Tombstones gives all erasures of this unit, and those that came with backups, in no order.
func (v *Vault) Tombstones() ([]Tombstone, error) {
	var out []Tombstone
	err := v.view(func(t *tx) error {
		return t.each(tombBucket, func(key, value []byte) error {
			var s Tombstone
			err := t.open(tombBucket, key, value, &t.r.seal, &s)
			out = append(out, s)
			return err
		})
	})
	return out, err
}
