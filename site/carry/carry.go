// Package carry is the file in which the records of one door travel where there is no network: on a
// stick. Whoever carries it reads nothing of it and can change nothing in it: see package record.
package carry

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"menshen/site/fact"
	"menshen/site/record"
)

// Limit is how long a file may be, in bytes.
const Limit = 32 << 20

// magic begins each file. Then come the records, each after its length, and a length of 0; at the
// end the SHA-256 of all that.
const magic = "menshen site records 1\n"

// Errors of files from outside. None quotes the file.
var (
	ErrForm    = errors.New("the file is not one that a door of a site wrote")
	ErrDamaged = errors.New("the file is cut off or damaged")
	ErrTooLong = fmt.Errorf("the file is longer than %d MB", Limit>>20)
)

// FileName is the name, without its ending, of the file with the records of a door.
func FileName(door fact.DoorID) string { return fmt.Sprintf("door-%x", door[:4]) }

// Pack makes a file of records as they travel. Those that do not fit any more are left out at its
// end.
func Pack(records [][]byte) []byte {
	b := []byte(magic)
	for _, r := range records {
		if len(b)+len(r)+8+sha256.Size > Limit {
			break
		}
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(r))), r...)
	}
	b = binary.BigEndian.AppendUint32(b, 0)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// Unpack reads a file, whole or not at all. Errors: [ErrForm], [ErrDamaged], [ErrTooLong], and
// those of [record.Parse].
func Unpack(r io.Reader) ([]*record.Record, error) {
	b, err := io.ReadAll(io.LimitReader(r, Limit+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > Limit:
		return nil, ErrTooLong
	case !bytes.HasPrefix(b, []byte(magic)):
		return nil, ErrForm
	case len(b) < len(magic)+4+sha256.Size:
		return nil, ErrDamaged
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if want := sha256.Sum256(body); !bytes.Equal(sum, want[:]) {
		return nil, ErrDamaged
	}
	var all []*record.Record
	for body = body[len(magic):]; len(body) >= 4; {
		n := uint64(binary.BigEndian.Uint32(body))
		body = body[4:]
		switch {
		case n == 0 && len(body) == 0:
			return all, nil
		case n == 0 || n > uint64(len(body)):
			return nil, ErrDamaged
		}
		one, err := record.Parse(bytes.Clone(body[:n]))
		if err != nil {
			return nil, err
		}
		all, body = append(all, one), body[n:]
	}
	return nil, ErrDamaged
}
