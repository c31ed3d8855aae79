package wiegand_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"menshen/hal"
	"menshen/hal/wiegand"
)

func anyFormat(t *rapid.T) wiegand.Format {
	names := []string{"C1k35s", "H10301", "H10302", "H10304", "H10306"}
	return wiegand.Formats()[rapid.SampledFrom(names).Draw(t, "format")]
}

func TestEachFormatReadsWhatItEncodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFormat(t)
		facility := rapid.Uint64Range(0, 1<<f.Facility.Len-1).Draw(t, "facility")
		number := rapid.Uint64Range(0, 1<<f.Number.Len-1).Draw(t, "number")
		bits := f.Encode(facility, number)
		card, _, err := decoder(t, f).Decode(wiegand.Frame{Bits: bits})
		if err != nil {
			t.Fatal(err)
		}
		if card.Facility != facility || card.Number != number || card.Layout != f.Name ||
			!slices.Equal(unpack(*card), bits) {
			t.Fatalf("%s: sent %d/%d, got %d/%d", f.Name, facility, number, card.Facility, card.Number)
		}
		wrong := rapid.IntRange(0, f.Bits-1).Draw(t, "wrong")
		bits[wrong] = !bits[wrong]
		if _, _, err := decoder(t, f).Decode(wiegand.Frame{Bits: bits}); !errors.Is(err, wiegand.ErrParity) {
			t.Fatalf("%s with one wrong bit: %v", f.Name, err)
		}
	})
}

// Worked by hand from the published tables, independently of the pictures in formats.go.
func TestFormatsByHand(t *testing.T) {
	for _, c := range []struct {
		format           wiegand.Format
		facility, number uint64
		bits             string
	}{
		// company 1 sets bit 13; number 1 sets bit 33. Comb at 1 (33 of the two): one, so 1. Comb
		// at 34 (1 and 13): two, so O is 1. All of 1, 13, 33, 34: four, so O is 1.
		{wiegand.Corporate1000, 1, 1, "11" + "000000000001" + "00000000000000000001" + "1"},
		{wiegand.H10306, 1, 0x8000, "1" + "0000000000000001" + "1000000000000000" + "0"},
		// bit 18 is under both parities
		{wiegand.H10302, 0, 1 << 17, "1" + "00000000000000000100000000000000000" + "0"},
		{wiegand.H10304, 0xffff, 0, "0" + "1111111111111111" + "0000000000000000000" + "1"},
	} {
		if got := c.format.Encode(c.facility, c.number); !slices.Equal(got, parse(c.bits)) {
			t.Errorf("%s: %v", c.format.Name, got)
		}
	}
}

// The parities of a format are linear: whether two wrong bits pass depends on where they are, not
// on the card. So the rates are exact. docs/figures.md has them.
func TestTwoWrongBitsByFormat(t *testing.T) {
	want := map[string]string{
		"H10301": "48.0%", "H10306": "48.5%", "C1k35s": "29.6%", "H10302": "45.9%", "H10304": "45.9%",
	}
	for name, f := range wiegand.Formats() {
		bits := f.Encode(0x155, 0x2aaa)
		pass, pairs := 0, 0
		for i := range bits {
			for j := range i {
				bits[i], bits[j] = !bits[i], !bits[j]
				if f.Check(bits) == nil {
					pass++
				}
				pairs++
				bits[i], bits[j] = !bits[i], !bits[j]
			}
		}
		if got := fmt.Sprintf("%.1f%%", 100*float64(pass)/float64(pairs)); got != want[name] {
			t.Errorf("%s: %s of two wrong bits pass, want %s", name, got, want[name])
		}
	}
}

func TestLayoutTellsWhatIsWrong(t *testing.T) {
	for _, c := range [][]string{
		{"-FNF-"},
		{"-FX-"},
		{"FFNN", "Exx"},
		{"FFNN", "Exxx", "Eoxx"},
		{"FFNN", "xxxx"},
		{"FFNN", "EExx"},
		{"FFNN", "Exx."},
		{""},
	} {
		if _, err := wiegand.Layout("mine", c[0], c[1:]...); !errors.Is(err, wiegand.ErrFormat) {
			t.Errorf("%q: %v", c, err)
		}
	}
	f, err := wiegand.Layout("uid32", "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN*")
	if err != nil || !f.Unguarded || f.Bits != 32 {
		t.Errorf("32 bits without parity, accepted: %+v, %v", f, err)
	}
}

func FuzzLayout(f *testing.F) {
	f.Add("-FFNN-", "Exxx..", "...xxO")
	f.Add("NNNN*", "", "....")
	f.Fuzz(func(t *testing.T, fields, p1, p2 string) {
		format, err := wiegand.Layout("fuzz", fields, p1, p2)
		if err != nil {
			return
		}
		bits := format.Encode(1, 1)
		if err := format.Check(bits); len(bits) != format.Bits {
			t.Fatalf("%d bits of %d: %v", len(bits), format.Bits, err)
		}
		format.Card(bits)
	})
}

func TestKeypads(t *testing.T) {
	for _, c := range []struct {
		pad    wiegand.Keypad
		bits   string
		button hal.Button
		err    error
	}{
		{wiegand.Burst4, "0000", '0', nil},
		{wiegand.Burst4, "1001", '9', nil},
		{wiegand.Burst4, "1010", '*', nil},
		{wiegand.Burst4, "1011", '#', nil},
		{wiegand.Burst4, "1111", 0, wiegand.ErrButton},
		{wiegand.Burst8, "11110000", '0', nil},
		{wiegand.Burst8, "11100001", '1', nil},
		{wiegand.Burst8, "01001011", '#', nil},
		{wiegand.Burst8, "11100000", 0, wiegand.ErrParity},
		{wiegand.Burst8, "0001", 0, wiegand.ErrLength},
		{wiegand.NoKeypad, "0001", 0, wiegand.ErrLength},
	} {
		d, err := wiegand.NewDecoder(c.pad)
		if err != nil {
			t.Fatal(err)
		}
		card, button, err := d.Decode(wiegand.Frame{Bits: parse(c.bits)})
		if card != nil || button != c.button || !errors.Is(err, c.err) {
			t.Errorf("pad %d, %s: button %q, %v", c.pad, c.bits, rune(button), err)
		}
	}
	odd, err := wiegand.Layout("odd", "NNNNN*")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wiegand.NewDecoder(wiegand.Burst4, odd); !errors.Is(err, wiegand.ErrFormat) {
		t.Errorf("a card one bit longer than a key: %v", err)
	}
}
