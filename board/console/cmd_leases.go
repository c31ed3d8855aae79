package console

import (
	"context"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Leases tells of leases that end, and extends several at once.
type Leases interface {
	// Leases gives those that end by a time, in the order of their ends. The look-up is recorded.
	Leases(ctx context.Context, s desk.Session, by time.Time) ([]desk.Lease, error)
	// LeaseOf gives what would end with a person's lease if it ended then.
	LeaseOf(ctx context.Context, s desk.Session, p policy.Person, ends time.Time) (desk.Lease, error)
	// ExtendLeases gives people one new end, zero for none: all of them or none. A lease is not
	// shortened by it.
	ExtendLeases(ctx context.Context, s desk.Session, ids []policy.PersonID, until time.Time) error
}

// soon is how far ahead leases are looked at where no day is given.
const soon = 30 * 24 * time.Hour

func leaseCommands() []command {
	return []command{
		{name: "leases", usage: "[WORDS] [--ending DATE] [--json]", right: desk.ReadsPeople, needs: has[Leases],
			run: leases,
			about: i18n.M("console.help-leases", "list leases that end within 30 days or by a day, and what ends with "+
				"each"),
			example: "leases --ending 2027-01-31"},
		{name: "extend", usage: "[WORDS] [--ending DATE] --until DATE", right: desk.KeepsPeople, needs: has[Leases],
			run: extend,
			about: i18n.M("console.help-extend", "extend these leases, all at once; words are of the name or the "+
				"apartment"),
			example: "extend --ending 2027-01-31 --until 2028-01-31"},
	}
}

// ending gives the leases that are asked for.
func (c *console) ending(ctx context.Context, a args) (found []desk.Lease, err error) {
	by, err := c.day(a, "ending", c.now(ctx).Add(soon), 1)
	if err != nil {
		return nil, err
	}
	if by.IsZero() {
		by = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	all, err := c.desk.(Leases).Leases(ctx, c.who, by)
	words := strings.ToLower(a.rest())
	for _, l := range all {
		if p := l.Person; strings.Contains(strings.ToLower(p.Name.Reveal()), words) ||
			strings.Contains(strings.ToLower(p.Apartment.Reveal()), words) {
			found = append(found, l)
		}
	}
	return found, err
}

func leases(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "ending=", "json")
	if err != nil {
		return err
	}
	all, err := c.ending(ctx, a)
	if err != nil {
		return err
	}
	return c.showLeases(all, a.has("json"))
}

// showLeases shows what ends when: access and face with the lease, all that is stored later.
func (c *console) showLeases(all []desk.Lease, asJSON bool) error {
	t := table{cols: []column{
		{"ends", i18n.M("console.lease-ends", "lease ends")},
		{"apartment", i18n.M("console.apartment", "apartment")},
		{"name", i18n.M("console.name", "name")},
		{"cards", i18n.M("console.lease-cards", "cards")},
		{"pins", i18n.M("console.lease-pins", "PINs")},
		{"face", i18n.M("console.lease-face", "face erased")},
		{"data", i18n.M("console.lease-data", "all erased")},
	}}
	for _, l := range all {
		t.add(c.lastDay(l.Ends), l.Person.Apartment.Reveal(), l.Person.Name.Reveal(), l.Cards, l.PINs,
			onlyIf(l.Face, c.date(l.Ends)), c.date(l.Forgotten))
	}
	if err := c.show(t, asJSON); err != nil || asJSON || len(all) == 0 {
		return err
	}
	c.say(i18n.M("console.lease-legend", "With a lease its cards and PINs stop working, and a face is erased; all "+
		"that is stored is erased on the last date."))
	return nil
}

// tellEnd shows what ends with a lease that is to end earlier than it does, and asks where that day
// has passed: a face is erased within minutes then.
func (c *console) tellEnd(ctx context.Context, p policy.Person, ends time.Time) error {
	d, is := c.desk.(Leases)
	if !is || ends.IsZero() || !p.Until.IsZero() && !ends.Before(p.Until) {
		return nil
	}
	l, err := d.LeaseOf(ctx, c.who, p, ends)
	if err != nil {
		return err
	}
	if err := c.showLeases([]desk.Lease{l}, false); err != nil || c.now(ctx).Before(ends) {
		return err
	}
	return c.confirmOrStop(i18n.M("console.lease-ends-now", "That day has passed. End the lease now?"))
}

func extend(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "ending=", "until=")
	if err != nil {
		return err
	}
	if !a.has("until") {
		return c.misuse("extend")
	}
	until, err := c.day(a, "until", time.Time{}, 1)
	if err != nil {
		return err
	}
	all, err := c.ending(ctx, a)
	if err != nil {
		return err
	}
	if err := c.showLeases(all, false); err != nil || len(all) == 0 {
		return err
	}
	to := c.lastDay(until)
	if until.IsZero() {
		to = c.lang.Say(i18n.M("console.no-limit", "no limit"))
	}
	if err := c.confirmOrStop(i18n.N(len(all), "console.extend-sure", "Extend this lease to %[2]s?",
		"Extend these %d leases to %s?", len(all), to)); err != nil {
		return err
	}
	ids := make([]policy.PersonID, len(all))
	for i, l := range all {
		ids[i] = l.Person.ID
	}
	if err := c.desk.(Leases).ExtendLeases(ctx, c.who, ids, until); err != nil {
		return err
	}
	c.say(i18n.N(len(all), "console.extended", "Extended %d lease to %s.", "Extended %d leases to %s.", len(all), to))
	return nil
}
