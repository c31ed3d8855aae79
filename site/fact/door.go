package fact

import "crypto/ed25519"

// Door is a door of the site.
type Door struct {
	ID   DoorID            `cbor:"id"`
	At   Stamp             `cbor:"at"`   // when it was admitted
	Sign ed25519.PublicKey `cbor:"sign"` // verifies its records, for ever
	Name Said[string]      `cbor:"name"`
	Left Stamp             `cbor:"left,omitzero"` // when it was sent away, for ever; zero: it was not
}

// Merge joins what was told about one door. Of two keys the one that was told first counts.
func (d Door) Merge(o Door) Door {
	first := d
	if (Said[ed25519.PublicKey]{o.At, o.Sign}).before(Said[ed25519.PublicKey]{d.At, d.Sign}) {
		first = o
	}
	first.Name = d.Name.merge(o.Name)
	first.Left = firstStamp(d.Left, o.Left)
	return first
}
