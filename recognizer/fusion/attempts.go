package fusion

import "time"

// Attempts counts the failures in a row at one door, and says when the next face may be looked at. NIST SP 800-63B-4 is the guide: a pause
// after 5 failures in a row, and after many more another factor. A door is not one person's device, so here the rest from faces ends by
// itself, or at once when somebody opens with a card: else one stranger could switch faces off for a whole house.
//
// It is a value and pure; it counts, and keeps nothing of anyone. Times are of a steady clock: one that nobody sets, and that goes on
// while the program runs. The zero value is a door without failures.
type Attempts struct {
	Failures int
	Until    time.Duration // faces wait until then
}

// Limits of trying.
type Limits struct {
	Patience int           // failures in a row before each next one has to wait
	Wait     time.Duration // that wait
	Most     int           // failures in a row before faces rest
	Lockout  time.Duration // that lockout
}

// DefaultLimits are five failures, then half a minute before each further try; after 50 faces rest for ten minutes.
func DefaultLimits() Limits {
	return Limits{Patience: 5, Wait: 30 * time.Second, Most: 50, Lockout: 10 * time.Minute}
}

// Failed counts a face that was compared and refused. A frame too dark to compare is no attempt; do not count it.
func (a Attempts) Failed(l Limits, now time.Duration) Attempts {
	a.Failures++
	switch {
	case a.Failures >= l.Most:
		return Attempts{Failures: l.Patience, Until: now + l.Lockout} // the next failure waits again
	case a.Failures >= l.Patience:
		a.Until = now + l.Wait
	}
	return a
}

// Succeeded ends the row, whatever the means that opened.
func (a Attempts) Succeeded() Attempts { return Attempts{} }

// Lockout is how long faces have to wait yet; 0: not at all. policy.Site.FaceLockout takes it.
func (a Attempts) Lockout(now time.Duration) time.Duration { return max(0, a.Until-now) }
