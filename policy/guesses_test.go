package policy

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

func TestDigitsThatHold(t *testing.T) {
	l := DefaultTryLimits
	if l.Guesses(0) != 12 || l.Guesses(1) != 13 || l.DailyGuesses() != 312 {
		t.Errorf("%d, %d and %v guesses", l.Guesses(0), l.Guesses(1), l.DailyGuesses())
	}
	for pins, want := range map[int]int{0: 5, 1: 5, 3: 5, 4: 6, 32: 6, 33: 7, 320: 7, 321: 8, 500: 8,
		3205: 8, 3206: 9} {
		if got := l.Digits(pins); got != want {
			t.Errorf("%d PINs: %d digits, want %d", pins, got, want)
		}
	}
	if got := (TryLimits{}).Digits(1); got <= MaxDigits {
		t.Errorf("without limits %d digits hold", got)
	}
	patient := TryLimits{Free: 1, Pause: day, Longest: day, Forget: day}
	if got := patient.Digits(1); got != minDigits {
		t.Errorf("two wrong codes a day: %d digits", got)
	}
}

func TestPINsThatAreShort(t *testing.T) {
	people := []Person{
		{Credentials: []Credential{{Kind: PINKind, Digits: 4}, {Kind: CardKind}}},
		{Credentials: []Credential{{Kind: PINKind, Digits: 6}, {Kind: PINKind, Digits: 4, Revoked: true},
			{Kind: PINKind, Digits: 4, Door: "back"}}},
		{Credentials: []Credential{{Kind: PINKind}, {Kind: PINKind, Digits: 8, Duress: true}}},
	}
	if all, short := PINs(people, "front", 6); all != 4 || short != 2 {
		t.Errorf("%d PINs, %d short", all, short)
	}
}

// TestTableOfPINs: the table in the threat model is what the limits come to.
func TestTableOfPINs(t *testing.T) {
	text, err := os.ReadFile("../docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	guesses := DefaultTryLimits.DailyGuesses()
	for _, pins := range []int{1, 10, 30, 100, 300, 500, 1000, 3000} {
		row := fmt.Sprintf("| %d |", pins)
		for digits := 4; digits <= MaxDigits; digits++ {
			p := float64(pins) / math.Pow10(digits)
			row += fmt.Sprintf(" %s |", percent(1-math.Pow(1-p, guesses)))
		}
		row += fmt.Sprintf(" %d |", DefaultTryLimits.Digits(pins))
		if !strings.Contains(string(text), row) {
			t.Errorf("not in the table:\n%s", row)
		}
	}
	for _, says := range []string{
		fmt.Sprintf("%d wrong codes an hour, %.0f a day", DefaultTryLimits.Guesses(1), guesses),
		fmt.Sprintf("%d an hour, %d a day", DefaultTryLimits.Alarm-1, 24*(DefaultTryLimits.Alarm-1)),
	} {
		if !strings.Contains(string(text), says) {
			t.Errorf("it does not say %q", says)
		}
	}
	if DefaultTryLimits.Forget != time.Hour {
		t.Error("it speaks of an hour")
	}
}

func percent(p float64) string {
	switch {
	case p >= 0.1:
		return fmt.Sprintf("%.0f%%", 100*p)
	case p >= 0.01:
		return fmt.Sprintf("%.1f%%", 100*p)
	}
	return fmt.Sprintf("%.2g%%", 100*p)
}
