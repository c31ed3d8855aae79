package rc522

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"periph.io/x/devices/v3/mfrc522/commands"

	"menshen/hal"
)

// Errors of sectors.
var (
	ErrKey      = errors.New("the card does not know the site's key")
	ErrRefused  = errors.New("the card refused: its access conditions do not allow this")
	ErrVerify   = errors.New("what was written does not read back")
	ErrReserved = errors.New("block 0 and sector trailers are not written: a mistake there ruins the card")
	ErrBlank    = errors.New("the card knows the site's key, but no number was written to it")
)

// Key opens a sector of a MIFARE Classic. It is a secret of the card, or of the site.
type Key [6]byte

// String, GoString and Format never show the key.
func (Key) String() string             { return "key(redacted)" }
func (Key) GoString() string           { return "key(redacted)" }
func (Key) Format(s fmt.State, _ rune) { fmt.Fprint(s, "key(redacted)") }

// KeyA and KeyB are the two keys of a sector.
const (
	KeyA = commands.PICC_AUTHENT1A
	KeyB = commands.PICC_AUTHENT1B
)

// BlockSize is the size of a block in bytes.
const BlockSize = 16

// Session is a selected card with one sector open, until the next Activate or Halt.
type Session struct{ chip *Chip }

// Open authenticates for the sector of a block; kind is KeyA or KeyB. After ErrKey the card is mute
// until it is activated again.
func (c *Chip) Open(t Tag, block byte, kind byte, key Key) (*Session, error) {
	id := t.UID[len(t.UID)-4:] // of a longer UID the part that was selected last (AN10927)
	order := append([]byte{kind, block}, key[:]...)
	err := c.run(commands.PCD_AUTHENT, frame{data: append(order, id...)}, 0, 10*time.Millisecond, irqIdle)
	if errors.Is(err, ErrSilent) {
		return nil, ErrKey
	} else if err != nil {
		return nil, err
	}
	if s, err := c.read(commands.Status2Reg); err != nil {
		return nil, err
	} else if s&cryptoOn == 0 {
		return nil, ErrKey
	}
	return &Session{c}, nil
}

// endCrypto ends the encryption.
func (c *Chip) endCrypto() error {
	s, err := c.read(commands.Status2Reg)
	if err != nil || s&cryptoOn == 0 {
		return err
	}
	return c.write(commands.Status2Reg, s&^cryptoOn)
}

const acknowledged = 0x0a // in four bits; any other nibble is a no (MF1S50yyX, 9.3)

// Read gives the 16 bytes of a block of the open sector.
func (s *Session) Read(block byte) ([]byte, error) {
	in, err := s.chip.exchange(withCRC(commands.PICC_READ, block), 0, answerTime)
	if err != nil {
		return nil, err
	}
	if in.bits == 4 { // a nibble instead of data says no
		return nil, ErrRefused
	}
	return in.checked(BlockSize)
}

// Write changes a block and reads it back.
func (s *Session) Write(block byte, data [BlockSize]byte) error {
	if block == 0 || trailer(block) {
		return ErrReserved
	}
	if err := s.put(block, data); err != nil {
		return err
	}
	back, err := s.Read(block)
	if err != nil {
		return err
	}
	if !bytes.Equal(back, data[:]) {
		return ErrVerify
	}
	return nil
}

// put sends the new content of a block. It returns nil when the card acknowledges it, and does
// not read it back.
func (s *Session) put(block byte, data [BlockSize]byte) error {
	for _, out := range []frame{withCRC(commands.PICC_WRITE, block), withCRC(data[:]...)} {
		in, err := s.chip.exchange(out, 0, 10*time.Millisecond)
		if err != nil {
			return err
		}
		if len(in.data) != 1 || in.bits != 4 || in.data[0] != acknowledged {
			return ErrRefused
		}
	}
	return nil
}

// Sector says where a site keeps its own credential on a card.
type Sector struct {
	Block byte
	Kind  byte    // KeyA or KeyB
	Site  SiteKey // what the keys of its cards are made from; empty: Key is
	Key   Key     // of the cards made before each had keys of its own; zero: there are none

	Until time.Time // from then on those are not read any more; zero: they are
}

// readBy gives the credential of a card: the 16 bytes that the site wrote there. The error is
// ErrBlank where none were written, since all such cards would be one.
func (s Sector) readBy(c *Chip, t Tag, key Key) (hal.Card, error) {
	session, err := c.Open(t, s.Block, s.Kind, key)
	if err != nil {
		return hal.Card{}, err
	}
	data, err := session.Read(s.Block)
	if err != nil {
		return hal.Card{}, err
	}
	if blank(data) {
		return hal.Card{}, ErrBlank
	}
	return hal.Card{Bits: 8 * BlockSize, Raw: data, Layout: "sector"}, nil
}
