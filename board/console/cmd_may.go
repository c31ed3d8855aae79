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

// Entries tells who could come in.
type Entries interface {
	// May tells whether a person could come in at a time, and why not; the zero time is now.
	// Nothing is tried.
	May(ctx context.Context, s desk.Session, id policy.PersonID, at time.Time) (desk.Entry, error)
	// Who gives those who could. The look-up is recorded.
	Who(ctx context.Context, s desk.Session, at time.Time) ([]desk.Entry, error)
}

func mayCommands() []command {
	return []command{
		{name: "may", usage: `WHO [--at "DATE TIME"] [--json]`, right: desk.ReadsHours, person: true,
			needs: has[Entries], run: may,
			about: i18n.M("console.help-may",
				"say whether a person could come in, now or then, by what, and why not"),
			example: `may 1204 --at "2026-12-24 22:00"`},
		{name: "who", usage: `[--now] [--at "DATE TIME"] [--json]`, right: desk.ReadsHours, needs: has[Entries],
			run:     who,
			about:   i18n.M("console.help-who", "list the people who could come in, now or then"),
			example: "who --now"},
	}
}

// at reads --at; zero: now.
func (c *console) at(a args) (time.Time, error) {
	s, given := a.options["at"]
	if !given {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", strings.TrimSpace(s), c.o.Location)
	if err != nil {
		return t, c.fail(i18n.M("console.not-a-time", `--at is a time like "2026-12-24 22:00"`))
	}
	return t, nil
}

func may(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "at=", "json")
	if err != nil {
		return err
	}
	at, err := c.at(a)
	if err != nil {
		return err
	}
	p, err := c.findPerson(ctx, a.rest())
	if err != nil {
		return err
	}
	e, err := c.desk.(Entries).May(ctx, c.who, p.ID, at)
	if err != nil {
		return err
	}
	if !a.has("json") {
		c.tellEntry(e)
	}
	t := table{cols: []column{
		{"means", i18n.M("console.with", "with")},
		{"key", i18n.M("console.credential", "credential")},
		{"opens", i18n.M("console.opens", "opens")},
		{"why", i18n.M("console.why", "why")},
		{"detail", i18n.M("console.detail", "detail")},
	}}
	for _, w := range e.Ways {
		d := w.Decision
		key, detail := w.CredentialID, lastCheck(d)
		if !a.has("json") {
			key, detail.Detail = key[:min(len(key), 8)], c.lang.Say(detail.Message())
		}
		t.add(word(w.Means), key, d.Grant, word(d.Reason), detail.Detail)
	}
	if len(t.rows) == 0 {
		return nil
	}
	return c.show(t, a.has("json"))
}

// tellEntry tells the answer in a sentence.
func (c *console) tellEntry(e desk.Entry) {
	who, at := name(e.Person), c.time(e.At)
	switch {
	case len(e.Ways) == 0:
		c.say(i18n.M("console.may-has-nothing", "%s could not come in: they have no card, PIN or face.", who))
		return
	case e.May && e.Second:
		c.say(i18n.M("console.may-with-second", "%s could come in at %s, together with a second person.", who, at))
	case e.May:
		c.say(i18n.M("console.may", "%s could come in at %s.", who, at))
	default:
		c.say(i18n.M("console.may-not", "%s could not come in at %s: %v.", who, at, desk.WhyNot(e.Why.Reason)))
	}
	for _, o := range e.Outputs {
		if o.May {
			c.say(i18n.M("console.may-switch", "Output %s: yes, with %s.", o.Output, c.meansText(o.Means, false)))
		} else {
			c.say(i18n.M("console.may-not-switch", "Output %s: no: %v.", o.Output, desk.WhyNot(o.Why)))
		}
	}
	if !e.Next.IsZero() {
		c.say(i18n.M("console.may-next", "They could from %s on.", c.time(e.Next)))
	}
}

// lastCheck is the question that decided.
func lastCheck(d policy.Decision) policy.Check {
	if d.Grant || len(d.Trace) == 0 {
		return policy.Check{}
	}
	return d.Trace[len(d.Trace)-1]
}

func who(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "now", "at=", "json")
	if err != nil {
		return err
	}
	at, err := c.at(a)
	if err != nil || len(a.words) > 0 || a.has("now") && a.has("at") {
		if err == nil {
			err = c.misuse("who")
		}
		return err
	}
	all, err := c.desk.(Entries).Who(ctx, c.who, at)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"handle", i18n.M("console.handle", "handle")},
		{"apartment", i18n.M("console.apartment", "apartment")},
		{"name", i18n.M("console.name", "name")},
		{"with", i18n.M("console.with", "with")},
	}}
	if len(all) > 0 && len(all[0].Outputs) > 0 {
		t.cols = append(t.cols, column{"outputs", i18n.M("console.outputs", "outputs")})
	}
	for _, e := range all {
		t.add(e.Person.ID.String(), e.Person.Apartment.Reveal(), e.Person.Name.Reveal(), c.waysIn(e, a.has("json")))
		if n := len(t.rows) - 1; len(e.Outputs) > 0 {
			t.rows[n] = append(t.rows[n], outputsOf(e))
		}
	}
	return c.show(t, a.has("json"))
}

// waysIn are the kinds of means that open.
func (c *console) waysIn(e desk.Entry, asJSON bool) string {
	var all []policy.Means
	for _, w := range e.Ways {
		if w.Decision.Grant && !slices.Contains(all, w.Means) {
			all = append(all, w.Means)
		}
	}
	return c.meansText(all, asJSON)
}

// meansText lists means: as words, or as they are stored.
func (c *console) meansText(all []policy.Means, asJSON bool) string {
	var text []string
	for _, m := range all {
		if asJSON {
			text = append(text, string(m))
		} else {
			text = append(text, c.lang.Say(i18n.Word(string(m))))
		}
	}
	return strings.Join(text, ", ")
}

// outputsOf are the outputs that a person could switch.
func outputsOf(e desk.Entry) string {
	var all []string
	for _, o := range e.Outputs {
		if o.May {
			all = append(all, o.Output)
		}
	}
	return strings.Join(all, ", ")
}
