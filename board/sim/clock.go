package sim

import "time"

// clock is the time of the world, and what the unit's machine shows of it.
type clock struct {
	began, now time.Time     // true time
	wrong      time.Duration // how far the machine's clock is ahead
	lost       bool          // it began in the past, and nothing has set it yet
	unkept     bool          // nothing keeps it right, though it may be
}

// host is the machine's clock.
func (c *clock) host() time.Time { return c.now.Add(c.wrong) }

// running is the machine's clock that is never set.
func (c *clock) running() time.Duration { return c.now.Sub(c.began) }

// source names what keeps the clock right; empty: nothing.
func (c *clock) source() string {
	if c.lost || c.unkept {
		return ""
	}
	return "sync"
}
