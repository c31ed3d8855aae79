package record

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"filippo.io/age"

	"menshen/internal/canon"
	"menshen/site/fact"
)

// Limit is how long a record may be, in bytes.
const Limit = 1 << 20

// version is that of the records which this program writes, and reads.
const version = 1

// Errors of records from outside. None quotes the record.
var (
	ErrForm    = errors.New("not a record of a site's door")
	ErrTooLong = fmt.Errorf("longer than %d bytes: %w", Limit, ErrForm)
	ErrNewer   = errors.New("the record is of a newer version of menshen")
	ErrNotOurs = errors.New("the record is sealed to other keys")
)

// SiteID is the random name of a site.
type SiteID [16]byte

// Hash is the SHA-256 of a head, or of a sealed body.
type Hash [sha256.Size]byte

// Short is the beginning of a hash, enough to tell what honest doors told from each other.
func (h Hash) Short() [8]byte { return [8]byte(h[:8]) }

// Head is what a carrier may read of a record.
type Head struct {
	Version uint64      `cbor:"0,keyasint"`
	Site    SiteID      `cbor:"1,keyasint"`
	Door    fact.DoorID `cbor:"2,keyasint"` // who tells
	Seq     uint64      `cbor:"3,keyasint"` // 1, 2, 3, … in the door's chain
	// First is the number with which the present piece of the chain begins. Nobody needs to keep
	// what came before the piece before: whoever lacks it goes on from a beginning, and asks.
	First uint64 `cbor:"4,keyasint"`
	Prev  Hash   `cbor:"5,keyasint"` // of the head before; zero: there is none, or it is not known
	Key   string `cbor:"6,keyasint"` // the age recipient to which to seal what this door is told from now on
	Body  Hash   `cbor:"7,keyasint"` // of the sealed body
}

// Begins reports whether the record begins a piece of its chain.
func (h *Head) Begins() bool { return h.Seq == h.First }

// Record is a head, its signature, and the sealed body.
type Record struct {
	Head
	raw, signed, sig, sealed []byte
}

// wire is a record as it travels.
type wire struct {
	Head   []byte `cbor:"0,keyasint"`
	Sig    []byte `cbor:"1,keyasint"`
	Sealed []byte `cbor:"2,keyasint"`
}

// Make makes a record of a body. Of the head it fills in Version and Body. key signs; to are the
// keys of the doors that may open it. [ErrTooLong]: the body is too long for one record.
func Make(h Head, b *Body, key ed25519.PrivateKey, to ...age.Recipient) (*Record, error) {
	sealed, err := b.seal(to)
	if err != nil {
		return nil, fmt.Errorf("seal a record: %w", err)
	}
	h.Version, h.Body = version, sha256.Sum256(sealed)
	r := &Record{Head: h, sealed: sealed}
	if r.signed, err = encode(&r.Head); err != nil {
		return nil, err
	}
	r.sig = ed25519.Sign(key, message(r.signed))
	if r.raw, err = encode(wire{r.signed, r.sig, r.sealed}); err != nil {
		return nil, err
	}
	if len(r.raw) > Limit {
		return nil, ErrTooLong
	}
	return r, nil
}

// Parse reads a record as it travels. What is in it is not believed yet: see [Record.Verify].
// Errors: [ErrForm], [ErrTooLong], [ErrNewer].
func Parse(raw []byte) (*Record, error) {
	if len(raw) > Limit {
		return nil, ErrTooLong
	}
	var w wire
	if err := decode(raw, &w); err != nil {
		return nil, err
	}
	r := &Record{raw: raw, signed: w.Head, sig: w.Sig, sealed: w.Sealed}
	var v struct {
		Version uint64 `cbor:"0,keyasint"`
	}
	if reads.Unmarshal(w.Head, &v) == nil && v.Version > version {
		return nil, ErrNewer
	}
	if err := decode(w.Head, &r.Head); err != nil {
		return nil, err
	}
	if r.Version != version || r.Seq == 0 || r.First == 0 || r.First > r.Seq || r.Body != sha256.Sum256(r.sealed) {
		return nil, ErrForm
	}
	if _, err := r.Recipient(); err != nil {
		return nil, ErrForm
	}
	return r, nil
}

// Raw gives the record as it travels.
func (r *Record) Raw() []byte { return r.raw }

// Hash is what the next record of the chain names as the head before it.
func (r *Record) Hash() Hash { return sha256.Sum256(r.signed) }

// Recipient is the key of the head.
func (h *Head) Recipient() (age.Recipient, error) { return age.ParseX25519Recipient(h.Key) }

// Verify reports whether the door with this public key signed the record.
func (r *Record) Verify(pub ed25519.PublicKey) bool {
	return len(pub) == ed25519.PublicKeySize && ed25519.Verify(pub, message(r.signed), r.sig)
}

// message is what is signed: no other thing that a unit signs begins with this line.
func message(head []byte) []byte { return append([]byte("menshen site record 1\n"), head...) }

// decode reads a value in the one form that encode gives it.
func decode(raw []byte, v any) error {
	if reads.Unmarshal(raw, v) != nil {
		return ErrForm
	}
	if again, err := encode(v); err != nil || !bytes.Equal(again, raw) {
		return ErrForm
	}
	return nil
}

func encode(v any) ([]byte, error) { return writes.Marshal(v) }

var writes, reads = canon.Modes()
