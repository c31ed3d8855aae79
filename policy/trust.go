package policy

import "time"

// DefaultFaceTrust is how long faces go on at a door of a site that hears nothing from the others.
const DefaultFaceTrust = 7 * 24 * time.Hour

// Trust is how fresh it is what a door of a site knows of people who took their face back at
// another door (R-WITHDRAW). Whoever carries the doors' words may hold them back, and clocks may be
// wrong. So what counts is when this door itself said what another door has answered since.
type Trust struct {
	Alone    bool          // there is no other door
	Answered time.Time     // when that was said, in this door's time; zero: never, or the clock was set back
	Dated    bool          // its clock could be trusted then
	Running  bool          // the program has run since then: this door's time has counted each moment
	Passed   time.Duration // has surely passed since then, by a clock that cannot be set
}

// Holds reports whether faces that may have been taken back elsewhere still open here. They do for
// limit after Answered, if as much time has surely passed as this door's time shows: the program
// ran all the while, or its clock could be trusted then and now.
func (t Trust) Holds(c Clock, now time.Time, limit time.Duration) bool {
	return t.Alone || t.sure(c, now) && t.age(now) < limit
}

// Ends is when faces rest if no answer comes until then; zero: never, or they rest already.
func (t Trust) Ends(c Clock, now time.Time, limit time.Duration) time.Time {
	if t.Alone || !t.Holds(c, now, limit) {
		return time.Time{}
	}
	return now.Add(limit - t.age(now))
}

func (t Trust) sure(c Clock, now time.Time) bool {
	return !t.Answered.IsZero() && !now.Before(t.Answered) && (t.Running || t.Dated && c.Trusted)
}

func (t Trust) age(now time.Time) time.Duration { return max(now.Sub(t.Answered), t.Passed) }
