package rc522_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"menshen/hal"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/haltest"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
)

// wall runs a reader whose times are a tenth of the usual, but where cfg says how often it looks.
func wall(t *testing.T, cfg rc522.Config) (*rc522test.Chip, *rc522.Reader, <-chan hal.ReaderEvent) {
	t.Helper()
	return wallAt(t, cfg, 4*physic.MegaHertz)
}

// clocked is a port at another speed than the reader wants.
type clocked struct {
	*rc522test.Chip
	at physic.Frequency
}

func (c clocked) LimitSpeed(physic.Frequency) error { return c.Chip.LimitSpeed(c.at) }

func wallAt(t *testing.T, cfg rc522.Config, spiAt physic.Frequency) (*rc522test.Chip, *rc522.Reader,
	<-chan hal.ReaderEvent) {
	t.Helper()
	field := rc522test.New()
	cfg.Name, cfg.Reset = "wall", field.NRSTPD()
	cfg.Poll, cfg.Away = cmp.Or(cfg.Poll, time.Millisecond), 200*time.Millisecond
	r := rc522.New(func() (spi.PortCloser, error) { return clocked{field, spiAt}, nil }, cfg)
	events := make(chan hal.ReaderEvent, 64)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx, func(e hal.ReaderEvent) { events <- e }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("run ended with %v", err)
		}
	})
	return field, r, events
}

func next(t *testing.T, events <-chan hal.ReaderEvent) hal.ReaderEvent {
	t.Helper()
	select {
	case e := <-events:
		if e.Reader != "wall" {
			t.Errorf("event of %q", e.Reader)
		}
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func none(t *testing.T, events <-chan hal.ReaderEvent, for_ time.Duration) {
	t.Helper()
	select {
	case e := <-events:
		t.Fatalf("unexpected: card %v, fault %v", e.Card, e.Fault)
	case <-time.After(for_):
	}
}

func TestHeldCardIsOneTap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		field, _, events := wall(t, rc522.Config{Refresh: 100 * time.Millisecond}) // set up again while it is held
		card := rc522test.Classic(1, 2, 3, 4)
		for range 2 {
			field.Present(card)
			if e := next(t, events); e.Card == nil || e.Card.Bits != 32 || !e.Card.Clonable {
				t.Fatalf("got %+v", e)
			}
			none(t, events, 400*time.Millisecond)
			field.Present()
			none(t, events, 300*time.Millisecond)
		}
	})
}

func TestWalletOfCards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		field, _, events := wall(t, rc522.Config{})
		field.Present(rc522test.Classic(1, 2, 3, 4), rc522test.Classic(4, 1, 2, 3, 4, 5, 6),
			rc522test.Classic(1, 2, 3, 5))
		bits := 0
		for range 3 {
			if e := next(t, events); e.Card != nil {
				bits += e.Card.Bits
			}
		}
		if bits != 32+56+32 {
			t.Errorf("%d bits of three cards", bits)
		}
		none(t, events, 100*time.Millisecond)
	})
}

// TestLongLook: a look that takes longer than Away, since one card is slow, is not taken for the
// absence of the card that was read before it.
func TestLongLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site, slow := ofAES(t, 1), aescardtest.NTAG(0)
		if _, err := site.Issue(slow, slow.UID); err != nil {
			t.Fatal(err)
		}
		slow.Takes = 38 * time.Millisecond
		field, _, events := wall(t, rc522.Config{AES: site,
			Sector: &rc522.Sector{Block: 5, Kind: rc522.KeyA, Key: siteKey}})
		first := rc522test.Classic(0x10, 2, 3, 4) // before a UID of 7 bytes, which begins with 88
		first.SetKey(5, siteKey)
		first.Blocks[5] = [16]byte{1}
		begun := time.Now()
		field.Present(first, rc522test.Smart(slow, slow.UID...))
		for _, proved := range []bool{false, true} {
			if e := next(t, events); e.Card == nil || e.Card.Proved != proved {
				t.Errorf("got %+v", e)
			}
		}
		if took := time.Since(begun); took < 200*time.Millisecond {
			t.Errorf("the look took %v only", took)
		}
		none(t, events, time.Second)
	})
}

func TestPhoneIsNamedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		field, _, events := wall(t, rc522.Config{})
		field.Present(rc522test.Classic(0x08, 2, 3, 4))
		if e := next(t, events); !errors.Is(e.Fault, hal.ErrRandom) {
			t.Fatalf("got %+v", e)
		}
		field.Present(rc522test.Classic(0x08, 9, 9, 9)) // the same phone has made up another number
		none(t, events, 150*time.Millisecond)
	})
}

func TestSiteSectorIsTheCredential(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		field, _, events := wall(t, rc522.Config{Sector: &rc522.Sector{Block: 5, Kind: rc522.KeyA, Key: siteKey}})
		card := rc522test.Classic(1, 2, 3, 4)
		card.SetKey(5, siteKey)
		card.Blocks[5] = [16]byte{1, 2, 3}
		field.Present(card)
		if e := next(t, events); e.Card == nil || e.Card.Bits != 128 || e.Card.Clonable || e.Card.Raw[2] != 3 {
			t.Errorf("card of the site: %+v", e)
		}
		copied := rc522test.Classic(1, 2, 3, 5) // knows the factory's key only
		field.Present(copied)
		if e := next(t, events); !errors.Is(e.Fault, rc522.ErrKey) {
			t.Errorf("a person's card: %+v", e)
		}
	})
}

// TestIssue: a card becomes one of the site's only while that is allowed, and only if it is fresh
// from the factory. It is then under the site's key alone, and every reader of the site reads it.
func TestIssue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sector := rc522.Sector{Block: 5, Kind: rc522.KeyA, Key: siteKey}
		field, r, events := wall(t, rc522.Config{Sector: &sector})
		show := func(c ...*rc522test.Card) hal.ReaderEvent {
			t.Helper()
			field.Present()
			time.Sleep(250 * time.Millisecond) // longer than Away
			field.Present(c...)
			return next(t, events)
		}
		fresh := rc522test.Classic(1, 2, 3, 4, 5, 6, 7)
		if e := show(fresh); !errors.Is(e.Fault, rc522.ErrKey) || fresh.Blocks != rc522test.Classic(0).Blocks {
			t.Fatalf("cards were not asked for: %+v", e)
		}
		if !r.Issue(time.Now().Add(time.Minute)) {
			t.Fatal("a reader with a sector does not issue")
		}
		first := show(fresh)
		if first.Card == nil || first.Card.Clonable || !bytes.Equal(first.Card.Raw, fresh.Blocks[5][:]) {
			t.Fatalf("issued: %+v", first)
		}
		trailer := fresh.Blocks[7]
		if bytes.Equal(trailer[:6], trailer[10:]) || bytes.Contains(trailer[:], siteKey[:]) ||
			bytes.Contains(trailer[:], []byte{0xff, 0xff}) ||
			!bytes.Equal(trailer[6:10], []byte{0x78, 0x77, 0x88, 0x69}) {
			t.Errorf("the sector's keys and conditions are % x", trailer)
		}
		if e := show(fresh); e.Card == nil || !bytes.Equal(e.Card.Raw, first.Card.Raw) {
			t.Errorf("shown again, an issued card is another: %+v", e)
		}
		other := show(rc522test.Classic(9, 9, 9, 9))
		if other.Card == nil || bytes.Equal(other.Card.Raw, first.Card.Raw) {
			t.Errorf("the next card has the number of the first: %+v", other)
		}

		foreign, half := rc522test.Classic(2, 2, 2, 2), rc522test.Classic(3, 3, 3, 3)
		worn, plain := rc522test.Classic(4, 4, 4, 4), rc522test.Classic(6, 6, 6, 6)
		foreign.SetKey(5, rc522.Key{7})
		copy(half.Blocks[7][6:], []byte{0x78, 0x77, 0x88})
		worn.BadMemory = true
		plain.SetKey(5, siteKey) // without a number: all such cards would be one
		for _, c := range []struct {
			card *rc522test.Card
			want error
		}{{foreign, rc522.ErrNotBlank}, {half, rc522.ErrNotBlank}, {worn, rc522.ErrVerify}, {plain, rc522.ErrBlank}} {
			before := c.card.Blocks
			if e := show(c.card); !errors.Is(e.Fault, c.want) || c.card.Blocks != before {
				t.Errorf("got %v, want %v; changed: %v", e.Fault, c.want, c.card.Blocks != before)
			}
		}
		r.Issue(time.Time{})
		if e := show(rc522test.Classic(5, 7, 6, 5)); !errors.Is(e.Fault, rc522.ErrKey) {
			t.Errorf("issued after the end: %+v", e)
		}
		if rc522.New(nil, rc522.Config{}).Issue(time.Now()) {
			t.Error("a reader of plain numbers says that it issues")
		}
	})
}

// TestEachCardHasKeysOfItsOwn: the keys of one card open no other, another site's secret opens
// none, and cards made earlier, under the one key of the site, are still read.
func TestEachCardHasKeysOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sector := rc522.Sector{Block: 5, Kind: rc522.KeyB, Site: []byte("sixteen bytes it"), Key: siteKey}
		field, r, events := wall(t, rc522.Config{Sector: &sector})
		r.Issue(time.Now().Add(time.Minute))
		show := func(events <-chan hal.ReaderEvent, field *rc522test.Chip, c ...*rc522test.Card) hal.ReaderEvent {
			t.Helper()
			field.Present()
			time.Sleep(250 * time.Millisecond) // longer than Away
			field.Present(c...)
			return next(t, events)
		}
		one, two := rc522test.Classic(1, 2, 3, 4), rc522test.Classic(1, 2, 3, 5)
		first, second := show(events, field, one), show(events, field, two)
		if first.Card == nil || second.Card == nil {
			t.Fatalf("issued: %+v, %+v", first, second)
		}
		if bytes.Equal(one.Blocks[7][:6], two.Blocks[7][:6]) || bytes.Equal(one.Blocks[7][10:], two.Blocks[7][10:]) {
			t.Error("two cards share a key")
		}
		r.Issue(time.Time{})
		copied := rc522test.Classic(9, 9, 9, 9) // all that can be read of a card, on one with another UID
		copied.Blocks = one.Blocks
		if e := show(events, field, copied); !errors.Is(e.Fault, rc522.ErrKey) {
			t.Errorf("a sector copied onto another card: %+v", e)
		}
		old := rc522test.Classic(5, 6, 7, 8)
		copy(old.Blocks[7][:], slices.Concat(siteKey[:], []byte{0x78, 0x77, 0x88, 0x69}, siteKey[:]))
		old.Blocks[5] = [16]byte{4, 2}
		if e := show(events, field, old); e.Card == nil || e.Card.Raw[1] != 2 {
			t.Errorf("a card made before each had its own keys: %+v", e)
		}
		field.Present() // two of them in one wallet
		time.Sleep(250 * time.Millisecond)
		field.Present(old, one)
		a, b := next(t, events), next(t, events)
		if a.Card == nil || b.Card == nil || bytes.Equal(a.Card.Raw, b.Card.Raw) {
			t.Errorf("two cards at once: %+v, %+v", a, b)
		}

		later := rc522.Sector{Block: 5, Kind: rc522.KeyB, Site: sector.Site} // once all cards are new
		field.Present()                                                      // a card lies on one reader at a time
		field, _, events = wall(t, rc522.Config{Sector: &later})
		if e := show(events, field, two); e.Card == nil || !bytes.Equal(e.Card.Raw, second.Card.Raw) {
			t.Errorf("a card of the site: %+v", e)
		}
		if e := show(events, field, old); !errors.Is(e.Fault, rc522.ErrKey) {
			t.Errorf("an old card where none is left: %+v", e)
		}
		field.Present()
		another := rc522.Sector{Block: 5, Kind: rc522.KeyB, Site: []byte("sixteen bytes, x")}
		field, _, events = wall(t, rc522.Config{Sector: &another})
		if e := show(events, field, two); !errors.Is(e.Fault, rc522.ErrKey) {
			t.Errorf("at another site: %+v", e)
		}
	})
}

// TestOldCardMovesOver: a card under the key that all had before keeps its number and gets keys of
// its own while cards are written, if it lets itself be changed; else the door goes on reading it,
// until the day that the site has set.
func TestOldCardMovesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := func(access, keyB []byte) *rc522test.Card {
			c := rc522test.Classic(5, 6, 7, 8)
			copy(c.Blocks[7][:], slices.Concat(siteKey[:], access, []byte{0x69}, keyB))
			c.Blocks[5] = [16]byte{4, 2}
			return c
		}
		closed, foreign := []byte{0x78, 0x77, 0x88}, []byte{1, 2, 3, 4, 5, 6}
		for name, x := range map[string]struct {
			card *rc522test.Card
			want error
		}{
			"as this program made them": {made(closed, siteKey[:]), nil},
			"with another key B":        {made(closed, foreign), rc522.ErrFixed},
			"with other conditions":     {made([]byte{0x7f, 0x07, 0x88}, siteKey[:]), rc522.ErrFixed},
		} {
			sector := rc522.Sector{Block: 5, Kind: rc522.KeyA, Site: []byte("sixteen bytes it"), Key: siteKey,
				Until: time.Now().Add(3 * time.Second)}
			field, r, events := wall(t, rc522.Config{Sector: &sector})
			show := func() hal.ReaderEvent {
				t.Helper()
				field.Present()
				time.Sleep(250 * time.Millisecond) // longer than Away
				field.Present(x.card)
				return next(t, events)
			}
			const old = "cards under the key that all had before"
			if e := show(); e.Card == nil || e.Card.Written || haltest.Counted(r, old) != 1 {
				t.Errorf("%s: before, %+v", name, e)
			}
			before := x.card.Blocks
			r.Issue(time.Now().Add(time.Minute))
			e := show()
			r.Issue(time.Time{})
			if x.want != nil {
				if !errors.Is(e.Fault, x.want) || x.card.Blocks != before {
					t.Errorf("%s: %v", name, e.Fault)
				}
			} else if e.Card == nil || !e.Card.Written || !bytes.Equal(e.Card.Raw, before[5][:]) ||
				bytes.Contains(x.card.Blocks[7][:], siteKey[:]) {
				t.Errorf("%s: moved over, %+v, %v", name, e.Card, e.Fault)
			}
			counted := haltest.Counted(r, old)
			if e := show(); e.Card == nil || e.Card.Written || (haltest.Counted(r, old) > counted) != (x.want != nil) {
				t.Errorf("%s: after, %+v", name, e)
			}
			time.Sleep(3 * time.Second)
			if e := show(); (e.Card == nil) != (x.want != nil) || x.want != nil && !errors.Is(e.Fault, rc522.ErrKey) {
				t.Errorf("%s: after the last day, %+v", name, e)
			}
			field.Present()
		}
	})
}

func TestChipComesBack(t *testing.T) {
	card := rc522test.Classic(1, 2, 3, 4)
	for _, c := range []struct {
		name string
		harm func(*rc522test.Chip)
		heal func(*rc522test.Chip)
		want error
	}{
		{"unplugged", func(f *rc522test.Chip) { f.Unplug(true) },
			func(f *rc522test.Chip) { f.Unplug(false) }, rc522.ErrNoChip},
		{"sagged", (*rc522test.Chip).Sag, func(*rc522test.Chip) {}, rc522.ErrReset},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				field, r, events := wall(t, rc522.Config{})
				field.Present(card)
				next(t, events)
				field.Present()
				c.harm(field)
				if e := next(t, events); !errors.Is(e.Fault, c.want) {
					t.Fatalf("got %+v", e)
				}
				c.heal(field)
				if e := next(t, events); !e.Recovered {
					t.Fatalf("got %+v", e)
				}
				field.Present(rc522test.Classic(9, 9, 9, 9))
				if e := next(t, events); e.Card == nil {
					t.Fatalf("got %+v", e)
				}
				if haltest.Counted(r, "times the chip was set up") < 2 {
					t.Error("the chip was not set up again")
				}
			})
		})
	}
}

// A known fault of other readers: deaf after hours, until the plug is pulled.
func TestDeafChipHearsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		field, _, events := wall(t, rc522.Config{Refresh: 200 * time.Millisecond})
		field.Deafen()
		field.Present(rc522test.Classic(1, 2, 3, 4))
		if e := next(t, events); e.Card == nil {
			t.Errorf("got %+v", e)
		}
	})
}

func TestGarbledCardIsReadOnceItIsHeldStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		field, r, events := wall(t, rc522.Config{})
		field.Garble(true)
		field.Present(rc522test.Classic(1, 2, 3, 4))
		for haltest.Counted(r, "garbled answers") < 3 {
			none(t, events, time.Millisecond)
		}
		field.Garble(false)
		if e := next(t, events); e.Card == nil {
			t.Errorf("got %+v", e)
		}
	})
}
