// Package seal encrypts one record at a time. A box can be opened only with the right key, and only
// in the place for which it was sealed.
//
// There are two ciphers; [Key.Seal] chooses the one that the processor is fast at. The first byte
// of a box says which, so that a store moved to another board can still be read:
//
//	1  XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): processors without AES instructions, such
//	   as the Raspberry Pi 3 and 4
//	2  XAES-256-GCM (C2SP, xaes-256-gcm.md): processors with them
//
// A box is 41 bytes longer than its plaintext: 1 cipher, 24 nonce, 16 tag. Both ciphers
// take a 256-bit key and a random 192-bit nonce, so that a repeated nonce is unlikely
// below 2⁸⁰ records under one key.
package seal

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/sys/cpu"
)

// Overhead is how much longer a box is than its plaintext, in bytes.
const Overhead = 1 + nonceSize + tagSize

const (
	nonceSize = 24
	tagSize   = 16

	xchacha = 1
	xaes    = 2
)

// ErrOpen means that a box was not made by this key for this place, or was changed since.
// These cannot be distinguished.
var ErrOpen = errors.New("record does not authenticate")

// Key is a 256-bit secret. It prints as "key(redacted)".
type Key [32]byte

// NewKey draws a key from the kernel's random source.
func NewKey() Key { return DrawKey(rand.Reader) }

// DrawKey draws a key from a random source, which must not fail: the kernel's never does.
func DrawKey(random io.Reader) Key {
	var k Key
	if _, err := io.ReadFull(random, k[:]); err != nil {
		panic(fmt.Sprintf("random source: %v", err))
	}
	return k
}

// Wipe overwrites the key.
func (k *Key) Wipe() { clear(k[:]) }

// IsZero reports whether the key was never set, or was wiped.
func (k *Key) IsZero() bool { return *k == Key{} }

// Derive makes a subkey by HKDF-SHA256 (RFC 5869, expand only: the parent is already uniform).
// Different labels and contexts give independent keys.
func (k *Key) Derive(label string, context ...byte) Key {
	b, err := hkdf.Expand(sha256.New, k[:], "menshen "+label+"\x00"+string(context), len(Key{}))
	if err != nil {
		panic(err) // only for outputs beyond 8160 bytes
	}
	return Key(b)
}

// MAC is HMAC-SHA256 under the key over the parts, each preceded by its length so that
// no two lists of parts collide.
func (k *Key) MAC(parts ...[]byte) [32]byte {
	h := hmac.New(sha256.New, k[:])
	for _, p := range parts {
		n := uint64(len(p))
		h.Write([]byte{byte(n >> 56), byte(n >> 48), byte(n >> 40), byte(n >> 32), byte(n >> 24), byte(n >> 16),
			byte(n >> 8), byte(n)})
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

// ID gives a name for the key, which does not reveal it.
func (k *Key) ID() [8]byte {
	m := k.MAC([]byte("menshen key id"))
	return [8]byte(m[:8])
}

// Seal encrypts plain for the place that ad describes.
func (k *Key) Seal(ad, plain []byte) []byte { return k.seal(best, ad, plain) }

func (k *Key) seal(kind byte, ad, plain []byte) []byte {
	box := make([]byte, 1+nonceSize, len(plain)+Overhead)
	box[0] = kind
	nonce := box[1 : 1+nonceSize]
	rand.Read(nonce)
	a, err := k.aead(kind, nonce)
	if err != nil {
		panic(err) // kind is one of ours
	}
	return a.Seal(box, nonce, plain, ad)
}

// Open decrypts a box made for the place that ad describes. Its only error is ErrOpen.
func (k *Key) Open(ad, box []byte) ([]byte, error) {
	if len(box) < Overhead {
		return nil, ErrOpen
	}
	nonce := box[1 : 1+nonceSize]
	a, err := k.aead(box[0], nonce)
	if err != nil {
		return nil, ErrOpen
	}
	plain, err := a.Open(nil, nonce, box[1+nonceSize:], ad)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Mark gives the nonce and tag of a box, which distinguish it from every other. Without the key, no
// other box with the same mark can be made that opens.
func Mark(box []byte) []byte {
	if len(box) < Overhead {
		return box
	}
	m := make([]byte, 0, nonceSize+tagSize)
	m = append(m, box[1:1+nonceSize]...)
	return append(m, box[len(box)-tagSize:]...)
}

// String, GoString and Format never show the key.
func (k Key) String() string             { return "key(redacted)" }
func (k Key) GoString() string           { return k.String() }
func (k Key) Format(s fmt.State, _ rune) { fmt.Fprint(s, k.String()) }

var best = func() byte {
	if cpu.X86.HasAES && cpu.X86.HasPCLMULQDQ || cpu.ARM64.HasAES && cpu.ARM64.HasPMULL {
		return xaes
	}
	return xchacha
}()

func (k *Key) aead(kind byte, nonce []byte) (cipher.AEAD, error) {
	switch kind {
	case xchacha:
		return chacha20poly1305.NewX(k[:])
	case xaes:
		return newXAES(k, nonce)
	}
	return nil, ErrOpen
}
