package aescard

import (
	"bytes"
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Errors of a proof and of what follows it.
var (
	ErrKey    = errors.New("the card does not know this key")
	ErrForged = errors.New("the card's answer is forged, or another session's")
	ErrAnswer = errors.New("the card's answer is malformed")
	ErrOver   = errors.New("the session is over: the card must prove itself again")

	ErrRefused = errors.New("the card refused") // any Refused
)

// Refused is a card's no: the second byte of its status (NT4H2421Gx, 10.2).
type Refused byte

// What a card says no with that has a meaning for us.
const (
	NotAllowed Refused = 0x9d
	NoSuchKey  Refused = 0x40
	WrongKey   Refused = 0xae
)

func (r Refused) Error() string        { return fmt.Sprintf("%v (status 91%02x)", ErrRefused, byte(r)) }
func (r Refused) Is(target error) bool { return target == ErrRefused }

// Card carries a command to a card and gives its answer.
type Card interface {
	Exchange(apdu []byte) ([]byte, error)
}

// Mode is how a command and its answer are protected.
type Mode byte

// The modes, as file settings name them.
const (
	Plain Mode = 0
	MAC   Mode = 1
	Full  Mode = 3 // encrypted, with a code
)

// more is the status of a card that waits for the next part.
const more = 0xaf

// Session is what follows a proof. It is for one goroutine. After any error it is over.
type Session struct {
	card  Card
	no    byte // of the key
	ti    [4]byte
	count uint16 // of commands so far
	suite suite
	over  bool

	rand io.Reader // a test's own
}

// Command sends a command of the session and gives what the card answered, of which every bit is
// the card's but with Plain. header goes unencrypted. Errors: ErrForged, ErrAnswer, ErrOver, a
// Refused, and those of the carrier.
func (s *Session) Command(mode Mode, ins byte, header, data []byte) (out []byte, err error) {
	if s.over {
		return nil, ErrOver
	}
	defer func() { s.over = s.over || err != nil }()
	in, status, err := call(s.card, ins, s.wrap(mode, ins, header, data))
	if err != nil {
		return nil, err
	}
	if status != 0 {
		return nil, Refused(status)
	}
	return s.unwrap(mode, status, in)
}

// Close forgets the keys of the session.
func (s *Session) Close() {
	if s.suite != nil {
		s.suite.forget()
	}
	s.over = true
}

// wrap protects what goes to the card, and counts.
func (s *Session) wrap(mode Mode, ins byte, header, data []byte) []byte {
	if mode == Full && len(data) > 0 {
		data = s.suite.seal(s.start(0xa5, 0x5a), pad(data))
	}
	out := slices.Concat(header, data)
	if mode != Plain {
		out = append(out, s.code(ins, out)...)
	}
	s.count++
	return out
}

// unwrap checks and opens what came from the card.
func (s *Session) unwrap(mode Mode, status byte, in []byte) ([]byte, error) {
	if mode == Plain {
		return in, nil
	}
	if len(in) < 8 {
		return nil, ErrForged
	}
	body, code := in[:len(in)-8], in[len(in)-8:]
	if subtle.ConstantTimeCompare(code, s.code(status, body)) != 1 {
		return nil, ErrForged
	}
	if mode == MAC || len(body) == 0 {
		return body, nil
	}
	if len(body)%aes.BlockSize != 0 {
		return nil, ErrAnswer
	}
	return unpad(s.suite.open(s.start(0x5a, 0xa5), body))
}

// code is the shortened CMAC of a message: every second byte (NT4H2421Gx, 9.1.3).
func (s *Session) code(first byte, rest []byte) (short []byte) {
	sum := s.suite.code(slices.Concat([]byte{first}, s.counter(), s.ti[:], rest))
	for i := 1; i < len(sum); i += 2 {
		short = append(short, sum[i])
	}
	return short
}

// start is what the encryption of a message begins with (9.1.4).
func (s *Session) start(label ...byte) (start Key) {
	copy(start[:], slices.Concat(label, s.ti[:], s.counter()))
	return start
}

func (s *Session) counter() []byte { return binary.LittleEndian.AppendUint16(nil, s.count) }

// pad fills to whole blocks, by a block if there is nothing to fill (ISO/IEC 9797-1, method 2).
func pad(data []byte) []byte {
	out := append(slices.Clone(data), 0x80)
	return append(out, make([]byte, (aes.BlockSize-len(out)%aes.BlockSize)%aes.BlockSize)...)
}

func unpad(data []byte) ([]byte, error) {
	end := bytes.TrimRight(data, "\x00")
	if n := len(end) - 1; n >= 0 && end[n] == 0x80 && len(data)-n <= aes.BlockSize {
		return end[:n], nil
	}
	return nil, ErrAnswer
}

// call sends one of the card's own commands and takes the status off its answer.
func call(card Card, ins byte, data []byte) (out []byte, status byte, err error) {
	apdu := []byte{0x90, ins, 0, 0}
	if len(data) > 0 {
		apdu = append(append(apdu, byte(len(data))), data...)
	}
	in, err := card.Exchange(append(apdu, 0))
	if err != nil {
		return nil, 0, err
	}
	if len(in) < 2 || in[len(in)-2] != 0x91 {
		return nil, 0, ErrAnswer
	}
	return in[:len(in)-2], in[len(in)-1], nil
}
