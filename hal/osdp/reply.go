package osdp

import (
	"encoding/binary"
	"fmt"
	"slices"

	"menshen/hal"
)

// Reply is what a reader answers: one of the types of this file.
type Reply interface {
	code() byte
	data(b []byte) []byte // appends it
}

// The replies without data.
type (
	Ack  struct{}
	Busy struct{} // ask again later
)

// Nak is a command refused.
type Nak struct{ Reason NakReason }

// NakReason says why.
type NakReason byte

// The reasons.
const (
	NakCheck      NakReason = 1 // the check was wrong
	NakLength     NakReason = 2
	NakCommand    NakReason = 3 // not known
	NakSequence   NakReason = 4
	NakNoSecurity NakReason = 5 // no security block as this one
	NakInClear    NakReason = 6 // only inside a Secure Channel
	NakBioType    NakReason = 7
	NakBioFormat  NakReason = 8
	NakRecord     NakReason = 9 // cannot be done
)

func (r NakReason) String() string {
	names := [...]string{"0", "check is wrong", "length is wrong", "command is not known", "sequence is wrong",
		"no such security", "only inside a Secure Channel", "no such biometric type", "no such biometric format",
		"cannot be done"}
	if int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprint(byte(r))
}

// Identity is what a reader is (osdp_PDID).
type Identity struct {
	Vendor         [3]byte // IEEE OUI
	Model, Version byte
	Serial         uint32
	Firmware       [3]byte // major, minor, build
}

// Abilities are what a reader can do (osdp_PDCAP).
type Abilities []Ability

// Ability is one thing that a reader can do.
type Ability struct{ Function, Level, Count byte }

// Has reports whether the reader can do something of that function at all.
func (r Abilities) Has(function byte) bool { return r.Level(function) > 0 }

// Level is how much of a function the reader can do; 0: nothing.
func (r Abilities) Level(function byte) byte {
	for _, a := range r {
		if a.Function == function {
			return a.Level
		}
	}
	return 0
}

// states are the questions how the reader is, but for what each is asked: osdp_LSTAT.
func (r Abilities) states() (all []Command) {
	if r.Has(CanInputs) {
		all = append(all, AskInputs{})
	}
	if r.Has(CanOutputs) {
		all = append(all, AskOutputs{})
	}
	if slices.ContainsFunc(r, func(a Ability) bool { return a.Function == CanHeads && a.Count > 0 }) {
		all = append(all, AskReaders{})
	}
	return all
}

// Functions of abilities.
const (
	CanInputs   = 1
	CanOutputs  = 2
	CanCards    = 3
	CanLamp     = 4
	CanBuzzer   = 5
	CanText     = 6
	CanCRC      = 8
	CanSecurity = 9
	CanReceive  = 10 // Level and Count are the bytes, low and high
	CanHeads    = 13 // Count of them, beside the reader itself; Level says nothing
)

// Local is the state of the reader itself.
type Local struct{ Tamper, Power bool } // opened; its supply is failing

// Inputs, Outputs and Readers are the states of each.
type (
	Inputs  []byte
	Outputs []byte
	Readers []byte // of the reader's heads: 0 in order, HeadAway or HeadTampered
)

// What the state of a head may be.
const (
	HeadAway     = 1 // not connected
	HeadTampered = 2
)

// CardBits is a card as bits (osdp_RAW).
type CardBits struct {
	Reader byte
	Coding byte // 0 not said, 1 Wiegand with parity checked
	Bits   int
	Raw    []byte // most significant bit first
}

// CardText is a card as characters (osdp_FMT).
type CardText struct {
	Reader, Direction byte
	Text              []byte
}

// Keys are keys that were pressed (osdp_KEYPAD), as the reader codes them.
type Keys struct {
	Reader byte
	Digits []byte
}

// LineSet is what address and speed a reader will have.
type LineSet struct {
	Address byte
	Baud    uint32
}

// Challenged is a reader's part of the handshake (osdp_CCRYPT).
type Challenged struct {
	ID         [8]byte // of the reader
	Reader     Nonce
	Cryptogram [16]byte
}

// Confirmed ends the handshake (osdp_RMAC_I).
type Confirmed struct{ MAC [16]byte }

// FileState is how a reader takes a file (osdp_FTSTAT).
type FileState struct {
	Action byte
	Delay  uint16 // before the next part; milliseconds
	Status int16  // below 0: refused
	Most   uint16 // bytes of the next part; 0: as before
}

// The codes of replies.
const (
	codeAck        = 0x40
	codeNak        = 0x41
	codeIdentity   = 0x45
	codeAbilities  = 0x46
	codeLocal      = 0x48
	codeInputs     = 0x49
	codeOutputs    = 0x4a
	codeReaders    = 0x4b
	codeCardBits   = 0x50
	codeCardText   = 0x51
	codeKeys       = 0x53
	codeLineSet    = 0x54
	codeChallenged = 0x76
	codeConfirmed  = 0x78
	codeBusy       = 0x79
	codeFileState  = 0x7a
)

func (Ack) code() byte        { return codeAck }
func (Busy) code() byte       { return codeBusy }
func (Nak) code() byte        { return codeNak }
func (Identity) code() byte   { return codeIdentity }
func (Abilities) code() byte  { return codeAbilities }
func (Local) code() byte      { return codeLocal }
func (Inputs) code() byte     { return codeInputs }
func (Outputs) code() byte    { return codeOutputs }
func (Readers) code() byte    { return codeReaders }
func (CardBits) code() byte   { return codeCardBits }
func (CardText) code() byte   { return codeCardText }
func (Keys) code() byte       { return codeKeys }
func (LineSet) code() byte    { return codeLineSet }
func (Challenged) code() byte { return codeChallenged }
func (Confirmed) code() byte  { return codeConfirmed }
func (FileState) code() byte  { return codeFileState }

func (Ack) data(b []byte) []byte         { return b }
func (Busy) data(b []byte) []byte        { return b }
func (r Nak) data(b []byte) []byte       { return append(b, byte(r.Reason)) }
func (r Inputs) data(b []byte) []byte    { return append(b, r...) }
func (r Outputs) data(b []byte) []byte   { return append(b, r...) }
func (r Readers) data(b []byte) []byte   { return append(b, r...) }
func (r Confirmed) data(b []byte) []byte { return append(b, r.MAC[:]...) }

func (r Identity) data(b []byte) []byte {
	b = append(append(b, r.Vendor[:]...), r.Model, r.Version)
	return append(binary.LittleEndian.AppendUint32(b, r.Serial), r.Firmware[:]...)
}

func (r Abilities) data(b []byte) []byte {
	for _, a := range r {
		b = append(b, a.Function, a.Level, a.Count)
	}
	return b
}

func (r Local) data(b []byte) []byte { return append(b, bit(r.Tamper), bit(r.Power)) }

func bit(on bool) byte {
	if on {
		return 1
	}
	return 0
}

func (r CardBits) data(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(append(b, r.Reader, r.Coding), uint16(r.Bits))
	return append(b, r.Raw...)
}

func (r CardText) data(b []byte) []byte {
	return append(append(b, r.Reader, r.Direction, byte(len(r.Text))), r.Text...)
}

func (r Keys) data(b []byte) []byte {
	return append(append(b, r.Reader, byte(len(r.Digits))), r.Digits...)
}

func (r LineSet) data(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(append(b, r.Address), r.Baud)
}

func (r Challenged) data(b []byte) []byte {
	return append(append(append(b, r.ID[:]...), r.Reader[:]...), r.Cryptogram[:]...)
}

func (r FileState) data(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(append(b, r.Action), r.Delay)
	b = binary.LittleEndian.AppendUint16(b, uint16(r.Status))
	return binary.LittleEndian.AppendUint16(b, r.Most)
}

// String, GoString and Format never show a number or what was typed.
func (r CardBits) String() string             { return fmt.Sprintf("card(%d bits)", r.Bits) }
func (r CardBits) GoString() string           { return r.String() }
func (r CardBits) Format(s fmt.State, _ rune) { fmt.Fprint(s, r.String()) }
func (r CardText) String() string             { return fmt.Sprintf("card(%d characters)", len(r.Text)) }
func (r CardText) GoString() string           { return r.String() }
func (r CardText) Format(s fmt.State, _ rune) { fmt.Fprint(s, r.String()) }
func (r Keys) String() string                 { return fmt.Sprintf("keys(%d)", len(r.Digits)) }
func (r Keys) GoString() string               { return r.String() }
func (r Keys) Format(s fmt.State, _ rune)     { fmt.Fprint(s, r.String()) }

// Card is the card as the door takes it. What comes over the line is only a number: whoever can
// read the card can make another.
func (r CardBits) Card() hal.Card {
	return hal.Card{Bits: r.Bits, Raw: r.Raw, Clonable: true}
}

// Card is the card as the door takes it: the characters are its bits.
func (r CardText) Card() hal.Card {
	return hal.Card{Bits: 8 * len(r.Text), Raw: r.Text, Clonable: true}
}

// Buttons gives the keys that are known. Readers send star and hash as ASCII, or as DEL and CR.
func (r Keys) Buttons() (all []hal.Button) {
	for _, d := range r.Digits {
		switch {
		case d >= '0' && d <= '9', d == '*', d == '#':
			all = append(all, hal.Button(d))
		case d == 0x7f:
			all = append(all, '*')
		case d == '\r':
			all = append(all, '#')
		}
	}
	return all
}

// ParseReply reads code and data. Errors: ErrUnknown, ErrLength. The reply keeps payload.
func ParseReply(payload []byte) (Reply, error) {
	code, d, err := cut(payload)
	if err != nil {
		return nil, err
	}
	var r Reply
	switch code {
	case codeAck:
		r = Ack{}
	case codeBusy:
		r = Busy{}
	case codeNak:
		r = Nak{NakReason(d.u8())}
		d.rest() // some readers say more
	case codeIdentity:
		r = Identity{[3]byte(d.take(3)), d.u8(), d.u8(), d.u32(), [3]byte(d.take(3))}
	case codeAbilities:
		r = records(&d, func() Ability { return Ability{d.u8(), d.u8(), d.u8()} },
			func(all []Ability) Abilities { return all })
	case codeLocal:
		r = Local{d.u8() != 0, d.u8() != 0}
	case codeInputs:
		r = Inputs(d.rest())
	case codeOutputs:
		r = Outputs(d.rest())
	case codeReaders:
		r = Readers(d.rest())
	case codeCardBits:
		c := CardBits{Reader: d.u8(), Coding: d.u8(), Bits: int(d.u16())}
		c.Raw = d.take((c.Bits + 7) / 8)
		if c.Bits == 0 || c.Bits > mostBits {
			return nil, fmt.Errorf("%w: reply %02x", ErrLength, code)
		}
		c.Raw[len(c.Raw)-1] &= 0xff << (-c.Bits & 7) // so that one card is one number
		r = c
	case codeCardText:
		c := CardText{d.u8(), d.u8(), d.take(int(d.u8()))}
		if len(c.Text) == 0 || 8*len(c.Text) > mostBits {
			return nil, fmt.Errorf("%w: reply %02x", ErrLength, code)
		}
		r = c
	case codeKeys:
		r = Keys{d.u8(), d.take(int(d.u8()))}
	case codeLineSet:
		r = LineSet{d.u8(), d.u32()}
	case codeChallenged:
		r = Challenged{[8]byte(d.take(8)), Nonce(d.take(8)), [16]byte(d.take(16))}
	case codeConfirmed:
		r = Confirmed{[16]byte(d.take(16))}
	case codeFileState:
		r = FileState{d.u8(), d.u16(), int16(d.u16()), d.u16()}
	default:
		return nil, fmt.Errorf("%w: reply %02x", ErrUnknown, code)
	}
	if err := d.end(); err != nil {
		return nil, fmt.Errorf("%w: reply %02x", err, code)
	}
	return r, nil
}

// mostBits is the longest card taken; its length fits the byte that hal.Card.Credential gives it.
const mostBits = 248

// String names the device, as it names itself.
func (r Identity) String() string {
	return fmt.Sprintf("%x model %d version %d, serial number %d, firmware %d.%d.%d", r.Vendor[:], r.Model, r.Version,
		r.Serial, r.Firmware[0], r.Firmware[1], r.Firmware[2])
}

// String names an ability; empty: none, or one that has no name here.
func (a Ability) String() string {
	names := map[byte]string{CanInputs: "inputs", CanOutputs: "outputs", CanCards: "cards", CanLamp: "lamp",
		CanBuzzer: "buzzer", CanText: "text", CanCRC: "CRC", CanSecurity: "secure channel"}
	if a.Level == 0 {
		return ""
	}
	return names[a.Function]
}
