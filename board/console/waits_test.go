package console_test

import (
	"context"
	"time"

	"menshen/board/desk"
	"menshen/policy"
)

// Waits are those of a week in which all was in order, of one in which the reader failed, and of
// the one that goes on.
func (d *fullDesk) Waits(_ context.Context, s desk.Session) (policy.WaitLog, error) {
	err := d.enter(s, "look at the waits", desk.Installer, desk.Technician, desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	var all []policy.Wait
	week := func(ago, n int, card time.Duration) {
		at := now.AddDate(0, 0, -7*ago)
		for i := range n {
			some := time.Duration(i%10) * 100 * time.Millisecond
			all = append(all, policy.Wait{At: at, Means: policy.ByCard, Took: card + some/10, Retried: i%8 == 7},
				policy.Wait{At: at, Means: policy.ByFace, Took: time.Second + some, Retried: i%16 == 15})
		}
		all = append(all, policy.Wait{At: at, Means: policy.ByPIN, Took: 4 * time.Second})
	}
	week(2, 60, 40*time.Millisecond)
	week(1, 60, 5*time.Second)
	week(0, 8, 40*time.Millisecond)
	return policy.WaitLog{Weeks: policy.Weeks(all, time.UTC, time.Time{}, now), Old: 12, Open: 1}, err
}
