package gpio_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"menshen/hal/gpio"
	"menshen/hal/haltest"
)

func TestPulse(t *testing.T) {
	const ms = time.Millisecond
	type act struct {
		after time.Duration
		on    bool
	}
	for _, c := range []struct {
		name string
		acts []act
		want []time.Duration // when the coil changes, on first
	}{
		{"one", []act{{0, true}}, []time.Duration{0, 500 * ms}},
		{"ended early", []act{{0, true}, {200 * ms, false}}, []time.Duration{0, 200 * ms}},
		{"asked twice", []act{{0, true}, {100 * ms, true}}, []time.Duration{0, 500 * ms}},
		{"asked in the rest", []act{{0, true}, {600 * ms, true}}, []time.Duration{0, 500 * ms, 800 * ms, 1300 * ms}},
		{"asked in the rest and taken back", []act{{0, true}, {600 * ms, true}, {100 * ms, false}},
			[]time.Duration{0, 500 * ms}},
		{"asked after the rest", []act{{0, true}, {900 * ms, true}}, []time.Duration{0, 500 * ms, 900 * ms, 1400 * ms}},
		{"off without on", []act{{0, false}}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			coil := &haltest.Output{}
			p := gpio.Pulse(coil, 500*ms, 300*ms)
			begun := time.Now()
			for _, a := range c.acts {
				time.Sleep(a.after)
				if err := p.Set(a.on); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
			}
			time.Sleep(time.Minute)
			if err := p.Close(); err != nil || !coil.Closed() {
				t.Errorf("%s: close: %v", c.name, err)
			}
			var got []time.Duration
			for i, m := range coil.Moves() {
				if m.On != (i%2 == 0) {
					t.Errorf("%s: move %d is %v", c.name, i, m.On)
				}
				got = append(got, m.At.Sub(begun))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: coil changed at %v, want %v", c.name, got, c.want)
			}
		})
	}
}

func TestPulseTellsLaterWhatWentWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		coil := &stuck{}
		p := gpio.Pulse(coil, time.Second, 0)
		if err := p.Set(true); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if err := p.Set(false); !errors.Is(err, errStuck) {
			t.Errorf("got %v", err)
		}
		p.Close()
	})
}

var errStuck = errors.New("stuck")

// stuck is an output that does not go off.
type stuck struct{ haltest.Output }

func (s *stuck) Set(on bool) error {
	if !on {
		return errStuck
	}
	return s.Output.Set(on)
}
