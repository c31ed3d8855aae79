package rc522

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/devices/v3/mfrc522/commands"

	"menshen/hal/aescard"
	"menshen/hal/isodep"
)

// Tag is a card that has been selected out of all in the field.
type Tag struct {
	UID  []byte  // 4, 7 or 10 bytes, the first on air first
	SAK  byte    // what the card is (select acknowledge)
	ATQA [2]byte // how it answered the call
}

// Classic reports whether the card is a MIFARE Classic by its SAK (AN10833).
func (t Tag) Classic() bool {
	switch t.SAK {
	case 0x08, 0x09, 0x18, 0x28, 0x38, 0x88:
		return true
	}
	return false
}

// String never shows the UID.
func (t Tag) String() string   { return fmt.Sprintf("tag(%d bytes, SAK %02x)", len(t.UID), t.SAK) }
func (t Tag) GoString() string { return t.String() }

// Format implements fmt.Formatter so that %x and %+v are as silent as %v.
func (t Tag) Format(s fmt.State, _ rune) { fmt.Fprint(s, t.String()) }

const (
	answerTime = 3 * time.Millisecond // a card answers within 0.1 ms, and its longest answer takes 1.7 ms
	callTime   = time.Millisecond     // the answer to a call takes 0.2 ms

	// activation is the time for all exchanges of an activation. A card takes 3 to 9 of them,
	// several cards some more, noise up to a hundred.
	activation = 250 * time.Millisecond

	cascadeTag = 0x88
	moreUID    = 0x04 // SAK: UID not complete
)

// Activate calls the cards that are idle and selects one. Cards that were halted keep quiet. The
// error is ErrSilent when no card answers.
func (c *Chip) Activate() (Tag, error) { return c.activate(commands.PICC_REQIDL) }

// ActivateAll also calls halted cards.
func (c *Chip) ActivateAll() (Tag, error) { return c.activate(commands.PICC_REQALL) }

func (c *Chip) activate(call byte) (Tag, error) {
	c.smart = nil
	if err := c.endCrypto(); err != nil {
		return Tag{}, err
	}
	hello := frame{data: []byte{call}, bits: 7}
	answer, err := c.exchange(hello, 0, callTime)
	if errors.Is(err, ErrSilent) { // a card that was left in the middle of things only becomes idle by the first call
		answer, err = c.exchange(hello, 0, callTime)
	}
	if err != nil && !errors.Is(err, ErrCollided) { // several cards, or of several kinds
		return Tag{}, err
	}
	var t Tag
	deadline := time.Now().Add(activation)
	copy(t.ATQA[:], answer.data)
	for level := range byte(3) {
		part, err := c.resolve(commands.PICC_ANTICOLL+2*level, deadline)
		if err != nil {
			return Tag{}, err
		}
		if t.SAK, err = c.choose(commands.PICC_ANTICOLL+2*level, part); err != nil {
			return Tag{}, err
		}
		if t.SAK&moreUID == 0 {
			t.UID = append(t.UID, part[:4]...)
			return t, nil
		}
		if part[0] != cascadeTag {
			return Tag{}, ErrGarbled
		}
		t.UID = append(t.UID, part[1:4]...)
	}
	return Tag{}, ErrGarbled // a fourth level is not defined
}

// resolve finds one cascade level of one card, four bytes and their check byte. After a collision
// it asks again with one more bit known, the one that was received: whether that bit came before
// the collision or is the collided one, some card has it. So it needs only the bits before a
// collision from the chip. It ends after 33 rounds at most, or at the deadline, since a round with
// a deaf chip takes long.
func (c *Chip) resolve(level byte, deadline time.Time) (part [5]byte, err error) {
	for known := 0; known <= 32 && time.Now().Before(deadline); known++ {
		full, odd := known/8, known%8
		out := frame{data: append([]byte{level, byte(2+full)<<4 | byte(odd)}, part[:(known+7)/8]...), bits: odd}
		in, err := c.exchange(out, odd, answerTime)
		collided := errors.Is(err, ErrCollided)
		if err != nil && !collided {
			return part, err
		}
		if len(in.data) == 0 || len(in.data) > 5-full {
			return part, ErrGarbled
		}
		if odd != 0 { // the bits that were skipped are those that we sent
			sent := byte(1<<odd - 1)
			in.data[0] = in.data[0]&^sent | part[full]&sent
		}
		if !collided {
			copy(part[full:], in.data)
			if len(in.data) != 5-full || part[0]^part[1]^part[2]^part[3] != part[4] {
				return part, ErrGarbled
			}
			return part, nil
		}
		if known < 32 {
			part[full] = in.data[0] & (2<<odd - 1)
		}
	}
	return part, ErrGarbled
}

// choose selects the card with this part of its UID and gives its SAK.
func (c *Chip) choose(level byte, part [5]byte) (sak byte, err error) {
	in, err := c.exchange(withCRC(append([]byte{level, 0x70}, part[:]...)...), 0, answerTime)
	if err != nil {
		return 0, err
	}
	answer, err := in.checked(1)
	if err != nil {
		return 0, err
	}
	return answer[0], nil
}

// Halt sends the selected card to sleep, a smart card that is spoken to too. It answers again to
// ActivateAll, or after it has left the field. A card that has gone sleeps as well.
func (c *Chip) Halt() error {
	if s := c.smart; s != nil {
		c.smart = nil
		if err := s.leave(); !anyOf(err, aescard.ErrSlow, isodep.ErrLost, isodep.ErrProtocol) {
			return err
		}
		return nil
	}
	_, err := c.exchange(withCRC(commands.PICC_HALT, 0), 0, time.Millisecond)
	if err == nil {
		return ErrGarbled // to HLTA any answer means no (ISO/IEC 14443-3, 6.4.3)
	}
	if errors.Is(err, ErrSilent) {
		err = nil
	}
	return errors.Join(err, c.endCrypto())
}
