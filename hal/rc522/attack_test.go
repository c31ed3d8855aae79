package rc522_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
)

// victim is a card of the site, as it is in somebody's pocket, and what an honest tap of it sent:
// each answer by what was asked.
func victim(t *testing.T, site *aescard.Site, lrp bool) (card *aescardtest.Card, tape map[[2]byte][]byte) {
	t.Helper()
	card, tape = aescardtest.NTAG(0), map[[2]byte][]byte{}
	card.LRP = lrp
	if _, err := site.Issue(card, card.UID); err != nil {
		t.Fatal(err)
	}
	card.Cheat = func(apdu, answer []byte) []byte {
		tape[[2]byte{apdu[1], apdu[4]}] = slices.Clone(answer)
		return answer
	}
	if _, err := site.Read(card, card.UID); err != nil {
		t.Fatal(err)
	}
	card.Cheat = nil
	card.Reset()
	return card, tape
}

// TestAttackAtTheReader: what an attacker holds to the reader opens nothing, whether the reader has
// seen the true card before or not; the true card opens after each.
func TestAttackAtTheReader(t *testing.T) {
	for name, lrp := range map[string]bool{"AES": false, "LRP": true} {
		t.Run(name, func(t *testing.T) { attacks(t, lrp) })
	}
}

func attacks(t *testing.T, lrp bool) {
	site := ofAES(t, 1)
	honest, tape := victim(t, site, lrp)
	cheat := func(app *aescardtest.Card, f func(apdu, answer []byte) []byte) *rc522test.Card {
		app.Cheat = f
		return rc522test.Smart(app, app.UID...)
	}
	readable := func() *aescardtest.Card { // UID, marks and files, which a reader in a bag gets, but no keys
		c := cloneOf(honest)
		c.LRP = lrp
		return c
	}
	// A cheat that has broken its own card, keys included, and shows another one's UID.
	broken := func() *aescardtest.Card {
		c := aescardtest.NTAG(1)
		if _, err := site.Issue(c, c.UID); err != nil {
			t.Fatal(err)
		}
		c.LRP, c.UID = lrp, honest.UID
		return c
	}
	for what, x := range map[string]struct {
		card *rc522test.Card
		want error
	}{
		"a copied UID":               {rc522test.Classic(honest.UID...), rc522.ErrKey},
		"all that can be read of it": {cheat(readable(), nil), aescard.ErrKey},
		"another card's keys":        {cheat(broken(), nil), aescard.ErrKey},
		"a recorded tap, played back": {cheat(readable(), func(apdu, _ []byte) []byte {
			return tape[[2]byte{apdu[1], apdu[4]}]
		}), aescard.ErrKey},
		"a wrong CMAC": {cheat(lent(honest), func(apdu, answer []byte) []byte {
			if apdu[1] == 0xad {
				answer[len(answer)-3] ^= 0x10
			}
			return answer
		}), aescard.ErrForged},
		"a number of its own, without a CMAC": {cheat(lent(honest), func(apdu, answer []byte) []byte {
			if apdu[1] == 0xad {
				return append(make([]byte, 16), 0x91, 0)
			}
			return answer
		}), aescard.ErrForged},
	} {
		synctest.Test(t, func(t *testing.T) {
			field, _, events := wall(t, rc522.Config{AES: ofAES(t, 1)})
			show := func(c *rc522test.Card) hal.ReaderEvent {
				t.Helper()
				field.Present()
				time.Sleep(250 * time.Millisecond) // longer than Away
				field.Present(c)
				return next(t, events)
			}
			for _, met := range []string{"not met", "met"} {
				if e := show(x.card); e.Card != nil || !errors.Is(e.Fault, x.want) {
					t.Errorf("%s, the true card %s: %+v", what, met, e)
				}
				if e := show(rc522test.Smart(lent(honest), honest.UID...)); e.Card == nil || !e.Card.Proved {
					t.Errorf("the true card after %s: %+v", what, e)
				}
			}
		})
	}
}

// lent is the true card itself, with what a cheat in between makes of its answers.
func lent(c *aescardtest.Card) *aescardtest.Card {
	same := *c
	same.Cheat = nil
	return &same
}

// TestAttackRelay shows the limit of these cards: a card in a pocket and a door, joined by two
// radios, open it. The reader waits for a slow card, so a relay has a second for all four commands
// of a tap.
func TestAttackRelay(t *testing.T) {
	for delay, opens := range map[time.Duration]bool{20 * time.Millisecond: true, 150 * time.Millisecond: true,
		300 * time.Millisecond: false} {
		t.Run(fmt.Sprint(delay), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				site := ofAES(t, 1)
				pocket, _ := victim(t, site, false)
				field, _, events := wall(t, rc522.Config{AES: site})
				pocket.Takes = delay // there and back
				field.Present(rc522test.Smart(pocket, pocket.UID...))
				e := next(t, events)
				if opens != (e.Card != nil) || !opens && !errors.Is(e.Fault, aescard.ErrSlow) {
					t.Errorf("%+v", e)
				}
			})
		})
	}
}
