package aescard

import (
	"errors"
	"sync/atomic"
	"time"

	"menshen/hal"
)

// The time for all that is said to one card: a tap, of which a sound card takes a tenth
// (docs/figures.md), and one in which cards are written.
const (
	Tap     = time.Second
	Writing = 4 * time.Second
)

// ErrSlow says that a card needs longer than that. It comes from what carries commands.
var ErrSlow = errors.New("the card takes too long: hold it closer and still")

// Faults are faults of one card, not of its reader: it is not looked at again while it is held
// there.
var Faults = []error{hal.ErrRandom, ErrSlow, ErrKey, ErrForged, ErrAnswer, ErrRefused, ErrFresh, ErrForeign, ErrBlank,
	ErrNotNXP, ErrNoKind}

// Taps is what becomes of the cards that are tapped on a reader: they are read, and, while that is
// allowed, made the site's or made new again. The zero value reads. It may be used from any
// goroutine.
type Taps struct{ issue, retire atomic.Pointer[time.Time] }

// Issue allows new cards to be made the site's until then; a time in the past ends it.
func (t *Taps) Issue(until time.Time) { t.issue.Store(&until) }

// Retire allows the site's cards to be made new again until then, likewise.
func (t *Taps) Retire(until time.Time) { t.retire.Store(&until) }

// Issuing reports whether new cards are made the site's.
func (t *Taps) Issuing() bool { return still(&t.issue) }

// Next says what becomes of a card that is tapped now, and how long all that is said to it may
// take.
func (t *Taps) Next(s *Site) (act Act, most time.Duration) {
	switch {
	case still(&t.retire):
		return Act{s.retired, true}, Writing
	case t.Issuing():
		return Act{s.Issue, true}, Writing
	}
	return Act{s.Read, false}, Tap
}

// still reports whether what is allowed until some time still is.
func still(until *atomic.Pointer[time.Time]) bool {
	t := until.Load()
	return t != nil && time.Now().Before(*t)
}

// Act reads a card of the site, and may change it first: [Site.Read], [Site.Issue].
type Act struct {
	do     func(card Card, uid []byte) (Number, error)
	writes bool
}

// Card gives the credential of a smart card after it has proved that it is one of the site's.
// Errors: those of [Faults], and of what carries commands.
func (act Act) Card(card Card, uid []byte) (hal.Card, error) {
	number, err := act.do(card, uid)
	if err != nil {
		return hal.Card{}, err
	}
	return hal.Card{Bits: 8 * len(number), Raw: number[:], Layout: "aes", Proved: true, Written: act.writes}, nil
}

// retired makes a card new again, and gives the number that it had.
func (s *Site) retired(card Card, uid []byte) (Number, error) {
	number, err := s.Read(card, uid)
	if err != nil {
		return number, err
	}
	return number, s.Retire(card, uid)
}
