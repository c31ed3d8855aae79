package unit

import (
	"time"

	"menshen/policy"
)

// clock says how far the time can be trusted (decision 0007): a board without a clock chip starts
// in the past, and then the last time known to the vault is the floor, and goes on from there.
func (u *Unit) clock() policy.Clock {
	c := u.vault.Clock()
	return policy.Clock{Trusted: c.Trusted, Floor: c.Floor}
}

// inUnitTime gives a moment that a device tells, by the machine's clock, in the unit's time: never
// later than now. A device's own clock may be ahead, or the machine's set back since; an event of
// the future would end a release at once.
func (u *Unit) inUnitTime(at time.Time) time.Time {
	c := u.vault.Clock()
	return c.Now.Add(min(0, at.Sub(c.Host)))
}
