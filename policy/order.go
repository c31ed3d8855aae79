package policy

import "time"

// LongestOrder is for how long an order of the whole site may be given. It ends a lockdown that
// nobody can reach to end.
const LongestOrder = 24 * time.Hour

// Order is how long an order of the whole site has stood at a door. Doors' clocks may differ, and
// a door may hear of an order when it is long over.
type Order struct {
	For    time.Duration // for how long it was given
	Until  time.Time     // by the clock of the door that gave it; zero: that could not be trusted
	Heard  time.Time     // in this door's time
	Dated  bool          // its clock could be trusted then
	Passed time.Duration // since the program knows of it, by a clock that cannot be set
}

// Over reports whether the order's own time is over at a door: Until, where both clocks can be
// trusted; and in any case For, since Heard or since the program knows of it. A door whose clock
// could not be trusted at Heard, and can be now, does not know how long ago Heard was.
func (o Order) Over(c Clock, now time.Time) bool { return o.left(c, now) <= 0 }

// Ends is when it will be over, in the door's time.
func (o Order) Ends(c Clock, now time.Time) time.Time { return now.Add(max(o.left(c, now), 0)) }

func (o Order) left(c Clock, now time.Time) time.Duration {
	length := min(o.For, LongestOrder)
	left := length - o.Passed
	if o.Dated || !c.Trusted {
		left = min(left, length-now.Sub(o.Heard))
	}
	if c.Trusted && !o.Until.IsZero() {
		left = min(left, o.Until.Sub(now))
	}
	return left
}
