package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Hours keeps who may come in when: the hours of access groups, and special days.
type Hours interface {
	// Hours gives what is in force.
	Hours(ctx context.Context, s desk.Session) (desk.HoursState, error)
	// PreviewHours tells what a change would do. The look-up of whom it shuts out is recorded.
	PreviewHours(ctx context.Context, s desk.Session, was, now policy.Hours) (desk.HoursEffect, error)
	// ChangeHours makes it, if was is still in force; the door decides by now at once.
	ChangeHours(ctx context.Context, s desk.Session, was, now policy.Hours) error
	// UseFileHours puts the configuration's hours in force again, or notes that they are not to be.
	UseFileHours(ctx context.Context, s desk.Session, use bool) error
	// HoursLog gives the changes, newest first.
	HoursLog(ctx context.Context, s desk.Session) ([]desk.HoursEntry, error)
}

func hoursCommands() []command {
	all := []command{
		{name: "groups", usage: "[--json]", right: desk.ReadsHours, run: groups,
			about:   i18n.M("console.help-groups", "list the access groups and their hours"),
			example: "groups"},
		{name: "week", usage: "[GROUP[,GROUP]] [--output NAME] [--words] [--json]", right: desk.ReadsHours, run: week,
			about:   i18n.M("console.help-week", "draw the next seven days of a group, or of each"),
			example: "week cleaners"},
		{name: "group-add", usage: "GROUP HOURS [--until DATE] [--output NAME]", right: desk.SetsHours,
			run: addGroup,
			about: i18n.M("console.help-group-add", "give a group hours besides those it has; --until is the "+
				"last day of temporary ones; --output means an output beside the door, such as a garage"),
			example: "group-add cleaners sat 10:00-14:00 --until 2026-12-31"},
		{name: "group-set", usage: "GROUP HOURS [--until DATE] [--output NAME]", right: desk.SetsHours,
			run:     setGroup,
			about:   i18n.M("console.help-group-set", "give a group other hours in the place of all it has"),
			example: "group-set cleaners mon-fri 06:00-09:00 sat,holiday 08:00-12:00"},
		{name: "group-copy", usage: "GROUP NEW-GROUP [--output NAME]", right: desk.SetsHours, run: copyGroup,
			about:   i18n.M("console.help-group-copy", "make a group with the hours of another"),
			example: "group-copy cleaners gardeners"},
		{name: "group-end", usage: "GROUP [--output NAME]", right: desk.SetsHours, run: endGroup,
			about: i18n.M("console.help-group-end",
				"take a group's hours away; who can never come in then is told first"),
			example: "group-end gardeners"},
		{name: "holidays", usage: "[--json]", right: desk.ReadsHours, run: holidays,
			about:   i18n.M("console.help-holidays", "list holidays and other special days"),
			example: "holidays"},
		{name: "holiday", usage: "DATE [holiday|mon|tue|wed|thu|fri|sat|sun|none]", right: desk.SetsHours,
			run: holiday,
			about: i18n.M("console.help-holiday", "make a date a holiday, or let it count as a weekday; without a "+
				"year for every year; none takes that back"),
			example: "holiday 2027-02-20 fri"},
		{name: "hours-log", usage: "[--json]", right: desk.ReadsHours, run: hoursLog,
			about:   i18n.M("console.help-hours-log", "show who changed hours and holidays when, old and new"),
			example: "hours-log"},
		{name: "hours-file", usage: "[use|keep]", right: desk.SetsHours, run: hoursFile,
			about: i18n.M("console.help-hours-file", "compare with the hours of the configuration: use them again, or "+
				"keep those in force"),
			example: "hours-file use"},
	}
	for i := range all {
		all[i].needs = has[Hours]
	}
	return all
}

func groups(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	h, err := c.desk.(Hours).Hours(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"group", i18n.M("console.group", "access group")},
		{"hours", i18n.M("console.hours", "hours")},
		{"until", i18n.M("console.last-day", "last day")},
		{"people", i18n.M("console.people", "people")},
	}}
	for _, r := range h.Access {
		t.add(c.groupName(r.Group), r.Hours.String(), c.lastDayOf(r, h.Now), h.People[r.Group])
	}
	for _, g := range withoutHours(h) {
		t.add(g, c.lang.Say(i18n.M("console.no-hours", "no hours of its own")), "", h.People[g])
	}
	if len(h.Outputs) > 0 {
		c.addOutputs(&t, h)
	}
	if a.has("json") {
		return c.show(t, true)
	}
	if len(h.Access) == 0 && len(h.Outputs) == 0 {
		c.say(i18n.M("console.all-hours", "No hours are set: all people may come in at all hours."))
		return nil
	}
	if err := c.show(t, false); err != nil {
		return err
	}
	if len(h.Access) == 0 {
		c.say(i18n.M("console.all-hours-door", "The door has no hours: all people may come in at all hours."))
	}
	if !h.Changed.IsZero() {
		c.say(i18n.M("console.hours-changed-by", "Changed here by %s, %s. The configuration's hours are not used.",
			h.By, c.time(h.Changed)))
	}
	if h.FileIgnored {
		c.say(i18n.M("console.file-edited", "The configuration was edited since: hours-file shows the difference."))
	}
	return nil
}

// addOutputs adds the hours of the outputs beside the door, and a column that tells them from the
// door's.
func (c *console) addOutputs(t *table, h desk.HoursState) {
	t.cols = append(t.cols, column{"output", i18n.M("console.output", "output")})
	for i := range t.rows {
		t.rows[i] = append(t.rows[i], "")
	}
	for _, output := range h.Outputs {
		rules := h.In(output).Access
		for _, r := range rules {
			t.add(c.groupName(r.Group), r.Hours.String(), c.lastDayOf(r, h.Now), h.People[r.Group], output)
		}
		if len(rules) == 0 {
			t.add("", c.lang.Say(i18n.M("console.output-nobody", "nobody may switch it")), "", "", output)
		}
	}
}

// withoutHours are the groups that people are in and no rule names.
func withoutHours(h desk.HoursState) (names []string) {
	for g := range h.People {
		if len(h.Of(g)) == 0 {
			names = append(names, g)
		}
	}
	slices.Sort(names)
	return names
}

// groupName shows a group; the one of everybody as it is typed.
func (c *console) groupName(group string) string {
	if group == "" {
		return c.lang.Say(i18n.M("console.everybody", "%s (everybody)", policy.Everybody))
	}
	return group
}

// lastDayOf shows the last day of a rule, and whether it has passed.
func (c *console) lastDayOf(r policy.Access, now time.Time) string {
	last := r.LastDay(c.o.Location)
	if !r.Counts(now) {
		return c.lang.Say(i18n.M("console.day-passed", "%s, passed", last))
	}
	return last
}

func holidays(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	h, err := c.desk.(Hours).Hours(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"date", i18n.M("console.date", "date")},
		{"as", i18n.M("console.counts-as", "counts as")},
	}}
	for _, d := range slices.SortedStableFunc(slices.Values(h.Special), func(a, b policy.Special) int {
		return strings.Compare(a.Date(), b.Date())
	}) {
		if a.has("json") {
			t.add(d.Date(), d.As.String())
			continue
		}
		t.add(d.Date(), c.lang.Say(dayNames[d.As]))
	}
	return c.show(t, a.has("json"))
}

func hoursLog(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	all, err := c.desk.(Hours).HoursLog(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"n", i18n.M("console.entry", "entry")},
		{"at", i18n.M("console.time", "time")},
		{"by", i18n.M("console.by", "by")},
		{"of", i18n.M("console.changes", "changes")},
		{"was", i18n.M("console.old", "old")},
		{"now", i18n.M("console.new", "new")},
	}}
	for _, e := range all {
		if a.has("json") {
			t.add(e.Seq, e.At, e.By, e.Where(), e.Was, e.Now)
			continue
		}
		t.add(e.Seq, e.At, e.By, e.Where(), c.none(e.Was), c.none(e.Now))
	}
	return c.show(t, a.has("json"))
}

func hoursFile(ctx context.Context, c *console, words []string) error {
	if len(words) > 1 || len(words) == 1 && words[0] != "use" && words[0] != "keep" {
		return c.misuse("hours-file")
	}
	d := c.desk.(Hours)
	h, err := d.Hours(ctx, c.who)
	if err != nil {
		return err
	}
	if h.Changed.IsZero() {
		c.say(i18n.M("console.hours-are-the-files", "The hours in force are the configuration's."))
		return nil
	}
	if len(words) == 1 && words[0] == "keep" {
		if err := d.UseFileHours(ctx, c.who, false); err != nil {
			return err
		}
		c.say(i18n.M("console.hours-kept", "Noted: the configuration's hours are not to be used."))
		return nil
	}
	if len(h.File.Changes(h.Hours, c.o.Location)) == 0 {
		c.say(i18n.M("console.hours-alike", "The configuration's hours are the same as those in force."))
	} else {
		e, err := d.PreviewHours(ctx, c.who, h.Hours, h.File)
		if err != nil {
			return err
		}
		if err := c.tellEffect(e); err != nil {
			return err
		}
	}
	if len(words) == 0 {
		c.say(i18n.M("console.hours-file-choice", "hours-file use puts the configuration's hours in force; "+
			"hours-file keep leaves those in force, and notes that an edit of the file was seen."))
		return nil
	}
	sure := i18n.M("console.use-file", "Use the configuration's hours again, and each later edit of them?")
	if err := c.confirmOrStop(sure); err != nil {
		return err
	}
	if err := d.UseFileHours(ctx, c.who, true); err != nil {
		return err
	}
	c.say(i18n.M("console.hours-in-force", "In force now."))
	return nil
}
