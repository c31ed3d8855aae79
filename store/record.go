package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"menshen/internal/canon"
	"menshen/store/audit"
	"menshen/store/seal"
)

// The buckets. Their keys are random handles, keyed hashes or counters,
// and say nothing about a person.
const (
	metaBucket     = "meta"      // header (clear), state, secrets
	keysBucket     = "keys"      // person → that person's keys, under the epoch key
	peopleBucket   = "people"    // person → who they are, under their own key
	facesBucket    = "faces"     // person → templates, under their own face key
	cardsBucket    = "cards"     // keyed hash of a credential → whose, under the epoch key
	operatorBucket = "operators" // operator → account, under the epoch key
	noticeBucket   = "notices"   // language → notice; hash → notice
	auditBucket    = "audit"     // sequence number → line
	receiptBucket  = "receipts"  // number → erasure receipt
	settingBucket  = "settings"  // name → value
	gapBucket      = "gaps"      // first pruned sequence number → gap in the audit log; since layout 2
	tombBucket     = "tombs"     // subject → tombstone of an erasure; since layout 2
	paperBucket    = "papers"    // number → paper on file; since layout 3
	passBucket     = "passes"    // handle → visitor's pass, under the epoch key; since layout 4
	siteBucket     = "site"      // what a door knows of its site, under the epoch key; since layout 6
	chainBucket    = "chain"     // door, number → record of a site, as it travels; since layout 6
)

var buckets = []string{metaBucket, keysBucket, peopleBucket, facesBucket, cardsBucket, operatorBucket, noticeBucket,
	auditBucket, receiptBucket, settingBucket, gapBucket, tombBucket, paperBucket, passBucket, siteBucket, chainBucket}

// buckets gives the buckets of the ring's layout.
func (r *ring) buckets() []string {
	switch {
	case r.Schema < 2:
		return buckets[:len(buckets)-6]
	case r.Schema < 3:
		return buckets[:len(buckets)-4]
	case r.Schema < 4:
		return buckets[:len(buckets)-3]
	case r.Schema < siteSince:
		return buckets[:len(buckets)-2]
	}
	return buckets
}

// state changes with every transaction.
type state struct {
	Rev    uint64    `cbor:"rev"`   // counts transactions
	Sum    sum       `cbor:"sum"`   // over all live records but the audit log's
	Floor  time.Time `cbor:"floor"` // no time before this is believed
	Audit  chain     `cbor:"audit"`
	Before time.Time `cbor:"before,omitzero"` // the clock was set far ahead of this time, and not confirmed: see Clock
	Count  uint64    `cbor:"count,omitempty"` // what the key source's counter shows, or one more; 0: it has none
	Head   time.Time `cbor:"head,omitzero"`   // when a head page was found damaged, until an operator has seen it
}

// chain is where the audit log begins and ends.
type chain struct {
	Seq   uint64     `cbor:"seq"`   // last line
	Head  audit.Hash `cbor:"head"`  // hash after it
	First uint64     `cbor:"first"` // lines before this one were pruned
	Base  audit.Hash `cbor:"base"`  // hash before line First
}

// secrets are kept for the unit's life, through every change of key.
type secrets struct {
	Lookup seal.Key `cbor:"lookup"` // first of the two hashes of a credential
	Sign   [32]byte `cbor:"sign"`   // Ed25519 seed of receipts and checkpoints
}

// sum is the sum, modulo 2²⁵⁶, of a keyed hash of each live record: an additive multiset hash. It
// shows an exchanged, dropped or older record, and costs one hash per change. Plain addition is
// safe only while sums and summands are secret (Clarke et al., "Incremental Multiset Hash
// Functions", 2003): they are always sealed.
type sum [4]uint64

func (s *sum) add(m [32]byte) { s.carry(m, bits.Add64) }
func (s *sum) sub(m [32]byte) { s.carry(m, bits.Sub64) }

func (s *sum) carry(m [32]byte, op func(x, y, c uint64) (uint64, uint64)) {
	var c uint64
	for i := range s {
		s[i], c = op(s[i], binary.LittleEndian.Uint64(m[8*i:]), c)
	}
}

var encMode, decMode = canon.Modes()

// tx is a bbolt transaction that seals what it writes and checks what it reads.
type tx struct {
	b      *bolt.Tx
	r      *ring
	st     state
	found  state // as the transaction found it
	touch  func(bucket string, key []byte)
	packed bool // records are put in the order of their keys

	looked  bool     // whether the vault belongs to a site
	telling *telling // what the other doors are told of this transaction; nil: nothing
}

// begin loads the state.
func begin(b *bolt.Tx, r *ring) (*tx, error) {
	t := &tx{b: b, r: r}
	err := t.needed(metaBucket, []byte("state"), &r.seal, &t.st)
	t.st.Audit.First = max(t.st.Audit.First, 1)
	t.found = t.st
	return t, err
}

// finish tells the other doors what is to be told, and stores the state, once, at the end of a
// writing transaction.
func (t *tx) finish() error {
	if err := t.publish(); err != nil {
		return fmt.Errorf("tell the site: %w", err)
	}
	t.st.Rev++
	return t.put(metaBucket, []byte("state"), &t.r.seal, &t.st)
}

// put seals v into a bucket under k.
func (t *tx) put(bucket string, key []byte, k *seal.Key, v any) error {
	value, err := t.sealed(bucket, key, k, v)
	if err != nil {
		return err
	}
	return t.raw(bucket, key, value)
}

// del removes a record that may be there.
func (t *tx) del(bucket string, key []byte) error {
	if err := t.unsum(bucket, key); err != nil {
		return err
	}
	if t.touch != nil {
		t.touch(bucket, key)
	}
	return t.b.Bucket([]byte(bucket)).Delete(key)
}

// sealed makes a value as stored: the revision it is written at, 8 bytes, and the box.
func (t *tx) sealed(bucket string, key []byte, k *seal.Key, v any) ([]byte, error) {
	plain, err := encMode.Marshal(v)
	defer clear(plain)
	if err == nil { // refuse what could not be read again, such as a date after the year 9999
		err = decMode.Unmarshal(plain, reflect.New(reflect.TypeOf(v)).Interface())
	}
	if err != nil {
		return nil, fmt.Errorf("encode %s record: %w", bucket, err)
	}
	return append(key64(t.st.Rev), k.Seal(t.place(bucket, key, t.st.Rev), plain)...), nil
}

// get reads a record into v. [ErrUnknown]: there is none. [ErrCorrupt]: it does not authenticate.
func (t *tx) get(bucket string, key []byte, k *seal.Key, v any) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	var value []byte
	if b != nil {
		value = b.Get(key)
	}
	if value == nil {
		return fmt.Errorf("%s record: %w", bucket, ErrUnknown)
	}
	return t.open(bucket, key, value, k, v)
}

// needed is get for a record without which the vault is damaged.
func (t *tx) needed(bucket string, key []byte, k *seal.Key, v any) error {
	err := t.get(bucket, key, k, v)
	if errors.Is(err, ErrUnknown) {
		err = fmt.Errorf("%s record %.8x is missing: %w", bucket, key, ErrCorrupt)
	}
	return err
}

func (t *tx) open(bucket string, key, value []byte, k *seal.Key, v any) error {
	plain, err := t.plain(bucket, key, value, k)
	if err != nil {
		return err
	}
	defer clear(plain)
	if err := decMode.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("%s record %.8x is %w: %w", bucket, key, ErrCorrupt, err)
	}
	return nil
}

// plain is a record's plaintext, encoded.
func (t *tx) plain(bucket string, key, value []byte, k *seal.Key) ([]byte, error) {
	if len(value) < 8 {
		return nil, fmt.Errorf("%s record %.8x is %w", bucket, key, ErrCorrupt)
	}
	plain, err := k.Open(t.place(bucket, key, be(value)), value[8:])
	if err != nil {
		return nil, fmt.Errorf("%s record %.8x is %w: %w", bucket, key, ErrCorrupt, err)
	}
	return plain, nil
}

// raw puts a value that is sealed already.
func (t *tx) raw(bucket string, key, value []byte) error {
	if err := t.unsum(bucket, key); err != nil {
		return err
	}
	if t.touch != nil {
		t.touch(bucket, key)
	}
	b := t.b.Bucket([]byte(bucket))
	if bucket == auditBucket || t.packed {
		b.FillPercent = 0.95 // keys come in order: no need to leave room between them
	}
	if err := b.Put(key, value); err != nil {
		return err
	}
	t.sum(bucket, key)
	return nil
}

// place gives the associated data of a record, so that it opens only in this vault,
// schema, bucket, key and revision.
func (t *tx) place(bucket string, key []byte, rev uint64) []byte {
	ad := append([]byte(magic), t.r.Unit[:]...)
	ad = binary.BigEndian.AppendUint64(ad, layoutOf(bucket, t.r.Schema))
	ad = binary.BigEndian.AppendUint64(ad, rev)
	ad = append(ad, bucket...)
	ad = append(ad, 0)
	return append(ad, key...)
}

// layoutOf gives the layout that a bucket's records name. Templates have their own, since a
// migration may run while they are locked.
func layoutOf(bucket string, schema uint64) uint64 {
	if bucket == facesBucket {
		return 1
	}
	return schema
}

func (t *tx) mark(bucket string, key, value []byte) [32]byte {
	if len(value) < 8 {
		return t.r.sum.MAC([]byte(bucket), key, value)
	}
	return t.r.sum.MAC([]byte(bucket), key, value[:8], seal.Mark(value[8:]))
}

// counted reports whether a record is in the sum. The audit log is not, as it has its chain; the
// state is not, as it holds the sum.
func counted(bucket string, key []byte) bool {
	return bucket != auditBucket && !(bucket == metaBucket && string(key) != "secrets")
}

func (t *tx) sum(bucket string, key []byte) {
	if counted(bucket, key) {
		t.st.Sum.add(t.mark(bucket, key, t.b.Bucket([]byte(bucket)).Get(key)))
	}
}

func (t *tx) unsum(bucket string, key []byte) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	if b == nil {
		return fmt.Errorf("layout %d has no %s: %w", t.r.Schema, bucket, ErrNotMigrated)
	}
	if old := b.Get(key); old != nil && counted(bucket, key) {
		t.st.Sum.sub(t.mark(bucket, key, old))
	}
	return nil
}

// bucket finds a bucket; nil: the vault's layout, not migrated yet, does not have it.
func (t *tx) bucket(name string) (*bolt.Bucket, error) {
	b := t.b.Bucket([]byte(name))
	if b == nil && slices.Contains(t.r.buckets(), name) {
		return nil, fmt.Errorf("bucket %s is missing: %w", name, ErrCorrupt)
	}
	return b, nil
}

// each calls f for every record of a bucket.
func (t *tx) each(bucket string, f func(key, value []byte) error) error {
	b, err := t.bucket(bucket)
	if err != nil || b == nil {
		return err
	}
	return b.ForEach(f)
}
