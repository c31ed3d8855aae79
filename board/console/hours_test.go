package console_test

import (
	"context"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/policy"
)

// hoursDesk keeps hours, and answers who could come in by them; the fullDesk's part.
type hoursDesk struct {
	file, now policy.Hours
	changed   time.Time
	log       []desk.HoursEntry
}

func (d *fullDesk) Hours(_ context.Context, s desk.Session) (desk.HoursState, error) {
	err := d.enter(s, "hours", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	h := desk.HoursState{Hours: d.hours.now, File: d.hours.file, Now: now, People: map[string]int{},
		Calendar: policy.Calendar{Zone: time.UTC, Special: d.hours.now.Special}, Changed: d.hours.changed, By: "mei"}
	for _, p := range d.people {
		for _, g := range p.Groups {
			h.People[g]++
		}
	}
	return h, err
}

func (d *fullDesk) PreviewHours(_ context.Context, s desk.Session, was, to policy.Hours) (desk.HoursEffect, error) {
	err := d.enter(s, "preview hours", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	e := desk.HoursEffect{Changes: to.Changes(was, time.UTC), AllHours: len(to.Access) == 0}
	for _, p := range d.people {
		mayEver := func(h policy.Hours) bool {
			return policy.MayEver(h.Access, policy.Calendar{Special: h.Special}, p.Groups, now)
		}
		switch {
		case mayEver(was) && !mayEver(to):
			e.Out = append(e.Out, p)
		case !mayEver(was) && mayEver(to):
			e.In++
		}
	}
	return e, err
}

func (d *fullDesk) ChangeHours(_ context.Context, s desk.Session, was, to policy.Hours) error {
	err := d.enter(s, "change hours", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	if err == nil {
		for _, c := range to.Changes(was, time.UTC) {
			d.hours.log = slices.Insert(d.hours.log, 0, desk.HoursEntry{Seq: 4712, At: now, By: "mei", HoursChange: c})
		}
		d.hours.now, d.hours.changed = to, now
	}
	return err
}

func (d *fullDesk) UseFileHours(_ context.Context, s desk.Session, use bool) error {
	err := d.enter(s, "use file hours", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	if err == nil && use {
		d.hours.now, d.hours.changed = d.hours.file, time.Time{}
	}
	return err
}

func (d *fullDesk) HoursLog(_ context.Context, s desk.Session) ([]desk.HoursEntry, error) {
	err := d.enter(s, "hours log", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return d.hours.log, err
}

func (d *fullDesk) entry(p policy.Person, at time.Time) desk.Entry {
	if at.IsZero() {
		at = now
	}
	a := policy.Attempt{At: at, Clock: policy.Clock{Trusted: true}, Person: &p, Site: policy.Site{Durable: true,
		Access: d.hours.now.Access, Calendar: policy.Calendar{Special: d.hours.now.Special}}}
	e := desk.Entry{Person: p, At: at, Ways: policy.May(a)}
	if e.May, e.Why = policy.MayEnter(e.Ways); !e.May {
		e.Next = policy.NextEntry(a)
	}
	return e
}

func (d *fullDesk) May(_ context.Context, s desk.Session, id policy.PersonID, at time.Time) (desk.Entry, error) {
	err := d.enter(s, "may", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	if i := d.index(id); err == nil && i >= 0 {
		return d.entry(d.people[i], at), nil
	}
	return desk.Entry{}, err
}

func (d *fullDesk) Who(_ context.Context, s desk.Session, at time.Time) (all []desk.Entry, err error) {
	err = d.enter(s, "who", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	for _, p := range d.people {
		if e := d.entry(p, at); err == nil && e.May {
			all = append(all, e)
		}
	}
	return all, err
}

func (d *fullDesk) Leases(_ context.Context, s desk.Session, before time.Time) (all []desk.Lease, err error) {
	err = d.enter(s, "leases", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	for _, p := range d.people {
		if err == nil && !p.Until.IsZero() && !p.Until.After(before) {
			all = append(all, desk.Lease{Person: p, Ends: p.Until, Cards: len(p.Credentials), Face: p.HasFace(),
				Forgotten: p.Until.AddDate(0, 0, 30)})
		}
	}
	slices.SortStableFunc(all, func(a, b desk.Lease) int { return a.Ends.Compare(b.Ends) })
	return all, err
}

func (d *fullDesk) LeaseOf(_ context.Context, s desk.Session, p policy.Person, ends time.Time) (desk.Lease, error) {
	err := d.enter(s, "lease of", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return desk.Lease{Person: p, Ends: ends, Cards: len(p.Credentials), Face: p.HasFace(),
		Forgotten: ends.AddDate(0, 0, 30)}, err
}

func (d *fullDesk) ExtendLeases(_ context.Context, s desk.Session, ids []policy.PersonID, until time.Time) error {
	err := d.enter(s, "extend leases", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	for _, id := range ids {
		if i := d.index(id); err == nil && i >= 0 {
			d.people[i].Until = until
		}
	}
	return err
}
