package pcsc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"menshen/hal/aescard"
	"menshen/hal/isodep"
)

// ErrNumber says that a card has no number of ISO/IEC 14443 (4, 7 or 10 bytes): it is a contact
// card, or one of another kind.
var ErrNumber = errors.New("the reader gives no number of this card: it is of a kind that is not read here")

// card is a card in the reader, which nobody else speaks to meanwhile. Its methods take until the
// deadline at most; then the error is aescard.ErrSlow, and the session with pcscd is over.
type card struct {
	client   *client
	handle   uint32
	protocol uint32
}

// open begins to speak with the card in a reader.
func (c *client) open(s slot, deadline time.Time) (*card, error) {
	if err := c.until(deadline); err != nil {
		return nil, err
	}
	m := connect{Context: c.context, Reader: s.Name, Share: exclusive, Protocols: protocolT1}
	if err := call(c, cmdConnect, &m); err != nil {
		return nil, slow(err)
	}
	if m.Result == otherProtocol || m.Result == unsupported {
		return nil, ErrNumber
	}
	return &card{c, m.Card, m.Protocol}, said(m.Result)
}

// close lets others speak with the card. It stays as it is until it leaves the field.
func (k *card) close() error {
	if err := k.client.until(time.Now().Add(patience)); err != nil {
		return err
	}
	m := disconnect{Card: k.handle, Disposition: leaveCard}
	return call(k.client, cmdDisconnect, &m) // one that has gone already is let go all the same
}

// Exchange implements aescard.Card.
func (k *card) Exchange(apdu []byte) ([]byte, error) {
	m := transmit{Card: k.handle, Command: framing{k.protocol, pciSize, uint32(len(apdu))},
		Answer: framing{k.protocol, pciSize, longestAnswer}}
	if err := call(k.client, cmdTransmit, &m, apdu...); err != nil {
		return nil, slow(err)
	}
	switch {
	case m.Result == tooSmall:
		return nil, isodep.ErrTooLong
	case m.Result != 0:
		return nil, said(m.Result)
	case m.Answer.Length > longestAnswer:
		return nil, fmt.Errorf("%w: %d bytes of a card", ErrAnswer, m.Answer.Length)
	}
	answer := make([]byte, m.Answer.Length)
	if _, err := io.ReadFull(k.client.socket, answer); err != nil {
		return nil, slow(gone(err))
	}
	if len(answer) < 2 { // not even a status: some drivers say so of a card that has gone
		return nil, errLost
	}
	return answer, nil
}

// slow says that it was the card that took too long, and not pcscd: the reader waits for it.
func slow(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return aescard.ErrSlow
	}
	return err
}

// uid asks the reader for the card's number (PC/SC part 3, 3.2.2.1.3).
func (k *card) uid() ([]byte, error) {
	answer, err := k.Exchange([]byte{0xff, 0xca, 0, 0, 0})
	if err != nil {
		return nil, err
	}
	uid, done := bytes.CutSuffix(answer, []byte{0x90, 0x00})
	if n := len(uid); !done || n != 4 && n != 7 && n != 10 {
		return nil, ErrNumber
	}
	return uid, nil
}

// storage reports whether an answer to reset is that of a card without a processor (part 3,
// 3.1.3.2.3.2), such as a MIFARE Classic.
func storage(atr []byte) bool {
	return bytes.Contains(atr, []byte{0x80, 0x4f, 0x0c, 0xa0, 0, 0, 0x03, 0x06})
}
