package aescard

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"crypto/subtle"
	"io"
	"slices"
)

// The commands that begin a proof, and how many bytes the card's last word has.
const (
	proveFirst = 0x71
	proveAgain = 0x77
)

var answers = map[byte]int{proveFirst: 32, proveAgain: 16}

// Authenticate has the card and this side prove to each other by AES that they know key number no
// (AuthenticateEV2First). Errors: ErrKey, ErrAnswer, a Refused (NotAllowed by a card that was
// switched to LRP), and those of the card's carrier.
func Authenticate(card Card, no byte, key Key) (*Session, error) {
	s := &Session{card: card, rand: rand.Reader}
	return s, s.proveAES(proveFirst, []byte{no, 0}, no, key)
}

// AuthenticateLRP does so by LRP (AuthenticateLRPFirst). A card that was not switched to it gives
// ErrAnswer.
func AuthenticateLRP(card Card, no byte, key Key) (*Session, error) {
	s := &Session{card: card, rand: rand.Reader}
	return s, s.proveLRP(proveFirst, slices.Concat([]byte{no, byte(len(wantsLRP))}, wantsLRP), no, key)
}

// wantsLRP is what this side can do, of which a card reads that it can do LRP (9.2.5).
var wantsLRP = []byte{2, 0, 0, 0, 0, 0}

// Again proves with another key within the session, by what it began with (AuthenticateEV2NonFirst,
// AuthenticateLRPNonFirst).
func (s *Session) Again(no byte, key Key) error {
	if s.over {
		return ErrOver
	}
	if _, lrp := s.suite.(*byLRP); lrp {
		return s.proveLRP(proveAgain, []byte{no}, no, key)
	}
	return s.proveAES(proveAgain, []byte{no}, no, key)
}

// proveAES is the proof of NT4H2421Gx, 9.1.5 and 9.1.6: each side's number goes encrypted, and
// comes back turned by a byte.
func (s *Session) proveAES(ins byte, first []byte, no byte, key Key) (err error) {
	defer func() { s.over = err != nil }()
	in, err := s.said(ins, first, more, aes.BlockSize)
	if err != nil {
		return err
	}
	a, b := s.random(), Key(key.decrypted(Key{}, in))
	in, err = s.said(more, key.encrypted(Key{}, slices.Concat(a[:], b[1:], b[:1])), 0, answers[ins])
	if err != nil {
		return err
	}
	plain := key.decrypted(Key{}, in)
	if ins == proveFirst { // the transaction's number first, and what the two can do last
		copy(s.ti[:], plain)
		s.count, plain = 0, plain[4:20]
	}
	if subtle.ConstantTimeCompare(plain, slices.Concat(a[1:], a[:1])) != 1 {
		return ErrKey
	}
	s.no, s.suite = no, aesKeys(key, a, b)
	return nil
}

// proveLRP is the proof of 9.2.5 and 9.2.6: both numbers go in plain, and each side shows by a code
// over them that it has the keys of the session.
func (s *Session) proveLRP(ins byte, first []byte, no byte, key Key) (err error) {
	defer func() { s.over = err != nil }()
	in, err := s.said(ins, first, more, 1+aes.BlockSize)
	if err != nil {
		return err
	}
	if in[0] != 1 { // LRP
		return ErrAnswer
	}
	a, b := s.random(), Key(in[1:])
	keys := lrpKeys(key, a, b)
	mine := keys.code(slices.Concat(a[:], b[:]))
	in, err = s.said(more, slices.Concat(a[:], mine[:]), 0, answers[ins])
	if err != nil {
		return err
	}
	sealed, theirs := in[:len(in)-aes.BlockSize], in[len(in)-aes.BlockSize:]
	if want := keys.code(slices.Concat(b[:], a[:], sealed)); subtle.ConstantTimeCompare(theirs, want[:]) != 1 {
		return ErrKey
	}
	if ins == proveFirst {
		plain := keys.open(Key{}, sealed)
		if !bytes.Equal(plain[10:], wantsLRP) { // it comes back, so that nobody changed it on the way
			return ErrForged
		}
		copy(s.ti[:], plain)
		s.count = 0
	}
	s.no, s.suite = no, keys
	return nil
}

// said gives what the card answers to one half of a proof, of which status and length are known.
func (s *Session) said(ins byte, data []byte, want byte, size int) ([]byte, error) {
	in, status, err := call(s.card, ins, data)
	switch {
	case err != nil:
		return nil, err
	case status != want:
		return nil, refusal(status)
	case len(in) != size:
		return nil, ErrAnswer
	}
	return in, nil
}

// random is this side's number of a proof.
func (s *Session) random() (a Key) {
	if _, err := io.ReadFull(s.rand, a[:]); err != nil {
		panic(err) // crypto/rand never fails
	}
	return a
}

// refusal is a card's no to a proof.
func refusal(status byte) error {
	if r := Refused(status); r == WrongKey || r == NoSuchKey {
		return ErrKey
	}
	return Refused(status)
}
