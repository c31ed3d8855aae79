package aescard

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"math/big"
	"slices"
)

// ErrNoApp says that the card has not the application that was asked for.
var ErrNoApp = errors.New("the card has no such application")

// Select opens the application of a name.
func Select(card Card, name []byte) error {
	in, err := card.Exchange(slices.Concat([]byte{0x00, 0xa4, 0x04, 0x0c, byte(len(name))}, name, []byte{0}))
	switch {
	case err != nil:
		return err
	case len(in) == 2 && in[0] == 0x90 && in[1] == 0x00:
		return nil
	case len(in) == 2 && in[0] == 0x6a && in[1] == 0x82:
		return ErrNoApp
	}
	return ErrAnswer
}

// KeyVersion is the version that a key was given when it was last changed; 0 from the factory. It
// proves nothing.
func KeyVersion(card Card, no byte) (byte, error) {
	in, status, err := call(card, 0x64, []byte{no})
	switch {
	case err != nil:
		return 0, err
	case status != 0:
		return 0, Refused(status)
	case len(in) != 1:
		return 0, ErrAnswer
	}
	return in[0], nil
}

// Version is what a card says of its make (GetVersion). It proves nothing.
type Version struct {
	Vendor, Kind, Major byte // 4: NXP; 4: NTAG, 8: DESFire Light; 0x30
	UID                 []byte
}

// GetVersion asks for it, before a proof.
func GetVersion(card Card) (Version, error) {
	var all []byte
	for ins := byte(0x60); ; ins = more {
		in, status, err := call(card, ins, nil)
		switch {
		case err != nil:
			return Version{}, err
		case status != more && status != 0:
			return Version{}, Refused(status)
		}
		if all = append(all, in...); status == more && len(all) <= 28 {
			continue
		}
		if len(all) < 21 || len(all) > 29 {
			return Version{}, ErrAnswer
		}
		return Version{Vendor: all[0], Kind: all[1], Major: all[3], UID: all[14:21]}, nil
	}
}

// Signature asks for NXP's signature over the card's UID, before a proof.
func Signature(card Card) ([]byte, error) {
	in, status, err := call(card, 0x3c, []byte{0})
	switch {
	case err != nil:
		return nil, err
	case status != 0x90 && status != 0:
		return nil, Refused(status)
	case len(in) != 56:
		return nil, ErrAnswer
	}
	return in, nil
}

// nxp are the public keys for the signature, points of secp224r1: of NTAG 424 DNA (AN12196) and of
// DESFire Light (AN12343).
var nxp = []*ecdsa.PublicKey{
	point("8a9b380af2ee1b98dc417fecc263f8449c7625cece82d9b916c992da" +
		"209d68422b81ec20b65a66b5102a61596af3379200599316a00a1410"),
	point("0e98e117aaa36457f43173dc920a8757267f44ce4ec5add3c5407557" +
		"1aebbf7b942a9774a1d94ad02572427e5ae0a2dd36591b1fb34fcf3d"),
}

func point(xy string) *ecdsa.PublicKey {
	raw, err := hex.DecodeString("04" + xy)
	if err != nil {
		panic(err)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P224(), raw)
	if err != nil {
		panic(err)
	}
	return key
}

// Genuine reports whether NXP signed this UID. The signature is readable by anybody and can be
// copied with the UID: it tells cheap imitations, not a clone.
func Genuine(uid, signature []byte) bool {
	if len(signature) != 56 {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:28]), new(big.Int).SetBytes(signature[28:])
	return slices.ContainsFunc(nxp, func(key *ecdsa.PublicKey) bool { return ecdsa.Verify(key, uid, r, s) })
}

// UID asks for the card's number in secret.
func (s *Session) UID() ([]byte, error) { return s.Command(Full, 0x51, nil, nil) }

// Read gives n bytes of a file from the offset on.
func (s *Session) Read(mode Mode, file byte, offset, n int) ([]byte, error) {
	out, err := s.Command(mode, 0xad, slices.Concat([]byte{file}, three(offset), three(n)), nil)
	if err == nil && len(out) != n {
		return nil, ErrAnswer
	}
	return out, err
}

// Write changes the bytes of a file from the offset on.
func (s *Session) Write(mode Mode, file byte, offset int, data []byte) error {
	_, err := s.Command(mode, 0x8d, slices.Concat([]byte{file}, three(offset), three(len(data))), data)
	return err
}

// Rights say which key is needed: its number, Free or Never.
type Rights struct{ Read, Write, ReadWrite, Change byte }

// Who needs no key, and what no key opens.
const (
	Free  = 0xe
	Never = 0xf
)

// Protect sets how a file is read and written, and by whom (ChangeFileSettings).
func (s *Session) Protect(file byte, mode Mode, r Rights) error {
	_, err := s.Command(Full, 0x5f, []byte{file},
		[]byte{byte(mode), r.ReadWrite<<4 | r.Change, r.Read<<4 | r.Write})
	return err
}

// ChangeKey gives the card another key and its version. was is the key so far, where it is not the
// session's own. When it is, the session is over.
func (s *Session) ChangeKey(no byte, was, key Key, version byte) error {
	if no == s.no {
		_, err := s.changeOwn(slices.Concat(key[:], []byte{version}))
		return err
	}
	sum := ^crc32.ChecksumIEEE(key[:])
	data := slices.Concat(key[:], []byte{version, byte(sum), byte(sum >> 8), byte(sum >> 16), byte(sum >> 24)})
	for i, b := range was {
		data[i] ^= b
	}
	_, err := s.Command(Full, 0xc4, []byte{no}, data)
	return err
}

// changeOwn changes the session's key: the answer has no code, since the key is gone.
func (s *Session) changeOwn(data []byte) ([]byte, error) {
	if s.over {
		return nil, ErrOver
	}
	sealed := s.wrap(Full, 0xc4, []byte{s.no}, data)
	defer s.Close()
	in, status, err := call(s.card, 0xc4, sealed)
	switch {
	case err != nil:
		return nil, err
	case status != 0:
		return nil, Refused(status)
	}
	return in, nil
}

// three is a number of three bytes, the lowest first.
func three(n int) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16)} }
