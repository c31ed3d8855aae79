package aescard

import (
	"bytes"
	"errors"
	"slices"

	"menshen/hal"
)

// A card of the site carries up to Room bytes beside its number, sealed by whoever has them
// written: here they are bytes. They lie in a file of 256 bytes, which only key 2 reads, encrypted,
// as it does the number. Of an NTAG 424 DNA that is the file for a link that phones open; that of
// 128 bytes has the number.
const (
	file = 256
	Room = file - 1 // the first byte says how many there are
	part = 128      // bytes that are written by one command
	gulp = 239      // that are read by one: 240 padded, and a code of 8; an answer has 256 at most
)

// The byte after the number tells the mark of the secret from which the key is made that what the
// card carries was sealed with; 0: it carries nothing. So who carries nothing waits for nothing.
const carrying = len(Number{})

// carryKey is the number of that key, which no card has.
const carryKey = 0x80

// ErrRoom says that a card has no room for what it is to carry.
var ErrRoom = errors.New("this does not fit on a card")

// sealKey is what a card's bytes are sealed with now.
func (s *Site) sealKey(uid []byte) (k [16]byte) { return s.secrets[0].own(uid, carryKey) }

// carried reads what the card carries, after its number and by the session that read it. What
// cannot be read is not there: the number opens without it.
func (s *Site) carried(session *Session, p product, uid []byte, mark byte) *hal.Carried {
	c := &hal.Carried{Key: s.sealKey(uid)}
	if mark == 0 {
		return c
	}
	key, err := s.held(uid, carryKey, mark)
	if err != nil {
		return c
	}
	content, err := session.Read(Full, p.carries, 0, gulp)
	if err != nil {
		return c
	}
	if n := 1 + int(content[0]); n > gulp {
		rest, err := session.Read(Full, p.carries, gulp, n-gulp)
		if err != nil {
			return c
		}
		content = append(content, rest...)
	}
	c.Key, c.Sealed = key, content[1:1+content[0]]
	return c
}

// Carry writes what a card of the site carries, and reads it back; with nothing what was there is
// overwritten. Errors: ErrRoom; ErrForged where the card did not keep it; those of Read.
func (s *Site) Carry(card Card, uid, sealed []byte) error {
	if len(sealed) > Room {
		return ErrRoom
	}
	session, p, _, err := s.asMaster(card, uid)
	if err != nil {
		return err
	}
	defer session.Close()
	return p.carry(session, sealed, s.secrets[0].mark())
}

// carry writes the bytes before their mark: where the card is taken away in between, its old mark
// stands before what no seal fits.
func (p product) carry(s *Session, sealed []byte, mark byte) error {
	if err := s.Protect(p.carries, Full,
		Rights{Read: reading, Write: master, ReadWrite: master, Change: master}); err != nil {
		return err
	}
	content := make([]byte, file)
	copy(content, slices.Concat([]byte{byte(len(sealed))}, sealed))
	for at := 0; at < file; at += part {
		if err := s.Write(Full, p.carries, at, content[at:at+part]); err != nil {
			return err
		}
	}
	for at := 0; at < file; at += gulp { // as a door reads it
		want := content[at:min(at+gulp, file)]
		switch kept, err := s.Read(Full, p.carries, at, len(want)); {
		case err != nil:
			return err
		case !bytes.Equal(kept, want):
			return ErrForged
		}
	}
	if len(sealed) == 0 {
		mark = 0
	}
	return s.Write(Full, p.file, carrying, []byte{mark})
}
