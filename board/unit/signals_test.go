package unit

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/policy"
)

// TestRNoticeAimingIsShownAtTheDoor: the resting word plays when nothing else does, comes back
// after a card, and an alarm is not ended by it.
func TestRNoticeAimingIsShownAtTheDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		green, red := &haltest.Output{Name: "green"}, &haltest.Output{Name: "red"}
		s := newSignals(map[string]hal.Output{"green": green, "red": red})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); s.run(ctx) }()
		ons := func(o *haltest.Output, during time.Duration) (n int) {
			before, was := len(o.Moves()), o.On()
			time.Sleep(during)
			for _, m := range o.Moves()[before:] {
				if m.On && !was {
					n++
				}
				was = m.On
			}
			return n
		}
		time.Sleep(time.Second)
		s.setResting(policy.SignalAiming)
		if n := ons(green, 8900*time.Millisecond); n != 6 {
			t.Errorf("%d blips in 9 s of aiming, want 6", n)
		}
		s.say(policy.SignalRefused)
		time.Sleep(2 * time.Second)
		if n := ons(green, 9*time.Second); n != 6 {
			t.Errorf("%d blips in 9 s after a refused card, want 6", n)
		}
		s.say(policy.SignalAlarm)
		time.Sleep(1500 * time.Millisecond)
		s.setResting(policy.SignalReady)
		s.setResting(policy.SignalAiming)
		if n := ons(red, 4900*time.Millisecond); n != 5 {
			t.Errorf("the alarm beats %d times in 5 s, want 5", n)
		}
		s.say(policy.SignalReady)
		s.setResting(policy.SignalReady)
		time.Sleep(time.Second)
		if n := ons(green, 9*time.Second); n != 0 || green.On() {
			t.Errorf("%d blips after the aiming", n)
		}
		cancel()
		<-done
	})
}
