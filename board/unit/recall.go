package unit

import (
	"fmt"
	"slices"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// What failed at this door before the program began is counted from the audit log. So a power cut
// does not give a guesser new tries, and no counter needs to be written.

const (
	recallPage = 500    // entries read at once
	recallMost = 20_000 // and altogether: more than a day of a busy door, and a few hundred milliseconds
)

// recallTries takes up what failed within the time for which wrong codes count. The time since the
// newest entry counts as far as the vault is sure that it passed, so a wrong clock, or an operator
// who sets it back, does not end a lockout.
func (u *Unit) recallTries() error {
	limits := u.site.conf.Keypad.Limits()
	recent, err := u.recentEntries(limits.Window())
	if err != nil || len(recent) == 0 {
		return err
	}
	newest := recent[0].At
	now, since := u.steady(), max(0, u.now().Sub(newest))
	age := make([]time.Duration, len(recent)) // before the newest entry; never less than that of a newer one
	for i, e := range recent {
		age[i] = max(0, newest.Sub(e.At))
		if i > 0 {
			age[i] = max(age[i], age[i-1])
		}
	}
	for i, e := range slices.Backward(recent) {
		if e.Kind == audit.Decision {
			d := policy.Decision{Means: e.Means, Grant: e.Grant, Reason: e.Reason, Person: e.Person,
				Outputs: e.Outputs}
			u.tries.count(limits, d, now-since-age[i])
		}
	}
	return nil
}

// recentEntries are the entries of so long a time before the newest, newest first. What is damaged
// is left out, and kept as a fault.
func (u *Unit) recentEntries(window time.Duration) (all []store.Entry, err error) {
	for from := uint64(0); len(all) < recallMost; {
		page, err := u.vault.Entries(from, recallPage, true)
		if err = u.RecordDamage(err); err != nil {
			return all, fmt.Errorf("reading what failed before the start: %w", err)
		}
		for _, e := range page {
			if len(all) > 0 && all[0].At.Sub(e.At) >= window {
				return all, nil
			}
			all = append(all, e)
		}
		if len(page) < recallPage || page[len(page)-1].Seq <= 1 {
			return all, nil
		}
		from = page[len(page)-1].Seq - 1
	}
	return all, nil
}
