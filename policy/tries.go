package policy

import "time"

// TryLimits is how many wrong codes in a row a keypad takes before it rests, guided by NIST SP 800-63B-4, 3.2.2: a few are free,
// then each further one doubles the pause. The door keeps the count, and nothing about who it was. Faces have their own
// limits, in recognizer/fusion.
type TryLimits struct {
	Free    int           // wrong codes before the first pause; 0: never a pause
	Pause   time.Duration // the first pause; each further wrong code doubles it
	Longest time.Duration // no pause is longer
	Forget  time.Duration // a count without a new wrong code for so long begins anew; 0: never
}

// DefaultTryLimits: five tries, then 30 s, 1 min, 2 min, … up to 15 min.
var DefaultTryLimits = TryLimits{Free: 5, Pause: 30 * time.Second, Longest: 15 * time.Minute, Forget: time.Hour}

// Tries counts wrong codes in a row. The zero value has none.
type Tries struct {
	Failed int
	Last   time.Time
}

// Count takes a decision into account: a code that opened ends the row, one that is nobody's lengthens it. All others leave it as it is,
// so that a resident's card does not buy a guesser new tries.
func (t Tries) Count(l TryLimits, d Decision) Tries {
	switch {
	case d.Means != ByPIN:
		return t
	case d.Grant:
		return Tries{}
	case d.Reason != ReasonUnknown:
		return t
	}
	if l.Forget > 0 && d.At.Sub(t.Last) >= l.Forget {
		t.Failed = 0
	}
	return Tries{Failed: t.Failed + 1, Last: d.At}
}

// Rest is until when the keypad takes no codes; zero: it takes them. It is meant for Site.KeypadRest.
// A clock that was set back does not lengthen a pause.
func (t Tries) Rest(l TryLimits, now time.Time) time.Time {
	if l.Free <= 0 || t.Failed < l.Free {
		return time.Time{}
	}
	pause := l.Pause
	for i := l.Free; i < t.Failed && pause < l.Longest; i++ {
		pause *= 2
	}
	until := t.Last.Add(min(pause, l.Longest))
	if !now.Before(until) || now.Before(t.Last) {
		return time.Time{}
	}
	return until
}
