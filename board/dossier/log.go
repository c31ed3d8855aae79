package dossier

import (
	"cmp"
	"slices"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/waits"
)

// Log counts what the audit log says, entry by entry.
type Log struct {
	Ages []int // decisions by age in steps of AgeStep

	made   time.Time
	acts   map[audit.Kind]*Act
	months map[string]*Month
	first  time.Time
	power  Power
	waits  waits.Log
}

// NewLog begins to count for a dossier made at a time; months are of its zone.
func NewLog(made time.Time) *Log {
	return &Log{Ages: make([]int, Ages), made: made, acts: map[audit.Kind]*Act{}, months: map[string]*Month{}}
}

// Add counts an entry.
func (l *Log) Add(e store.Entry) {
	l.waits.Add(e)
	at := e.At.In(l.made.Location())
	if e.Kind == audit.Decision {
		l.Ages[min(max(int(l.made.Sub(at)/AgeStep), 0), Ages-1)]++
		return
	}
	l.power.add(e)
	if _, listed := actWords[e.Kind]; listed {
		a := l.acts[e.Kind]
		if a == nil {
			a = &Act{Kind: e.Kind}
			l.acts[e.Kind] = a
		}
		a.Count++
		if at.After(a.Last) {
			a.Last = at
		}
	}
	var m Month
	switch e.Kind {
	case audit.FaceEnrolled:
		m.Taken = 1
	case audit.FaceErased:
		m.Gone = 1
	case audit.PersonRemoved:
		m.People = 1
	default:
		return
	}
	if l.first.IsZero() || at.Before(l.first) {
		l.first = at
	}
	name := at.Format("2006-01")
	if l.months[name] == nil {
		l.months[name] = &Month{Month: name}
	}
	l.months[name].Taken += m.Taken
	l.months[name].Gone += m.Gone
	l.months[name].People += m.People
}

// Waits is how long people waited at the door, from a moment on.
func (l *Log) Waits(since time.Time) policy.WaitLog {
	l.waits.Forget(since)
	return policy.WaitLog{Weeks: policy.Weeks(l.waits.Openings(), l.made.Location(), since, l.made),
		Old: l.waits.Old(), Open: l.waits.Open()}
}

// Acts are the acts counted, in the order of a life here.
func (l *Log) Acts() (all []Act) {
	for _, a := range l.acts {
		all = append(all, *a)
	}
	order := func(kind audit.Kind) int { return slices.Index(actOrder, kind) }
	slices.SortFunc(all, func(a, b Act) int { return cmp.Compare(order(a.Kind), order(b.Kind)) })
	return all
}

// Months are the months from the first face to now, also those in which nothing happened; at most
// ten years.
func (l *Log) Months() (all []Month) {
	if l.first.IsZero() {
		return nil
	}
	m := time.Date(l.first.Year(), l.first.Month(), 1, 0, 0, 0, 0, l.made.Location())
	for ; !m.After(l.made) && len(all) < 120; m = m.AddDate(0, 1, 0) {
		name := m.Format("2006-01")
		if found := l.months[name]; found != nil {
			all = append(all, *found)
		} else {
			all = append(all, Month{Month: name})
		}
	}
	return all
}

// Sort puts notices in force first, then by language and hash.
func Sort(all []Notice) {
	force := func(n Notice) int { return map[bool]int{true: 0, false: 1}[n.InForce] }
	slices.SortFunc(all, func(a, b Notice) int {
		return cmp.Or(cmp.Compare(force(a), force(b)), cmp.Compare(a.Lang, b.Lang), cmp.Compare(a.SHA256, b.SHA256))
	})
}
