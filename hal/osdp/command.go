package osdp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Command is what the unit says to a reader: one of the types of this file.
type Command interface {
	code() byte
	data(b []byte) []byte // appends it
}

// The commands without data.
type (
	Poll         struct{} // anything new?
	AskLocal     struct{} // tamper and power of the reader (osdp_LSTAT)
	AskInputs    struct{} // osdp_ISTAT
	AskOutputs   struct{} // osdp_OSTAT
	AskReaders   struct{} // tamper of the reader's heads (osdp_RSTAT)
	AskIdentity  struct{} // osdp_ID
	AskAbilities struct{} // osdp_CAP
	Abort        struct{} // end what takes long, such as a file
)

// Out switches outputs of the reader.
type Out []OutChange

// OutChange switches one output.
type OutChange struct {
	Output  byte
	Control byte          // OutOff, …
	For     time.Duration // of the timed ones, in steps of 100 ms
}

// What OutChange.Control may be.
const (
	OutNothing  = iota
	OutOff      // for good, ending a timed one
	OutOn       // for good, ending a timed one
	OutOffAfter // for good, when the timed one ends
	OutOnAfter  // for good, when the timed one ends
	OutOnFor    // then as before
	OutOffFor   // then as before
	outControls // how many there are
	tick        = 100 * time.Millisecond
)

// LEDs sets lamps of the reader.
type LEDs []LED

// LED is what one lamp does: for a while, and then for good.
type LED struct {
	Reader, Number byte
	Temporary      LEDTemporary
	Permanent      LEDPermanent
}

// LEDTemporary is what a lamp does until For has passed.
type LEDTemporary struct {
	Control byte // 0 nothing, 1 end it, 2 begin it
	Blink   Blink
	For     time.Duration // in steps of 100 ms
}

// LEDPermanent is what a lamp does when nothing temporary is on.
type LEDPermanent struct {
	Control byte // 0 nothing, 1 set
	Blink   Blink
}

// Blink is a rhythm of two colours, in steps of 100 ms.
type Blink struct {
	On, Off           time.Duration
	OnColor, OffColor Color
}

// Color is a lamp's.
type Color byte

// The colours.
const (
	Black Color = iota
	Red
	Green
	Amber
	Blue
	Magenta
	Cyan
	White
)

// Buzzer is a rhythm of the buzzer, in steps of 100 ms.
type Buzzer struct {
	Reader  byte
	Tone    byte // 0 none, 1 off, 2 the usual one
	On, Off time.Duration
	Count   byte // 0: for ever
}

// Text shows a line on a reader that has a display.
type Text struct {
	Reader   byte
	Control  byte          // 1, 2: for good, without and with wrapping; 3, 4: For a while
	For      time.Duration // in seconds
	Row, Col byte          // from 1
	Text     string        // at most 255 bytes
}

// SetLine gives the reader another address and speed (osdp_COMSET). The answer, LineSet, is in the
// old ones.
type SetLine struct {
	Address byte
	Baud    uint32
}

// SetKey gives the reader its key (osdp_KEYSET). Only inside a Secure Channel.
type SetKey struct{ Key Key }

// Challenge begins a Secure Channel (osdp_CHLNG).
type Challenge struct{ Unit Nonce }

// Confirm shows that the unit has the key (osdp_SCRYPT).
type Confirm struct{ Cryptogram [16]byte }

// ReceiveSize tells the reader what the unit can take at once (osdp_ACURXSIZE).
type ReceiveSize struct{ Bytes uint16 }

// FilePart is a part of a file for the reader, such as its firmware (osdp_FILETRANSFER).
type FilePart struct {
	Type   byte // 1: known by its content; from 128: of the maker
	Size   uint32
	Offset uint32
	Data   []byte
}

// The codes of commands.
const (
	codePoll         = 0x60
	codeAskIdentity  = 0x61
	codeAskAbilities = 0x62
	codeAskLocal     = 0x64
	codeAskInputs    = 0x65
	codeAskOutputs   = 0x66
	codeAskReaders   = 0x67
	codeOut          = 0x68
	codeLEDs         = 0x69
	codeBuzzer       = 0x6a
	codeText         = 0x6b
	codeSetLine      = 0x6e
	codeSetKey       = 0x75
	codeChallenge    = 0x76
	codeConfirm      = 0x77
	codeReceiveSize  = 0x7b
	codeFilePart     = 0x7c
	codeAbort        = 0xa2
)

func (Poll) code() byte         { return codePoll }
func (AskLocal) code() byte     { return codeAskLocal }
func (AskInputs) code() byte    { return codeAskInputs }
func (AskOutputs) code() byte   { return codeAskOutputs }
func (AskReaders) code() byte   { return codeAskReaders }
func (AskIdentity) code() byte  { return codeAskIdentity }
func (AskAbilities) code() byte { return codeAskAbilities }
func (Abort) code() byte        { return codeAbort }
func (Out) code() byte          { return codeOut }
func (LEDs) code() byte         { return codeLEDs }
func (Buzzer) code() byte       { return codeBuzzer }
func (Text) code() byte         { return codeText }
func (SetLine) code() byte      { return codeSetLine }
func (SetKey) code() byte       { return codeSetKey }
func (Challenge) code() byte    { return codeChallenge }
func (Confirm) code() byte      { return codeConfirm }
func (ReceiveSize) code() byte  { return codeReceiveSize }
func (FilePart) code() byte     { return codeFilePart }

func (Poll) data(b []byte) []byte         { return b }
func (AskLocal) data(b []byte) []byte     { return b }
func (AskInputs) data(b []byte) []byte    { return b }
func (AskOutputs) data(b []byte) []byte   { return b }
func (AskReaders) data(b []byte) []byte   { return b }
func (Abort) data(b []byte) []byte        { return b }
func (AskIdentity) data(b []byte) []byte  { return append(b, 0) }
func (AskAbilities) data(b []byte) []byte { return append(b, 0) }

func (o Out) data(b []byte) []byte {
	for _, c := range o {
		b = append(b, c.Output, c.Control)
		b = binary.LittleEndian.AppendUint16(b, steps16(c.For, tick))
	}
	return b
}

func (l LEDs) data(b []byte) []byte {
	for _, c := range l {
		b = append(b, c.Reader, c.Number, c.Temporary.Control)
		b = c.Temporary.Blink.data(b)
		b = binary.LittleEndian.AppendUint16(b, steps16(c.Temporary.For, tick))
		b = c.Permanent.Blink.data(append(b, c.Permanent.Control))
	}
	return b
}

func (c Blink) data(b []byte) []byte {
	return append(b, steps(c.On, tick), steps(c.Off, tick), byte(c.OnColor), byte(c.OffColor))
}

func (c Buzzer) data(b []byte) []byte {
	return append(b, c.Reader, c.Tone, steps(c.On, tick), steps(c.Off, tick), c.Count)
}

func (t Text) data(b []byte) []byte {
	text := t.Text[:min(len(t.Text), 255)]
	b = append(b, t.Reader, t.Control, steps(t.For, time.Second), t.Row, t.Col, byte(len(text)))
	return append(b, text...)
}

func (c SetLine) data(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(append(b, c.Address), c.Baud)
}

func (c SetKey) data(b []byte) []byte    { return append(append(b, 1, KeySize), c.Key[:]...) }
func (c Challenge) data(b []byte) []byte { return append(b, c.Unit[:]...) }
func (c Confirm) data(b []byte) []byte   { return append(b, c.Cryptogram[:]...) }

func (c ReceiveSize) data(b []byte) []byte { return binary.LittleEndian.AppendUint16(b, c.Bytes) }

func (c FilePart) data(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(append(b, c.Type), c.Size)
	b = binary.LittleEndian.AppendUint32(b, c.Offset)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(c.Data))), c.Data...)
}

// Errors of ParseCommand and ParseReply. They hold nothing of what was received.
var (
	ErrUnknown = errors.New("a code that is not known")
	ErrLength  = errors.New("data of another length than their code has")
)

// ParseCommand reads code and data. Errors: ErrUnknown, ErrLength.
func ParseCommand(payload []byte) (Command, error) {
	code, d, err := cut(payload)
	if err != nil {
		return nil, err
	}
	bare := map[byte]Command{codePoll: Poll{}, codeAskLocal: AskLocal{}, codeAskInputs: AskInputs{},
		codeAskOutputs: AskOutputs{}, codeAskReaders: AskReaders{}, codeAbort: Abort{}}
	if c, ok := bare[code]; ok {
		return c, d.end()
	}
	var c Command
	switch code {
	case codeAskIdentity:
		d.u8()
		c = AskIdentity{}
	case codeAskAbilities:
		d.u8()
		c = AskAbilities{}
	case codeOut:
		c = records(&d, func() (o OutChange) {
			o.Output, o.Control, o.For = d.u8(), d.u8(), time.Duration(d.u16())*tick
			return o
		}, func(all []OutChange) Out { return all })
	case codeLEDs:
		c = records(&d, d.led, func(all []LED) LEDs { return all })
	case codeBuzzer:
		c = Buzzer{d.u8(), d.u8(), d.in(tick), d.in(tick), d.u8()}
	case codeText:
		c = Text{d.u8(), d.u8(), d.in(time.Second), d.u8(), d.u8(), string(d.take(int(d.u8())))}
	case codeSetLine:
		c = SetLine{d.u8(), d.u32()}
	case codeSetKey:
		if d.u8() != 1 || d.u8() != KeySize {
			return nil, ErrLength
		}
		var k SetKey
		copy(k.Key[:], d.take(KeySize))
		c = k
	case codeChallenge:
		var k Challenge
		copy(k.Unit[:], d.take(len(k.Unit)))
		c = k
	case codeConfirm:
		var k Confirm
		copy(k.Cryptogram[:], d.take(len(k.Cryptogram)))
		c = k
	case codeReceiveSize:
		c = ReceiveSize{d.u16()}
	case codeFilePart:
		c = FilePart{d.u8(), d.u32(), d.u32(), d.take(int(d.u16()))}
	default:
		return nil, fmt.Errorf("%w: command %02x", ErrUnknown, code)
	}
	if err := d.end(); err != nil {
		return nil, fmt.Errorf("%w: command %02x", err, code)
	}
	return c, nil
}
