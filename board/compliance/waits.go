package compliance

import (
	"time"

	"menshen/policy"
)

// Waits reads on in the log, and gives what it says of how long people waited at the door
// (R-EQUAL).
func (k *Keeper) Waits() (w policy.WaitLog, err error) {
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
