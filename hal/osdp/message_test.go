package osdp

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

var commands = []Command{
	Poll{}, AskLocal{}, AskInputs{}, AskOutputs{}, AskReaders{}, AskIdentity{}, AskAbilities{}, Abort{},
	Out{{1, OutOnFor, 2500 * time.Millisecond}, {0, OutOff, 0}},
	LEDs{{0, 1, LEDTemporary{2, Blink{300 * time.Millisecond, 200 * time.Millisecond, Green, Black}, 5 * time.Second},
		LEDPermanent{1, Blink{100 * time.Millisecond, 0, Red, White}}}},
	Buzzer{0, 2, 200 * time.Millisecond, 100 * time.Millisecond, 3},
	Text{0, 3, 4 * time.Second, 1, 2, "Welcome"},
	SetLine{5, 115200}, SetKey{Key{1, 2, 3}}, Challenge{Nonce{9}}, Confirm{[16]byte{8}}, ReceiveSize{1440},
	FilePart{1, 70000, 256, []byte{7, 7}},
}

var replies = []Reply{
	Ack{}, Busy{}, Nak{NakSequence}, Identity{[3]byte{0, 6, 0x8e}, 1, 2, 0x01020304, [3]byte{3, 2, 1}},
	Abilities{{CanLamp, 4, 2}, {CanReceive, 0x80, 1}}, Local{true, false}, Local{false, true}, Inputs{0, 1}, Outputs{1},
	Readers{2}, CardBits{0, 1, 26, []byte{0x12, 0x34, 0x56, 0x40}}, CardText{0, 1, []byte("1234")},
	Keys{0, []byte("12\r")},
	LineSet{5, 9600}, Challenged{[8]byte{1}, Nonce{2}, [16]byte{3}}, Confirmed{[16]byte{4}}, FileState{0, 20, -1, 128},
}

// Each command and each reply is read as it was written, and no other length of it is read.
func TestMessagesRoundTrip(t *testing.T) {
	for _, c := range commands {
		got, err := ParseCommand(Encode(c))
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%#v became %#v, %v", c, got, err)
		}
		wrongLengths(t, Encode(c), func(b []byte) (any, error) { return ParseCommand(b) })
	}
	for _, r := range replies {
		got, err := ParseReply(Encode(r))
		if err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%#v became %#v, %v", r, got, err)
		}
		wrongLengths(t, Encode(r), func(b []byte) (any, error) { return ParseReply(b) })
	}
}

// wrongLengths: shorter data are refused, or give a message that is as short.
func wrongLengths(t *testing.T, whole []byte, parse func([]byte) (any, error)) {
	t.Helper()
	for n := range len(whole) {
		m, err := parse(whole[:n])
		if err != nil && !errors.Is(err, ErrLength) {
			t.Errorf("%x: %v", whole[:n], err)
		}
		if err != nil {
			continue
		}
		if back := Encode(m.(interface {
			code() byte
			data([]byte) []byte
		})); !bytes.Equal(back, whole[:n]) {
			t.Errorf("%x was read as %#v, which is %x", whole[:n], m, back)
		}
	}
}

func TestUnknownCodes(t *testing.T) {
	if _, err := ParseCommand([]byte{0x01}); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	if _, err := ParseReply([]byte{0x01, 2, 3}); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

// What is not a whole number of bits comes with its rest cleared: one card is one number.
func TestCardBits(t *testing.T) {
	r, err := ParseReply([]byte{codeCardBits, 0, 1, 26, 0, 0x12, 0x34, 0x56, 0x7f})
	if err != nil {
		t.Fatal(err)
	}
	if c := r.(CardBits).Card(); c.Bits != 26 || !bytes.Equal(c.Raw, []byte{0x12, 0x34, 0x56, 0x40}) || !c.Clonable {
		t.Errorf("%d bits, %x", c.Bits, c.Raw)
	}
	for _, b := range [][]byte{{codeCardBits, 0, 1, 0, 0}, {codeCardBits, 0, 1, 249, 0, 31: 0},
		{codeCardText, 0, 0, 0}} {
		if r, err := ParseReply(b); !errors.Is(err, ErrLength) {
			t.Errorf("%x: %v, %v", b, r, err)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	k := Key{0xde, 0xad, 0xbe, 0xef}
	card := CardBits{Bits: 32, Raw: k[:4]}
	keys := Keys{0, []byte("1234")}
	for _, s := range []string{fmt.Sprintf("%v %+v %x %s", k, k, k, k), fmt.Sprintf("%v %+v %x", card, card, card),
		fmt.Sprintf("%+v %x", SetKey{k}, SetKey{k}), fmt.Sprintf("%+v %x", keys, keys),
		fmt.Sprintf("%v", CardText{Text: []byte("1234")})} {
		for _, secret := range []string{"dead", "222", "1234", "31323334", "173"} {
			if bytes.Contains([]byte(s), []byte(secret)) {
				t.Errorf("%q shows %q", s, secret)
			}
		}
	}
}
