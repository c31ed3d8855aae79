package rc522

import (
	"time"

	"menshen/hal"
)

// Retire implements hal.Retirer. An AES card of the site that is held to the reader until then is
// made as from the factory; its number is gone.
func (r *Reader) Retire(until time.Time) bool { return r.taps.Retire(until) }

// Carry implements hal.Carrier.
func (r *Reader) Carry(until time.Time, write func(hal.Card) ([]byte, bool)) bool {
	return r.taps.Carry(until, write)
}

// proved gives the credential of a smart card of the site, after it has proved that it is one.
// While cards are issued, a new one becomes the site's, and one of the site's gets keys of the
// present secret; while they are retired, one of the site's becomes new.
func (r *Reader) proved(chip *Chip, tag Tag) (hal.Card, error) {
	if hal.RandomUID(tag.UID) { // its keys are made from the number that it does not tell
		return hal.Card{}, hal.ErrRandom
	}
	act, most := r.taps.Next()
	card, err := chip.Talk(most)
	if err != nil {
		return hal.Card{}, err
	}
	return act.Card(card, tag.UID)
}
