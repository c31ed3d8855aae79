package wiegand

import (
	"fmt"

	"menshen/hal"
)

// Decoder turns frames into cards and buttons, by the formats and the keypad it was given.
type Decoder struct {
	formats  []Format
	keypad   Keypad
	reversed int // frames in a row that would be right with D0 and D1 swapped
}

// NewDecoder makes a decoder of cards in these formats; of H10301 when none is given. Their lengths
// must be at least two bits apart, or one lost or added pulse could turn a card of one format into
// a card of another. The error is ErrFormat.
func NewDecoder(keypad Keypad, formats ...Format) (*Decoder, error) {
	if len(formats) == 0 {
		formats = []Format{H10301}
	}
	for i, f := range formats {
		if err := f.Validate(); err != nil {
			return nil, err
		}
		if n := keypad.bits(); n > 0 && near(f.Bits, n) {
			return nil, fmt.Errorf("%w: %s (%d bits) beside keys of %d bits: "+
				"a lost pulse would turn one into the other", ErrFormat, f.Name, f.Bits, n)
		}
		for _, g := range formats[:i] {
			if near(f.Bits, g.Bits) {
				return nil, fmt.Errorf("%w: %s (%d bits) beside %s (%d bits): "+
					"a lost pulse would turn one into the other; set the readers to one format",
					ErrFormat, f.Name, f.Bits, g.Name, g.Bits)
			}
		}
	}
	return &Decoder{formats: formats, keypad: keypad}, nil
}

// OneLength reports whether all frames that the decoder takes have the same length.
func (d *Decoder) OneLength() bool { return len(d.formats) == 1 && d.keypad == NoKeypad }

func near(a, b int) bool { return a-b <= 1 && b-a <= 1 }

// Decode gives the card or the button of a frame. Errors: the frame's own, ErrLength,
// ErrParity, ErrButton, and ErrReversed from the second frame in a row that only makes sense
// with D0 and D1 swapped.
func (d *Decoder) Decode(f Frame) (*hal.Card, hal.Button, error) {
	if f.Err != nil {
		return nil, 0, f.Err
	}
	if n := len(f.Bits); n > 0 && n == d.keypad.bits() {
		button, err := d.keypad.button(f.Bits)
		return nil, button, err
	}
	for _, format := range d.formats {
		if format.Bits != len(f.Bits) {
			continue
		}
		err := format.Check(f.Bits)
		if err == nil {
			d.reversed = 0
			card := format.Card(f.Bits)
			return &card, 0, nil
		}
		if format.Check(inverse(f.Bits)) != nil {
			d.reversed = 0
		} else if d.reversed++; d.reversed > 1 {
			err = ErrReversed
		}
		return nil, 0, err
	}
	return nil, 0, ErrLength
}

func inverse(bits []bool) []bool {
	out := make([]bool, len(bits))
	for i, one := range bits {
		out[i] = !one
	}
	return out
}
