package wiegand

import (
	"fmt"

	"menshen/hal"
)

// Decoder turns frames into cards by the formats it was given.
type Decoder struct {
	formats  []Format
	reversed int // frames in a row that would be right with D0 and D1 swapped
}

// NewDecoder accepts formats whose lengths are at least two bits apart: else one lost or added pulse could turn a card of one
// format into a card of another. No format means H10301.
func NewDecoder(formats ...Format) (*Decoder, error) {
	if len(formats) == 0 {
		formats = []Format{H10301}
	}
	for i, f := range formats {
		if err := f.Validate(); err != nil {
			return nil, err
		}
		for _, g := range formats[:i] {
			if d := f.Bits - g.Bits; -1 <= d && d <= 1 {
				return nil, fmt.Errorf("%w: %s (%d bits) beside %s (%d bits): a lost pulse would turn one into the other; set the readers to one format",
					ErrFormat, f.Name, f.Bits, g.Name, g.Bits)
			}
		}
	}
	return &Decoder{formats: formats}, nil
}

// Decode gives the card of a frame. Errors: the frame's own, ErrLength, ErrParity, and ErrReversed from the second frame
// in a row that only makes sense with D0 and D1 swapped.
func (d *Decoder) Decode(f Frame) (hal.Card, error) {
	if f.Err != nil {
		return hal.Card{}, f.Err
	}
	err := ErrLength
	for _, format := range d.formats {
		if format.Bits != len(f.Bits) {
			continue
		}
		if err = format.Check(f.Bits); err == nil {
			d.reversed = 0
			return format.Card(f.Bits), nil
		}
		if format.Check(inverse(f.Bits)) != nil {
			d.reversed = 0
		} else if d.reversed++; d.reversed > 1 {
			err = ErrReversed
		}
	}
	return hal.Card{}, err
}

func inverse(bits []bool) []bool {
	out := make([]bool, len(bits))
	for i, one := range bits {
		out[i] = !one
	}
	return out
}
