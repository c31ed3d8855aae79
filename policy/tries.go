package policy

import (
	"slices"
	"time"
)

// TryLimits is how many wrong codes a keypad takes before its lockout: a few are free, then each
// further one doubles the lockout (NIST SP 800-63B-4, 3.2.2). The door keeps the count, and nothing
// about who typed. Faces have their own limits, in recognizer/fusion.
type TryLimits struct {
	Free    int           // wrong codes before the first pause; 0: never a pause
	Pause   time.Duration // the first pause; each further wrong code doubles it
	Longest time.Duration // no pause is longer
	Forget  time.Duration // a wrong code counts for so long; 0: for a day
	Alarm   int           // so many that count are an alarm; 0: never
}

// DefaultTryLimits: five tries in an hour, then 30 s, 1 min, 2 min, … up to 15
// min, and an alarm at the eighth.
var DefaultTryLimits = TryLimits{Free: 5, Pause: 30 * time.Second, Longest: 15 * time.Minute,
	Forget: time.Hour, Alarm: 8}

const day = 24 * time.Hour

// Window is how long a wrong code counts.
func (l TryLimits) Window() time.Duration {
	if l.Forget <= 0 {
		return day
	}
	return l.Forget
}

// pause is how long the lockout lasts after the n-th wrong code that counts.
func (l TryLimits) pause(n int) time.Duration {
	if l.Free <= 0 || n < l.Free {
		return 0
	}
	p := l.Pause
	for i := l.Free; i < n && p < l.Longest; i++ {
		p *= 2
	}
	return min(p, l.Longest)
}

// Tries are the wrong codes that count at one door. A right code clears one wrong code, which its
// owner may have mistyped, and does so only once in [TryLimits.Forget]: otherwise a resident could
// guess the codes of others without end.
//
// Times are of a steady clock: one that is never set, and that goes on while the program runs. The
// zero value has no wrong code.
type Tries struct {
	wrong    []time.Duration // when, oldest first
	forgiven []forgiven      // oldest first
	lockout  time.Duration   // until when the keypad is locked out
}

type forgiven struct {
	person PersonID
	at     time.Duration
}

// Count takes a decision made at now into account.
func (t Tries) Count(l TryLimits, d Decision, now time.Duration) Tries {
	if d.Means != ByPIN || l.Free <= 0 {
		return t
	}
	t = t.since(now - l.Window())
	switch {
	case d.Moves() && len(t.wrong) > 0 && !slices.ContainsFunc(t.forgiven, func(f forgiven) bool {
		return f.person == d.Person
	}):
		t.wrong, t.forgiven = t.wrong[1:], append(t.forgiven, forgiven{d.Person, now})
	case !d.Moves() && wrongCode(d.Reason):
		t.wrong = append(t.wrong, now)
		t.lockout = now + l.pause(len(t.wrong))
	}
	return t
}

// wrongCode reports whether a code was denied because it is unknown, or because of whose it is.
// Both must count: they look alike at the door, and a lockout that comes one code later would tell
// a guesser at night which codes open by day. The price is small: a resident who types a right code
// five times outside of their hours makes others wait for half a minute, or take their card. Other
// reasons hold for every code.
func wrongCode(r Reason) bool {
	switch r {
	case ReasonKeypadLockout, ReasonLockdown, ReasonInterlock, ReasonSecond:
		return false
	}
	return true
}

// since drops what happened before then. The slices of t are not written to.
func (t Tries) since(then time.Duration) Tries {
	wrong, pardons := []time.Duration(nil), []forgiven(nil)
	for _, at := range t.wrong {
		if at > then {
			wrong = append(wrong, at)
		}
	}
	for _, f := range t.forgiven {
		if f.at > then {
			pardons = append(pardons, f)
		}
	}
	return Tries{wrong, pardons, t.lockout}
}

// Wrong is how many wrong codes count at the moment now.
func (t Tries) Wrong(l TryLimits, now time.Duration) int { return len(t.since(now - l.Window()).wrong) }

// Guessing reports whether so many count that a person is guessing.
func (t Tries) Guessing(l TryLimits, now time.Duration) bool {
	return l.Alarm > 0 && t.Wrong(l, now) >= l.Alarm
}

// Lockout is how long the keypad still takes no codes; 0: it takes them. It
// is for [Site.KeypadLockout].
func (t Tries) Lockout(now time.Duration) time.Duration { return max(0, t.lockout-now) }
