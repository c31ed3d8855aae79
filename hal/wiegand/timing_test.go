package wiegand_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/wiegand"
)

// sent gives the edges of frames, a second apart, from a reader whose ones come a little late.
// Before the late-th pulse of each frame it pauses.
func sent(frames [][]bool, late int) (all []gpio.Edge) {
	const period, skew, pause = 2 * time.Millisecond, 150 * time.Microsecond, 4 * time.Millisecond
	for n, bits := range frames {
		at := time.Duration(n+1) * time.Second
		for i, one := range bits {
			if at += period; i == late {
				at += pause
			}
			e := gpio.Edge{At: at, Seq: uint32(len(all) + 1)}
			if one {
				e.Line, e.At = 1, at+skew
			}
			all = append(all, e)
		}
	}
	return all
}

// TestTimings: the timing of a frame shows where a pulse came late and which wire is dead, and
// nothing of which card it was, even where the reader sends ones and zeros in different times.
func TestTimings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zeros := make([]bool, 20) // D1 is off
		frames := [][]bool{wiegand.H10301.Encode(42, 1234), wiegand.H10301.Encode(199, 60000), zeros}
		k := &kernel{begun: time.Now(), edges: sent(frames, 7), heldUp: func() time.Duration { return 0 }}
		r, err := wiegand.New(func() (gpio.Edges, error) { return k, nil }, wiegand.Config{Name: "front"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := len(frames)
		_ = r.Run(ctx, func(hal.ReaderEvent) {
			if left--; left == 0 {
				cancel()
			}
		})
		got := r.Recent()
		if len(got) != 3 {
			t.Fatalf("%d timings", len(got))
		}
		dead, second, first := got[0], got[1], got[2]
		if !slices.Equal(first.Gaps, second.Gaps) || len(first.Gaps) != 25 {
			t.Errorf("the gaps tell two cards apart: %v, %v", first.Gaps, second.Gaps)
		}
		for i, gap := range first.Gaps {
			if late := i == 6; late != (gap > 5*time.Millisecond) || !late && gap != first.Middle {
				t.Errorf("gap %d is %v", i, gap)
			}
		}
		if first.Err != nil || first.D0 || first.D1 || first.Key || first.At.IsZero() {
			t.Errorf("of a card: %+v", first)
		}
		if !errors.Is(dead.Err, wiegand.ErrLength) || !dead.D0 || dead.D1 || len(dead.Gaps) != 19 {
			t.Errorf("of a reader whose D1 is off: %+v", dead)
		}
	})
}
