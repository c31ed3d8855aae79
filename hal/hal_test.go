package hal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"menshen/hal"
)

func TestNumbersDoNotPrintThemselves(t *testing.T) {
	e := hal.ReaderEvent{
		Card: &hal.Card{
			Bits: 26, Raw: []byte{0xab, 0xcd, 0xef, 0x80},
			Layout: "H10301", Facility: 171, Number: 48879,
		},
		Button: '7',
		Code:   "MS1:secret",
	}
	var logged strings.Builder
	timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{} // its digits may be those of a secret
		}
		return a
	}}
	log := slog.New(slog.NewTextHandler(&logged, timeless))
	log.Info("tap", "card", *e.Card, "pointer", e.Card, "code", e.Code, "button", e.Button)
	all := logged.String() +
		fmt.Sprintf("%v %+v %#v %s %x %d", e, e, e.Card, e.Card, *e.Card, *e.Card) +
		fmt.Sprintf("%v %#v %q", e.Code, e.Code, e.Code) +
		fmt.Sprintf("%v %d %c %q", e.Button, e.Button, e.Button, e.Button)
	for _, secret := range []string{"48879", "171", "abcdef", "secret", "55", "'7'"} {
		if strings.Contains(strings.ToLower(all), secret) {
			t.Errorf("%s is in %s", secret, all)
		}
	}
}

func TestDifferentCardsHaveDifferentCredentials(t *testing.T) {
	card := rapid.Custom(func(t *rapid.T) hal.Card {
		raw := rapid.SliceOfN(rapid.SampledFrom([]byte{0x00, 0x80, 0xff}), 1, 5).Draw(t, "raw")
		bits := 8*len(raw) - rapid.IntRange(0, 7).Draw(t, "unused")
		raw[len(raw)-1] &^= 1<<(8*len(raw)-bits) - 1
		return hal.Card{Bits: bits, Raw: raw}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := card.Draw(t, "a"), card.Draw(t, "b")
		same := a.Bits == b.Bits && string(a.Raw) == string(b.Raw)
		if same != (string(a.Credential()) == string(b.Credential())) {
			t.Fatal("two cards, one credential")
		}
	})
}

func TestKeepOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("gone")
		begun := time.Now()
		var tries []time.Duration
		lives := []struct {
			up    bool
			lasts time.Duration
		}{{true, time.Hour}, {false, 0}, {false, 0}, {true, time.Minute}, {false, 0}, {true, 0}}
		var told []string
		ctx, cancel := context.WithCancel(context.Background())
		err := hal.KeepOpen(ctx, "front", func(e hal.ReaderEvent) {
			switch {
			case e.Recovered:
				told = append(told, "up")
			case errors.Is(e.Fault, gone):
				told = append(told, "down")
			}
		}, func(ctx context.Context, up func()) error {
			tries = append(tries, time.Since(begun))
			if len(lives) == 0 {
				cancel()
				return ctx.Err()
			}
			life := lives[0]
			lives = lives[1:]
			if life.up {
				up()
			}
			time.Sleep(life.lasts)
			return gone
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
		if want := "[down up down up down]"; fmt.Sprint(told) != want {
			t.Errorf("told %v, want %s", told, want)
		}
		if want := "[0s 1h0m0.25s 1h0m0.75s 1h0m1.75s 1h1m2s 1h1m2.5s 1h1m3.5s]"; fmt.Sprint(tries) != want {
			t.Errorf("tried at %v, want %s", tries, want)
		}
	})
}

func TestRStrangerWipedFrameIsEmpty(t *testing.T) {
	whole := make([]byte, 12)
	for i := range whole {
		whole[i] = 0xff
	}
	f := hal.Frame{Width: 1, Height: 1, BGR: whole[:3]}
	f.Wipe()
	for i, b := range whole {
		if b != 0 {
			t.Fatalf("byte %d is still there", i)
		}
	}
}

// A card must not reveal its number when it is marshalled by mistake: the type refuses.
func TestCardsAreNotMarshalled(t *testing.T) {
	if b, err := json.Marshal(hal.Card{Number: 48879}); err == nil {
		t.Errorf("a card became %s", b)
	}
}
