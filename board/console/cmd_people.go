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

func peopleCommands() []command {
	return []command{
		{name: "people", usage: "[WORDS] [--json]", right: desk.ReadsPeople, run: people,
			about:   i18n.M("console.help-people", "list people, or those whose name or apartment contains the words"),
			example: "people 1204"},
		{name: "person", usage: "WHO [--json]", right: desk.ReadsPeople, person: true, run: person,
			about:   i18n.M("console.help-person", "show one person with credentials and face entry"),
			example: "person 1204"},
		{name: "add", usage: "NAME [--apartment A] [--lang en|zh] [--from DATE] [--until DATE] [--group G,H] " +
			"[--minor] [--long-open]", right: desk.KeepsPeople, run: add,
			about:   i18n.M("console.help-add", "add a person; --until is the last day of the lease"),
			example: `add "Li Na" --apartment 1204 --lang zh --until 2027-01-31`},
		{name: "change", usage: "WHO [--name N] [--apartment A] [--lang en|zh] [--from DATE] [--until DATE] " +
			"[--group G,H] [--minor=yes|no] [--long-open=yes|no] [--block yes|no]", right: desk.KeepsPeople,
			person: true, run: change,
			about:   i18n.M("console.help-change", "correct a person's details"),
			example: "change 1204 --until 2027-06-30"},
		{name: "rights", usage: "WHO [--json] [--copy] [--for AGE-PUBLIC-KEY]", right: desk.ReadsPeople, person: true,
			needs: has[Rights], run: ownPage,
			about: i18n.M("console.help-rights",
				"show a person all that is stored about them, every decision, and who looked"),
			example: "rights 1204"},
		{name: "remove", usage: "WHO", right: desk.KeepsPeople, person: true, run: remove,
			about:   i18n.M("console.help-remove", "erase a person and all that is stored about them"),
			example: "remove 1204"},
	}
}

func people(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	found, err := c.desk.Find(ctx, c.who, a.rest())
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"handle", i18n.M("console.handle", "handle")},
		{"apartment", i18n.M("console.apartment", "apartment")},
		{"name", i18n.M("console.name", "name")},
		{"credentials", i18n.M("console.credentials", "credentials")},
		{"face", i18n.M("console.face", "face")},
		{"until", i18n.M("console.lease-ends", "lease ends")},
		{"blocked", i18n.M("console.blocked", "blocked")},
	}}
	for _, p := range found {
		t.add(p.ID.String(), p.Apartment.Reveal(), p.Name.Reveal(), working(p), word(p.Face.State),
			c.lastDay(p.Until), p.Blocked)
	}
	return c.show(t, a.has("json"))
}

// findPerson finds the person that words mean, and asks which one if several fit.
func (c *console) findPerson(ctx context.Context, words string) (policy.Person, error) {
	if words == "" {
		return policy.Person{}, c.fail(i18n.M("console.say-who", "say who: a name, an apartment or a handle"))
	}
	found, err := c.desk.Find(ctx, c.who, words)
	switch {
	case err != nil:
		return policy.Person{}, err
	case len(found) == 0:
		return policy.Person{}, desk.ErrNoPerson
	case len(found) == 1:
		return found[0], nil
	case exact(found, words) >= 0:
		return found[exact(found, words)], nil
	case len(found) > 9:
		return policy.Person{}, c.fail(i18n.M("console.too-many-fit", "%d people fit; say more", len(found)))
	}
	for i, p := range found {
		c.say(i18n.M("console.person-to-choose", "%d  %s", i+1, name(p)))
	}
	i, err := c.choose(len(found))
	if err != nil {
		return policy.Person{}, err
	}
	return found[i], nil
}

// choose asks which of at most nine that were shown is meant, and gives its index. Another answer
// is errNothingDone.
func (c *console) choose(n int) (int, error) {
	c.line.flush()
	s, err := c.ask(i18n.M("console.which-number", "Which number? "))
	if err != nil {
		return 0, err
	}
	if len(s) != 1 || s[0] < '1' || int(s[0]-'0') > n {
		return 0, errNothingDone
	}
	return int(s[0] - '1'), nil
}

// exact is the index of the only one of found whose name, apartment or handle is words, or -1: 12
// means apartment 12 and not 112.
func exact(found []policy.Person, words string) int {
	at := -1
	for i, p := range found {
		if p.Name.Reveal() == words || p.Apartment.Reveal() == words || p.ID.String() == words {
			if at >= 0 {
				return -1
			}
			at = i
		}
	}
	return at
}

func person(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	p, err := c.findPerson(ctx, a.rest())
	if err != nil {
		return err
	}
	if err := c.describe(p, a.has("json")); err != nil || a.has("json") {
		return err
	}
	if err := c.tellNeverIn(ctx, p); err != nil {
		return err
	}
	if err := c.tellDrift(ctx, p); err != nil {
		return err
	}
	if err := c.tellFaces(ctx, p); err != nil {
		return err
	}
	if err := c.tellAnswers(ctx, p); err != nil {
		return err
	}
	return c.tellRenewal(ctx, p)
}

// tellDrift has staff offer a person to take their face once more. Nothing is replaced by itself.
func (c *console) tellDrift(ctx context.Context, p policy.Person) error {
	drifted, err := c.desk.Drifted(ctx, c.who, p.ID)
	if err == nil && drifted {
		c.say(i18n.M("console.face-drifted", "Their face is known worse than when it was taken: new glasses, a "+
			"beard? Offer to take it once more: enrol %s. If it has changed too much for that, they may withdraw it "+
			"and enrol afresh.", p.ID))
	}
	return err
}

// describe shows a person: what is written about them, then their credentials.
func (c *console) describe(p policy.Person, asJSON bool) error {
	if !asJSON {
		c.facts([]fact{
			{i18n.M("console.handle", "handle"), p.ID.String()}, {i18n.M("console.name", "name"), p.Name.Reveal()},
			{i18n.M("console.apartment", "apartment"), p.Apartment.Reveal()},
			{i18n.M("console.language", "language"), p.Lang},
			{i18n.M("console.lease-from", "lease from"), c.date(p.From)},
			{i18n.M("console.lease-ends", "lease ends"), c.lastDay(p.Until)},
			{i18n.M("console.groups", "access groups"), strings.Join(p.Groups, ", ")},
			{i18n.M("console.blocked", "blocked"), c.cell(p.Blocked)},
			{i18n.M("console.under-14", "under 14"), c.minor(p.Face)},
			{i18n.M("console.more-time", "more time"), onlyIf(p.LongOpen, c.cell(true))},
			{i18n.M("console.face", "face"), c.faceState(p.Face)},
			{i18n.M("console.occasions", "face taken"), c.occasions(p)},
			{i18n.M("console.learns", "learns from visits"), c.date(p.Face.Learns.At)},
		})
	}
	if len(p.Credentials) == 0 && !asJSON {
		c.say(i18n.M("console.no-credentials", "No card, PIN or pass yet."))
		return nil
	}
	// clonable is a yes or no in JSON, as it always was
	copied := func(k policy.Credential) any { return word(k.Copying()) }
	if asJSON {
		copied = func(k policy.Credential) any { return k.Clonable }
	}
	t := table{cols: []column{
		{"key", i18n.M("console.credential", "credential")},
		{"kind", i18n.M("console.kind", "kind")},
		{"label", i18n.M("console.label", "label")},
		{"used", i18n.M("console.last-used", "last used")},
		{"clonable", i18n.M("console.clonable", "can be copied")},
		{"revoked", i18n.M("console.revoked-column", "revoked")},
	}}
	for _, k := range p.Credentials {
		t.add(shortID(k), word(k.Kind), k.Label, c.date(k.LastUsed), copied(k), k.Revoked)
	}
	return c.show(t, asJSON)
}

// occasions are the days on which a face was taken, the last one first.
func (c *console) occasions(p policy.Person) string {
	var all []string
	for _, o := range slices.Backward(p.Occasions) {
		all = append(all, c.lang.Say(desk.Occasion(o, c.o.Location)))
	}
	return strings.Join(all, c.lang.Say(i18n.Semicolon))
}

// minor says whether a person is under 14, and which parent or guardian consented for them.
func (c *console) minor(f policy.FaceConsent) string {
	if !f.Minor || f.Guardian == "" {
		return onlyIf(f.Minor, c.cell(true))
	}
	return c.cell(true) + ", " + f.Guardian + " " + f.GuardianName.Reveal()
}

func onlyIf(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func (c *console) faceState(f policy.FaceConsent) string {
	words := map[policy.FaceState]i18n.Message{
		policy.FaceNever:     i18n.M("console.not-asked", "not asked for"),
		policy.FaceRefused:   i18n.M("console.face-refused", "refused"),
		policy.FaceConsented: i18n.M("console.consented-not-enrolled", "consented, not enrolled"),
		policy.FaceEnrolled:  i18n.M("console.enrolled", "enrolled"),
		policy.FaceWithdrawn: i18n.M("console.withdrawn", "withdrawn"),
	}
	s := c.lang.Say(words[f.State])
	if f.OnCard {
		s += c.lang.Say(i18n.M("console.on-own-card", ", on their own card"))
	}
	if f.State == policy.FaceEnrolled && f.CardRequired {
		s += c.lang.Say(i18n.M("console.only-with-card", ", only together with the card"))
	}
	if !f.At.IsZero() {
		s += ", " + c.time(f.At)
	}
	return s
}

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

// tellNeverIn says why a person can never come in, if that is so.
func (c *console) tellNeverIn(ctx context.Context, p policy.Person) error {
	d, ok := c.desk.(AccessTeller)
	if !ok {
		return nil
	}
	why, err := d.NeverIn(ctx, c.who, p)
	if why != "" {
		c.say(i18n.M("console.never-in", "! %s %s.", name(p), why))
	}
	return err
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

// lastDay shows the last day of a lease, as people write its end.
func (c *console) lastDay(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	return c.date(until.Add(-time.Nanosecond))
}

func remove(ctx context.Context, c *console, words []string) error {
	p, err := c.findPerson(ctx, strings.Join(words, " "))
	if err != nil {
		return err
	}
	c.say(i18n.M("console.erase-warning",
		"This erases %s: name, lease, credentials, face. It cannot be undone.", name(p)))
	reason, err := c.ask(i18n.M("console.ask-reason", "Reason (lease end, own request, mistake): "))
	if err != nil {
		return err
	}
	if reason == "" {
		return errNothingDone
	}
	if err := c.confirmOrStop(i18n.M("console.erase-sure", "Erase?")); err != nil {
		return err
	}
	r, err := c.desk.RemovePerson(ctx, c.who, p.ID, reason)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.erased", "Erased."))
	c.receipt(r)
	c.tellSite(ctx)
	return nil
}
