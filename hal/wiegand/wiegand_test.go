package wiegand_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	periph "periph.io/x/conn/v3/gpio"
	"pgregory.net/rapid"

	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/wiegand"
)

// train is a stream of falling edges under construction.
type train struct {
	edges []gpio.Edge
	at    time.Duration
	seq   uint32
}

func (t *train) pulse(line int, after time.Duration) {
	t.at += after
	t.seq++
	t.edges = append(t.edges, gpio.Edge{Line: line, Level: periph.Low, At: t.at, Seq: t.seq})
}

// card appends a frame after a rest.
func (t *train) card(bits []bool, rest, period time.Duration) {
	for i, one := range bits {
		line, after := 0, period
		if one {
			line = 1
		}
		if i == 0 {
			after = rest
		}
		t.pulse(line, after)
	}
}

// frames runs the edges through a Framer, with quiet at the end.
func (t *train) frames() (frames []wiegand.Frame) {
	var f wiegand.Framer
	for _, e := range t.edges {
		if frame, ok := f.Edge(e); ok {
			frames = append(frames, frame)
		}
	}
	if frame, ok := f.Quiet(); ok {
		frames = append(frames, frame)
	}
	return frames
}

func h10301(t *rapid.T) []bool {
	facility := rapid.Uint64Range(0, 255).Draw(t, "facility")
	return wiegand.H10301.Encode(facility, rapid.Uint64Range(0, 65535).Draw(t, "number"))
}

func decoder(t interface{ Fatal(...any) }, formats ...wiegand.Format) *wiegand.Decoder {
	d, err := wiegand.NewDecoder(wiegand.NoKeypad, formats...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Worked out by hand from the standard: leading even parity over facility and four bits of number,
// trailing odd parity.
func TestH10301KnownCards(t *testing.T) {
	for _, c := range []struct {
		bits             string
		facility, number uint64
	}{
		{"1" + "00000001" + "0000000000000001" + "0", 1, 1},
		{"0" + "00000000" + "0000000000000000" + "1", 0, 0},
		{"0" + "11111111" + "1111111111111111" + "1", 255, 65535},
		{"1" + "01110011" + "1010001111001000" + "0", 115, 41928},
	} {
		card, _, err := decoder(t).Decode(wiegand.Frame{Bits: parse(c.bits)})
		if err != nil {
			t.Errorf("%s: %v", c.bits, err)
			continue
		}
		if card.Facility != c.facility || card.Number != c.number {
			t.Errorf("%s: %d/%d", c.bits, card.Facility, card.Number)
		}
		if card.Bits != 26 || len(card.Raw) != 4 || !card.Clonable || card.Layout != "H10301" {
			t.Errorf("%s: %d bits, %d bytes, clonable %v, %s",
				c.bits, card.Bits, len(card.Raw), card.Clonable, card.Layout)
		}
		s := fmt.Sprintf("%v %+v %x %#v", *card, *card, *card, *card)
		if strings.Contains(s, fmt.Sprint(c.number)) && c.number > 26 {
			t.Errorf("card prints its number: %s", s)
		}
	}
}

func parse(s string) (bits []bool) {
	for _, r := range s {
		bits = append(bits, r == '1')
	}
	return bits
}

func TestFramesAreCutByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		period := time.Duration(rapid.IntRange(200, 20000).Draw(t, "period µs")) * time.Microsecond
		var tr train
		var sent [][]bool
		for range rapid.IntRange(1, 8).Draw(t, "cards") {
			bits := h10301(t)
			sent = append(sent, bits)
			tr.card(bits, max(60*time.Millisecond, 6*period), period)
		}
		got := tr.frames()
		if len(got) != len(sent) {
			t.Fatalf("%d frames of %d", len(got), len(sent))
		}
		for i, f := range got {
			if f.Err != nil || !slices.Equal(f.Bits, sent[i]) {
				t.Fatalf("frame %d: %v", i, f.Err)
			}
		}
	})
}

// One disturbance of one card, anywhere: nothing but this card or a fault may come of it.
func TestOneDisturbanceIsNeverAnotherCard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := h10301(t)
		var tr train
		tr.card(bits, time.Second, 2*time.Millisecond)
		at := rapid.IntRange(0, len(tr.edges)-1).Draw(t, "at")
		kinds := []string{"flip", "lose", "lose unnoticed", "add", "ring", "crosstalk"}
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		want := false
		switch kind {
		case "flip":
			tr.edges[at].Line ^= 1
		case "lose":
			tr.edges = slices.Delete(tr.edges, at, at+1)
		case "lose unnoticed":
			tr.edges = slices.Delete(tr.edges, at, at+1)
			renumber(tr.edges)
		case "add":
			e := tr.edges[at]
			e.At += time.Millisecond
			e.Line = rapid.IntRange(0, 1).Draw(t, "line")
			tr.edges = slices.Insert(tr.edges, at+1, e)
			renumber(tr.edges)
		case "ring":
			e := tr.edges[at]
			e.At += 55 * time.Microsecond
			tr.edges = slices.Insert(tr.edges, at+1, e)
			renumber(tr.edges)
			want = true
		case "crosstalk":
			e := tr.edges[at]
			e.At += 3 * time.Microsecond
			e.Line ^= 1
			tr.edges = slices.Insert(tr.edges, at+1, e)
			renumber(tr.edges)
		}
		d := decoder(t)
		for _, f := range tr.frames() {
			card, _, err := d.Decode(f)
			if err == nil && (!want || !slices.Equal(unpack(*card), bits)) {
				t.Fatalf("%s at %d gave a card", kind, at)
			}
			if kind == "ring" && err != nil {
				t.Fatalf("a pulse that rang at %d: %v", at, err)
			}
			if kind == "lose" && at < 25 && !errors.Is(err, wiegand.ErrLost) {
				t.Fatalf("lost edge %d: %v", at, err)
			}
		}
	})
}

func renumber(edges []gpio.Edge) {
	for i := range edges {
		edges[i].Seq = uint32(i + 1)
	}
}

func unpack(c hal.Card) []bool {
	bits := make([]bool, c.Bits)
	for i := range bits {
		bits[i] = c.Raw[i/8]&(0x80>>(i%8)) != 0
	}
	return bits
}

// The kernel drops the oldest edges of a full queue. What is left may look like a whole card, or
// two, and must not be read as one.
func TestDroppedEdgesTaintBothNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tr train
		for range 3 {
			tr.card(h10301(t), 60*time.Millisecond, 2*time.Millisecond)
		}
		from := rapid.IntRange(1, 76).Draw(t, "from")
		to := rapid.IntRange(from+1, 77).Draw(t, "to")
		whole := map[int]bool{0: from >= 26, 1: from >= 52 || to < 26, 2: to < 52}
		tr.edges = slices.Delete(tr.edges, from, to)
		cards := 0
		for _, f := range tr.frames() {
			if f.Err == nil {
				cards++
			}
		}
		for i := range 3 {
			if whole[i] {
				cards--
			}
		}
		if cards > 0 {
			t.Fatalf("edges %d to %d were dropped and %d frames too many passed", from, to, cards)
		}
	})
}

// When a reader of cards of two lengths pauses within a long one, the short one in it is not
// taken for a card.
func TestPauseWithinAFrame(t *testing.T) {
	d := decoder(t, wiegand.H10301, wiegand.H10302)
	f := wiegand.Framer{Patient: !d.OneLength()}
	short := wiegand.H10301.Encode(1, 2)
	var tr train
	tr.card(append(short, wiegand.H10302.Encode(0, 0)[26:]...), time.Second, 2*time.Millisecond)
	for i := range tr.edges[26:] {
		tr.edges[26+i].At += 40 * time.Millisecond
	}
	for _, e := range tr.edges {
		if frame, ok := f.Edge(e); ok {
			t.Fatalf("a frame of %d bits", len(frame.Bits))
		}
	}
	if frame, ok := f.Quiet(); !ok || len(frame.Bits) != 37 {
		t.Errorf("the whole has %d bits", len(frame.Bits))
	}
}

func TestSwappedWiresAreNamed(t *testing.T) {
	d := decoder(t)
	for i, want := range []error{wiegand.ErrParity, wiegand.ErrReversed, wiegand.ErrReversed, nil, wiegand.ErrParity} {
		bits := wiegand.H10301.Encode(17, uint64(i))
		if want != nil {
			for k := range bits {
				bits[k] = !bits[k]
			}
		}
		if _, _, err := d.Decode(wiegand.Frame{Bits: bits}); !errors.Is(err, want) {
			t.Errorf("frame %d: %v, want %v", i, err, want)
		}
	}
}

func TestEndlessNoiseIsToldOnceAndIsNoCard(t *testing.T) {
	var tr train
	for range 1000 {
		tr.pulse(0, 2*time.Millisecond)
	}
	tr.card(wiegand.H10301.Encode(1, 1), 2*time.Millisecond, 2*time.Millisecond)
	frames := tr.frames()
	if len(frames) != 1 || !errors.Is(frames[0].Err, wiegand.ErrTooLong) {
		t.Fatalf("%d frames", len(frames))
	}
}

func TestFormatsThatCannotBeTrustedAreRefused(t *testing.T) {
	near := wiegand.H10301
	near.Bits, near.Parity = 27, append([]wiegand.Parity{{Bit: 26, From: []int{0}}}, near.Parity...)
	bare := wiegand.Format{Name: "bare", Bits: 32, Number: wiegand.Field{Len: 32}}
	outside := wiegand.Format{Name: "outside", Bits: 8, Number: wiegand.Field{First: 4, Len: 8}, Unguarded: true}
	for name, formats := range map[string][]wiegand.Format{
		"lengths one apart": {wiegand.H10301, near},
		"same length":       {wiegand.H10301, wiegand.H10301},
		"no parity":         {bare},
		"field outside":     {outside},
	} {
		if _, err := wiegand.NewDecoder(wiegand.NoKeypad, formats...); !errors.Is(err, wiegand.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bare.Unguarded = true
	if _, err := wiegand.NewDecoder(wiegand.NoKeypad, bare); err != nil {
		t.Errorf("no parity, and accepted: %v", err)
	}
}

// Any bytes as edges: no panic, and a card only of frames that pass every check.
func FuzzEdges(f *testing.F) {
	var tr train
	tr.card(wiegand.H10301.Encode(17, 4242), time.Second, 2*time.Millisecond)
	var seed []byte
	for _, e := range tr.edges {
		seed = append(seed, byte(e.Line), 20)
	}
	f.Add(seed)
	f.Add([]byte{0, 0, 1, 0, 2, 255, 3, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var tr train
		for ; len(b) >= 2; b = b[2:] {
			if b[0]&2 != 0 {
				tr.seq++ // an edge that is lost
			}
			tr.pulse(int(b[0]&1), time.Duration(b[1])*100*time.Microsecond)
		}
		d := decoder(t)
		for _, frame := range tr.frames() {
			if card, _, err := d.Decode(frame); err == nil {
				if wiegand.H10301.Check(unpack(*card)) != nil || !slices.Equal(unpack(*card), frame.Bits) {
					t.Fatal("a card that its frame does not hold")
				}
			}
		}
	})
}
