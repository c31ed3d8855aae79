package sim_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"go.uber.org/goleak"
	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/serial"
	"menshen/hal/sim"
	"menshen/hal/wiegand"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func door(t *testing.T, cfg sim.Config) *sim.Door {
	t.Helper()
	cfg.Prefix = t.Name() + "_"
	d, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// run starts f and makes sure that it ends with the test.
func run[E any](t *testing.T, f func(context.Context, func(E)) error) <-chan E {
	t.Helper()
	events := make(chan E, 64)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { f(ctx, func(e E) { events <- e }); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return events
}

func reader(t *testing.T) <-chan hal.ReaderEvent {
	t.Helper()
	r, err := wiegand.New(wiegand.Lines(t.Name()+"_D0", t.Name()+"_D1"), wiegand.Config{Name: "front"})
	if err != nil {
		t.Fatal(err)
	}
	return run(t, r.Run)
}

func next[E any](t *testing.T, events <-chan E) E {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// untilWatched waits until a driver watches the pin: a frame that is not watched is
// lost, as on a wire.
func untilWatched(t *testing.T, p *sim.Pin) {
	t.Helper()
	for begun := time.Now(); !p.Watched(); time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatal("no driver watches")
		}
	}
}

func TestCardIsRead(t *testing.T) {
	for name, real := range map[string]bool{"at once": false, "in real time": true} {
		t.Run(name, func(t *testing.T) {
			d := door(t, sim.Config{RealTime: real})
			events := reader(t)
			untilWatched(t, d.Pin(sim.D0))
			before := time.Now()
			d.Tap(17, 4242)
			e := next(t, events)
			if e.Card == nil || e.Card.Facility != 17 || e.Card.Number != 4242 || e.Reader != "front" {
				t.Fatalf("got %+v", e)
			}
			if e.At.Before(before.Add(-time.Second)) || e.At.After(time.Now().Add(time.Second)) {
				t.Errorf("card at %v, it is %v", e.At, time.Now())
			}
		})
	}
}

// A real reader sends at its own pace, however busy the unit is. So a simulated one that is held up
// in the middle of a card, for longer than the gap that ends a frame, must not cut the card.
func TestCardIsReadWhenItsSenderIsHeldUp(t *testing.T) {
	asked := 0
	var d *sim.Door
	d = door(t, sim.Config{RealTime: true, Now: func() time.Time {
		if d != nil { // a card is under way
			if asked++; asked == 13 {
				time.Sleep(100 * time.Millisecond)
			}
		}
		return time.Now()
	}})
	events := reader(t)
	untilWatched(t, d.Pin(sim.D0))
	d.Tap(17, 4242)
	if e := next(t, events); e.Card == nil || e.Card.Number != 4242 {
		t.Fatalf("got %+v", e)
	}
}

func TestDoorFollowsItsStrike(t *testing.T) {
	d := door(t, sim.Config{})
	relay, err := gpio.NewRelay(d.Pin(sim.Relay), gpio.RelayConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Push(); !errors.Is(err, sim.ErrLocked) || d.IsOpen() {
		t.Fatalf("locked door: %v, open %v", err, d.IsOpen())
	}
	if err := relay.Set(true); err != nil {
		t.Fatal(err)
	}
	if err := d.Push(); err != nil || !d.IsOpen() {
		t.Fatalf("unlocked door: %v, open %v", err, d.IsOpen())
	}
	relay.Close()
	d.Shut()
	var levels []periph.Level
	for _, s := range d.Pin(sim.Relay).Trace() {
		levels = append(levels, s.Level)
	}
	if len(levels) != 3 || levels[0] || !levels[1] || levels[2] {
		t.Errorf("relay's line was %v, not Low High Low", levels)
	}
}

func TestButtonIsPressedAndReleased(t *testing.T) {
	d := door(t, sim.Config{})
	rex, err := gpio.NewInput(d.Pin(sim.REX), gpio.InputConfig{ActiveLow: true, Debounce: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	events := run(t, rex.Run)
	if e := next(t, events); e.Active {
		t.Fatal("pressed before anybody pressed")
	}
	go d.Press(sim.REX, 50*time.Millisecond)
	if !next(t, events).Active || next(t, events).Active {
		t.Error("press and release did not come in this order")
	}
}

func TestUnpluggedLinesComeBack(t *testing.T) {
	d := door(t, sim.Config{})
	events := reader(t)
	untilWatched(t, d.Pin(sim.D0))
	d.Unplug(true)
	if e := next(t, events); !errors.Is(e.Fault, gpio.ErrGone) {
		t.Fatalf("unplugged: %+v", e)
	}
	d.Unplug(false)
	if e := next(t, events); !e.Recovered {
		t.Fatalf("plugged in: %+v", e)
	}
	d.Tap(1, 2)
	if e := next(t, events); e.Card == nil {
		t.Fatalf("card after replug: %+v", e)
	}
}

func TestKeysAreTyped(t *testing.T) {
	d := door(t, sim.Config{})
	r, err := wiegand.New(wiegand.Lines(t.Name()+"_D0", t.Name()+"_D1"), wiegand.Config{Keypad: wiegand.Burst8})
	if err != nil {
		t.Fatal(err)
	}
	events := run(t, r.Run)
	untilWatched(t, d.Pin(sim.D0))
	const keys = "0123456789*#"
	d.Type(keys + "x")
	for _, k := range keys {
		if e := next(t, events); e.Button != hal.Button(k) {
			t.Errorf("typed %q, got %d", k, rune(e.Button))
		}
	}
}

func TestLinesThatCannotBeHadAreLeftAlone(t *testing.T) {
	d := door(t, sim.Config{})
	d0, d1 := d.Pin(sim.D0), d.Pin(sim.D1)
	if err := d1.Out(periph.High); err != nil {
		t.Fatal(err)
	}
	if _, err := gpio.Watch(periph.PullUp, periph.FallingEdge, d0, d1); !errors.Is(err, gpio.ErrBusy) {
		t.Fatalf("a line that is an output: %v", err)
	}
	if err := d1.Halt(); err != nil {
		t.Fatal(err)
	}
	edges, err := gpio.Watch(periph.PullUp, periph.FallingEdge, d0, d1)
	if err != nil {
		t.Fatalf("once it is free: %v", err)
	}
	edges.Close()
}

func TestTwoDoorsNeedTwoNames(t *testing.T) {
	door(t, sim.Config{})
	if _, err := sim.New(sim.Config{Prefix: t.Name() + "_"}); err == nil {
		t.Error("a second door took the same lines")
	}
}

func TestSerialCable(t *testing.T) {
	cable, err := sim.NewSerial()
	if err != nil {
		t.Fatal(err)
	}
	defer cable.Close()
	port, err := serial.Open(cable.Name(), 9600)
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	if _, err := cable.Write([]byte("hello\r\n")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 7)
	if _, err := io.ReadFull(port, got); err != nil || string(got) != "hello\r\n" {
		t.Errorf("got %q, %v", got, err)
	}
}
