package rc522

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"menshen/hal"
)

// SiteKey is the secret of a site from which the keys of its cards are made. 16 bytes are as
// strong as the derivation; 6 bytes, as in a Key, could be searched by an attacker who has
// broken one card.
type SiteKey []byte

// String, GoString and Format never show the key.
func (SiteKey) String() string             { return "key(redacted)" }
func (SiteKey) GoString() string           { return "key(redacted)" }
func (SiteKey) Format(s fmt.State, _ rune) { fmt.Fprint(s, "key(redacted)") }

// own is a card's own key: HKDF-SHA-256 (RFC 5869) of the site's secret, with the sector, the kind
// and the UID. No two cards share one, and the keys of a card say nothing about the site's secret
// or another card's keys.
func (s Sector) own(t Tag, kind byte) (Key, error) {
	secret := s.Site
	if len(secret) == 0 {
		secret = s.Key[:]
	}
	info := fmt.Sprintf("menshen MIFARE Classic 1: sector %d, key %02x, card %x", trailerOf(s.Block), kind, t.UID)
	raw, err := hkdf.Key(sha256.New, secret, nil, info, len(Key{}))
	if err != nil {
		return Key{}, fmt.Errorf("deriving a card's key: %w", err)
	}
	return Key(raw), nil
}

// read gives the credential of a card, by the card's own key or else by the one key that all
// earlier cards have; old tells which.
func (s Sector) read(c *Chip, t Tag) (card hal.Card, old bool, err error) {
	key, err := s.own(t, s.Kind)
	if err != nil {
		return hal.Card{}, false, err
	}
	card, err = s.readBy(c, t, key)
	over := !s.Until.IsZero() && !time.Now().Before(s.Until)
	if !errors.Is(err, ErrKey) || s.Key == (Key{}) || over {
		return card, false, err
	}
	// A card that heard a wrong key is idle again. Those that were read before it are
	// halted, and keep quiet.
	switch again, err := c.Activate(); {
	case err != nil:
		return hal.Card{}, false, err
	case string(again.UID) != string(t.UID):
		return hal.Card{}, false, ErrCrowd
	}
	card, err = s.readBy(c, t, s.Key)
	return card, true, err
}
