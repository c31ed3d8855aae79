package aescard

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
)

// Key is an AES-128 key: a card's, or a site's from which its cards' keys are made. The zero value
// is the key that cards leave the factory with.
type Key [aes.BlockSize]byte

// String, GoString and Format never show the key.
func (Key) String() string             { return "key(redacted)" }
func (Key) GoString() string           { return "key(redacted)" }
func (Key) Format(s fmt.State, _ rune) { fmt.Fprint(s, "key(redacted)") }

// Diversify is a key of one card's own, made from k by AN10922, 2.2: the CMAC of a byte 01 and the
// input, which names the card. The input has 1 to 31 bytes; others panic.
func (k Key) Diversify(input ...byte) Key {
	if len(input) == 0 || len(input) > 31 {
		panic("aescard: a key is diversified with 1 to 31 bytes")
	}
	// The CMAC of two blocks always, as AN10922 has it, not of the one that a short input needs.
	return cmac(k.encrypt, 2*aes.BlockSize, append([]byte{1}, input...))
}

// cmac is AES-CMAC (RFC 4493, NIST SP 800-38B).
func (k Key) cmac(data []byte) Key { return cmac(k.encrypt, aes.BlockSize, data) }

// cmac is a CMAC with a cipher of 16 bytes, over data padded to whole blocks, and to as many bytes
// as least says.
func cmac(encrypt func(Key) Key, least int, data []byte) (sum Key) {
	sub := encrypt(Key{}).doubled()
	padded := append([]byte(nil), data...)
	if len(data) < least || len(data)%aes.BlockSize != 0 {
		sub = sub.doubled()
		padded = append(padded, 0x80)
		for len(padded) < least || len(padded)%aes.BlockSize != 0 {
			padded = append(padded, 0)
		}
	}
	last := padded[len(padded)-aes.BlockSize:]
	for i := range last {
		last[i] ^= sub[i]
	}
	for ; len(padded) > 0; padded = padded[aes.BlockSize:] {
		for i := range sum {
			sum[i] ^= padded[i]
		}
		sum = encrypt(sum)
	}
	return sum
}

// doubled is twice k in GF(2¹²⁸), as the subkeys of CMAC are.
func (k Key) doubled() (d Key) {
	carry := byte(0)
	for i := len(k) - 1; i >= 0; i-- {
		d[i], carry = k[i]<<1|carry, k[i]>>7
	}
	d[len(d)-1] ^= 0x87 * carry
	return d
}

func (k Key) block() cipher.Block {
	b, err := aes.NewCipher(k[:])
	if err != nil {
		panic(err) // the size is right
	}
	return b
}

// encrypt and decrypt are the cipher itself, of one block.
func (k Key) encrypt(in Key) (out Key) {
	k.block().Encrypt(out[:], in[:])
	return out
}

func (k Key) decrypt(in Key) (out Key) {
	k.block().Decrypt(out[:], in[:])
	return out
}

// encrypted and decrypted are CBC of whole blocks.
func (k Key) encrypted(iv Key, data []byte) []byte {
	out := make([]byte, len(data))
	cipher.NewCBCEncrypter(k.block(), iv[:]).CryptBlocks(out, data)
	return out
}

func (k Key) decrypted(iv Key, data []byte) []byte {
	out := make([]byte, len(data))
	cipher.NewCBCDecrypter(k.block(), iv[:]).CryptBlocks(out, data)
	return out
}
