package aescard

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestAN12304LRP: AN12304, 3.1 (the plaintexts and updated keys of one key) and 3.2 to 3.4 (fifty
// vectors each, testdata/an12304.txt).
func TestAN12304LRP(t *testing.T) {
	k := key("567826B8DA8E768432A9548DBE4AA3A0")
	p := newLRP(k, 0)
	for i, want := range map[int]string{0: "AC20D39F5341FE98DFCA21DA86BA7914", 1: "907DA03D672449166915E4563E089D6D",
		8: "4F58AFB57CAD5FE16C033F9DF5B5B3FE", 15: "71B444AF257A93215311D758DD333247"} {
		if p.texts[i] != key(want) {
			t.Errorf("plaintext %d: %X", i, p.texts[i][:])
		}
	}
	for n, want := range []string{"163D14ED24ED935373568EC521E96CF4", "1C519C000208B95A39A65DB058327188",
		"FE30AB50467E61783BFE6B5E0560160E"} {
		if got := newLRP(k, n).updated; got != key(want) {
			t.Errorf("updated key %d: %X", n, got[:])
		}
	}
	file, err := os.ReadFile("testdata/an12304.txt")
	if err != nil {
		t.Fatal(err)
	}
	vectors := map[string]func(*testing.T, ...string){"eval": vectorEval, "block": vectorBlock, "cmac": vectorCMAC}
	done := map[string]int{}
	for line := range strings.Lines(string(file)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		for i, word := range f {
			f[i] = strings.TrimPrefix(word, "-") // nothing
		}
		vectors[f[0]](t, f[1:]...)
		done[f[0]]++
	}
	if done["eval"] != 50 || done["block"] != 50 || done["cmac"] != 50 {
		t.Errorf("of fifty each: %v", done)
	}
}

func vectorEval(t *testing.T, f ...string) {
	var nibbles []byte
	for _, digit := range f[3] {
		nibbles = append(nibbles, byte(strings.IndexRune("0123456789ABCDEF", digit)))
	}
	got := newLRP(key(f[0]), int(f[1][0]-'0')).walk(nibbles)
	if f[2] == "1" {
		got = got.encrypt(Key{})
	}
	if got != key(f[4]) {
		t.Errorf("3.2, key %s: %X", f[0], got[:])
	}
}

func vectorBlock(t *testing.T, f ...string) {
	plain, sealed := raw(f[3]), raw(f[4])
	if f[2] == "1" {
		plain = pad(plain)
	}
	p, counter := newLRP(key(f[0]), 0), binary.BigEndian.Uint32(raw(f[1]))
	if got := p.crypt(&counter, plain, Key.encrypt); !bytes.Equal(got, sealed) {
		t.Errorf("3.3, key %s: sealed %X", f[0], got)
	}
	counter = binary.BigEndian.Uint32(raw(f[1]))
	if got := p.crypt(&counter, sealed, Key.decrypt); !bytes.Equal(got, plain) {
		t.Errorf("3.3, key %s: opened %X", f[0], got)
	}
}

func vectorCMAC(t *testing.T, f ...string) {
	if got := newLRP(key(f[0]), 0).cmac(raw(f[1])); got != key(f[2]) {
		t.Errorf("3.4, key %s: %X", f[0], got[:])
	}
}

// TestAN12321Proof: AN12321, 4, table 2 (the number of its key, quoted as 3 and as 0, is in no
// computation), and a recording of a real NTAG 424 DNA with key 0, from the public tests of the
// ntag424 crate.
func TestAN12321Proof(t *testing.T) {
	for _, x := range []struct {
		no       byte
		a, ti    string
		lines    [][2]string
		mac, enc string // updated keys; of the recording none are public
	}{
		{no: 3, a: "74D7DF6A2CEC0B72B412DE0D2B1117E6", ti: "58EE9424", lines: [][2]string{
			{"9071000008030602000000000000", "0156109A31977C855319CD4618C9D2AED291AF"},
			{"90AF00002074D7DF6A2CEC0B72B412DE0D2B1117E6189B59DCEDC31A3D3F38EF8D4810B3B400",
				"F4FC209D9D60623588B299FA5D6B2D710125F8547D9FB8D572C90D2C2A14E2359100"},
		}, mac: "F56CADE598CC2A3FE47E438CFEB885DB", enc: "E9043D65AB21C0C422781099AB25EFDD"},
		{no: 0, a: "D1D85ACB0A57299BFEED443D832DAD0C", ti: "9D96C13C", lines: [][2]string{
			{"9071000008000602000000000000", "01B40643A537D6B0ACD8E7816168CD85C191AF"},
			{"90AF000020D1D85ACB0A57299BFEED443D832DAD0C23A13B80F26E481E4FAD3F3D75B14B7B00",
				"1C8EE9654067C50B188BD7652CEA8ABF4DCAF2776C80ABACEC992D6DF2D6E4EE9100"},
		}},
	} {
		first := slices.Concat([]byte{x.no, 6}, wantsLRP)
		s := &Session{card: &script{t, x.lines}, rand: bytes.NewReader(raw(x.a))}
		if err := s.proveLRP(proveFirst, first, x.no, Key{}); err != nil {
			t.Fatal(err)
		}
		got := s.suite.(*byLRP)
		if !bytes.Equal(s.ti[:], raw(x.ti)) || got.blocks != 1 || x.mac != "" &&
			(got.mac.updated != key(x.mac) || got.enc.updated != key(x.enc)) {
			t.Errorf("key %d: %X, %X, %X, %d", x.no, s.ti, got.mac.updated[:], got.enc.updated[:], got.blocks)
		}
		x.lines[1][1] = x.lines[1][1][:60] + "0" + x.lines[1][1][61:]
		s = &Session{card: &script{t, x.lines}, rand: bytes.NewReader(raw(x.a))}
		if err := s.proveLRP(proveFirst, first, x.no, Key{}); !errors.Is(err, ErrKey) {
			t.Errorf("key %d, a code that is changed: %v", x.no, err)
		}
	}
}

// TestRecordedLRP: two sessions with a real card, from the public tests of nfc-ev2-crypto
// (test_lrp_cmd): three times GetCardUID; WriteData and ReadData of three bytes, encrypted.
func TestRecordedLRP(t *testing.T) {
	begun := func(vector, ti string, lines ...[2]string) *Session {
		k := newLRP(Key{}, 0).cmac(raw(vector))
		return &Session{card: &script{t, lines}, ti: [4]byte(raw(ti)),
			suite: &byLRP{mac: newLRP(k, 0), enc: newLRP(k, 1), blocks: 1}}
	}
	s := begun("00010080993C4EED466BFC0E7EE1D30C1EBD0DEA6F6481E0D70E9A174E789669", "4F5E8407",
		[2]string{"9051000008C37D6270F674CC6D00", "5EC351196B8E2943DB04FCD4A952F53DA2830DC2258E45399100"},
		[2]string{"9051000008D65CCB81E559140000", "D80B735F7B4C8E7E8A3CDAAA4410F35F752769C8EBC48E1A9100"},
		[2]string{"90510000088C677D7DCC34937100", "9CCD031474A50199C696D8EF272E231A10173FAF41B614E49100"})
	for range 3 {
		if uid, err := s.UID(); err != nil || !bytes.Equal(uid, raw("04940D2A2F7080")) {
			t.Errorf("%X, %v", uid, err)
		}
	}
	s = begun("0001008008A6953C60BC3D34E53766689732E2A203FF23855751D644ED519669", "204F2276",
		[2]string{"908D00001F03000000030000EAF0FAD0430ECDC947A822E12EC8D5F3BB75F218B405FDBC00", "D5B8D8F8CD67F23C9100"},
		[2]string{"90AD00000F0300000003000059858E133A7F487D00",
			"39665FAE8AF18FEB23DA1767EAF2274BB97FC66CC94377139100"})
	if err := s.Write(Full, 3, 0, raw("010203")); err != nil {
		t.Error(err)
	}
	if got, err := s.Read(Full, 3, 0, 3); err != nil || !bytes.Equal(got, raw("010203")) {
		t.Errorf("%X, %v", got, err)
	}
}

// BenchmarkProof is what a session's keys, their proof and one message of 32 bytes cost this side's
// processor.
func BenchmarkProof(b *testing.B) {
	for name, keys := range map[string]func() suite{
		"AES": func() suite { return aesKeys(Key{1}, Key{2}, Key{3}) },
		"LRP": func() suite { return lrpKeys(Key{1}, Key{2}, Key{3}) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := keys()
				s.code(make([]byte, 32)) // mine
				s.code(make([]byte, 48)) // the card's
				s.code(make([]byte, 14)) // the command's
				s.code(make([]byte, 39)) // the answer's
				s.open(Key{}, make([]byte, 32))
			}
		})
	}
}
