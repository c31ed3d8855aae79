package desk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"menshen/board/config"
	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// HoursState is who may come in when, as it is in force.
type HoursState struct {
	policy.Hours
	Calendar policy.Calendar
	Known    []string // the groups that a rule of the site names, sorted
	Now      time.Time
	People   map[string]int // in each group
	Outputs  []string       // beside the door, in the order of the configuration
	Changed  time.Time      // at the console, the last time; zero: never, the configuration's hold
	By       string
	File     policy.Hours // the configuration's, as it is now
	// FileIgnored is true if the configuration's were edited after the last change at the console.
	FileIgnored bool
}

// HoursEffect is what a change of the hours does.
type HoursEffect struct {
	Changes  []policy.HoursChange
	Out      []policy.Person // may come in at some time now, and never after it
	In       int             // people who may never come in now, and will
	Touched  int             // people in the groups that change
	NoPasses bool            // passes open now at some time, and never after it
	Outputs  []OutputEffect  // of outputs beside the door of which the hours change
	AllHours bool            // no hours are left, so all people may come in at all hours
}

// OutputEffect is what a change does to the rights at an output beside the door.
type OutputEffect struct {
	Output string
	Out    []policy.Person // may switch it at some time now, and never after it
	In     int             // people who may never switch it now, and will
}

// HoursEntry is one change in the history of the hours.
type HoursEntry struct {
	Seq uint64
	At  time.Time
	By  string
	policy.HoursChange
}

// ErrHoursMeanwhile means that the hours in force are not those that were to be changed.
var ErrHoursMeanwhile = i18n.Problem(i18n.E("desk.hours-meanwhile", "another operator changed the hours meanwhile"),
	i18n.M("desk.hours-again", "look at them with 'groups', and try again"))

// Hours gives the hours in force.
func (d *Desk) Hours(_ context.Context, s Session) (HoursState, error) {
	if _, err := d.allow(s, ReadsHours); err != nil {
		return HoursState{}, err
	}
	h, err := d.hours()
	if err != nil {
		return HoursState{}, err
	}
	people, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return HoursState{}, fmt.Errorf("reading the people: %w", err)
	}
	names, err := d.actors(s.Lang)
	if err != nil {
		return HoursState{}, err
	}
	out := HoursState{Hours: h.Hours, Calendar: d.calendar(h), Known: d.cfg.Site.Groups(h.Hours), Now: d.now(),
		People: map[string]int{}, Changed: h.Changed, By: names[h.By], File: d.cfg.Site.Hours(),
		FileIgnored: h.FileIgnored, Outputs: d.cfg.OutputNames()}
	for _, p := range people {
		for _, g := range p.Groups {
			out.People[g]++
		}
	}
	return out, nil
}

// PreviewHours tells what a change of the hours would do. Whom it names is recorded as looked up.
func (d *Desk) PreviewHours(_ context.Context, s Session, was, now policy.Hours) (HoursEffect, error) {
	by, err := d.allow(s, SetsHours)
	if err != nil {
		return HoursEffect{}, err
	}
	e, err := d.effect(was, now)
	if err != nil {
		return HoursEffect{}, err
	}
	named := slices.Clone(e.Out)
	for _, o := range e.Outputs {
		named = append(named, o.Out...)
	}
	d.recordLookUp(by, named)
	return e, nil
}

func (d *Desk) effect(was, now policy.Hours) (HoursEffect, error) {
	if err := d.checkHours(was, now); err != nil {
		return HoursEffect{}, err
	}
	people, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return HoursEffect{}, fmt.Errorf("reading the people: %w", err)
	}
	at, zone := d.now(), d.cfg.Site.Location()
	mayEver := func(h policy.Hours, groups ...string) bool { return h.Ever(zone, "", groups, at) }
	e := HoursEffect{Changes: now.Changes(was, zone), AllHours: len(was.Access) > 0 && len(now.Access) == 0,
		NoPasses: d.cfg.Passes.Enabled && mayEver(was, policy.VisitorGroup) && !mayEver(now, policy.VisitorGroup)}
	for _, p := range people {
		if slices.ContainsFunc(e.Changes, func(c policy.HoursChange) bool {
			return c.Of == policy.Everybody || slices.Contains(p.Groups, c.Of)
		}) {
			e.Touched++
		}
		switch before, after := mayEver(was, p.Groups...), mayEver(now, p.Groups...); {
		case before && !after:
			e.Out = append(e.Out, p)
		case !before && after:
			e.In++
		}
	}
	for _, output := range d.cfg.OutputNames() {
		if slices.ContainsFunc(e.Changes, func(c policy.HoursChange) bool { return c.Output == output }) {
			e.Outputs = append(e.Outputs, outputEffect(output, people, was, now, zone, at))
		}
	}
	return e, nil
}

func outputEffect(output string, people []policy.Person, was, now policy.Hours, zone *time.Location,
	at time.Time) OutputEffect {
	e := OutputEffect{Output: output}
	for _, p := range people {
		switch before, after := was.Ever(zone, output, p.Groups, at), now.Ever(zone, output, p.Groups, at); {
		case before && !after:
			e.Out = append(e.Out, p)
		case !before && after:
			e.In++
		}
	}
	return e
}

// checkHours refuses hours that cannot be kept.
func (d *Desk) checkHours(was, now policy.Hours) error {
	zone := d.cfg.Site.Location()
	if len(now.Changes(was, zone)) == 0 {
		return i18n.Problem(i18n.E("desk.hours-same", "that changes nothing"),
			i18n.M("desk.hours-see", "'groups' and 'holidays' show what is in force"))
	}
	for _, output := range append([]string{""}, slices.Sorted(maps.Keys(now.Outputs))...) {
		if output != "" && !slices.Contains(d.cfg.OutputNames(), output) && was.Outputs[output] == nil {
			return unit.NoOutput(d.cfg, output)
		}
		for _, r := range now.In(output).Access {
			before := was.In(output).Of(r.Group)
			old := slices.ContainsFunc(before, func(o policy.Access) bool { return o.Until.Equal(r.Until) })
			if !r.Counts(d.now()) && !old {
				return i18n.Problem(i18n.E("desk.hours-past", "these hours have ended already: %s", r.LastDay(zone)),
					i18n.M("desk.hours-later", "write a last day that is still to come, or leave --until out"))
			}
		}
	}
	switch misfit, group := now.Check(); misfit {
	case policy.GroupName:
		return i18n.Problem(i18n.E("desk.group-name", "no group can be called %q", group),
			i18n.M("desk.group-name-write", "write one word of at most 40 bytes, without commas and quotation marks"))
	case policy.NoHours:
		return i18n.Problem(i18n.E("desk.group-no-hours", "the group %q would have no hours", group),
			i18n.M("desk.group-write-hours", `write some, such as "mon-fri 07:00-23:00"`))
	case policy.TooMany:
		return i18n.Problem(i18n.E("desk.hours-too-many", "that is too much: at most 100 lines of hours, 20 spans in "+
			"each, and 400 special days"), i18n.M("desk.hours-fewer", "remove what has ended"))
	}
	return nil
}

// ChangeHours puts other hours in the place of those in force, which must be was.
func (d *Desk) ChangeHours(ctx context.Context, s Session, was, now policy.Hours) error {
	by, err := d.allow(s, SetsHours)
	if err != nil {
		return err
	}
	if err := d.checkHours(was, now); err != nil {
		return err
	}
	return d.changeHours(ctx, by, store.HoursAct{Was: was, Now: now})
}

// UseFileHours puts the configuration's hours in force again, which then hold after each edit too;
// or, where use is false, notes that its last edit is not to be used.
func (d *Desk) UseFileHours(ctx context.Context, s Session, use bool) error {
	by, err := d.allow(s, SetsHours)
	if err != nil {
		return err
	}
	h, err := d.hours()
	if err != nil {
		return err
	}
	if use {
		return d.changeHours(ctx, by, store.HoursAct{Was: h.Hours, Now: d.cfg.Site.Hours(), FromFile: true})
	}
	return d.changeHours(ctx, by, store.HoursAct{Was: h.Hours, Now: h.Hours})
}

// The details of an entry about a change of the hours. They are stored.
const (
	changedOf   = "of"
	changedFrom = "was"
	changedTo   = "now"
	changedFile = "file" // "used": the configuration's hold again; "not used": its last edit is left out

	nextChange = " | " // between several changes of one act
)

func (d *Desk) changeHours(ctx context.Context, by store.Actor, x store.HoursAct) error {
	x.Detail = map[string]string{}
	changes := x.Now.Changes(x.Was, d.cfg.Site.Location())
	for key, word := range map[string]func(policy.HoursChange) string{
		changedOf:   policy.HoursChange.Where,
		changedFrom: func(c policy.HoursChange) string { return c.Was },
		changedTo:   func(c policy.HoursChange) string { return c.Now },
	} {
		var all []string
		for _, c := range changes {
			all = append(all, word(c))
		}
		if len(all) > 0 {
			x.Detail[key] = strings.Join(all, nextChange)
		}
	}
	switch {
	case x.FromFile:
		x.Detail[changedFile] = "used"
	case len(changes) == 0:
		x.Detail[changedFile] = "not used"
	}
	err := d.unit.ChangeHours(ctx, by, x)
	if errors.Is(err, store.ErrMeanwhile) {
		return ErrHoursMeanwhile
	}
	return err
}

// HoursLog gives the history of the hours, newest first, as far as the audit log goes back.
func (d *Desk) HoursLog(_ context.Context, s Session) ([]HoursEntry, error) {
	if _, err := d.allow(s, ReadsHours); err != nil {
		return nil, err
	}
	names, err := d.actors(s.Lang)
	if err != nil {
		return nil, err
	}
	var out []HoursEntry
	_, err = d.vault.Acts(0, func(e store.Entry) {
		if e.Kind != audit.HoursChanged {
			return
		}
		by := names[e.Actor]
		if by == "" {
			by = string(e.Actor)
		}
		for _, c := range changesOf(e.Detail) {
			out = append(out, HoursEntry{e.Seq, e.At, by, c})
		}
	})
	if err != nil {
		return nil, fmt.Errorf("reading the audit log: %w", err)
	}
	slices.Reverse(out)
	return out, nil
}

// changesOf reads what changeHours wrote.
func changesOf(detail map[string]string) (all []policy.HoursChange) {
	of := strings.Split(detail[changedOf], nextChange)
	was, now := strings.Split(detail[changedFrom], nextChange), strings.Split(detail[changedTo], nextChange)
	for i := range of {
		if len(was) == len(of) && len(now) == len(of) && of[i] != "" {
			all = append(all, policy.HoursChangeAt(of[i], was[i], now[i]))
		}
	}
	if word := detail[changedFile]; word != "" {
		all = append(all, policy.HoursChange{Of: changedFile, Now: word})
	}
	return all
}

// hours are those in force; the configuration's where the record is damaged, which the unit tells.
func (d *Desk) hours() (store.Hours, error) {
	h, err := d.vault.Hours(d.cfg.Site.Hours())
	if err != nil && !errors.Is(err, store.ErrCorrupt) {
		return h, fmt.Errorf("reading the hours: %w", err)
	}
	return h, nil
}

// calendar is the site's, with the special days in force.
func (d *Desk) calendar(h store.Hours) policy.Calendar {
	return policy.Calendar{Zone: d.cfg.Site.Location(), Special: h.Special}
}

// workDays is the calendar by which working days are counted; where the vault does not tell, the
// configuration's.
func (d *Desk) workDays() policy.Calendar {
	h, err := d.hours()
	if err != nil {
		return d.cfg.Site.Calendar()
	}
	return d.calendar(h)
}

// HoursNotUsed says that a configuration's hours are not used, as those of the unit that runs were
// changed at the console; edited: the configuration's are others than they were then. Empty: they
// are used.
func HoursNotUsed(c *config.Config, kept store.Hours) (text string, edited bool) {
	if kept.Changed.IsZero() {
		return "", false
	}
	zone := c.Site.Location()
	when := kept.Changed.In(zone).Format(time.DateOnly)
	if len(c.Site.Hours().Changes(kept.File, zone)) == 0 {
		return fmt.Sprintf("[[site.access]] and special are not used: the hours were changed at the console on %s",
			when), false
	}
	return fmt.Sprintf("[[site.access]] or special was edited and is not used: the hours were changed at the console "+
		"on %s; 'hours-file' there shows the difference and lets you choose", when), true
}

// hoursFacts says in the status where the hours come from, once they are not the configuration's.
func (d *Desk) hoursFacts(h store.Hours, lang i18n.Language) []Fact {
	if h.Changed.IsZero() {
		return nil
	}
	f := Fact{Name: "access hours", State: lang.Say(i18n.M("desk.hours-kept", "changed at the console on %s; "+
		"the configuration's are not used", h.Changed.In(d.cfg.Site.Location()).Format(time.DateOnly)))}
	if h.FileIgnored {
		f.Fault = lang.Say(i18n.M("desk.hours-file-ignored", "[[site.access]] or special was edited in the "+
			"configuration, and is not used: 'hours-file' shows the difference and lets you choose"))
	}
	return []Fact{f}
}
