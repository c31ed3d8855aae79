package fact

import (
	"bytes"
	"time"
)

// OrderKind is what an order has every door of the site do. A door keeps and tells orders of a kind
// that it does not know, and does nothing.
type OrderKind string

const (
	Lockdown   OrderKind = "lockdown"   // no card, code or face opens
	Evacuation OrderKind = "evacuation" // the door stands open for all, as in fire
)

// Order is one for all doors of the site. All but Ended never changes.
type Order struct {
	At    Stamp         `cbor:"at"` // its name; At.Door gave it
	Kind  OrderKind     `cbor:"kind"`
	For   time.Duration `cbor:"for"`
	Until time.Time     `cbor:"until,omitzero"` // by the clock of that door; zero: it could not be trusted
	// Ended is who ended it first; zero: its time may be over, but no door has said so. Whoever ends
	// orders names those that they saw, so that one they did not see stands.
	Ended Stamp `cbor:"ended,omitzero"`
}

// Merge joins what was told of one order.
func (o Order) Merge(p Order) Order {
	ended := firstStamp(o.Ended, p.Ended)
	o.Ended, p.Ended = Stamp{}, Stamp{}
	o = Said[Order]{o.At, o}.merge(Said[Order]{p.At, p}).Value
	o.Ended = ended
	return o
}

// Whole reports whether what was told is an order: it has a name, and a date that can be written.
func (o Order) Whole() bool {
	return o.At.Count > 0 && o.Until.Year() <= 9999 && len(o.Kind) <= wordMost
}

// Equal reports whether two say the same.
func (o Order) Equal(p Order) bool { return bytes.Equal(encode(o), encode(p)) }
