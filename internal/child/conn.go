package child

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Protocol is what the messages of one sort of child look like. A message is a header of 8 bytes,
// the payload, and a CRC-32C over both:
//
//	0    Magic
//	2    Version
//	3    kind
//	4    n, the length of the payload, little-endian
//	8    payload
//	8+n  CRC-32C, little-endian
type Protocol struct {
	Magic   string // two letters
	Version byte   // of all its messages: both ends are one program
	Limits  map[Kind]int
}

const (
	headerSize = 8
	crcSize    = 4
)

// Kind is what a message is about.
type Kind uint8

// The kinds that each protocol has. Its others are its own.
const (
	Config  Kind = 1 // parent → child: what it needs to know, JSON; the first message
	Ready   Kind = 3 // child → parent: it is confined, and begins; first, and once
	Failure Kind = 7 // child → parent: why it gives up, text; the last message
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Conn reads and writes messages. Only one goroutine at a time may read, and one write. Both
// buffers are overwritten by the next message, or by Forget.
type Conn struct {
	rw       io.ReadWriter
	protocol *Protocol
	in       []byte
	out      []byte
}

// NewConn is an end of a stream of such messages.
func NewConn(rw io.ReadWriter, p *Protocol) *Conn { return &Conn{rw: rw, protocol: p} }

// Write sends one message whose payload is what fill appends.
func (c *Conn) Write(k Kind, fill func([]byte) ([]byte, error)) error {
	if c.out == nil { // once and large enough, for what append would grow out of stays behind
		most := 0
		for _, n := range c.protocol.Limits {
			most = max(most, n)
		}
		c.out = make([]byte, headerSize+most+crcSize)
	}
	defer func() { clear(c.out[:cap(c.out)]) }()
	b := append(append(c.out[:0], c.protocol.Magic...), c.protocol.Version, byte(k), 0, 0, 0, 0)
	b, err := fill(b)
	c.out = b
	if err != nil {
		return err
	}
	n := len(b) - headerSize
	if limit := c.protocol.Limits[k]; n > limit {
		return fmt.Errorf("message of kind %d with %d bytes: at most %d", k, n, limit)
	}
	binary.LittleEndian.PutUint32(b[4:], uint32(n))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	c.out = b
	_, err = c.rw.Write(b)
	return err
}

// Send sends one message with that payload.
func (c *Conn) Send(k Kind, payload []byte) error {
	return c.Write(k, func(b []byte) ([]byte, error) { return append(b, payload...), nil })
}

// SendJSON sends one message whose payload is a value as JSON.
func (c *Conn) SendJSON(k Kind, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Send(k, text)
}

// Read gives the next message. The payload is valid until the next call. Errors wrap ErrProtocol
// when the peer's bytes are at fault, and io.EOF when it closed between two messages.
func (c *Conn) Read() (Kind, []byte, error) {
	c.Forget()
	var head [headerSize]byte
	if _, err := io.ReadFull(c.rw, head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: cut short in the header", ErrProtocol)
		}
		return 0, nil, err
	}
	k, n := Kind(head[3]), binary.LittleEndian.Uint32(head[4:])
	limit, known := c.protocol.Limits[k]
	switch {
	case string(head[:2]) != c.protocol.Magic:
		return 0, nil, fmt.Errorf("%w: no message begins here", ErrProtocol)
	case head[2] != c.protocol.Version:
		return 0, nil, fmt.Errorf("%w: version %d, expected %d: two releases of the program are mixed",
			ErrProtocol, head[2], c.protocol.Version)
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

// Forget overwrites the last message read.
func (c *Conn) Forget() { clear(c.in[:cap(c.in)]) }
