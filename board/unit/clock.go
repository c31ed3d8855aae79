package unit

import (
	"time"

	"menshen/policy"
)

// clock says how far the time can be trusted (decision 0007): a board without a clock chip starts in the past, and then the
// last time known to the vault is the floor, and goes on from there.
func (u *Unit) clock() policy.Clock {
	c := u.vault.Clock()
	return policy.Clock{Trusted: c.Trusted, Floor: c.Floor}
}

// dated is a moment that a device tells, which goes by the machine's clock, in the unit's time.
func (u *Unit) dated(at time.Time) time.Time {
	c := u.vault.Clock()
	if c.Trusted {
		return at
	}
	return c.Now.Add(at.Sub(c.Host))
}
