package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store/audit"
)

// Lease is a lease that ends, and what ends with it.
type Lease struct {
	Person    policy.Person
	Ends      time.Time
	Cards     int // that work until then
	PINs      int
	Face      bool      // it is erased when the lease ends
	Forgotten time.Time // when all that is stored about them is erased
}

// Leases gives the leases that end by a time, those that ended already first. The look-up is
// itself recorded.
func (d *Desk) Leases(_ context.Context, s Session, by time.Time) ([]Lease, error) {
	reader, err := d.allow(s, ReadsPeople)
	if err != nil {
		return nil, err
	}
	people, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return nil, fmt.Errorf("reading the people: %w", err)
	}
	var out []Lease
	var found []policy.Person
	for _, p := range people {
		if p.Until.IsZero() || p.Until.After(by) {
			continue
		}
		out, found = append(out, d.leaseOf(p)), append(found, p)
	}
	slices.SortStableFunc(out, func(a, b Lease) int { return a.Ends.Compare(b.Ends) })
	d.recordLookUp(reader, found)
	return out, nil
}

// LeaseOf gives what would end with a person's lease if it ended then.
func (d *Desk) LeaseOf(_ context.Context, s Session, p policy.Person, ends time.Time) (Lease, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return Lease{}, err
	}
	p.Until = ends
	return d.leaseOf(p), nil
}

func (d *Desk) leaseOf(p policy.Person) Lease {
	l := Lease{Person: p, Ends: p.Until, Face: p.HasFace(), Forgotten: p.Until.Add(d.cfg.Site.ForgetAfter.D())}
	for _, c := range p.Credentials {
		switch {
		case c.Revoked:
		case c.Kind == policy.CardKind:
			l.Cards++
		case c.Kind == policy.PINKind:
			l.PINs++
		}
	}
	return l
}

var errShorter = errors.New("shorter")

// ExtendLeases gives people one new end of their leases, as one act: all of them or none. A lease
// is not shortened by it.
func (d *Desk) ExtendLeases(_ context.Context, s Session, ids []policy.PersonID, until time.Time) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	if !until.IsZero() && !d.now().Before(until) {
		return i18n.Problem(i18n.E("desk.lease-expired", "this lease has already expired"),
			i18n.M("desk.write-last-day", "write the last day of the lease, or leave --until out"))
	}
	err = d.vault.ChangePeople(by, ids, audit.PersonCorrected, func(p *policy.Person) error {
		if !until.IsZero() && (p.Until.IsZero() || until.Before(p.Until) || !p.From.Before(until)) {
			return errShorter
		}
		p.Until = until
		return nil
	})
	if errors.Is(err, errShorter) {
		return i18n.Problem(i18n.E("desk.lease-shortened", "a lease would be shorter than it is"),
			i18n.M("desk.lease-shorten-alone", "write a later day; a lease is shortened by 'change', for one person"))
	}
	return explain(err)
}
