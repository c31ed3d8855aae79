package rc522_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/physic"

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
	synctest.Test(t, func(t *testing.T) {
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
			"a card that hides":       {rc522test.Smart(app, 0x08, 1, 2, 3), hal.ErrRandom},
			"a card that says little": {rc522test.Smart(&mirror{long: 1}, smartUID...), aescard.ErrAnswer},
		} {
			if e := show(x.card); !errors.Is(e.Fault, x.want) || !e.Frame {
				t.Errorf("%s: %+v", name, e)
			}
		}
	})
}

// cloneOf has all of a card that can be read: UID, marks and files, but no keys.
func cloneOf(c *aescardtest.Card) *aescardtest.Card {
	clone := aescardtest.NTAG(0)
	clone.Versions, clone.Files = c.Versions, c.Files
	return clone
}

// TestCardAtTheEdge: a card whose blocks are lost is looked at again, and opens once it is still.
func TestCardAtTheEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
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
	})
}

// TestBothKinds: while a site changes over, its MIFARE Classic cards open beside its AES cards.
func TestBothKinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
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
	})
}

// TestTapTime: from the moment when a card comes to the reader, at each of 50 moments of its poll,
// to its event, in the emulator's time: SPI, air, the field's pauses, and the card, from one that
// answers at once to one that takes all the time that it may. What the kernel takes for each
// transfer is not in it.
func TestTapTime(t *testing.T) {
	const quick, usual, slow = 0, 5 * time.Millisecond, 38 * time.Millisecond
	for _, spi := range []physic.Frequency{physic.MegaHertz, 4 * physic.MegaHertz, 10 * physic.MegaHertz} {
		if testing.Short() && spi != 4*physic.MegaHertz {
			continue
		}
		sector := &rc522.Sector{Block: 5, Kind: rc522.KeyA, Key: siteKey}
		old := rc522test.Classic(4, 1, 2, 3, 4, 5, 6)
		old.SetKey(5, siteKey)
		old.Blocks[5] = [16]byte{1}
		tapTime(t, spi, "UID", 100*time.Millisecond, rc522test.Classic(4, 1, 2, 3, 4, 5, 6), rc522.Config{})
		tapTime(t, spi, "MIFARE Classic, written first", 100*time.Millisecond,
			rc522test.Classic(4, 1, 2, 3, 4, 5, 6), rc522.Config{Sector: sector})
		tapTime(t, spi, "MIFARE Classic, key of all", 100*time.Millisecond, old, rc522.Config{Sector: sector})
		for takes, most := range map[time.Duration]time.Duration{
			quick: 100 * time.Millisecond, usual: 120 * time.Millisecond, slow: 250 * time.Millisecond} {
			lrp := aescardtest.NTAG(1)
			lrp.LRP = true
			for name, app := range map[string]*aescardtest.Card{"NTAG 424 DNA": aescardtest.NTAG(0),
				"DESFire Light": aescardtest.Light(), "NTAG 424 DNA by LRP": lrp} {
				site := ofAES(t, 1)
				if _, err := site.Issue(app, app.UID); err != nil {
					t.Fatal(err)
				}
				app.Takes = takes
				tapTime(t, spi, fmt.Sprintf("%s, %v a command", name, takes), most,
					rc522test.Smart(app, app.UID...), rc522.Config{AES: site})
				app.Takes = 0
				if err := site.Carry(app, app.UID, make([]byte, 233)); err != nil {
					t.Fatal(err)
				}
				app.Takes = takes
				tapTime(t, spi, fmt.Sprintf("%s with a face, %v a command", name, takes),
					most+50*time.Millisecond, // so 300 ms at most
					rc522test.Smart(app, app.UID...), rc522.Config{AES: site})
			}
		}
	}
}

// tapTime taps a card. Its first tap is told apart from those of a card that is known.
func tapTime(t *testing.T, spi physic.Frequency, kind string, most time.Duration, card *rc522test.Card,
	cfg rc522.Config) {
	synctest.Test(t, func(t *testing.T) {
		cfg.Poll = 50 * time.Millisecond // as by default
		field, r, events := wallAt(t, cfg, spi)
		if strings.Contains(kind, "written") {
			r.Issue(time.Now().Add(time.Second))
		}
		var took []time.Duration
		transfers := 0
		for phase := range 50 {
			field.Present()
			time.Sleep(500*time.Millisecond + time.Duration(phase)*time.Millisecond) // longer than Away
			begun, sent := field.Elapsed(), field.Transfers()
			field.Present(card)
			if e := next(t, events); e.Card == nil {
				t.Fatalf("%s: %v", kind, e.Fault)
			}
			took, transfers = append(took, field.Elapsed()-begun), field.Transfers()-sent
		}
		first := took[0]
		slices.Sort(took[1:])
		t.Logf("%s, SPI at %v: %.0f to %.0f ms, first %.0f, %d transfers", kind, spi,
			took[1].Seconds()*1000, took[49].Seconds()*1000, first.Seconds()*1000, transfers)
		if took[49] > most || first > most+100*time.Millisecond { // kind and mark are asked, or the card is written
			t.Errorf("%s: a tap takes %v, the first %v", kind, took[49], first)
		}
	})
}

// TestRetire: a card of the site becomes new, only while that is allowed, and is told once more as
// what it was.
func TestRetire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := ofAES(t, 1)
		field, r, events := wall(t, rc522.Config{AES: site})
		app := aescardtest.NTAG(2)
		n, err := site.Issue(app, app.UID)
		if err != nil {
			t.Fatal(err)
		}
		r.Retire(time.Now().Add(time.Minute))
		field.Present(rc522test.Smart(app, app.UID...))
		if e := next(t, events); e.Card == nil || string(e.Card.Raw) != string(n[:]) || app.Keys != [5][16]byte{} {
			t.Errorf("retired: %+v", e)
		}
		_, other, _ := wall(t, rc522.Config{Sector: &rc522.Sector{Block: 5}})
		if other.Retire(time.Now().Add(time.Minute)) {
			t.Error("a reader without AES cards retires some")
		}
	})
}

// TestCarriedFace: what a card carries comes with its number; a card that is taken away after its
// number is an ordinary card; one that is still held there is written, or overwritten, and told of
// once more.
func TestCarriedFace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := ofAES(t, 1)
		field, r, events := wall(t, rc522.Config{AES: site})
		app := aescardtest.Light()
		n, err := site.Issue(app, app.UID)
		if err != nil {
			t.Fatal(err)
		}
		card := rc522test.Smart(app, app.UID...)
		show := func() hal.ReaderEvent {
			t.Helper()
			field.Present()
			time.Sleep(250 * time.Millisecond) // longer than Away
			field.Present(card)
			return next(t, events)
		}
		if e := show(); e.Card == nil || e.Card.Carried == nil || len(e.Card.Carried.Sealed) > 0 {
			t.Fatalf("carries nothing: %+v", e)
		}
		sealed := bytes.Repeat([]byte("sealed face "), 19)
		r.Carry(time.Now().Add(time.Minute), func(hal.Card) ([]byte, bool) { return sealed, true })
		if e := next(t, events); e.Card == nil || !e.Card.Written {
			t.Fatalf("still held there: %+v", e)
		}
		r.Carry(time.Time{}, nil)
		if e := show(); e.Card == nil || !bytes.Equal(e.Card.Carried.Sealed, sealed) || e.Card.Written {
			t.Fatalf("carries it: %+v", e)
		}
		field.Present() // nobody reads the card while it is changed
		app.Asked = nil
		card.Spoil = func(_ int, frame []byte) ([]byte, time.Duration) {
			if n := len(app.Asked); n > 0 && app.Asked[n-1][1] == 0xad && app.Asked[n-1][5] == 4 {
				return nil, 0 // gone
			}
			return frame, 0
		}
		if e := show(); e.Card == nil || string(e.Card.Raw) != string(n[:]) || len(e.Card.Carried.Sealed) > 0 {
			t.Fatalf("taken away after its number: %+v", e)
		}
		field.Present()
		card.Spoil = nil
		if e := show(); e.Card == nil {
			t.Fatalf("%+v", e)
		}
		r.Carry(time.Now().Add(time.Minute), func(hal.Card) ([]byte, bool) { return nil, true })
		if e := next(t, events); e.Card == nil || !e.Card.Written || len(e.Card.Carried.Sealed) > 0 {
			t.Fatalf("overwritten: %+v", e)
		}
		field.Present()
		if bytes.Contains(app.Files[4].Data, sealed[:4]) {
			t.Error("the card still has it")
		}
		_, other, _ := wall(t, rc522.Config{Sector: &rc522.Sector{Block: 5}})
		if other.Carry(time.Now().Add(time.Minute), nil) {
			t.Error("a reader without AES cards writes some")
		}
	})
}
