package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var allSignals = []Signal{SignalReady, SignalGranted, SignalRefused, SignalWait, SignalLook, SignalTap, SignalWarning,
	SignalAlarm, SignalFire, SignalFault, SignalAsk, SignalErased, SignalAiming, SignalCloseEyes, SignalTurnLeft,
	SignalTurnRight, SignalCode, SignalSetUp, SignalTaken, SignalCalled}

// Each signal can be told from each other with closed eyes, and without hearing or
// telling red from green (R-NOTICE).
func TestRNoticeSignalsDifferInLightAndInSound(t *testing.T) {
	if len(allSignals) != len(patterns) {
		t.Fatalf("%d signals, %d patterns", len(allSignals), len(patterns))
	}
	light, sound := map[string]Signal{}, map[string]Signal{}
	for _, s := range allSignals {
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
		if state := slices.Contains([]Signal{SignalWarning, SignalAlarm, SignalFire, SignalFault, SignalAiming,
			SignalSetUp}, s); repeat != state || !state && long > 5*time.Second {
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
	for r, want := range map[Reason]Signal{ReasonNoMatch: SignalTap, ReasonQuality: SignalLook,
		ReasonRevoked: SignalRefused, ReasonLockdown: SignalRefused, ReasonInterlock: SignalWait,
		ReasonSecond: SignalTap} {
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

// TestSignalTextTellsTheRhythm: each answer that a door can give has words, and
// they count the tones that sound.
func TestSignalTextTellsTheRhythm(t *testing.T) {
	for s, want := range map[Signal]struct {
		short, long int // tones of one round
		en, zh      string
	}{
		SignalGranted: {0, 1, "one long", "一长"},
		SignalRefused: {3, 0, "three short", "三短"}, SignalWait: {5, 0, "five slow", "五次"},
		SignalLook: {4, 0, "two and two short", "两短两短"},
		SignalTap:  {2, 2, "short and long, twice", "一短一长，两遍"},
		SignalCode: {8, 0, "four short, twice", "四短，两遍"}, SignalFire: {1, 0, "very fast", "急促"},
	} {
		short, long := 0, 0
		beats, _ := s.Pattern()
		for _, b := range beats {
			switch {
			case b.Sound && b.For >= 5*tenth:
				long++
			case b.Sound:
				short++
			}
		}
		if short != want.short || long != want.long || !strings.HasPrefix(s.Message().String(), want.en) ||
			!strings.HasPrefix(chinese.Say(s.Message()), want.zh) {
			t.Errorf("%s: %d short, %d long, and the words %q, %q", s, short, long, s.Message().String(),
				chinese.Say(s.Message()))
		}
	}
	reasons := []Reason{ReasonFire}
	for r := range reasonWords {
		reasons = append(reasons, r)
	}
	for _, r := range reasons {
		for _, grant := range []bool{true, false} {
			if s := (Decision{Grant: grant, Reason: r}).Signal(); s.Message().String() == string(s) ||
				chinese.Say(s.Message()) == s.Message().String() {
				t.Errorf("%s, %v: the signal %q has no words", r, grant, s)
			}
		}
	}
}
