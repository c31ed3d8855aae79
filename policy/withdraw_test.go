package policy

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// taps plays taps of "a" at the given seconds, and gives the gestures.
func taps(seconds ...float64) (out []Gesture) {
	var w Withdrawal
	for _, s := range seconds {
		var g Gesture
		w, g = w.tap("a", morning.Add(time.Duration(s*float64(time.Second))), withdrawYes)
		out = append(out, g)
	}
	return out
}

var morning = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// TestRWithdrawByCard: five taps, the question, one more.
func TestRWithdrawByCard(t *testing.T) {
	for _, c := range []struct {
		what    string
		seconds []float64
		last    Gesture
	}{
		{"five taps ask", []float64{0, 2, 4, 6, 8}, AskBack},
		{"four do not", []float64{0, 2, 4, 6}, NoGesture},
		{"slow ones do not", []float64{0, 5, 10, 15, 20}, NoGesture},
		{"a tap after the question is the yes", []float64{0, 1, 2, 3, 4, 8}, TakeBack},
		{"who taps on out of impatience takes nothing back", []float64{0, 1, 2, 3, 4, 5}, NoGesture},
		{"nor by going on after that", []float64{0, 1, 2, 3, 4, 5, 6, 7, 8}, NoGesture},
		{"the question ends", []float64{0, 1, 2, 3, 4, 25}, NoGesture},
	} {
		g := taps(c.seconds...)
		if g[len(g)-1] != c.last {
			t.Errorf("%s: %v", c.what, g)
		}
	}
	var w Withdrawal
	for i := range 5 {
		w, _ = w.tap("a", morning.Add(time.Duration(i)*time.Second), withdrawYes)
	}
	if w, g := w.tap("b", morning.Add(8*time.Second), withdrawYes); g != NoGesture {
		t.Error("another card took it back")
	} else if _, g = w.tap("a", morning.Add(9*time.Second), withdrawYes); g != NoGesture {
		t.Error("the question outlived another card")
	}
}

// However cards are tapped, nothing is taken back without a question to that card,
// at least three seconds before.
func TestWithdrawalNeedsTheQuestion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w Withdrawal
		now := morning
		asked := map[string]time.Time{}
		for range rapid.IntRange(1, 60).Draw(t, "taps") {
			now = now.Add(time.Duration(rapid.IntRange(-2000, 8000).Draw(t, "ms")) * time.Millisecond)
			key := rapid.SampledFrom([]string{"a", "a", "a", "b", ""}).Draw(t, "key")
			var g Gesture
			w, g = w.tap(key, now, withdrawYes)
			switch g {
			case AskBack:
				clear(asked)
				asked[key] = now
			case TakeBack:
				q, ok := asked[key]
				if d := now.Sub(q); !ok || d < withdrawPause || d > withdrawYes {
					t.Fatalf("taken back %v after the question to this card (asked: %v)", d, ok)
				}
				clear(asked)
			case NoGesture:
				if key != "" && len(asked) > 0 && asked[key].IsZero() {
					clear(asked) // another card came between
				}
			}
		}
	})
}

// TestWithdrawalCountsWorkingCredentialsOnly: whoever guesses is asked nothing, and
// nothing of theirs erases a face; a person's own credential takes it back also where it
// would not open just now (R-WITHDRAW).
func TestWithdrawalCountsWorkingCredentialsOnly(t *testing.T) {
	for _, m := range asking {
		for _, s := range append(spoil, spoil[0]) {
			a := good(m)
			if s.appliesTo(m) {
				s.break_(&a)
			}
			var w Withdrawal
			var g Gesture
			for range withdrawTaps {
				w, g = w.Tap(a)
				a.At = a.At.Add(time.Second)
			}
			ofCredential := s.appliesTo(m) && slices.ContainsFunc(credentialWorks, func(q question) bool {
				return q.appliesTo(m) && q.reason == s.reason
			})
			mayTakeBack := (m == ByCard || m == ByPIN) && !ofCredential && a.Person.Face.canEnd()
			if (g == AskBack) != mayTakeBack {
				t.Errorf("%s, %s: asked %v", m, s.reason, g == AskBack)
			}
		}
	}
	var w Withdrawal
	a := good(ByPIN)
	for range withdrawTaps {
		w, _ = w.Tap(a)
	}
	a.At = a.At.Add(5 * time.Second)
	a.Site.KeypadLockout = time.Second
	if _, g := w.Tap(a); g != NoGesture {
		t.Error("a code typed during the lockout took the face back")
	}
}

// TestRWithdrawIsNoHarderForWhoNeedsTime: whatever taps take a face back for anybody take it back
// as soon for a person who needs more time, and one tap, half a minute after the question, for them
// alone. It is still never taken back without the question.
func TestRWithdrawIsNoHarderForWhoNeedsTime(t *testing.T) {
	slow := WithdrawWithin(Person{LongOpen: true})
	if slow < 40*time.Second || WithdrawWithin(Person{}) != withdrawYes {
		t.Errorf("%v to answer", slow)
	}
	rapid.Check(t, func(t *rapid.T) {
		var w, patient Withdrawal
		now, asked := morning, time.Time{}
		for range rapid.IntRange(1, 60).Draw(t, "taps") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{500, 1000, 3000, 3500, 4500, 25000, 45000}).
				Draw(t, "ms")) * time.Millisecond)
			key := rapid.SampledFrom([]string{"a", "a", "a", "a", "a", "a", "b"}).Draw(t, "key")
			var g, sooner Gesture
			w, g = w.tap(key, now, withdrawYes)
			patient, sooner = patient.tap(key, now, slow)
			if sooner == AskBack {
				asked = now
			}
			if sooner == TakeBack {
				if d := now.Sub(asked); asked.IsZero() || d < withdrawPause || d > slow {
					t.Fatalf("taken back %v after the question", d)
				}
				return
			}
			if g == TakeBack {
				t.Fatal("taken back for anybody, not for who needs more time")
			}
		}
	})
	a := good(ByCard)
	a.Person.LongOpen = true
	var w Withdrawal
	for n := range withdrawTaps {
		w, _ = w.Tap(a)
		if done, of := w.Progress(); done != n+1 || of != withdrawTaps {
			t.Errorf("after tap %d: %d of %d", n+1, done, of)
		}
		a.At = a.At.Add(time.Second)
	}
	a.At = a.At.Add(30 * time.Second)
	w, g := w.Tap(a)
	if g != TakeBack {
		t.Error("a yes half a minute after the question did not count")
	}
	if done, of := w.Progress(); done+of != 0 {
		t.Errorf("after the yes: %d of %d", done, of)
	}
}
