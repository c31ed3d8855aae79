package serialreader

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"unicode"
	"unicode/utf8"

	"menshen/hal"
)

// Content reads a frame. It fills in the card or the code of the event; errors are ErrContent
// and ErrChecksum.
type Content func(frame []byte) (hal.ReaderEvent, error)

// EM4100 is what the RDM6300 and similar modules send: ten hex digits, one byte of version and four
// of number, then two digits that are the exclusive or of the five bytes. The card's number is the
// ten decimal digits printed on most fobs. Anyone can copy it.
func EM4100(frame []byte) (hal.ReaderEvent, error) {
	var raw [6]byte
	frame = bytes.TrimRight(frame, "\r\n") // some send a line inside the frame
	if len(frame) != 2*len(raw) {
		return hal.ReaderEvent{}, ErrContent
	}
	if _, err := hex.Decode(raw[:], frame); err != nil {
		return hal.ReaderEvent{}, ErrContent
	}
	if raw[0]^raw[1]^raw[2]^raw[3]^raw[4] != raw[5] {
		return hal.ReaderEvent{}, ErrChecksum
	}
	return hal.ReaderEvent{Card: &hal.Card{
		Bits: 40, Raw: raw[:5], Layout: "em4100", Clonable: true,
		Facility: uint64(raw[0]), Number: uint64(binary.BigEndian.Uint32(raw[1:5])),
	}}, nil
}

// maxCard is the longest card number in bytes: hal.Card counts bits in one byte.
const maxCard = 31

// Hex is a card number in hex digits, two a byte, zeros in front included.
func Hex(frame []byte) (hal.ReaderEvent, error) {
	raw := make([]byte, hex.DecodedLen(len(frame)))
	if _, err := hex.Decode(raw, frame); err != nil || len(raw) == 0 || len(raw) > maxCard {
		return hal.ReaderEvent{}, ErrContent
	}
	return hal.ReaderEvent{Card: &hal.Card{Bits: 8 * len(raw), Raw: raw, Layout: "hex", Clonable: true}}, nil
}

// Decimal is a card number in decimal digits. Zeros in front do not count; all
// numbers have 64 bits.
func Decimal(frame []byte) (hal.ReaderEvent, error) {
	n, err := strconv.ParseUint(string(frame), 10, 64)
	if err != nil {
		return hal.ReaderEvent{}, ErrContent
	}
	return hal.ReaderEvent{Card: &hal.Card{
		Bits: 64, Raw: binary.BigEndian.AppendUint64(nil, n), Layout: "decimal", Number: n, Clonable: true,
	}}, nil
}

// Text is a code of printable characters.
func Text(frame []byte) (hal.ReaderEvent, error) {
	if !utf8.Valid(frame) || bytes.ContainsFunc(frame, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return hal.ReaderEvent{}, ErrContent
	}
	return hal.ReaderEvent{Code: hal.Code(frame)}, nil
}
