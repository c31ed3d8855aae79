package rc522_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"periph.io/x/conn/v3/spi"

	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
)

// wall runs a reader whose times are a tenth of the usual.
func wall(t *testing.T, cfg rc522.Config) (*rc522test.Chip, *rc522.Reader, <-chan hal.ReaderEvent) {
	t.Helper()
	field := rc522test.New()
	cfg.Name, cfg.Reset = "wall", field.NRSTPD()
	cfg.Poll, cfg.Away = time.Millisecond, 200*time.Millisecond
	r := rc522.New(func() (spi.PortCloser, error) { return field, nil }, cfg)
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
	field, _, events := wall(t, rc522.Config{Refresh: 100 * time.Millisecond}) // set up anew while it is held
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
}

func TestWalletOfCards(t *testing.T) {
	field, _, events := wall(t, rc522.Config{})
	field.Present(rc522test.Classic(1, 2, 3, 4), rc522test.Classic(4, 1, 2, 3, 4, 5, 6), rc522test.Classic(1, 2, 3, 5))
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
}

func TestPhoneIsNamedOnce(t *testing.T) {
	field, _, events := wall(t, rc522.Config{})
	field.Present(rc522test.Classic(0x08, 2, 3, 4))
	if e := next(t, events); !errors.Is(e.Fault, rc522.ErrRandom) {
		t.Fatalf("got %+v", e)
	}
	field.Present(rc522test.Classic(0x08, 9, 9, 9)) // the same phone has made up another number
	none(t, events, 150*time.Millisecond)
}

func TestSiteSectorIsTheCredential(t *testing.T) {
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
		t.Errorf("card of somebody: %+v", e)
	}
}

func TestChipComesBack(t *testing.T) {
	card := rc522test.Classic(1, 2, 3, 4)
	for _, c := range []struct {
		name string
		harm func(*rc522test.Chip)
		heal func(*rc522test.Chip)
		want error
	}{
		{"unplugged", func(f *rc522test.Chip) { f.Unplug(true) }, func(f *rc522test.Chip) { f.Unplug(false) }, rc522.ErrNoChip},
		{"sagged", (*rc522test.Chip).Sag, func(*rc522test.Chip) {}, rc522.ErrReset},
	} {
		t.Run(c.name, func(t *testing.T) {
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
				t.Error("the chip was not set up anew")
			}
		})
	}
}

// The complaint about other readers: deaf after hours, until somebody pulls the plug.
func TestDeafChipHearsAgain(t *testing.T) {
	field, _, events := wall(t, rc522.Config{Refresh: 200 * time.Millisecond})
	field.Deafen()
	field.Present(rc522test.Classic(1, 2, 3, 4))
	if e := next(t, events); e.Card == nil {
		t.Errorf("got %+v", e)
	}
}

func TestGarbledCardIsReadOnceItIsHeldStill(t *testing.T) {
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
}
