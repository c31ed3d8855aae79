package osdp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Limits of the line.
const (
	Broadcast = 0x7f // the address that all readers hear
	MaxFrame  = 1440 // bytes of the longest frame

	mark    = 0xff // what goes before a frame, so that receivers settle
	start   = 0x53
	minimum = 7 // bytes: header, code, sum

	replyBit = 0x80 // of the address
	crcBit   = 0x04 // of the control byte
	blockBit = 0x08
	known    = 0x03 | crcBit | blockBit
)

// Errors of frames. None of them holds what was received.
var (
	ErrCheck  = errors.New("a frame whose check is wrong: noise, a bad wire, or two readers at one address")
	ErrFormat = errors.New("a frame that is none of OSDP")
)

// Frame is one message on the line.
type Frame struct {
	Address  byte   // 0 to 126, or Broadcast
	Reply    bool   // from a reader
	Sequence byte   // 0 to 3; a reply has its command's
	Sum      bool   // it ends with a sum of one byte; else with a CRC of two
	Security []byte // the security block: its type, then its data; nil: none
	Payload  []byte // code and data; of a sealed frame data are encrypted, and the MAC is at the end
}

// Append appends the frame with its check to b.
func (f Frame) Append(b []byte) ([]byte, error) {
	from := len(b)
	b, err := f.appendHead(b, len(f.Payload))
	if err != nil {
		return b[:from], err
	}
	b = append(b, f.Payload...)
	if f.Sum {
		return append(b, sum(b[from:])), nil
	}
	return binary.LittleEndian.AppendUint16(b, crc16(b[from:])), nil
}

// appendHead appends what goes before a payload of that size: its MAC covers it.
func (f Frame) appendHead(b []byte, payload int) ([]byte, error) {
	size, control := 5+payload+2, f.Sequence|crcBit
	if f.Sum {
		size, control = size-1, f.Sequence
	}
	if f.Security != nil {
		size, control = size+1+len(f.Security), control|blockBit
	}
	if f.Address > Broadcast || f.Sequence > 3 || payload == 0 || size > MaxFrame {
		return b, fmt.Errorf("%w: %d bytes to address %d", ErrFormat, size, f.Address)
	}
	address := f.Address
	if f.Reply {
		address |= replyBit
	}
	b = append(b, start, address, byte(size), byte(size>>8), control)
	if f.Security != nil {
		b = append(append(b, byte(1+len(f.Security))), f.Security...)
	}
	return b, nil
}

// Parse reads one whole frame, from its start to its check. The frame keeps b.
func Parse(b []byte) (f Frame, err error) {
	if len(b) < minimum || len(b) > MaxFrame || b[0] != start || int(binary.LittleEndian.Uint16(b[2:])) != len(b) ||
		b[4]&^byte(known) != 0 {
		return f, ErrFormat
	}
	f = Frame{Address: b[1] &^ replyBit, Reply: b[1]&replyBit != 0, Sequence: b[4] & 3, Sum: b[4]&crcBit == 0}
	body := b[:len(b)-1]
	if right := sum(body); f.Sum && b[len(b)-1] != right {
		return f, ErrCheck
	}
	if !f.Sum {
		body = b[:len(b)-2]
		if binary.LittleEndian.Uint16(b[len(b)-2:]) != crc16(body) {
			return f, ErrCheck
		}
	}
	f.Payload = body[5:]
	if b[4]&blockBit != 0 {
		n := int(f.Payload[0])
		if n < 2 || n > len(f.Payload) {
			return f, ErrFormat
		}
		f.Security, f.Payload = f.Payload[1:n], f.Payload[n:]
	}
	if len(f.Payload) == 0 {
		return f, ErrFormat
	}
	return f, nil
}

// crc16 is the CRC of OSDP: polynomial 1021, begun with 1D0F, most significant bit first.
func crc16(b []byte) uint16 {
	crc := uint16(0x1d0f)
	for _, c := range b {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// sum makes the sum of all bytes and itself zero.
func sum(b []byte) (s byte) {
	for _, c := range b {
		s -= c
	}
	return s
}
