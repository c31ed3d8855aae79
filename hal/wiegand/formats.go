package wiegand

import (
	"fmt"
	"strings"
)

// Layout makes a format from pictures, one character a bit, the first on the wire first.
//
// fields has F for a bit of the facility code, N for a bit of the card number and - for any other.
// Each parity has E (even) or O (odd) at its own bit, x at the bits that it guards and . at the
// others. A parity that guards another comes after it. Bits without parity are accepted only with a
// * at the end of fields.
func Layout(name, fields string, parity ...string) (Format, error) {
	bare := strings.TrimSuffix(fields, "*")
	f := Format{Name: name, Bits: len(bare), Unguarded: bare != fields}
	var err error
	if f.Facility, err = run(bare, 'F'); err != nil {
		return Format{}, fmt.Errorf("%w: %s: %w", ErrFormat, name, err)
	}
	if f.Number, err = run(bare, 'N'); err != nil {
		return Format{}, fmt.Errorf("%w: %s: %w", ErrFormat, name, err)
	}
	if i := strings.IndexFunc(bare, func(r rune) bool { return !strings.ContainsRune("FN-", r) }); i >= 0 {
		return Format{}, fmt.Errorf("%w: %s: fields are drawn with F, N and -; bit %d is something else",
			ErrFormat, name, i)
	}
	for n, picture := range parity {
		p, err := guard(picture, f.Bits)
		if err != nil {
			return Format{}, fmt.Errorf("%w: %s: parity %d: %w", ErrFormat, name, n+1, err)
		}
		f.Parity = append(f.Parity, p)
	}
	return f, f.Validate()
}

// run finds the one run of letter in a picture.
func run(picture string, letter byte) (Field, error) {
	first := strings.IndexByte(picture, letter)
	if first < 0 {
		return Field{}, nil
	}
	last := strings.LastIndexByte(picture, letter)
	if n := last - first + 1; strings.Count(picture, string(letter)) == n {
		return Field{First: first, Len: n}, nil
	}
	return Field{}, fmt.Errorf("the bits %c are not in one run", letter)
}

func guard(picture string, bits int) (Parity, error) {
	if len(picture) != bits {
		return Parity{}, fmt.Errorf("the picture has %d bits, the card %d", len(picture), bits)
	}
	p := Parity{Bit: -1}
	for i, r := range picture {
		switch {
		case (r == 'E' || r == 'O') && p.Bit < 0:
			p.Bit, p.Odd = i, r == 'O'
		case r == 'x':
			p.From = append(p.From, i)
		case r != '.':
			return Parity{}, fmt.Errorf("drawn with one E or O, x and .; bit %d is something else", i)
		}
	}
	if p.Bit < 0 {
		return Parity{}, fmt.Errorf("no E or O marks the parity bit")
	}
	return p, nil
}

// The formats of common readers. They are widely published; HID's own papers are not public, so the
// layouts were compared with several open implementations.
var (
	// H10301 is the open 26-bit format: 8 bits of facility, 16 of number.
	H10301 = builtin("H10301",
		"-FFFFFFFFNNNNNNNNNNNNNNNN-",
		"Exxxxxxxxxxxx.............",
		".............xxxxxxxxxxxxO")
	// H10306 is the 34-bit format: 16 bits of facility, 16 of number.
	H10306 = builtin("H10306",
		"-FFFFFFFFFFFFFFFFNNNNNNNNNNNNNNNN-",
		"Exxxxxxxxxxxxxxxx.................",
		".................xxxxxxxxxxxxxxxxO")
	// Corporate1000 is HID's 35-bit format: 12 bits of company, 20 of number, and two combs of
	// parity under one over all.
	Corporate1000 = builtin("C1k35s",
		"--FFFFFFFFFFFFNNNNNNNNNNNNNNNNNNNN-",
		".Exx.xx.xx.xx.xx.xx.xx.xx.xx.xx.xx.",
		".xx.xx.xx.xx.xx.xx.xx.xx.xx.xx.xx.O",
		"Oxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
	// H10302 is the 37-bit format without facility: 35 bits of number.
	H10302 = builtin("H10302",
		"-NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN-",
		"Exxxxxxxxxxxxxxxxxx..................",
		"..................xxxxxxxxxxxxxxxxxxO")
	// H10304 is the 37-bit format: 16 bits of facility, 19 of number.
	H10304 = builtin("H10304",
		"-FFFFFFFFFFFFFFFFNNNNNNNNNNNNNNNNNNN-",
		"Exxxxxxxxxxxxxxxxxx..................",
		"..................xxxxxxxxxxxxxxxxxxO")
)

// Formats is every format above, by name.
func Formats() map[string]Format {
	all := map[string]Format{}
	for _, f := range []Format{H10301, H10306, Corporate1000, H10302, H10304} {
		all[f.Name] = f
	}
	return all
}

// builtin makes a format of this file. A wrong drawing makes a format that no decoder accepts,
// and the tests fail.
func builtin(name, fields string, parity ...string) Format {
	f, err := Layout(name, fields, parity...)
	if err != nil {
		return Format{Name: name + ": " + err.Error()}
	}
	return f
}
