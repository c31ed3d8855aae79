package rc522

import (
	"time"

	"menshen/hal"
	"menshen/hal/aescard"
)

// Retire implements hal.Retirer. An AES card of the site that is held to the reader until then is
// made as from the factory; its number is gone.
func (r *Reader) Retire(until time.Time) bool {
	if r.cfg.AES == nil {
		return false
	}
	r.retire.Store(&until)
	return true
}

// proved gives the credential of a smart card of the site, after it has proved that it is one.
// While cards are issued, a new one becomes the site's, and one of the site's gets keys of the
// present secret; while they are retired, one of the site's becomes new.
func (r *Reader) proved(chip *Chip, tag Tag) (hal.Card, error) {
	if tag.Random() { // its keys are made from the number that it does not tell
		return hal.Card{}, ErrRandom
	}
	act, most := r.cfg.AES.Read, Tap
	switch {
	case still(&r.retire):
		act, most = r.retired, Writing
	case r.issuing():
		act, most = r.cfg.AES.Issue, Writing
	}
	card, err := chip.Talk(most)
	if err != nil {
		return hal.Card{}, err
	}
	defer card.Leave() // one that has gone already was read
	number, err := act(card, tag.UID)
	if err != nil {
		return hal.Card{}, err
	}
	return hal.Card{Bits: 8 * len(number), Raw: number[:], Layout: "aes", Proved: true}, nil
}

// retired makes a card new again, and gives the number that it had.
func (r *Reader) retired(card aescard.Card, uid []byte) (aescard.Number, error) {
	number, err := r.cfg.AES.Read(card, uid)
	if err != nil {
		return number, err
	}
	return number, r.cfg.AES.Retire(card, uid)
}
