package osdp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The examples of Annex E, as libosdp and others quote them.
func TestFrameExamples(t *testing.T) {
	for _, c := range []struct {
		frame   Frame
		command Command
		wire    string
	}{
		{Frame{Address: Broadcast}, SetLine{0, 9600}, "53 7f 0d 00 04 6e 00 80 25 00 00 6e 38"},
		{Frame{}, AskIdentity{}, "53 00 09 00 04 61 00 c0 66"},
		{Frame{Address: Broadcast, Sum: true}, SetLine{0, 9600}, "53 7f 0c 00 00 6e 00 80 25 00 00 0f"},
		{Frame{Sum: true}, AskIdentity{}, "53 00 08 00 00 61 00 44"},
	} {
		c.frame.Payload = Encode(c.command)
		got, err := c.frame.Append(nil)
		if want := unhex(t, c.wire); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%T: %x, %v; want %x", c.command, got, err, want)
		}
		back, err := Parse(got)
		if err != nil || fmt.Sprint(back) != fmt.Sprint(c.frame) {
			t.Errorf("%x is %v, %v; want %v", got, back, err, c.frame)
		}
	}
}

func anyFrame(t *rapid.T) Frame {
	f := Frame{Address: rapid.Byte().Draw(t, "address") & Broadcast, Reply: rapid.Bool().Draw(t, "reply"),
		Sequence: rapid.Byte().Draw(t, "sequence") & 3, Sum: rapid.Bool().Draw(t, "sum"),
		Payload: rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "payload")}
	if rapid.Bool().Draw(t, "secured") {
		f.Security = rapid.SliceOfN(rapid.Byte(), 1, 3).Draw(t, "security")
	}
	return f
}

func TestFrameRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFrame(t)
		b, err := f.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(b)
		if err != nil || fmt.Sprint(back) != fmt.Sprint(f) {
			t.Fatalf("%v became %v, %v", f, back, err)
		}
		i := rapid.IntRange(0, 8*len(b)-1).Draw(t, "bit")
		b[i/8] ^= 1 << (i % 8)
		if back, err := Parse(b); err == nil && !f.Sum && back.Sum == f.Sum {
			t.Fatalf("a flipped bit %d was not seen: %v became %v", i, f, back)
		}
	})
}

func TestFrameLimits(t *testing.T) {
	for name, f := range map[string]Frame{
		"address":  {Address: 0x80, Payload: []byte{1}},
		"sequence": {Sequence: 4, Payload: []byte{1}},
		"nothing":  {},
		"too long": {Payload: make([]byte, MaxFrame-6)},
	} {
		if b, err := f.Append([]byte{7}); !errors.Is(err, ErrFormat) || len(b) != 1 {
			t.Errorf("%s: %x, %v", name, b, err)
		}
	}
	if _, err := (Frame{Payload: make([]byte, MaxFrame-7)}).Append(nil); err != nil {
		t.Error("the longest frame:", err)
	}
}

// No frame is lost, whatever is between them and however they are cut.
func TestScannerFindsFramesInNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.SliceOfN(rapid.Custom(anyFrame), 1, 5).Draw(t, "frames")
		var stream []byte
		for _, f := range frames {
			noise := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "noise")
			stream = append(stream, bytes.ReplaceAll(noise, []byte{start}, []byte{mark})...)
			stream, _ = f.Append(stream)
		}
		var s Scanner
		var got []Frame
		for len(stream) > 0 {
			n := rapid.IntRange(1, len(stream)).Draw(t, "cut")
			s.Feed(stream[:n])
			stream = stream[n:]
			for f, ok := s.Next(); ok; f, ok = s.Next() {
				got = append(got, f)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(frames) {
			t.Fatalf("found %v of %v", got, frames)
		}
	})
}

// A start in noise may claim a long frame: what it swallowed comes after it was given up.
func TestScannerGivesUp(t *testing.T) {
	f := Frame{Reply: true, Address: 5, Payload: Encode(Ack{})}
	b, _ := f.Append([]byte{start, 5, 0xff, 0x01, 4}) // of 511 bytes, which never come
	var s Scanner
	s.Feed(b)
	if got, ok := s.Next(); ok || !s.Pending() {
		t.Fatalf("%v before its end", got)
	}
	s.Rest()
	if got, ok := s.Next(); !ok || fmt.Sprint(got) != fmt.Sprint(f) || s.Bad() != 1 || s.Pending() {
		t.Errorf("%v, %v; %d bad", got, ok, s.Bad())
	}
}

func TestScannerForgets(t *testing.T) {
	var s Scanner
	s.Feed([]byte{start, 1, 30, 0, 4, codeCardBits, 0xaa, 0xbb})
	s.Reset()
	if all := s.buf[:cap(s.buf)]; bytes.IndexByte(all, 0xaa) >= 0 {
		t.Error("a part of a card is still in memory")
	}
}

func FuzzScanner(f *testing.F) {
	f.Add([]byte("\x53\x00\x09\x00\x04\x61\x00\xc0\x66"))
	f.Add([]byte("\xff\x53\x53\x7f\x0d\x00\x04\x6e\x00\x80\x25\x00\x00\x6e\x38\x53\x80\xff"))
	f.Add([]byte("\x53\x00\x08\x00\x0c\x02\x15\x60"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var whole, cut Scanner
		drain := func(s *Scanner) (all []Frame) {
			for f, ok := s.Next(); ok; f, ok = s.Next() {
				all = append(all, f)
				ParseReply(f.Payload)
				ParseCommand(f.Payload)
				if again, err := f.Append(nil); err != nil || !bytes.Contains(b, again) {
					t.Fatalf("%v was found, and is not in %x: %x, %v", f, b, again, err)
				}
			}
			return all
		}
		whole.Feed(b)
		all := drain(&whole)
		var pieces []Frame
		for i := range b {
			cut.Feed(b[i : i+1])
			pieces = append(pieces, drain(&cut)...)
		}
		if fmt.Sprint(all) != fmt.Sprint(pieces) {
			t.Fatalf("whole: %v; byte by byte: %v", all, pieces)
		}
		if len(whole.buf) > MaxFrame {
			t.Fatalf("%d bytes are kept", len(whole.buf))
		}
	})
}

func BenchmarkScanner(b *testing.B) {
	noise := make([]byte, 4096)
	rand.NewChaCha8([32]byte{}).Read(noise)
	b.SetBytes(int64(len(noise)))
	for b.Loop() {
		var s Scanner
		s.Feed(noise)
		for _, ok := s.Next(); ok; _, ok = s.Next() {
		}
	}
}
