package policy

import "time"

// TryLimits is how many failed tries in a row a door takes before it pauses, guided by NIST SP 800-63B-4, 3.2.2 and 3.2.3: a few are
// free, then each failure doubles the pause. A door keeps one count for faces and one for its keypad, and nothing about who failed.
type TryLimits struct {
	Free    int           // failures before the first pause
	Pause   time.Duration // the first pause; each further failure doubles it
	Longest time.Duration // no pause is longer
	Forget  time.Duration // a count without a new failure for so long begins anew; 0: never
}

// DefaultTryLimits: five tries, then 30 s, 1 min, 2 min, … up to 15 min.
var DefaultTryLimits = TryLimits{Free: 5, Pause: 30 * time.Second, Longest: 15 * time.Minute, Forget: time.Hour}

// Tries counts failures in a row. The zero value has none.
type Tries struct {
	Failed int
	Last   time.Time
}

// Count takes a decision into account: one that opened ends the row, a wrong code or a face that is nobody's, not alive or
// ambiguous lengthens it, and all others (a blurred picture, a lease that ended) leave it.
func (t Tries) Count(l TryLimits, d Decision) Tries {
	if d.Grant {
		return Tries{}
	}
	switch d.Reason {
	case ReasonUnknown, ReasonNoMatch, ReasonNotLive, ReasonAmbiguous:
	default:
		return t
	}
	if l.Forget > 0 && d.At.Sub(t.Last) >= l.Forget {
		t.Failed = 0
	}
	return Tries{Failed: t.Failed + 1, Last: d.At}
}

// Rest is until when the door takes no more tries; zero: it takes them. It is meant for Site.FaceRest and Site.KeypadRest.
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
