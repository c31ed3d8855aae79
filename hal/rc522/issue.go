package rc522

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/hal"
)

// Errors of issuing.
var (
	ErrNotBlank = errors.New("this sector of the card already belongs to another site: " +
		"take a new MIFARE Classic card, or another block")
	ErrCrowd = errors.New("there is more than one card: hold the new one alone to the reader")
	ErrFixed = errors.New("this card has the key that all cards had before, and does not let it be changed: " +
		"give its owner another card")
)

// How a card leaves the factory, and how the site closes its sector (MF1S50yyX, 8.7): either key
// reads, only key B writes, and neither key can be read. Both become the card's own, made from the
// site's secret, so that [[reader]] key may name either.
var (
	factoryKey    = Key{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	factoryAccess = []byte{0xff, 0x07, 0x80}
	siteAccess    = []byte{0x78, 0x77, 0x88}
)

// Issue implements hal.Issuer. A card fresh from the factory that is held to the reader until then
// gets a random number of the site's and keys of its own; one under the key that all cards had
// before keeps its number, and gets keys of its own too. Cards of others stay as they are.
func (r *Reader) Issue(until time.Time) bool {
	smart := r.taps.Issue(until)
	return smart || r.cfg.Sector != nil
}

// issue makes a card one of the site under keys of its own, and reads it as every reader of the
// site will.
func (s Sector) issue(c *Chip, t Tag) (hal.Card, error) {
	card, old, err := s.read(c, t)
	number := card.Raw
	switch {
	case errors.Is(err, ErrKey):
		number, err = s.write(c, t)
	case err == nil && old:
		err = s.renew(c, t)
	case err == nil: // it has keys of its own already
		card.Written = true
		return card, nil
	}
	if err != nil {
		return hal.Card{}, err
	}
	card, err = s.verified(c, t, number)
	card.Written = err == nil
	return card, err
}

// verified reads a number back by each of the two keys.
func (s Sector) verified(c *Chip, t Tag, number []byte) (card hal.Card, err error) {
	for _, kind := range []byte{KeyA, KeyB} {
		if err := c.again(t); err != nil {
			return hal.Card{}, err
		}
		s.Kind = kind
		key, err := s.own(t, kind)
		if err != nil {
			return hal.Card{}, err
		}
		if card, err = s.readBy(c, t, key); errors.Is(err, ErrKey) || err == nil && !bytes.Equal(card.Raw, number) {
			return hal.Card{}, ErrVerify
		} else if err != nil {
			return hal.Card{}, err
		}
	}
	return card, nil
}

// renew gives a card that has the key of all keys of its own, in one write of one block. Only one
// that was closed as issue closes them lets itself be changed.
func (s Sector) renew(c *Chip, t Tag) error {
	if err := c.again(t); err != nil {
		return err
	}
	session, err := c.Open(t, s.Block, KeyB, s.Key)
	if errors.Is(err, ErrKey) {
		return ErrFixed
	} else if err != nil {
		return err
	}
	was, err := session.Read(trailerOf(s.Block))
	if err != nil {
		return err
	}
	if !bytes.Equal(was[6:9], siteAccess) {
		return ErrFixed
	}
	return s.close(session, t, was[9])
}

// write writes the number first and the keys last. A card that is taken away in between is still
// blank, and is issued at its next tap.
func (s Sector) write(c *Chip, t Tag) (number []byte, err error) {
	if err := c.again(t); err != nil {
		return nil, err
	}
	session, err := c.Open(t, s.Block, KeyA, factoryKey)
	if errors.Is(err, ErrKey) {
		return nil, ErrNotBlank
	} else if err != nil {
		return nil, err
	}
	was, err := session.Read(trailerOf(s.Block))
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(was[6:9], factoryAccess) {
		return nil, ErrNotBlank
	}
	number = make([]byte, BlockSize)
	_, _ = rand.Read(number) // never fails
	if err := session.Write(s.Block, [BlockSize]byte(number)); err != nil {
		return nil, err
	}
	return number, s.close(session, t, was[9])
}

// close gives the open sector the card's own keys, and the site's conditions. free is the byte
// between them, which is nobody's.
func (s Sector) close(session *Session, t Tag, free byte) error {
	a, errA := s.own(t, KeyA)
	b, errB := s.own(t, KeyB)
	if err := errors.Join(errA, errB); err != nil {
		return err
	}
	keys := slices.Concat(a[:], siteAccess, []byte{free}, b[:])
	defer clear(keys)
	return session.put(trailerOf(s.Block), [BlockSize]byte(keys))
}

// again selects once more a card that stopped listening after a wrong key, or that
// is to forget one.
func (c *Chip) again(t Tag) error {
	if err := errors.Join(c.endCrypto(), c.Field(false), c.Field(true)); err != nil {
		return err
	}
	now, err := c.Activate()
	if err != nil {
		return fmt.Errorf("the card was taken away too early: %w", err)
	}
	if !bytes.Equal(now.UID, t.UID) {
		return ErrCrowd
	}
	return nil
}

// trailerOf is the last block of a block's sector.
func trailerOf(block byte) byte {
	if block < 128 {
		return block | 3
	}
	return block | 15
}

// trailer reports whether a block holds keys: the last of each sector, of 4 blocks in the first 2
// KB and 16 after.
func trailer(block byte) bool { return block == trailerOf(block) }

// blank reports whether no number was written: all bits are alike.
func blank(data []byte) bool {
	return len(bytes.Trim(data, "\x00")) == 0 || len(bytes.Trim(data, "\xff")) == 0
}
