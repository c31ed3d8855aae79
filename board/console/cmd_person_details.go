package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/board/notice"
	"menshen/internal/i18n"
	"menshen/policy"
)

var detailOptions = []string{"name=", "apartment=", "lang=", "from=", "until=", "block=", "group=", "minor", "minor=",
	"long-open", "long-open="}

func add(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, detailOptions...)
	if err != nil {
		return err
	}
	if a.rest() == "" {
		return c.misuse("add")
	}
	d := desk.Details{Name: policy.Private(a.rest()), Lang: c.noticeLanguage()}
	if err := c.details(a, &d); err != nil {
		return err
	}
	if err := c.confirmNewPerson(ctx, d, policy.PersonID{}); err != nil {
		return err
	}
	p, err := c.desk.AddPerson(ctx, c.who, d)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.person-added", "Added %s, handle %s. Next: card %[2]s", name(p), p.ID))
	return c.tellNeverIn(ctx, p)
}

func change(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, detailOptions...)
	if err != nil {
		return err
	}
	if len(a.options) == 0 {
		return c.misuse("change")
	}
	p, err := c.findPerson(ctx, a.rest())
	if err != nil {
		return err
	}
	d := desk.Details{Name: p.Name, Apartment: p.Apartment, Lang: p.Lang, From: p.From, Until: p.Until,
		Groups: p.Groups, Minor: p.Face.Minor, LongOpen: p.LongOpen, Blocked: p.Blocked}
	if err := c.details(a, &d); err != nil {
		return err
	}
	if a.has("name") || a.has("apartment") {
		if err := c.confirmNewPerson(ctx, d, p.ID); err != nil {
			return err
		}
	}
	if err := c.tellEnd(ctx, p, d.Until); err != nil {
		return err
	}
	if p, err = c.desk.ChangePerson(ctx, c.who, p.ID, d); err != nil {
		return err
	}
	c.say(i18n.M("console.person-changed", "Changed %s.", name(p)))
	return c.tellNeverIn(ctx, p)
}

// details puts the options given into d.
func (c *console) details(a args, d *desk.Details) (err error) {
	if s, ok := a.options["name"]; ok {
		d.Name = policy.Private(s)
	}
	if s, ok := a.options["apartment"]; ok {
		d.Apartment = policy.Private(s)
	}
	if s, ok := a.options["group"]; ok {
		d.Groups = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '，' })
	}
	if s, ok := a.options["lang"]; ok {
		if !slices.Contains(notice.Codes(), s) {
			return c.fail(i18n.M("console.lang-is-one-of", "--lang is one of %s", strings.Join(notice.Codes(), ", ")))
		}
		d.Lang = s
	}
	for option, to := range map[string]*bool{"block": &d.Blocked, "minor": &d.Minor, "long-open": &d.LongOpen} {
		switch s, given := a.options[option]; {
		case given && (s == "yes" || s == ""): // --minor alone is a yes
			*to = true
		case given && s == "no":
			*to = false
		case given: // a slip must not let in a person who is blocked
			return c.fail(i18n.M("console.yes-or-no", "--%s is yes or no", option))
		}
	}
	if d.From, err = c.day(a, "from", d.From, 0); err != nil {
		return err
	}
	d.Until, err = c.day(a, "until", d.Until, 1)
	return err
}

// day reads an option that is a date, the start of that day plus days; "none" is no limit.
func (c *console) day(a args, option string, before time.Time, days int) (time.Time, error) {
	s, ok := a.options[option]
	if !ok {
		return before, nil
	}
	if s == "none" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, c.o.Location)
	if err != nil {
		return before, c.fail(i18n.M("console.not-a-date", "--%s is a date like 2027-01-31, or none", option))
	}
	return t.AddDate(0, 0, days), nil
}

// confirmNewPerson asks before the same name and apartment are entered a second time. self is the
// person who has them already.
func (c *console) confirmNewPerson(ctx context.Context, d desk.Details, self policy.PersonID) error {
	first := strings.Fields(d.Name.Reveal())
	if len(first) == 0 {
		return nil // the desk refuses an empty name
	}
	found, err := c.desk.Find(ctx, c.who, first[0])
	if err != nil {
		return err
	}
	p, is := desk.Same(found, d, self)
	if !is {
		return nil
	}
	c.say(i18n.M("console.same-person", "%s is already registered, with handle %s.", name(p), p.ID))
	return c.confirmOrStop(i18n.M("console.another-person", "Is this another person?"))
}

// lastDay shows the last day of a lease, as people write its end.
func (c *console) lastDay(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	return c.date(until.Add(-time.Nanosecond))
}
