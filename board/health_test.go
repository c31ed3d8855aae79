package board

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"menshen/board/desk"
	"menshen/board/host"
	"menshen/internal/i18n"
)

// TestHealthIsRecorded: each trouble of the board is reported once, also one that came and went
// between two looks, and is over ten minutes after it was seen last.
func TestHealthIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now host.Health
		var told []string
		h := health{look: func() host.Health { return now }, last: map[string]time.Time{},
			report: func(_ context.Context, device string, err error) error {
				if err == nil {
					device += " over"
				}
				told = append(told, device)
				return nil
			}}
		expect := func(what string, after time.Duration, want ...string) {
			t.Helper()
			for end := time.Now().Add(after); time.Now().Before(end); time.Sleep(healthEvery) {
				if err := h.once(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(told, want) {
				t.Errorf("%s: told %q, want %q", what, told, want)
			}
			told = nil
		}
		now.Free, now.Size = 1<<30, 2<<30
		now.Power = host.Power{Supply: true, Pace: true}
		expect("in order", 5*time.Minute)
		now.Power.LowVoltage, now.Power.WasLow = true, true
		expect("low voltage", time.Minute, "power")
		for range 20 { // it flickers
			now.Power.LowVoltage = !now.Power.LowVoltage
			expect("flickering", time.Minute)
		}
		now.Power.LowVoltage = false
		expect("just gone", 5*time.Minute)
		expect("gone", 10*time.Minute, "power over")
		now.Power.WasLow = false
		expect("another start of the firmware's count", time.Minute)
		now.Power.WasLow = true
		expect("a dip between two looks", time.Minute, "power")
		now.Power.Slowed, now.Free = true, 1<<20
		expect("slow and full", time.Minute, "processor", "storage")
		now.Power.Slowed, now.Measured, now.Celsius = false, true, 81
		expect("hot", 20*time.Minute, "power over")
		now.Celsius, now.Free = 50, 1<<30
		expect("cool, and with room", 20*time.Minute, "processor over", "storage over")
		silent := error(nil)
		h.beside = desk.Beside{"voice": func() (i18n.Message, error) { return i18n.Message{}, silent }}
		expect("it speaks", time.Minute)
		silent = errors.New("the card was pulled out")
		expect("it does not", time.Minute, "voice")
		for range 10 { // it fails again and again
			silent = nil
			expect("for a moment it does", time.Minute)
			silent = errors.New("the card was pulled out again")
			expect("and does not", time.Minute)
		}
		silent = nil
		expect("it speaks for good", 5*time.Minute, "voice over")
	})
}
