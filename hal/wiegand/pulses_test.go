package wiegand_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"menshen/hal/sim"
	"menshen/hal/wiegand"
)

// TestPulses: each train is shown whole, with what the reader would say of it: a card, swapped
// wires, a dead wire, noise, a lost pulse.
func TestPulses(t *testing.T) {
	door, err := sim.New(sim.Config{Prefix: "PULSES_"})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	good := wiegand.H10301.Encode(42, 1234)
	swapped := make([]bool, len(good))
	for i := range good {
		swapped[i] = !good[i]
	}
	one := make([]bool, len(good)) // one bit is wrong
	copy(one, good)
	one[5] = !one[5]
	for _, x := range []struct {
		name  string
		d0    string // the names of the lines
		d1    string
		bits  []bool
		times int
		want  error
	}{
		{"a card", "PULSES_D0", "PULSES_D1", good, 1, nil},
		{"swapped", "PULSES_D1", "PULSES_D0", good, 2, wiegand.ErrReversed},
		{"one bit wrong", "PULSES_D0", "PULSES_D1", one, 1, wiegand.ErrParity},
		{"a bit lost", "PULSES_D0", "PULSES_D1", good[1:], 1, wiegand.ErrLength},
	} {
		r, err := wiegand.New(wiegand.Lines(x.d0, x.d1), wiegand.Config{Name: "outside"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		trains := make(chan wiegand.Train, 8)
		ended := make(chan error, 1)
		go func() { ended <- r.Pulses(ctx, func(t wiegand.Train) { trains <- t }, func(error) {}) }()
		for !door.Pin(sim.D0).Watched() {
			time.Sleep(time.Millisecond)
		}
		var last wiegand.Train
		for range x.times {
			door.Send(x.bits)
			last = <-trains
		}
		if !errors.Is(last.Err, x.want) || (x.want == nil) != (last.Err == nil) || len(last.Pulses) != len(x.bits) {
			t.Errorf("%s: %v, %d pulses", x.name, last.Err, len(last.Pulses))
		}
		for i, p := range last.Pulses {
			if i > 0 && p.Gap != 2*time.Millisecond {
				t.Errorf("%s: gap %v before pulse %d", x.name, p.Gap, i+1)
			}
		}
		if x.want == nil && (last.Format != "H10301" || len(last.Parity) != 2) {
			t.Errorf("%s: format %q, parities %v", x.name, last.Format, last.Parity)
		}
		cancel()
		<-ended
	}
}
