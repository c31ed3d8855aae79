package rc522_test

import (
	"errors"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
)

// ofAES is how a site uses its cards.
func ofAES(t *testing.T, secret byte) *aescard.Site {
	t.Helper()
	s, err := aescard.NewSite(aescard.Key{15: secret})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestProvedCard: a new smart card is no credential; it is issued while that is allowed, and then
// opens by its number, which it gives after its proof. A bare UID counts no more.
func TestProvedCard(t *testing.T) {
	field, r, events := wall(t, rc522.Config{AES: ofAES(t, 1)})
	show := func(c ...*rc522test.Card) hal.ReaderEvent {
		t.Helper()
		field.Present()
		time.Sleep(250 * time.Millisecond) // longer than Away
		field.Present(c...)
		return next(t, events)
	}
	app := aescardtest.NTAG(0)
	card := rc522test.Smart(app, app.UID...)
	if e := show(card); !errors.Is(e.Fault, aescard.ErrFresh) || !e.Frame {
		t.Fatalf("a new card: %+v", e)
	}
	r.Issue(time.Now().Add(time.Minute))
	first := show(card)
	if first.Card == nil || !first.Card.Proved || first.Card.Clonable || first.Card.Bits != 128 ||
		first.Card.Layout != "aes" {
		t.Fatalf("issued: %+v", first)
	}
	r.Issue(time.Time{})
	if e := show(card); e.Card == nil || string(e.Card.Raw) != string(first.Card.Raw) || !e.Card.Proved {
		t.Errorf("shown again: %+v", e)
	}
	for name, x := range map[string]struct {
		card *rc522test.Card
		want error
	}{
		"a UID alone":             {rc522test.Classic(app.UID...), rc522.ErrKey},
		"a clone without keys":    {rc522test.Smart(cloneOf(app), app.UID...), aescard.ErrKey},
		"a bank's card":           {rc522test.Smart(&aescardtest.Card{}, 4, 9, 9, 9, 9, 9, 9), aescard.ErrNoKind},
		"a card that hides":       {rc522test.Smart(app, 0x08, 1, 2, 3), rc522.ErrRandom},
		"a card that says little": {rc522test.Smart(&mirror{long: 1}, smartUID...), aescard.ErrAnswer},
	} {
		if e := show(x.card); !errors.Is(e.Fault, x.want) || !e.Frame {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// cloneOf has all of a card that can be read: UID, marks and files, but no keys.
func cloneOf(c *aescardtest.Card) *aescardtest.Card {
	clone := aescardtest.NTAG(0)
	clone.Versions, clone.Files = c.Versions, c.Files
	return clone
}

// TestCardAtTheEdge: a card whose blocks are lost is looked at again, and opens once it is still.
func TestCardAtTheEdge(t *testing.T) {
	site := ofAES(t, 1)
	field, _, events := wall(t, rc522.Config{AES: site})
	app := aescardtest.NTAG(1)
	if _, err := site.Issue(app, app.UID); err != nil {
		t.Fatal(err)
	}
	card, frames := rc522test.Smart(app, app.UID...), 0
	card.Spoil = func(_ int, frame []byte) ([]byte, time.Duration) {
		if frames++; frames > 2 && frames < 9 { // in the middle of the first taps
			return nil, 0
		}
		return frame, 0
	}
	field.Present(card)
	if e := next(t, events); e.Card == nil || !e.Card.Proved {
		t.Errorf("got %+v", e)
	}
}

// TestBothKinds: while a site changes over, its MIFARE Classic cards open beside its AES cards.
func TestBothKinds(t *testing.T) {
	site := ofAES(t, 1)
	field, _, events := wall(t, rc522.Config{AES: site,
		Sector: &rc522.Sector{Block: 5, Kind: rc522.KeyA, Key: siteKey}})
	old := rc522test.Classic(1, 2, 3, 4)
	old.SetKey(5, siteKey)
	old.Blocks[5] = [16]byte{1}
	app := aescardtest.Light()
	if _, err := site.Issue(app, app.UID); err != nil {
		t.Fatal(err)
	}
	field.Present(old, rc522test.Smart(app, app.UID...))
	proved := map[bool]int{}
	for range 2 {
		if e := next(t, events); e.Card != nil && !e.Card.Clonable {
			proved[e.Card.Proved]++
		}
	}
	if proved[true] != 1 || proved[false] != 1 {
		t.Errorf("of both, %v", proved)
	}
}
