package hal

import (
	"errors"
	"fmt"
	"log/slog"
)

// Card is what a reader read: the raw bits and, when the format is known, the numbers printed on
// the card. A card number is personal data: only Credential and the fields reveal it.
type Card struct {
	Bits     int    // length on the wire; 32, 56 or 80 for ISO 14443 UIDs of 4, 7 and 10 bytes
	Raw      []byte // most significant bit first, ceil(Bits/8) bytes; unused low bits of the last byte are zero
	Layout   string // "H10301", "uid", "aes", "em4100", …; empty when only the bits are known
	Facility uint64 // facility code; zero when the format has none
	Number   uint64 // card number; zero when the format is not known
	Clonable bool   // true when anyone with a copier can make another: UID-only, EM4100, plain Wiegand
	Proved   bool   // true when the card has just proved by AES that it knows a key of its own
	Written  bool   // true when its reader was to write cards (Issuer, Retirer, Carrier), and this one is as asked

	Carried *Carried // what it carries beside its number; nil: it is of a kind that carries nothing
}

// Carried is what a card carries, sealed. It prints as little as a Card.
type Carried struct {
	Key    [16]byte // the card's own, for the seal; the other half is not the reader's
	Sealed []byte   // empty: the card carries nothing
}

// String, GoString and Format show neither key nor content.
func (c Carried) String() string             { return fmt.Sprintf("carried(%d bytes)", len(c.Sealed)) }
func (c Carried) GoString() string           { return c.String() }
func (c Carried) Format(s fmt.State, _ rune) { fmt.Fprint(s, c.String()) }

// Credential is the form that a store hashes: one length byte and the raw bits. Cards of
// different length never collide. Of a card that proved itself a zero goes before: its number is
// nothing at a reader to which it proved nothing.
func (c Card) Credential() []byte {
	form := append([]byte{byte(c.Bits)}, c.Raw...)
	if c.Proved {
		form = append([]byte{0}, form...)
	}
	return form
}

// ErrRandom says that a card makes up its number.
var ErrRandom = errors.New("this card, or phone, gives another number each time: it cannot open a door by its number")

// RandomUID reports whether a card makes up a new UID at each tap, as phones do (ISO/IEC 14443-3,
// 6.5.4: 4 bytes that begin with 08).
func RandomUID(uid []byte) bool { return len(uid) == 4 && uid[0] == 0x08 }

// UIDCard gives a UID as a card that anyone can copy.
func UIDCard(uid []byte) Card {
	return Card{Bits: 8 * len(uid), Raw: append([]byte(nil), uid...), Layout: "uid", Clonable: true}
}

// String, GoString and Format never show the number.
func (c Card) String() string   { return fmt.Sprintf("card(%d bits)", c.Bits) }
func (c Card) GoString() string { return c.String() }

// Format implements fmt.Formatter so that %x and %+v are as silent as %v.
func (c Card) Format(s fmt.State, _ rune) { fmt.Fprint(s, c.String()) }

// LogValue implements slog.LogValuer.
func (c Card) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText fails: a card is stored as its Credential only.
func (c Card) MarshalText() ([]byte, error) {
	return nil, errors.New("a card is not written down: use its credential")
}

// Button is one button of a keypad: '0' to '9', '*' or '#'. Zero means none. What is typed is a
// secret, so no button prints itself.
type Button rune

// String, GoString and Format never show which button it is.
func (b Button) String() string             { return "button" }
func (b Button) GoString() string           { return "button" }
func (b Button) Format(s fmt.State, _ rune) { fmt.Fprint(s, "button") }

// LogValue implements slog.LogValuer.
func (b Button) LogValue() slog.Value { return slog.StringValue("button") }

// Code is the text of a QR or bar code that a scanner read, such as a visitor's pass. It is a
// secret while it is valid.
type Code string

// Reveal gives the text.
func (c Code) Reveal() string { return string(c) }

// String, GoString and Format never show the text.
func (c Code) String() string             { return fmt.Sprintf("code(%d bytes)", len(c)) }
func (c Code) GoString() string           { return c.String() }
func (c Code) Format(s fmt.State, _ rune) { fmt.Fprint(s, c.String()) }

// LogValue implements slog.LogValuer.
func (c Code) LogValue() slog.Value { return slog.StringValue(c.String()) }
