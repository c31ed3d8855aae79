package record

import (
	"bytes"
	"errors"
	"io"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/fact"
)

// Body is what one record tells.
type Body struct {
	Count    uint64      `cbor:"0,keyasint"` // the highest stamp that the door had given or seen
	People   []About     `cbor:"1,keyasint,omitempty"`
	Erased   []Erased    `cbor:"2,keyasint,omitempty"` // of people, for ever
	Doors    []fact.Door `cbor:"3,keyasint,omitempty"`
	Ask      []Span      `cbor:"4,keyasint,omitempty"` // what the door could not open
	Receipts [][]byte    `cbor:"5,keyasint,omitempty"` // of erasures at the door, as JSON
	Read     []Place     `cbor:"6,keyasint,omitempty"` // how far the door has read each chain, told once a day
	Hello    bool        `cbor:"7,keyasint,omitempty"` // the door waits for a word from any other: see Read
	// Orders are of the whole site: what the door gave or ended, or knows of.
	Orders []fact.Order `cbor:"8,keyasint,omitempty"`
	State  *fact.State  `cbor:"9,keyasint,omitempty"` // how the door fares; nil: as before
	// Again is what the record tells again of, since it was asked for.
	Again  []Span      `cbor:"10,keyasint,omitempty"`
	Passes []fact.Pass `cbor:"11,keyasint,omitempty"` // for several doors
	// Templates are of faces, each for one door.
	Templates []Template     `cbor:"12,keyasint,omitempty"`
	Events    []Batch        `cbor:"13,keyasint,omitempty"` // of the door, sealed to the managers alone
	Managers  []fact.Manager `cbor:"14,keyasint,omitempty"`
}

// Template is what a door gives one other of a person's face. It is sealed a second time, for that
// door alone: see [Seal].
type Template struct {
	For    fact.DoorID `cbor:"for"`
	Sealed []byte      `cbor:"sealed"`
}

// Batch is some events of a door, sealed to the site's managers: see package events. No door opens
// one.
type Batch struct {
	Number uint64 `cbor:"n"` // 1, 2, 3, … of the door
	Data   []byte `cbor:"data"`
}

// Place is a place in a chain: up to this record.
type Place struct {
	_    struct{} `cbor:",toarray"`
	Door fact.DoorID
	Seq  uint64
	Head [8]byte // of that record's hash: a vault that was put back gives numbers again
}

// About is what is told of one person.
type About struct {
	ID    policy.PersonID `cbor:"id"`
	Facts fact.Person     `cbor:"facts"`
}

// Subject stands for a person who was erased: a hash of their handle.
type Subject [32]byte

// Erased tells that a person was erased.
type Erased struct {
	Subject Subject    `cbor:"of"`
	At      fact.Stamp `cbor:"at"`
}

// Span is some records of one chain: all from First to Last.
type Span struct {
	Door  fact.DoorID `cbor:"door"`
	First uint64      `cbor:"first"`
	Last  uint64      `cbor:"last"`
}

// seal encrypts a body to some keys.
func (b *Body) seal(to []age.Recipient) ([]byte, error) {
	plain, err := encode(b)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return Seal(plain, to...)
}

// Seal encrypts what the doors with these keys may read.
func Seal(plain []byte, to ...age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Unseal is the reverse of [Seal]. [ErrNotOurs]: it is not sealed to this key. [ErrForm].
func Unseal(sealed []byte, id age.Identity) ([]byte, error) {
	var another *age.NoIdentityMatchError
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	switch {
	case errors.As(err, &another):
		return nil, ErrNotOurs
	case err != nil:
		return nil, ErrForm
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, ErrForm
	}
	return plain, nil
}

// Near gives an identity that expects its own among the keys to which something is sealed at a place,
// from 0, and tries the others from there on. Without it half of the keys are tried on the average,
// which is most of what a record of many doors costs its readers.
func Near(id *age.X25519Identity, place int) age.Identity { return near{id, place} }

type near struct {
	id    *age.X25519Identity
	place int
}

func (n near) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	var order []*age.Stanza
	high := max(0, min(n.place, len(stanzas)))
	for low := high - 1; low >= 0 || high < len(stanzas); low, high = low-1, high+1 {
		if high < len(stanzas) {
			order = append(order, stanzas[high])
		}
		if low >= 0 {
			order = append(order, stanzas[low])
		}
	}
	return n.id.Unwrap(order)
}

// Open decrypts a body. [ErrNotOurs]: the record is not sealed to this key. [ErrForm]: what its
// door sealed is no body.
func (r *Record) Open(id age.Identity) (*Body, error) {
	plain, err := Unseal(r.sealed, id)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	b := new(Body)
	if reads.Unmarshal(plain, b) != nil {
		return nil, ErrForm
	}
	return b, nil
}
