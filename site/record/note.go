package record

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/fact"
)

// Limits of a note: a carrier's line takes it whole.
const (
	NoteLimit   = 20_000 // bytes
	EnteredMost = 256    // who came in last
)

// Note is what a door tells besides its chain, and nobody keeps: who came in there a short while
// ago. Only a door's latest note counts.
type Note struct {
	NoteHead
	raw, signed, sig, sealed []byte
}

// NoteHead is what a carrier may read of a note.
type NoteHead struct {
	Version uint64      `cbor:"0,keyasint"`
	Site    SiteID      `cbor:"1,keyasint"`
	Door    fact.DoorID `cbor:"2,keyasint"` // who tells
	// At is when the note was made: milliseconds since 1970 by the door's clock, and more than any
	// note before it had while the door's program runs.
	At   uint64 `cbor:"3,keyasint"`
	Body Hash   `cbor:"4,keyasint"` // of the sealed body
}

// latest is in the year 10889: what is later is no time.
const latest = 1 << 48

// Entered is a person who came in, and how many seconds before the note was made.
type Entered struct {
	_      struct{} `cbor:",toarray"`
	Person policy.PersonID
	Ago    uint32
}

// MakeNote makes a note. Of the head it fills in Version and Body. Of more than [EnteredMost]
// people only the first ones are told. key signs; to are the keys of the doors that may open it.
// [ErrTooLong]: there are too many of them.
func MakeNote(h NoteHead, who []Entered, key ed25519.PrivateKey, to ...age.Recipient) (*Note, error) {
	plain, err := encode(who[:min(len(who), EnteredMost)])
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	n := &Note{NoteHead: h}
	if n.sealed, err = Seal(plain, to...); err != nil {
		return nil, fmt.Errorf("seal a note: %w", err)
	}
	n.Version, n.Body = version, sha256.Sum256(n.sealed)
	if n.signed, err = encode(&n.NoteHead); err != nil {
		return nil, err
	}
	n.sig = ed25519.Sign(key, noteMessage(n.signed))
	if n.raw, err = encode(wire{n.signed, n.sig, n.sealed}); err != nil {
		return nil, err
	}
	if len(n.raw) > NoteLimit {
		return nil, ErrTooLong
	}
	return n, nil
}

// ParseNote reads a note as it travels. What is in it is not believed yet: see [Note.Verify].
// Errors: [ErrForm], [ErrTooLong].
func ParseNote(raw []byte) (*Note, error) {
	if len(raw) > NoteLimit {
		return nil, ErrTooLong
	}
	var w wire
	if err := decode(raw, &w); err != nil {
		return nil, err
	}
	n := &Note{raw: raw, signed: w.Head, sig: w.Sig, sealed: w.Sealed}
	if err := decode(w.Head, &n.NoteHead); err != nil {
		return nil, err
	}
	if n.Version != version || n.At > latest || n.Body != sha256.Sum256(n.sealed) {
		return nil, ErrForm
	}
	return n, nil
}

// Raw gives the note as it travels.
func (n *Note) Raw() []byte { return n.raw }

// Verify reports whether the door with this public key signed the note.
func (n *Note) Verify(pub ed25519.PublicKey) bool {
	return len(pub) == ed25519.PublicKeySize && ed25519.Verify(pub, noteMessage(n.signed), n.sig)
}

// Open decrypts what the note tells. [ErrNotOurs]: it is not sealed to this key. [ErrForm].
func (n *Note) Open(id age.Identity) ([]Entered, error) {
	plain, err := Unseal(n.sealed, id)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	var who []Entered
	if reads.Unmarshal(plain, &who) != nil || len(who) > EnteredMost {
		return nil, ErrForm
	}
	return who, nil
}

// noteMessage is what is signed: no other thing that a unit signs begins with this line.
func noteMessage(head []byte) []byte { return append([]byte("menshen site note 1\n"), head...) }
