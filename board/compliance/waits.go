package compliance

import (
	"time"

	"menshen/policy"
)

// Waits is how long people waited at the door, week by week, as far as the audit log is kept
// (R-EQUAL). Decisions that Old and Open count are in no week: grants recorded by a version that
// did not measure, and those of a door that was unlocked already.
type Waits struct {
	Weeks     []policy.Week // oldest first
	Old, Open int
}

// Waits reads on in the log, and gives what it says.
func (k *Keeper) Waits() (w Waits, err error) {
	k.counted.one.Lock()
	defer k.counted.one.Unlock()
	if err := k.counted.log.read(k.vault); err != nil {
		return w, err
	}
	w.Weeks, err = k.weeks(k.now())
	w.Old, w.Open = k.counted.log.waits.Old(), k.counted.log.waits.Open()
	return w, err
}

// weeks puts the openings that were read into weeks, less those that the log does not keep. It is
// called with the count's own lock.
func (k *Keeper) weeks(now time.Time) ([]policy.Week, error) {
	r, err := k.vault.Retention()
	if err != nil {
		return nil, err
	}
	since := now.Add(-r.Events)
	k.counted.log.waits.Forget(since)
	return policy.Weeks(k.counted.log.waits.Openings(), k.cfg.Site.Location(), since, now), nil
}
