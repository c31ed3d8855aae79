package aescard

import (
	"errors"
	"slices"
	"sync"
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
// allowed, made the site's, made new again, or given something to carry. It may be used from any
// goroutine.
type Taps struct {
	Site          *Site // nil: the site has no smart cards, and none is written
	issue, retire atomic.Pointer[time.Time]
	load          atomic.Pointer[load]
}

// load is what cards are given to carry.
type load struct {
	until time.Time
	write func(hal.Card) ([]byte, bool)
	asked sync.Map // UIDs for which write was called
}

// Issue allows new cards to be made the site's until then; a time in the past ends it. false: there
// are no smart cards.
func (t *Taps) Issue(until time.Time) bool {
	t.issue.Store(&until)
	return t.Site != nil
}

// Retire allows the site's cards to be made new again until then, likewise.
func (t *Taps) Retire(until time.Time) bool {
	t.retire.Store(&until)
	return t.Site != nil
}

// Carry has write say until then what cards carry, as hal.Carrier does. false: likewise.
func (t *Taps) Carry(until time.Time, write func(hal.Card) ([]byte, bool)) bool {
	t.load.Store(&load{until: until, write: write})
	return t.Site != nil
}

// Again reports whether a card that was read and is still held there is to be read once more.
func (t *Taps) Again(uid []byte) bool {
	l := t.load.Load()
	return t.Site != nil && l.lasts() && l.wants(uid)
}

// Issuing reports whether new cards are made the site's.
func (t *Taps) Issuing() bool { return still(&t.issue) }

// Next says what becomes of a card that is tapped now, and how long all that is said to it may
// take.
func (t *Taps) Next() (act Act, most time.Duration) {
	s := t.Site
	switch l := t.load.Load(); {
	case s == nil:
	case l.lasts():
		return Act{s.carrying(l), false}, Writing
	case still(&t.retire):
		return Act{s.retired, true}, Writing
	case t.Issuing():
		return Act{s.issued, true}, Writing
	}
	return Act{s.readAll, false}, Tap
}

// still reports whether what is allowed until some time still is.
func still(until *atomic.Pointer[time.Time]) bool {
	t := until.Load()
	return t != nil && time.Now().Before(*t)
}

func (l *load) lasts() bool { return l != nil && time.Now().Before(l.until) }

func (l *load) wants(uid []byte) bool {
	_, asked := l.asked.Load(string(uid))
	return !asked
}

// Act reads a card of the site, and may change it first: [Site.Read], [Site.Issue].
type Act struct {
	do     func(card Card, uid []byte) (hal.Card, error)
	writes bool
}

// Card gives the credential of a smart card after it has proved that it is one of the site's.
// Errors: those of [Faults], and of what carries commands.
func (act Act) Card(card Card, uid []byte) (hal.Card, error) {
	c, err := act.do(card, uid)
	c.Written = c.Written || act.writes && err == nil
	return c, err
}

// card is a number as a credential.
func (n Number) card(c *hal.Carried) hal.Card {
	return hal.Card{Bits: 8 * len(n), Raw: n[:], Layout: "aes", Proved: true, Carried: c}
}

func (s *Site) readAll(card Card, uid []byte) (hal.Card, error) {
	number, carried, err := s.ReadAll(card, uid)
	if err != nil {
		return hal.Card{}, err
	}
	return number.card(carried), nil
}

func (s *Site) issued(card Card, uid []byte) (hal.Card, error) {
	number, err := s.Issue(card, uid)
	if err != nil {
		return hal.Card{}, err
	}
	return number.card(nil), nil
}

// retired makes a card new again, and gives the number that it had.
func (s *Site) retired(card Card, uid []byte) (hal.Card, error) {
	number, err := s.Read(card, uid)
	if err == nil {
		err = s.Retire(card, uid)
	}
	if err != nil {
		return hal.Card{}, err
	}
	return number.card(nil), nil
}

// carrying reads a card and, the first time, has it carry what it is to carry.
func (s *Site) carrying(l *load) func(Card, []byte) (hal.Card, error) {
	return func(card Card, uid []byte) (hal.Card, error) {
		c, err := s.readAll(card, uid)
		switch {
		case slices.ContainsFunc(Faults, func(fault error) bool { return errors.Is(err, fault) }):
			l.asked.Store(string(uid), true) // tried again and again, a card is lost
			return c, err
		case err != nil, !l.wants(uid):
			return c, err
		}
		fresh := c
		fresh.Carried = &hal.Carried{Key: s.sealKey(uid)}
		sealed, yes := l.write(fresh)
		if yes {
			if err := s.Carry(card, uid, sealed); err != nil {
				return hal.Card{}, err
			}
			fresh.Carried.Sealed, fresh.Written = sealed, true
			c = fresh
		}
		l.asked.Store(string(uid), true)
		return c, nil
	}
}
