package desk

import (
	"context"
	"errors"
	"time"

	"menshen/board/unit"
	"menshen/hal"
	"menshen/internal/i18n"
)

// asks are the words by which a card is asked for, by the place.
type asks [2]i18n.Message

var (
	holdNew = asks{
		unit.Anywhere: i18n.M("desk.hold-new-card", "hold the new card to the reader at the door"),
		unit.AtDesk:   i18n.M("desk.lay-new-card", "lay the new card on the reader on the desk"),
	}
	holdToWrite = asks{
		unit.Anywhere: i18n.M("desk.hold-card-to-write",
			"hold a new card to the reader at the door, and keep it there until the lamp answers"),
		unit.AtDesk: i18n.M("desk.lay-card-to-write",
			"lay a new card on the reader on the desk, and leave it there until it is theirs"),
	}
	holdFound = asks{
		unit.Anywhere: i18n.M("desk.hold-found-card", "hold the card to the reader at the door"),
		unit.AtDesk:   i18n.M("desk.lay-found-card", "lay the card on the reader on the desk"),
	}
	holdOperators = asks{
		unit.Anywhere: i18n.M("desk.hold-operator-card", "hold the operator's card to the reader at the door"),
		unit.AtDesk:   i18n.M("desk.lay-operator-card", "lay the operator's card on the reader on the desk"),
	}
	holdToRetire = asks{
		unit.Anywhere: i18n.M("desk.hold-card-to-retire",
			"hold the AES card that is to be new again to the reader at the door until the lamp answers"),
		unit.AtDesk: i18n.M("desk.lay-card-to-retire",
			"lay the AES card that is to be new again on the reader on the desk, and leave it there until it is"),
	}
)

var errNoReader = errors.New("no reader can")

// begin has the readers on the desk that can begin something with the next card; where none is
// there that can, those at the door. It gives the place, and done, by which the caller ends it.
// Errors: errNoReader; that the unit stops.
func (d *Desk) begin(ctx context.Context, do func(r hal.Reader, until time.Time) bool) (
	at unit.Place, done func(), err error) {
	place, err := d.unit.Place(ctx)
	if err != nil {
		return place, nil, err
	}
	until := time.Now().Add(AsksAtTheDoor) // by the reader's own clock
	for _, at := range []unit.Place{place, unit.Anywhere} {
		var began []hal.Reader
		for _, r := range d.unit.ReadersAt(at) {
			if do(r, until) {
				began = append(began, r)
			}
		}
		if began != nil {
			return at, func() {
				for _, r := range began {
					do(r, time.Time{})
				}
			}, nil
		}
	}
	return place, nil, errNoReader
}
