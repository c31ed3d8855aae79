package fusion

import "time"

// Attempts counts the failures in a row at one door, and says when the next face may be looked at.
// NIST SP 800-63B-4 is the guide: a pause after 5 failures in a row, and another factor after many
// more. A door is not one person's device, so here the lockout ends by itself, or at once when a
// card opens. Otherwise one stranger could switch faces off for a whole house.
//
// It only counts, and stores nothing about a person. Times are of a steady clock, which is never
// set and goes on while the program runs. The zero value is a door without failures.
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

// DefaultLimits are five failures, then half a minute before each further try; after 50,
// a lockout of ten minutes.
func DefaultLimits() Limits {
	return Limits{Patience: 5, Wait: 30 * time.Second, Most: 50, Lockout: 10 * time.Minute}
}

// Failed counts a face that was compared and refused. Do not count a frame that was too dark to
// compare: it is not an attempt.
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

// Succeeded ends the row of failures, whichever means opened the door.
func (a Attempts) Succeeded() Attempts { return Attempts{} }

// Lockout is how long faces still have to wait; 0: not at all. It is meant
// for policy.Site.FaceLockout.
func (a Attempts) Lockout(now time.Duration) time.Duration { return max(0, a.Until-now) }
