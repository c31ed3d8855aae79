package osdp

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// KeySize is that of the site's secret and of a reader's key, in bytes.
const KeySize = 16

// Key is the key of one reader (SCBK), from which the keys of each session are made.
type Key [KeySize]byte

// String, GoString and Format never show the key.
func (Key) String() string             { return "key(redacted)" }
func (Key) GoString() string           { return "key(redacted)" }
func (Key) Format(s fmt.State, _ rune) { io.WriteString(s, "key(redacted)") }

// LogValue implements slog.LogValuer.
func (Key) LogValue() slog.Value { return slog.StringValue("key(redacted)") }

// MarshalText fails: a key is never written down.
func (Key) MarshalText() ([]byte, error) { return nil, errors.New("a key is not written down") }

// defaultKey (SCBK-D) is the one that each reader leaves its factory with, and that everybody
// knows.
var defaultKey = Key{0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f}

// DefaultKey is the key that each reader leaves its factory with. An emulated reader needs it.
func DefaultKey() Key { return defaultKey }

// Salt is what makes the key of one install another than the one before. It is no secret.
type Salt [16]byte

// NewSalt makes one for an install.
func NewSalt() (s Salt) {
	rand.Read(s[:]) // never fails
	return s
}

// ErrWeak is of a site's secret that somebody could guess.
var ErrWeak = errors.New("a secret with a pattern, which others would try first: make it with 'openssl rand -hex 16'")

// Derive makes the key of a reader from the site's secret: HKDF-SHA-256 (RFC 5869), with the
// reader's name and the salt of its install. Errors: the secret is not 16 bytes, or ErrWeak.
func Derive(site []byte, reader string, s Salt) (Key, error) {
	if len(site) != KeySize {
		return Key{}, fmt.Errorf("the site's secret has %d bytes instead of %d", len(site), KeySize)
	}
	if weak(site) {
		return Key{}, ErrWeak
	}
	k, err := hkdf.Key(sha256.New, site, s[:], "menshen OSDP SCBK 1: reader "+reader, KeySize)
	if err != nil {
		return Key{}, fmt.Errorf("deriving a reader's key: %w", err)
	}
	return Key(k), nil
}

// weak finds the keys of examples and hurried days: a pattern of up to half the length that
// repeats, and bytes with an equal step, such as the default key.
func weak(k []byte) bool {
	for n := 1; n <= len(k)/2; n++ {
		if bytes.Equal(k[n:], k[:len(k)-n]) {
			return true
		}
	}
	step := k[1] - k[0]
	for i := 1; i < len(k); i++ {
		if k[i]-k[i-1] != step {
			return false
		}
	}
	return true
}
