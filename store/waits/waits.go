// Package waits reads in an audit log how long people waited at the door (docs/decisions/0057).
//
// The record of a grant says how long ago the visit began that it ends; the record of the relay
// that follows it says when the lock opened. Both together are a [policy.Wait]. Nothing else is
// needed, and no key: whoever has an export of the log comes to the same figures.
package waits

import (
	"slices"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Log gathers openings, entry by entry, in the order of the log. The zero value is ready.
type Log struct {
	all  []policy.Wait
	old  []time.Time
	open []time.Time
	next *granted
}

// granted is a grant whose lock has not opened yet.
type granted struct {
	at     time.Time
	means  policy.Means
	reason policy.Reason
	visit  policy.Visit
}

// opensWithin is how long after a grant a move of the relay may belong to it.
const opensWithin = 10 * time.Second

// Add takes the next entry.
func (l *Log) Add(e store.Entry) {
	switch {
	case e.Kind == audit.Decision:
		l.stoodOpen()
		if !e.Grant || !e.Means.Measured() {
			return
		}
		if v := e.Visit(); v != nil {
			l.next = &granted{e.At, e.Means, e.Reason, *v}
		} else {
			l.old = append(l.old, e.At)
		}
	case e.Kind == audit.Relay && l.next != nil && e.Reason == l.next.reason &&
		e.Detail["to"] == string(policy.DoUnlock):
		if took := e.At.Sub(l.next.at); took >= 0 && took < opensWithin { // else the clock was set meanwhile
			l.all = append(l.all, policy.Wait{At: e.At, Means: l.next.means, Took: l.next.visit.Waited + took,
				Retried: l.next.visit.Retried})
		}
		l.next = nil
	case e.Kind == audit.UnitStarted:
		l.next = nil
	}
}

// stoodOpen counts a grant that no move of the relay followed.
func (l *Log) stoodOpen() {
	if l.next != nil {
		l.open = append(l.open, l.next.at)
		l.next = nil
	}
}

// Openings are those so far, oldest first. The slice is the log's own.
func (l *Log) Openings() []policy.Wait { return l.all }

// Old is how many grants an earlier version recorded, which did not measure, and Open how many were
// of a door that was unlocked already: nobody waited for the lock. Neither is in Openings.
func (l *Log) Old() int  { return len(l.old) }
func (l *Log) Open() int { return len(l.open) }

// Forget drops all of before a moment, as the purge of the log does.
func (l *Log) Forget(before time.Time) {
	l.all = slices.DeleteFunc(l.all, func(w policy.Wait) bool { return w.At.Before(before) })
	for _, of := range []*[]time.Time{&l.old, &l.open} {
		*of = slices.DeleteFunc(*of, func(t time.Time) bool { return t.Before(before) })
	}
}
