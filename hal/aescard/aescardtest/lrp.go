package aescardtest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"slices"
)

// lrpKey is a key of AN12304: the key to begin with, and the sixteen plaintexts by hexadecimal
// digit.
type lrpKey struct {
	first [16]byte
	texts map[rune][16]byte
}

// newLRPKey is updated key nth of a key, with its plaintexts.
func newLRPKey(key [16]byte, nth int) lrpKey {
	k := lrpKey{first: row(key, 0xaa, nth), texts: map[rune][16]byte{}}
	for i, digit := range "0123456789abcdef" {
		k.texts[digit] = row(key, 0x55, i)
	}
	return k
}

// row is what algorithms 1 and 2 have in common: the n-th key of a row that begins with one of two
// constants.
func row(key [16]byte, first byte, n int) [16]byte {
	h := aes1(key, all(first))
	for range n {
		h = aes1(h, all(0x55))
	}
	return aes1(h, all(0xaa))
}

func aes1(key [16]byte, in [16]byte) (out [16]byte) {
	block(key).Encrypt(out[:], in[:])
	return out
}

func all(b byte) [16]byte { return [16]byte(bytes.Repeat([]byte{b}, 16)) }

// eval is algorithm 3.
func (k lrpKey) eval(input []byte) [16]byte {
	y := k.first
	for _, digit := range hex.EncodeToString(input) {
		y = aes1(y, k.texts[digit])
	}
	return aes1(y, [16]byte{})
}

func (k lrpKey) cmac(msg []byte) [16]byte {
	return cmacBy(func(b *[16]byte) { *b = k.eval(b[:]) }, msg)
}

// crypt is LRICB: each block under a key by the counter.
func (s *lrpSession) crypt(data []byte, decrypt bool) (out []byte) {
	for part := range slices.Chunk(data, 16) {
		b := block(s.enc.eval([]byte{byte(s.blocks >> 24), byte(s.blocks >> 16), byte(s.blocks >> 8), byte(s.blocks)}))
		done := make([]byte, 16)
		if decrypt {
			b.Decrypt(done, part)
		} else {
			b.Encrypt(done, part)
		}
		out = append(out, done...)
		s.blocks++
	}
	return out
}

// lrpSession are the keys of a session by LRP, and its counter of blocks.
type lrpSession struct {
	mac, enc lrpKey
	blocks   uint32
}

// lrpChallenge is the first half of a proof by LRP (NT4H2421Gx, 9.2.5 to 9.2.7); what it returns to
// is the second. can is what the reader said that it can do.
func (c *Card) lrpChallenge(no byte, can []byte, before *session) []byte {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	c.next = func(data []byte) []byte {
		if len(data) != 32 {
			return length
		}
		a := data[:16]
		middle := make([]byte, 6)
		for i := range middle {
			middle[i] = a[2+i] ^ b[i]
		}
		master := newLRPKey(c.Keys[no], 0).cmac(slices.Concat(
			[]byte{0x00, 0x01, 0x00, 0x80}, a[:2], middle, b[6:], a[8:], []byte{0x96, 0x69}))
		keys := &lrpSession{mac: newLRPKey(master, 0), enc: newLRPKey(master, 1)}
		if want := keys.mac.cmac(slices.Concat(a, b)); !bytes.Equal(data[16:], want[:]) {
			c.Wrong[no]++
			c.session = nil
			return wrongKey
		}
		c.Wrong[no] = 0
		s := &session{no: no, ti: make([]byte, 4), lrp: keys}
		_, _ = rand.Read(s.ti)
		var sealed []byte
		if before != nil {
			s.ti, s.count = before.ti, before.count
		} else {
			can = append(can, make([]byte, 6)...)[:6]
			sealed = keys.crypt(slices.Concat(s.ti, []byte{2, 0, 0, 0, 0, 0}, can), false)
		}
		mine := keys.mac.cmac(slices.Concat(b, a, sealed))
		c.session = s
		return slices.Concat(sealed, mine[:], ok)
	}
	return slices.Concat([]byte{1}, b, more)
}
