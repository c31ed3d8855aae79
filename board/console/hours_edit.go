package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

// The commands that change hours. Each edits the hours in force; editHours shows what that does.

// groupWords reads a group and hours: GROUP DAYS FROM-TO [DAYS FROM-TO …] [--until DATE] [--output
// NAME].
func (c *console) groupWords(verb string, words []string) (group, output string, rule policy.Access, err error) {
	a, err := parse(words, "until=", "output=")
	if err != nil {
		return "", "", rule, err
	}
	parts := strings.FieldsFunc(strings.Join(a.words, " "), func(r rune) bool { return r == ' ' })
	if len(parts) < 3 || len(parts)%2 == 0 {
		return "", "", rule, c.misuse(verb)
	}
	group = typedGroup(parts[0])
	for i := 1; i < len(parts); i += 2 {
		var span policy.Span
		text := parts[i] + " " + strings.TrimRight(parts[i+1], ",;，；")
		if err := span.UnmarshalText([]byte(text)); err != nil {
			return "", "", rule, c.fail(i18n.M("console.not-hours", "%q are no hours: write days and times such as "+
				"mon-fri 07:00-23:00, sat,holiday 09:00-12:00 or daily 00:00-24:00", screen.Clean(text)))
		}
		rule.Hours = append(rule.Hours, span)
	}
	rule.Until, err = c.day(a, "until", time.Time{}, 1)
	rule.Until = rule.Until.UTC()
	return group, a.options["output"], rule, err
}

// typedGroup is the group that a word names: the star is everybody.
func typedGroup(word string) string {
	if word == policy.Everybody {
		return ""
	}
	return word
}

func addGroup(ctx context.Context, c *console, words []string) error {
	group, output, rule, err := c.groupWords("group-add", words)
	if err != nil {
		return err
	}
	return c.editHoursOf(ctx, output, func(h desk.HoursState) (policy.Hours, error) {
		return h.With(group, append(h.Of(group), rule)...), nil
	})
}

func setGroup(ctx context.Context, c *console, words []string) error {
	group, output, rule, err := c.groupWords("group-set", words)
	if err != nil {
		return err
	}
	return c.editHoursOf(ctx, output, func(h desk.HoursState) (policy.Hours, error) {
		if err := c.knownGroup(h.Hours, group); err != nil {
			return h.Hours, err
		}
		return h.With(group, rule), nil
	})
}

func copyGroup(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "output=")
	if err != nil {
		return err
	}
	if words = a.words; len(words) != 2 || words[1] == policy.Everybody {
		return c.misuse("group-copy")
	}
	return c.editHoursOf(ctx, a.options["output"], func(h desk.HoursState) (policy.Hours, error) {
		from := typedGroup(words[0])
		if err := c.knownGroup(h.Hours, from); err != nil {
			return h.Hours, err
		}
		if len(h.Of(words[1])) > 0 {
			return h.Hours, c.fail(i18n.M("console.group-there",
				"the group %q has hours already; group-set gives it others", screen.Clean(words[1])))
		}
		lasting := slices.DeleteFunc(h.Of(from), func(r policy.Access) bool { return !r.Counts(h.Now) })
		return h.With(words[1], lasting...), nil
	})
}

func endGroup(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "output=")
	if err != nil {
		return err
	}
	if words = a.words; len(words) != 1 {
		return c.misuse("group-end")
	}
	return c.editHoursOf(ctx, a.options["output"], func(h desk.HoursState) (policy.Hours, error) {
		group := typedGroup(words[0])
		if err := c.knownGroup(h.Hours, group); err != nil {
			return h.Hours, err
		}
		return h.With(group), nil
	})
}

func (c *console) knownGroup(h policy.Hours, group string) error {
	if len(h.Of(group)) > 0 {
		return nil
	}
	return c.fail(i18n.M("console.no-such-group", "the group %q has no hours; groups shows all", screen.Clean(group)))
}

func holiday(ctx context.Context, c *console, words []string) error {
	as := policy.Holiday.String()
	if len(words) == 2 {
		as = strings.ToLower(words[1])
	}
	if len(words) == 0 || len(words) > 2 {
		return c.misuse("holiday")
	}
	takeBack := as == "none"
	if takeBack {
		as = policy.Holiday.String()
	}
	var d policy.Special
	if err := d.UnmarshalText([]byte(words[0] + " " + as)); err != nil {
		return c.fail(i18n.M("console.not-a-special-day", "%q is not a special day: write 2026-10-01 or 10-01, and "+
			"holiday, mon … sun or none", screen.Clean(strings.Join(words, " "))))
	}
	return c.editHours(ctx, func(h desk.HoursState) (policy.Hours, error) {
		if !takeBack {
			return h.WithDay(d), nil
		}
		without, was := h.WithoutDay(d)
		if !was {
			return without, c.fail(i18n.M("console.no-special-day", "%s is not a special day; holidays shows all",
				d.Date()))
		}
		return without, nil
	})
}

// editHoursOf is editHours for the rules of an output beside the door; empty: the door's.
func (c *console) editHoursOf(ctx context.Context, output string,
	edit func(desk.HoursState) (policy.Hours, error)) error {
	return c.editHours(ctx, func(h desk.HoursState) (policy.Hours, error) {
		whole := h.Hours
		h.Hours = whole.In(output)
		part, err := edit(h)
		return whole.WithIn(output, part), err
	})
}

// maxNamed is how many people who lose access are named.
const maxNamed = 20

// editHours shows what an edit of the hours in force does, asks, and does it.
func (c *console) editHours(ctx context.Context, edit func(desk.HoursState) (policy.Hours, error)) error {
	d := c.desk.(Hours)
	was, err := d.Hours(ctx, c.who)
	if err != nil {
		return err
	}
	now, err := edit(was)
	if err != nil {
		return err
	}
	e, err := d.PreviewHours(ctx, c.who, was.Hours, now)
	if err != nil {
		return err
	}
	if err := c.tellEffect(e); err != nil {
		return err
	}
	if was.Changed.IsZero() {
		c.say(i18n.M("console.hours-first-change",
			"This is the first change here: from now on the configuration's hours are not used."))
	}
	if err := c.confirmOrStop(i18n.M("console.change-hours", "Change the hours?")); err != nil {
		return err
	}
	if err := d.ChangeHours(ctx, c.who, was.Hours, now); err != nil {
		return err
	}
	c.say(i18n.M("console.hours-in-force", "In force now."))
	return nil
}

// tellEffect tells old and new, and who is affected.
func (c *console) tellEffect(e desk.HoursEffect) error {
	if err := c.showChanges(e.Changes); err != nil {
		return err
	}
	if e.Touched > 0 {
		c.say(i18n.N(e.Touched, "console.in-changed-groups", "%d person is in a group that changes.",
			"%d people are in a group that changes.", e.Touched))
	}
	if n := len(e.Out); n > 0 {
		c.say(i18n.N(n, "console.shut-out", "! %d person can never come in then:",
			"! %d people can never come in then:", n))
		c.listSome(e.Out)
	}
	for _, o := range e.Outputs {
		if n := len(o.Out); n > 0 {
			c.say(i18n.N(n, "console.loses-output", "! %d person can never switch the output %s then:",
				"! %d people can never switch the output %s then:", n, o.Output))
			c.listSome(o.Out)
		}
		if o.In > 0 {
			c.say(i18n.N(o.In, "console.gains-output", "%d person will have hours at the output %s.",
				"%d people will have hours at the output %s.", o.In, o.Output))
		}
	}
	if e.In > 0 {
		c.say(i18n.N(e.In, "console.let-in", "%d person who can never come in now will have hours.",
			"%d people who can never come in now will have hours.", e.In))
	}
	if e.NoPasses {
		c.say(i18n.M("console.no-pass-opens", "! No visitor's pass will open: the group visitors has no hours then."))
	}
	if e.AllHours {
		c.say(i18n.M("console.no-hours-left", "! No hours are left then: all people may come in at all hours."))
	}
	return nil
}

// listSome lists people, the first of many.
func (c *console) listSome(people []policy.Person) {
	for i, p := range people {
		if i == maxNamed {
			c.say(i18n.M("console.and-more", "  and %d more", len(people)-i))
			break
		}
		c.hanging("  "+name(p), 2)
	}
}

// showChanges shows old and new of each group and day.
func (c *console) showChanges(all []policy.HoursChange) error {
	t := table{cols: []column{
		{"of", i18n.M("console.changes", "changes")},
		{"was", i18n.M("console.old", "old")},
		{"now", i18n.M("console.new", "new")},
	}}
	for _, x := range all {
		t.add(x.Where(), c.none(x.Was), c.none(x.Now))
	}
	return c.showFacts(t)
}

// none is s, or a word for nothing.
func (c *console) none(s string) string {
	if s == "" {
		return c.lang.Say(i18n.M("console.none", "none"))
	}
	return s
}
