// Package pass writes a visitor's pass as the text of a QR code ([Encode]), and reads it back
// ([Parse]). Whoever has the public key of the unit that signed it knows what the pass is good for.
// The unit's vault knows how often it was used and whether it was ended.
//
// # Text
//
// "MP1", which names the format, and 149 characters of RFC 4648's base32 (A to Z, 2 to 7, no
// padding) for 93 bytes, numbers with the highest byte first:
//
//	 0  16  handle of the pass
//	16   6  place: the beginning of SHA-256 over "menshen place 1\n", the unit's public key and
//	        the door's name
//	22   4  first minute, in minutes since 1970 began in UTC
//	26   2  minutes it is valid, at most seven days
//	28   1  uses, 1 to 255
//	29  64  Ed25519 signature for the purpose "visitor pass" over "MP1" and bytes 0 to 28
//
// Each pass has one text only: another spelling of the same bytes is refused. All 152 characters
// are of a QR code's alphanumeric kind, without the space, which some scanners drop. At level L
// that is version 5: 37×37 modules, 23 lines of a terminal with the quiet zone. Level M would be
// 41×41, with smaller modules on the same paper.
package pass

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"rsc.io/qr"

	"menshen/policy"
	"menshen/store"
)

// Prefix begins the text of every pass. Length is the number of its characters.
const (
	Prefix = "MP1"
	Length = len(Prefix) + 149
)

// MaxUses is how often a pass can be used at most.
const MaxUses = 255

// Errors of Parse.
var (
	ErrNotPass   = errors.New("not the text of a visitor's pass")
	ErrElsewhere = errors.New("the pass is for another door")
	ErrForged    = errors.New("the pass is not signed by this unit")
)

const (
	purpose    = "visitor pass"
	bodySize   = 16 + placeSize + 4 + 2 + 1
	placeSize  = 6
	signedSize = bodySize + ed25519.SignatureSize
)

// Unit signs, and gives the key with which its signatures are checked; *store.Vault is one.
type Unit interface {
	Sign(purpose string, data []byte) []byte
	PublicKey() ed25519.PublicKey
}

var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// Encode signs a pass and gives its text. The pass must begin and end on a full minute.
func Encode(u Unit, p policy.Pass) (string, error) {
	if err := p.Check(); err != nil {
		return "", fmt.Errorf("write a pass: %w", err)
	}
	from, minutes := p.From.Unix(), p.Until.Sub(p.From)/time.Minute
	if from < 0 || from/60 > 1<<32-1 || !time.Unix(from/60*60, 0).Equal(p.From) ||
		minutes*time.Minute != p.Until.Sub(p.From) || p.Uses > MaxUses {
		return "", fmt.Errorf("write a pass: it begins and ends on a full minute, for at most %d uses: %w", MaxUses,
			policy.ErrPass)
	}
	place := placeOf(u.PublicKey(), p.Door)
	body := append(append(make([]byte, 0, signedSize), p.ID[:]...), place[:]...)
	body = binary.BigEndian.AppendUint32(body, uint32(from/60))
	body = binary.BigEndian.AppendUint16(body, uint16(minutes))
	body = append(body, byte(p.Uses))
	sig := u.Sign(purpose, append([]byte(Prefix), body...))
	if len(sig) != ed25519.SignatureSize {
		return "", fmt.Errorf("write a pass: %w", store.ErrClosed)
	}
	return Prefix + letters.EncodeToString(append(body, sig...)), nil
}

// Handle gives the handle that a text names, and believes nothing of it. [ErrNotPass].
func Handle(text string) (policy.PersonID, error) {
	raw, err := read(text)
	if err != nil {
		return policy.PersonID{}, err
	}
	return policy.PersonID(raw[:16]), nil
}

// read gives the bytes of a text.
func read(text string) ([]byte, error) {
	if len(text) != Length || text[:len(Prefix)] != Prefix {
		return nil, ErrNotPass
	}
	raw, err := letters.DecodeString(text[len(Prefix):])
	// The last letter has bits to spare: text must be the same when encoded again.
	if err != nil || len(raw) != signedSize || letters.EncodeToString(raw) != text[len(Prefix):] {
		return nil, ErrNotPass
	}
	return raw, nil
}

// Parse reads a text that the unit with this public key signed for its door. [ErrNotPass]: it is
// something else, or damaged. [ErrElsewhere]: it names another unit or door; it cannot be verified
// by this key and opens nothing. [ErrForged]: it names this door, and its signature does not fit.
func Parse(unit ed25519.PublicKey, door, text string) (policy.Pass, error) {
	raw, err := read(text)
	if err != nil {
		return policy.Pass{}, err
	}
	body, sig := raw[:bodySize], raw[bodySize:]
	if [placeSize]byte(body[16:]) != placeOf(unit, door) {
		return policy.Pass{}, ErrElsewhere
	}
	if !store.VerifySigned(unit, purpose, append([]byte(Prefix), body...), sig) {
		return policy.Pass{}, ErrForged
	}
	rest := body[16+placeSize:]
	from := time.Unix(int64(binary.BigEndian.Uint32(rest))*60, 0).UTC()
	return policy.Pass{ID: policy.PersonID(body[:16]), Door: door, From: from,
		Until: from.Add(time.Duration(binary.BigEndian.Uint16(rest[4:])) * time.Minute), Uses: int(rest[6])}, nil
}

// placeOf gives the bytes that distinguish this unit and door from others.
func placeOf(unit ed25519.PublicKey, door string) [placeSize]byte {
	sum := sha256.Sum256(append(append([]byte("menshen place 1\n"), unit...), door...))
	return [placeSize]byte(sum[:])
}

// Draw gives the QR code of a text: rows of modules, true is dark, without the quiet zone.
func Draw(text string) ([][]bool, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, fmt.Errorf("draw the QR code of a pass: %w", err)
	}
	rows := make([][]bool, code.Size)
	for y := range rows {
		rows[y] = make([]bool, code.Size)
		for x := range rows[y] {
			rows[y][x] = code.Black(x, y)
		}
	}
	return rows, nil
}
