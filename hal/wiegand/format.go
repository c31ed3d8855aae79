package wiegand

import (
	"errors"
	"fmt"

	"menshen/hal"
)

// Format is a layout of bits.
type Format struct {
	Name             string
	Bits             int
	Parity           []Parity // in the order in which they are computed
	Facility, Number Field

	// Unguarded accepts bits without parity, so that a disturbed bit may give another card. The
	// installer decides that.
	Unguarded bool
}

// Parity is one parity bit and the bits it guards. Bits are counted from 0, the first on the wire.
type Parity struct {
	Bit  int
	From []int // guarded bits, without Bit itself
	Odd  bool  // Bit makes the number of ones odd; otherwise even
}

func (p Parity) holds(bits []bool) bool {
	odd := bits[p.Bit]
	for _, i := range p.From {
		odd = odd != bits[i]
	}
	return odd == p.Odd
}

// Field is a run of bits that holds a number, most significant first. Len 0: the format has none.
type Field struct{ First, Len int }

func (f Field) of(bits []bool) (v uint64) {
	for _, one := range bits[f.First : f.First+f.Len] {
		v <<= 1
		if one {
			v |= 1
		}
	}
	return v
}

func (f Field) put(bits []bool, v uint64) {
	for i := range f.Len {
		bits[f.First+i] = v>>(f.Len-1-i)&1 == 1
	}
}

// ErrFormat says that a format contradicts itself or does not protect its bits.
var ErrFormat = errors.New("card format cannot be used")

// Validate tells whether each bit exists and is guarded by at least one parity.
func (f Format) Validate() error {
	if f.Bits < 1 || f.Bits > maxBits {
		return fmt.Errorf("%w: %s: %d bits; 1 to %d are possible", ErrFormat, f.Name, f.Bits, maxBits)
	}
	for _, field := range []Field{f.Facility, f.Number} {
		if field.First < 0 || field.Len < 0 || field.Len > 64 || field.First+field.Len > f.Bits {
			return fmt.Errorf("%w: %s: a field of %d bits from bit %d does not fit %d bits (64 at most)",
				ErrFormat, f.Name, field.Len, field.First, f.Bits)
		}
	}
	guarded := make([]bool, f.Bits)
	for _, p := range f.Parity {
		for _, i := range append([]int{p.Bit}, p.From...) {
			if i < 0 || i >= f.Bits {
				return fmt.Errorf("%w: %s: parity over bit %d of %d", ErrFormat, f.Name, i, f.Bits)
			}
			guarded[i] = true
		}
	}
	for i, ok := range guarded {
		if !ok && !f.Unguarded {
			return fmt.Errorf("%w: %s: no parity guards bit %d, so noise on the wire could become another card: "+
				"set unguarded to accept that", ErrFormat, f.Name, i)
		}
	}
	return nil
}

// Check returns nil when the length and every parity are right, else ErrLength or ErrParity.
func (f Format) Check(bits []bool) error {
	if len(bits) != f.Bits {
		return ErrLength
	}
	for _, p := range f.Parity {
		if !p.holds(bits) {
			return ErrParity
		}
	}
	return nil
}

// Card makes a card of bits that Check accepts.
func (f Format) Card(bits []bool) hal.Card {
	c := hal.Card{Bits: len(bits), Raw: make([]byte, (len(bits)+7)/8), Layout: f.Name, Clonable: true}
	for i, one := range bits {
		if one {
			c.Raw[i/8] |= 0x80 >> (i % 8)
		}
	}
	c.Facility, c.Number = f.Facility.of(bits), f.Number.of(bits)
	return c
}

// Encode gives the bits of a card that a reader would send, parity included. Numbers too big for
// their field are cut.
func (f Format) Encode(facility, number uint64) []bool {
	bits := make([]bool, f.Bits)
	f.Facility.put(bits, facility)
	f.Number.put(bits, number)
	for _, p := range f.Parity {
		bits[p.Bit] = bits[p.Bit] != !p.holds(bits)
	}
	return bits
}
