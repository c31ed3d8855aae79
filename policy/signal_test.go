package policy

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

var signals = []Signal{SignalReady, SignalGranted, SignalRefused, SignalWait, SignalLook, SignalTap, SignalWarning, SignalAlarm, SignalFire, SignalFault, SignalAsk, SignalErased, SignalAiming, SignalCloseEyes, SignalTurnLeft, SignalTurnRight, SignalCode}

// Each signal can be told from each other with closed eyes, and without hearing or telling red from green (R-NOTICE).
func TestRNoticeSignalsDifferInLightAndInSound(t *testing.T) {
	if len(signals) != len(patterns) {
		t.Fatalf("%d signals, %d patterns", len(signals), len(patterns))
	}
	light, sound := map[string]Signal{}, map[string]Signal{}
	for _, s := range signals {
		beats, repeat := s.Pattern()
		l, n := fmt.Sprint(repeat), fmt.Sprint(repeat)
		long := time.Duration(0)
		for _, b := range beats {
			if long += b.For; b.For <= 0 {
				t.Errorf("%s has a beat without length", s)
			}
			l += fmt.Sprint(" ", b.Green || b.Red, b.For)
			n += fmt.Sprint(" ", b.Sound, b.For)
		}
		if state := slices.Contains([]Signal{SignalWarning, SignalAlarm, SignalFire, SignalFault, SignalAiming}, s); repeat != state || !state && long > 5*time.Second {
			t.Errorf("%s repeats: %v, lasts %v", s, repeat, long)
		}
		if o, ok := light[l]; ok {
			t.Errorf("%s and %s look alike", s, o)
		}
		if o, ok := sound[n]; ok {
			t.Errorf("%s and %s sound alike", s, o)
		}
		light[l], sound[n] = s, s
	}
	if b, _ := Signal("?").Pattern(); len(b) != len(patterns[SignalFault].beats) {
		t.Error("an unknown signal is not a fault")
	}
}

func TestDecisionSignal(t *testing.T) {
	for r, want := range map[Reason]Signal{ReasonNoMatch: SignalTap, ReasonQuality: SignalLook, ReasonRevoked: SignalRefused, ReasonLockdown: SignalRefused, ReasonInterlock: SignalWait, ReasonSecond: SignalTap} {
		if got := (Decision{Reason: r}).Signal(); got != want {
			t.Errorf("%s: %s, want %s", r, got, want)
		}
	}
	if got := Decide(good(ByCard)).Signal(); got != SignalGranted {
		t.Errorf("granted: %s", got)
	}
	if got := Decide(Attempt{Means: ByFire}).Signal(); got != SignalFire {
		t.Errorf("fire: %s", got)
	}
}
