package eye

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A message is a header of 8 bytes, the payload, and a CRC-32C over both:
//
//	0    'M' 'e'
//	2    version
//	3    kind
//	4    n, the length of the payload, little-endian
//	8    payload
//	8+n  CRC-32C, little-endian
//
// Each kind has its own limit of length, so that a broken peer cannot make the other allocate.
const (
	version    = 6
	headerSize = 8
	crcSize    = 4
)

type kind uint8

const (
	kindConfig      kind = iota + 1 // parent → child: Config, JSON; the first message
	kindMode                        // parent → child: Mode, 1 byte; whether codes are read, 1; the order's number, 8
	kindReady                       // child → parent: ready, JSON; the models are loaded; first, and once
	kindBeat                        // child → parent: beat, JSON; a sign of life
	kindObservation                 // child → parent, after a stamp
	kindPicture                     // child → parent, in the modes Aim and EnrolShown, after a stamp
	kindFailure                     // child → parent: why it gives up, text; the last message
	kindCode                        // child → parent: a Code's text, after a stamp
	kindLight                       // child → parent: switch the infrared emitter on (1) or off (0), 1 byte
	kindLit                         // parent → child: it was switched so, 1 byte, and works (1) or not (0), 1 byte
)

// limits of payloads, in bytes.
var limits = map[kind]int{
	kindConfig: 64 << 10, kindMode: 10, kindReady: 4 << 10, kindBeat: 4 << 10,
	kindObservation: 4 << 10, kindPicture: 96 << 10, kindFailure: 4 << 10,
	kindCode: stampSize + maxCode, kindLight: 1, kindLit: 2,
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// conn reads and writes messages. Only one goroutine at a time may read, and one write. Both
// buffers are overwritten by the next message, or by forget.
type conn struct {
	rw  io.ReadWriter
	in  []byte
	out []byte
}

// write sends one message whose payload is what fill appends.
func (c *conn) write(k kind, fill func([]byte) ([]byte, error)) error {
	if c.out == nil { // once and large enough, for what append would grow out of stays behind
		c.out = make([]byte, headerSize+limits[kindPicture]+crcSize)
	}
	defer func() { clear(c.out[:cap(c.out)]) }()
	b := append(c.out[:0], 'M', 'e', version, byte(k), 0, 0, 0, 0)
	b, err := fill(b)
	c.out = b
	if err != nil {
		return err
	}
	n := len(b) - headerSize
	if n > limits[k] {
		return fmt.Errorf("message of kind %d with %d bytes: at most %d", k, n, limits[k])
	}
	binary.LittleEndian.PutUint32(b[4:], uint32(n))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	c.out = b
	_, err = c.rw.Write(b)
	return err
}

// read gives the next message. The payload is valid until the next call. Errors wrap ErrProtocol
// when the peer's bytes are at fault, and io.EOF when it closed between two messages.
func (c *conn) read() (kind, []byte, error) {
	c.forget()
	var head [headerSize]byte
	if _, err := io.ReadFull(c.rw, head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: cut short in the header", ErrProtocol)
		}
		return 0, nil, err
	}
	k, n := kind(head[3]), binary.LittleEndian.Uint32(head[4:])
	limit, known := limits[k]
	switch {
	case head[0] != 'M' || head[1] != 'e':
		return 0, nil, fmt.Errorf("%w: no message begins here", ErrProtocol)
	case head[2] != version:
		return 0, nil, fmt.Errorf("%w: version %d, expected %d: two releases of the program are mixed",
			ErrProtocol, head[2], version)
	case !known:
		return 0, nil, fmt.Errorf("%w: kind %d is not known", ErrProtocol, k)
	case n > uint32(limit):
		return 0, nil, fmt.Errorf("%w: kind %d with %d bytes, at most %d", ErrProtocol, k, n, limit)
	}
	if need := int(n) + crcSize; cap(c.in) < need {
		c.in = make([]byte, need)
	}
	c.in = c.in[:int(n)+crcSize]
	if _, err := io.ReadFull(c.rw, c.in); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: cut short in the payload", ErrProtocol)
		}
		return 0, nil, err
	}
	payload := c.in[:n]
	sum := crc32.Update(crc32.Checksum(head[:], castagnoli), castagnoli, payload)
	if sum != binary.LittleEndian.Uint32(c.in[n:]) {
		return 0, nil, fmt.Errorf("%w: checksum of kind %d is wrong", ErrProtocol, k)
	}
	return k, payload, nil
}

// forget overwrites the last message read.
func (c *conn) forget() { clear(c.in[:cap(c.in)]) }
