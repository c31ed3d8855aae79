package console

import (
	"context"
	"strings"

	"menshen/board/desk"
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
