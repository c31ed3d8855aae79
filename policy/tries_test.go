package policy

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	wrong  = Decision{Means: ByPIN, Reason: ReasonUnknown}
	opened = Decision{Means: ByPIN, Grant: true, Reason: ReasonPIN, Person: PersonID{7}}
)

func TestTriesPauseLongerAndLonger(t *testing.T) {
	l := TryLimits{Free: 3, Pause: 10 * time.Second, Longest: 30 * time.Second, Forget: time.Hour, Alarm: 5}
	var n Tries
	for i, want := range []time.Duration{0, 0, 10 * time.Second, 20 * time.Second, 30 * time.Second, 30 * time.Second} {
		n = n.Count(l, wrong, 0)
		if got := n.Lockout(0); got != want {
			t.Errorf("after %d wrong codes: %v, want %v", i+1, got, want)
		}
		if n.Wrong(l, 0) != i+1 || n.Guessing(l, 0) != (i+1 >= 5) {
			t.Errorf("after %d wrong codes: %d, alarm %v", i+1, n.Wrong(l, 0), n.Guessing(l, 0))
		}
	}
	if n.Lockout(29*time.Second) != time.Second || n.Lockout(30*time.Second) != 0 {
		t.Error("the pause is not as long as it is")
	}
	if n.Guessing(l, time.Hour) || n.Wrong(l, time.Hour) != 0 {
		t.Error("an hour later the codes still count")
	}
	l.Forget = 0
	if n.Wrong(l, time.Hour) != 6 || n.Wrong(l, 24*time.Hour) != 0 {
		t.Error("without a time to forget in, codes do not count for a day")
	}
	if got := (Tries{}).Count(TryLimits{Pause: time.Hour, Longest: time.Hour}, wrong, 0); got.Lockout(0) != 0 {
		t.Error("no limits, and yet a pause")
	}
	for m := range 1000 {
		if p := DefaultTryLimits.pause(m); p > 15*time.Minute {
			t.Fatalf("%v after %d", p, m)
		}
	}
}

// A right code takes back one wrong one, once an hour for one person, and nothing else clears any.
func TestRightCodeForgivesOneWrongOne(t *testing.T) {
	l := DefaultTryLimits
	var n Tries
	for range 4 {
		n = n.Count(l, wrong, 0)
	}
	was := n
	n = n.Count(l, opened, 0)
	if n.Wrong(l, 0) != 3 || was.Wrong(l, 0) != 4 {
		t.Errorf("%d wrong codes after a right one, of %d", n.Wrong(l, 0), was.Wrong(l, 0))
	}
	if again := n.Count(l, opened, time.Minute); !reflect.DeepEqual(again, n) {
		t.Errorf("the same person again: %+v", again)
	}
	other := opened
	other.Person = PersonID{8}
	if n = n.Count(l, other, time.Minute); n.Wrong(l, time.Minute) != 2 {
		t.Errorf("another person: %d", n.Wrong(l, time.Minute))
	}
	n = n.Count(l, wrong, 59*time.Minute)
	if n = n.Count(l, opened, time.Hour); n.Wrong(l, time.Hour) != 0 {
		t.Errorf("the same person an hour later: %d", n.Wrong(l, time.Hour))
	}
}

// Which refusals count: all that a wrong code could be mistaken for.
func TestWhichRefusalsCount(t *testing.T) {
	for _, s := range append(spoil, spoil[0]) {
		if !s.appliesTo(ByPIN) {
			continue
		}
		a := good(ByPIN)
		s.break_(&a)
		d := Decide(a)
		counts := Tries{}.Count(DefaultTryLimits, d, 0).Wrong(DefaultTryLimits, 0) == 1
		looksWrong := d.Signal() == Decision{Reason: ReasonUnknown}.Signal()
		if s.reason == ReasonLockdown || s.reason == ReasonKeypadLockout { // asked of every code
			looksWrong = false
		}
		if counts != looksWrong {
			t.Errorf("%s: counts %v", s.reason, counts)
		}
	}
	for _, d := range []Decision{{Means: ByCard, Reason: ReasonUnknown}, {Means: ByCard, Grant: true},
		{Means: ByPass, Reason: ReasonUnknown}} {
		if got := (Tries{}).Count(DefaultTryLimits, d, 0); !reflect.DeepEqual(got, Tries{}) {
			t.Errorf("%+v counted", d)
		}
	}
}

// TestGuesserWithAPINOfTheirOwn is the attack that found another's PIN after 187 wrong codes in
// four minutes: four guesses, one's own PIN, and again.
func TestGuesserWithAPINOfTheirOwn(t *testing.T) {
	l := DefaultTryLimits
	var n Tries
	guesses, alarm := 0, time.Duration(0)
	for now := time.Duration(0); now < 24*time.Hour; now += time.Second {
		if n.Lockout(now) > 0 {
			continue
		}
		if guesses++; guesses%5 == 0 {
			n = n.Count(l, opened, now)
		} else {
			n = n.Count(l, wrong, now)
		}
		if alarm == 0 && n.Guessing(l, now) {
			alarm = now
		}
	}
	if float64(guesses) > l.DailyGuesses()*5/4+2 || alarm == 0 || alarm > 10*time.Minute {
		t.Errorf("%d codes in a day, alarm after %v", guesses, alarm)
	}
	t.Logf("%d codes in a day, alarm after %v", guesses, alarm)
}

// TestNobodyGuessesFaster: whenever somebody types, and whoever helps them, there are never more
// wrong codes within Forget than Guesses says.
func TestNobodyGuessesFaster(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := TryLimits{Free: rapid.IntRange(1, 8).Draw(t, "free"),
			Pause:  time.Duration(rapid.IntRange(1, 60).Draw(t, "pause")) * time.Second,
			Forget: time.Duration(rapid.IntRange(10, 90).Draw(t, "forget")) * time.Minute}
		l.Longest = l.Pause * time.Duration(rapid.IntRange(1, 40).Draw(t, "longest"))
		helpers := rapid.IntRange(0, 3).Draw(t, "helpers")
		waits := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 8).Draw(t, "waits") // minutes more than the lockout, in turn
		var n Tries
		var typed []time.Duration
		now := time.Duration(0)
		for i := range 200 {
			now += n.Lockout(now) + time.Duration(waits[i%len(waits)])*time.Minute
			for h := range helpers {
				d := opened
				d.Person = PersonID{byte(h + 1)}
				n = n.Count(l, d, now)
			}
			n = n.Count(l, wrong, now)
			typed = append(typed, now)
			first := 0
			for typed[first] <= now-l.Forget {
				first++
			}
			if most := l.Guesses(helpers); len(typed)-first > most {
				t.Fatalf("%d wrong codes within %v, by %+v at most %d", len(typed)-first, l.Forget, l, most)
			}
		}
	})
}
