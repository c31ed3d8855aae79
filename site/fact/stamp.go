package fact

import (
	"bytes"
	"cmp"
	"slices"

	"menshen/internal/canon"
)

// DoorID is the random name of a door's unit.
type DoorID [16]byte

// Stamp orders facts. Count is higher than that of all facts that Door knew when it made this one,
// so whoever changes what they have seen has the later stamp. Clocks do not count.
type Stamp struct {
	Count uint64 `cbor:"n" json:"count"`
	Door  DoorID `cbor:"d" json:"door"`
}

// IsZero reports whether nothing was said.
func (s Stamp) IsZero() bool { return s == Stamp{} }

// Compare is negative where s is the earlier one. Two stamps are equal only for one fact.
func (s Stamp) Compare(o Stamp) int {
	return cmp.Or(cmp.Compare(s.Count, o.Count), bytes.Compare(s.Door[:], o.Door[:]))
}

func laterStamp(a, b Stamp) Stamp {
	if a.Compare(b) < 0 {
		return b
	}
	return a
}

// firstStamp is the earlier of two, where a zero one says nothing.
func firstStamp(a, b Stamp) Stamp {
	if a.IsZero() || !b.IsZero() && b.Compare(a) < 0 {
		return b
	}
	return a
}

// Said is a value that one door gave. Of two the later one counts.
type Said[T any] struct {
	At    Stamp `cbor:"at"`
	Value T     `cbor:"v"`
}

func (s Said[T]) merge(o Said[T]) Said[T] {
	if s.before(o) {
		return o
	}
	return s
}

// before reports whether o was said later. Two values under one stamp are a lie; each door believes
// the same one.
func (s Said[T]) before(o Said[T]) bool {
	return cmp.Or(s.At.Compare(o.At), bytes.Compare(encode(s), encode(o))) < 0
}

// union joins two sorted sets of stamps.
func union(a, b []Stamp) []Stamp {
	all := append(slices.Clone(a), b...)
	slices.SortFunc(all, Stamp.Compare)
	return slices.Compact(all)
}

// less gives the stamps of a sorted set that are not in another.
func less(a, b []Stamp) (left []Stamp) {
	for _, s := range a {
		if _, found := slices.BinarySearchFunc(b, s, Stamp.Compare); !found {
			left = append(left, s)
		}
	}
	return left
}

// encode gives one text for one value.
func encode(v any) []byte {
	b, err := encoding.Marshal(v)
	if err != nil {
		panic(err) // plain values only; a time is checked where it comes in
	}
	return b
}

var encoding, _ = canon.Modes()
