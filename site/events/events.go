// Package events is what the doors of a site tell their managers of themselves: batches of what
// happened, each sealed to the managers' keys. Doors, hub, couriers and sticks carry batches, and
// open none.
package events

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"menshen/internal/canon"
	"menshen/site/fact"
	"menshen/site/record"
)

// Event is something that happened at a door once, or again and again until Last. It names nobody.
type Event struct {
	Seq   uint64    `cbor:"n" json:"entry"`         // the first one's number in the door's audit log
	At    time.Time `cbor:"at" json:"at"`           // of the first one, by the door's own clock
	Last  time.Time `cbor:"last" json:"last"`       // of the last one
	Kind  string    `cbor:"kind" json:"kind"`       // as in the audit log: "alarm"
	Of    string    `cbor:"of,omitempty" json:"of"` // of what: "forced", "reader outside"
	Times int       `cbor:"times" json:"times"`     // how often: 1 or more
}

// Batch is some events of one door, as it is sealed.
type Batch struct {
	Door   fact.DoorID `cbor:"door"`
	Number uint64      `cbor:"number"` // 1, 2, 3, … of the door
	Events []Event     `cbor:"events"`
	Left   int         `cbor:"left,omitempty"` // how many more happened, for which there was no room
}

// Limits of a batch.
const (
	most     = 32  // events of different kinds or things
	wordMost = 32  // bytes of what an event is of
	block    = 512 // bytes: zeros follow up to some of these, so that the length does not say what is in it
)

// Add adds an event. One of the same kind and thing is counted with it.
func (b *Batch) Add(e Event) {
	e.At, e.Last = e.At.Truncate(time.Second), e.Last.Truncate(time.Second)
	if len(e.Of) > wordMost {
		e.Of = strings.ToValidUTF8(e.Of[:wordMost], "")
	}
	i := slices.IndexFunc(b.Events, func(x Event) bool { return x.Kind == e.Kind && x.Of == e.Of })
	switch {
	case i >= 0:
		b.Events[i].Last, b.Events[i].Times = e.Last, b.Events[i].Times+e.Times
	case len(b.Events) < most:
		b.Events = append(b.Events, e)
	default:
		b.Left += e.Times
	}
}

// Seal seals a batch to the keys of managers, of which there is one at least.
func (b Batch) Seal(to []age.Recipient) (record.Batch, error) {
	plain, err := encoding.Marshal(b)
	if err != nil {
		return record.Batch{}, err
	}
	plain = append(plain, make([]byte, (block-len(plain)%block)%block)...)
	defer clear(plain)
	data, err := record.Seal(plain, to...)
	return record.Batch{Number: b.Number, Data: data}, err
}

// Errors of a sealed batch.
var (
	ErrForm    = errors.New("not a batch of events")
	ErrNotOurs = errors.New("the batch is sealed to other keys")
)

// Open opens a batch of a door. [ErrNotOurs]: with none of these keys. [ErrForm]: it is damaged, or
// not the one of that door and number.
func Open(door fact.DoorID, s record.Batch, keys ...age.Identity) (*Batch, error) {
	for _, key := range keys {
		plain, err := record.Unseal(s.Data, key)
		if errors.Is(err, record.ErrNotOurs) {
			continue
		}
		b := new(Batch)
		if err != nil {
			return nil, ErrForm
		}
		rest, err := reading.UnmarshalFirst(plain, b)
		if err != nil || len(bytes.Trim(rest, "\x00")) > 0 || b.Door != door || b.Number != s.Number {
			return nil, ErrForm
		}
		clear(plain)
		return b, nil
	}
	return nil, ErrNotOurs
}

// Missing gives how many numbers lack between the lowest and the highest. It sorts them.
func Missing(numbers []uint64) uint64 {
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	if len(numbers) == 0 {
		return 0
	}
	return numbers[len(numbers)-1] - numbers[0] + 1 - uint64(len(numbers))
}

// Compare orders events of one door. Two that are equal are the same one, which was told twice.
func (e Event) Compare(o Event) int {
	return cmp.Or(e.At.Compare(o.At), cmp.Compare(e.Seq, o.Seq), cmp.Compare(e.Kind, o.Kind), cmp.Compare(e.Of, o.Of),
		cmp.Compare(e.Times, o.Times))
}

var encoding, reading = canon.Modes()
