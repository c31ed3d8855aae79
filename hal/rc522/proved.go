package rc522

import "menshen/hal"

// proved gives the credential of a smart card of the site, after it has proved that it is one.
// While cards are issued, a new one becomes the site's, and one of the site's gets keys of the
// present secret.
func (r *Reader) proved(chip *Chip, tag Tag) (hal.Card, error) {
	if tag.Random() { // its keys are made from the number that it does not tell
		return hal.Card{}, ErrRandom
	}
	act, most := r.cfg.AES.Read, Tap
	if r.issuing() {
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
