package wiegand_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/hal/sim"
	"menshen/hal/wiegand"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wall is a simulated door with a running reader.
func wall(t *testing.T, door sim.Config, cfg wiegand.Config) (*sim.Door, *wiegand.Reader, <-chan hal.ReaderEvent) {
	t.Helper()
	door.Prefix = t.Name() + "_"
	d, err := sim.New(door)
	if err != nil {
		t.Fatal(err)
	}
	r, err := wiegand.New(wiegand.Lines(door.Prefix+sim.D0, door.Prefix+sim.D1), cfg)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan hal.ReaderEvent, 16)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx, func(e hal.ReaderEvent) { events <- e }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("run ended with %v", err)
		}
		d.Close()
	})
	for !d.Pin(sim.D1).Watched() {
		time.Sleep(time.Millisecond)
	}
	return d, r, events
}

func TestHundredThousandFrames(t *testing.T) {
	frames := 100_000
	if testing.Short() {
		frames = 1000
	}
	formats := []wiegand.Format{wiegand.H10301, wiegand.H10306, wiegand.H10302}
	d, r, events := wall(t, sim.Config{}, wiegand.Config{Formats: formats})
	type card struct {
		format           string
		facility, number uint64
	}
	sent := make(chan card, 16) // so many frames are under way at most, as the queue of a kernel holds
	go func() {
		random := rand.New(rand.NewPCG(1, 2))
		for range frames {
			f := formats[random.IntN(len(formats))]
			c := card{f.Name, random.Uint64() & (1<<f.Facility.Len - 1), random.Uint64() & (1<<f.Number.Len - 1)}
			sent <- c
			period := time.Duration(200+random.IntN(19_800)) * time.Microsecond
			d.SendWith(f.Encode(c.facility, c.number), 20*time.Microsecond, period)
		}
		close(sent)
	}()
	for want := range sent {
		e := <-events
		if e.Card == nil || want != (card{e.Card.Layout, e.Card.Facility, e.Card.Number}) {
			t.Fatalf("sent a card of %s, got %+v", want.format, e)
		}
	}
	counts := r.Counts()
	others := slices.ContainsFunc(counts[1:], func(n hal.Count) bool { return n.N != 0 })
	if counts[0] != (hal.Count{Of: "cards", N: uint64(frames)}) || others {
		t.Errorf("counts %+v", counts)
	}
}

// A queue that overflows while the reader is held up loses edges: faults, and after
// them cards again.
func TestOverflowIsAFault(t *testing.T) {
	d, r, events := wall(t, sim.Config{Queue: 40}, wiegand.Config{Name: "front"})
	for range 40 { // 16 events fill the channel; then the reader waits, and then the queue overflows
		d.Tap(1, 1)
	}
	lost := false
	for quiet := false; !quiet; {
		select {
		case e := <-events:
			if e.Card != nil && (e.Card.Facility != 1 || e.Card.Number != 1) {
				t.Fatalf("a card that was not sent: %d/%d", e.Card.Facility, e.Card.Number)
			}
			lost = lost || errors.Is(e.Fault, wiegand.ErrLost)
			if e.Fault != nil && !strings.Contains(e.Fault.Error(), "reader front: ") {
				t.Errorf("fault does not name its reader: %v", e.Fault)
			}
		case <-time.After(200 * time.Millisecond):
			quiet = true
		}
	}
	if !lost || haltest.Counted(r, "frames with lost edges") == 0 {
		t.Errorf("no loss was told; counts %+v", r.Counts())
	}
	d.Tap(2, 2)
	for e := range events {
		if e.Card != nil && e.Card.Number == 2 {
			return
		}
	}
}

func TestKeysAndCardsOnOneReader(t *testing.T) {
	d, _, events := wall(t, sim.Config{}, wiegand.Config{Keypad: wiegand.Burst8})
	d.Send(parse("11100001"))
	d.Tap(1, 2)
	d.Send(parse("01001011"))
	if e := <-events; e.Button != '1' {
		t.Errorf("first key: %+v", e)
	}
	if e := <-events; e.Card == nil {
		t.Errorf("card: %+v", e)
	}
	if e := <-events; e.Button != '#' {
		t.Errorf("last key: %+v", e)
	}
}

func TestShortCircuitIsNamed(t *testing.T) {
	d, _, events := wall(t, sim.Config{}, wiegand.Config{})
	d.Pin(sim.D1).Drive(periph.Low)
	var got []error
	for len(got) == 0 || !errors.Is(got[len(got)-1], wiegand.ErrHeldLow) {
		e := <-events
		if e.Card != nil {
			t.Fatal("a card came of a short circuit")
		}
		got = append(got, e.Fault)
	}
	d.Pin(sim.D1).Drive(periph.High)
	if e := <-events; !e.Recovered {
		t.Errorf("repaired: %+v", e)
	}
}

// TestBadFramesAreCountedByTheirKind, and swapped wires are named from the second card on.
func TestBadFramesAreCountedByTheirKind(t *testing.T) {
	d, r, events := wall(t, sim.Config{}, wiegand.Config{Keypad: wiegand.Burst8})
	card := sim.H10301(1, 2)
	wrong := slices.Clone(card)
	wrong[5] = !wrong[5]
	swapped := make([]bool, len(card))
	for i := range card {
		swapped[i] = !card[i]
	}
	for _, c := range []struct {
		sent []bool
		of   string
		want error // nil: a card
		this bool  // of this frame only
	}{
		{card, "cards", nil, false},
		{wrong, "frames of wrong parity", wiegand.ErrParity, true},
		{card[:25], "frames of wrong length", wiegand.ErrLength, true},
		{parse("00001111"), "bursts that are no key", wiegand.ErrButton, true},
		{swapped, "frames of wrong parity", wiegand.ErrParity, true},
		{swapped, "frames of wrong parity", wiegand.ErrReversed, false},
		{card, "cards", nil, false},
	} {
		before := haltest.Counted(r, c.of)
		d.Send(c.sent)
		if e := <-events; !errors.Is(e.Fault, c.want) || (e.Card == nil) != (c.want != nil) || e.Frame != c.this {
			t.Errorf("want %v, got %+v", c.want, e)
		}
		if haltest.Counted(r, c.of) != before+1 {
			t.Errorf("%v is not counted as %s: %+v", c.want, c.of, r.Counts())
		}
	}
	d.SendWith(card, 20*time.Microsecond, 50*time.Microsecond) // no reader is that fast
	if e := <-events; !errors.Is(e.Fault, wiegand.ErrNoise) || !e.Frame ||
		haltest.Counted(r, "frames of noise") != 1 || haltest.Counted(r, "pulses taken for ringing") == 0 {
		t.Errorf("noise: %+v, %+v", e, r.Counts())
	}
}

// TestNoiseWithoutAnEnd is a fault of the reader until its lines are at rest.
func TestNoiseWithoutAnEnd(t *testing.T) {
	d, _, events := wall(t, sim.Config{}, wiegand.Config{})
	d.Send(slices.Repeat(sim.H10301(1, 2), 8))
	if e := <-events; !errors.Is(e.Fault, wiegand.ErrTooLong) || e.Frame {
		t.Errorf("noise: %+v", e)
	}
	if e := <-events; !e.Recovered {
		t.Errorf("at rest: %+v", e)
	}
}
