package console

import (
	"context"
	"errors"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Cards gives cards to many people, replaces one, and tells whose one is.
type Cards interface {
	// WhoWantsCards gives the people of a list, in the order in which they are to get cards. The
	// look-up is recorded.
	WhoWantsCards(ctx context.Context, s desk.Session, list desk.CardList) ([]policy.Person, error)
	// ReplaceCard makes the next card at the door the person's and revokes old, as one act. With
	// write the card is written first, as by IssueCard.
	ReplaceCard(ctx context.Context, s desk.Session, id policy.PersonID, old string, write bool,
		step desk.Progress) (policy.Credential, error)
	// WhoseCard gives the owner of the next card at the door, and the card. The look-up is
	// recorded.
	WhoseCard(ctx context.Context, s desk.Session, step desk.Progress) (policy.Person, policy.Credential, error)
	// RetireCard makes the next AES card at the door new again and revokes it. The person is zero
	// where it was of nobody.
	RetireCard(ctx context.Context, s desk.Session, step desk.Progress) (policy.Person, desk.Receipt, error)
}

func cardCommands() []command {
	return []command{
		{name: "cards", usage: "[WORDS...] [--group G] [--all] [--label L] [--write]", right: desk.KeepsPeople,
			person: true, needs: has[Cards], run: cards,
			about: i18n.M("console.help-cards", "give cards to people in a row, tap after tap: to all without a "+
				"card, or those of these apartments and names"),
			example: "cards 12 1301 --group residents"},
		{name: "replace", usage: "WHO [--write]", right: desk.KeepsPeople, person: true, needs: has[Cards],
			run: replace,
			about: i18n.M("console.help-replace",
				"replace a lost card: the next card tapped is theirs, and the old one is revoked"),
			example: "replace 1204"},
		{name: "whose", right: desk.ReadsPeople, needs: has[Cards], run: whose,
			about:   i18n.M("console.help-whose", "say whose card is tapped next; the look-up is recorded"),
			example: "whose"},
		{name: "retire", right: desk.KeepsPeople, person: true, needs: has[Cards], run: retire,
			about: i18n.M("console.help-retire",
				"make the next AES card tapped new again, for another person, and revoke it"),
			example: "retire"},
	}
}

func replace(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "write")
	if err != nil {
		return err
	}
	p, err := c.findPerson(ctx, a.rest())
	if err != nil {
		return err
	}
	old, err := c.whichCard(p)
	if err != nil {
		return err
	}
	k, err := c.desk.(Cards).ReplaceCard(ctx, c.who, p.ID, old.ID, a.has("write"), c.step)
	if err != nil {
		return err
	}
	c.cardGiven(k)
	c.say(i18n.M("console.card-replaced", "Card %s is revoked.", shortID(old)))
	return nil
}

// whichCard gives a person's card that works, and asks which one if they have several.
func (c *console) whichCard(p policy.Person) (policy.Credential, error) {
	var all []policy.Credential
	for _, k := range p.Credentials {
		if k.Kind == policy.CardKind && !k.Revoked {
			all = append(all, k)
		}
	}
	switch len(all) {
	case 0:
		return policy.Credential{}, c.fail(i18n.M("console.no-card-to-replace",
			"they have no card that could be replaced; card gives them one"))
	case 1:
		return all[0], nil
	}
	for i, k := range all {
		last := c.lang.Say(i18n.M("console.card-never-used", "never used here"))
		if !k.LastUsed.IsZero() {
			last = c.lang.Say(i18n.M("console.card-last-used", "last used %s", c.time(k.LastUsed)))
		}
		c.say(i18n.M("console.card-to-choose", "%d  %s %s, %s", i+1, shortID(k), k.Label, last))
		c.tellCopying(k)
	}
	i, err := c.choose(len(all))
	if err != nil {
		return policy.Credential{}, err
	}
	return all[i], nil
}

func whose(ctx context.Context, c *console, words []string) error {
	if len(words) > 0 {
		return c.misuse("whose")
	}
	p, k, err := c.desk.(Cards).WhoseCard(ctx, c.who, c.step)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.card-is-of", "Card %s belongs to %s.", strings.TrimSpace(shortID(k)+" "+k.Label), name(p)))
	if k.Revoked {
		c.say(i18n.M("console.card-is-revoked", "It is revoked."))
	}
	c.tellCopying(k)
	return nil
}

func retire(ctx context.Context, c *console, words []string) error {
	if len(words) > 0 {
		return c.misuse("retire")
	}
	p, r, err := c.desk.(Cards).RetireCard(ctx, c.who, c.step)
	switch {
	case err != nil:
		return err
	case p.ID.IsZero():
		c.say(i18n.M("console.card-retired", "The card is new again. It belonged to nobody."))
		return nil
	}
	c.say(i18n.M("console.card-of-retired", "The card is new again, and is revoked for %s.", name(p)))
	if r.FaceGone {
		c.say(i18n.M("console.card-retired-face", "It was their last way in beside the face: face entry has ended."))
	}
	return nil
}

func cards(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "group=", "all", "label=", "write")
	if err != nil {
		return err
	}
	all, err := c.desk.(Cards).WhoWantsCards(ctx, c.who,
		desk.CardList{Words: a.words, Group: a.options["group"], All: a.has("all")})
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		c.say(i18n.M("console.cards-none", "Nobody here is without a card."))
		return nil
	}
	t := table{cols: []column{
		{"number", i18n.M("console.cards-number", "no.")},
		{"apartment", i18n.M("console.apartment", "apartment")},
		{"name", i18n.M("console.name", "name")},
	}}
	for i, p := range all {
		t.add(i+1, p.Apartment.Reveal(), p.Name.Reveal())
	}
	if err := c.show(t, false); err != nil {
		return err
	}
	if err := c.confirmOrStop(i18n.N(len(all), "console.cards-sure", "Give this person a card?",
		"Give these %d people cards, in this order?", len(all))); err != nil {
		return err
	}
	c.say(i18n.M("console.cards-keys", "One tap each. Instead of a tap: s skips, b goes back, q stops."))
	r := cardRow{c: c, people: all, label: a.options["label"], write: a.has("write"),
		given: map[policy.PersonID]policy.Credential{}}
	return r.run(ctx)
}

// cardRow gives people cards, one after the other. What is given stays given, however it ends.
type cardRow struct {
	c      *console
	people []policy.Person
	label  string
	write  bool
	given  map[policy.PersonID]policy.Credential // in this row
}

// Keys of a row, other than taps.
const (
	skipKey = 's'
	backKey = 'b'
	stopKey = 'q'
	rowKeys = "sbq"
)

func (r *cardRow) run(ctx context.Context) error {
	var key rune
	var err error
	for at := 0; at < len(r.people) && key != stopKey && err == nil; {
		switch key, err = r.serve(ctx, at); key {
		case 0, skipKey:
			at++
		case backKey:
			at = max(at-1, 0)
		}
	}
	r.c.say(i18n.M("console.cards-done", "Cards given: %d of %d.", len(r.given), len(r.people)))
	return err
}

// serve gives one person a card, or gives the key that was pressed instead. A card that is refused
// can be followed by another; meanwhile cards are the door's.
func (r *cardRow) serve(ctx context.Context, at int) (rune, error) {
	p := r.people[at]
	for {
		r.c.say(i18n.M("console.cards-next", "%d of %d: %s", at+1, len(r.people), name(p)))
		var k policy.Credential
		key, err := r.c.untilKey(ctx, rowKeys, func(ctx context.Context) (err error) {
			k, err = r.give(ctx, p)
			return err
		})
		switch {
		case ctx.Err() != nil:
			return 0, context.Cause(ctx)
		case errors.Is(err, desk.ErrEnded), errors.Is(err, desk.ErrNotAllowed):
			return 0, err
		case err == nil && key == 0:
			r.given[p.ID] = k
			r.c.cardGiven(k)
			return 0, nil
		case key != 0:
			return key, nil
		}
		r.c.problem(err)
		r.c.line.flush()
		s, err := r.c.ask(i18n.M("console.cards-again", "Enter to try again, s, b or q: "))
		switch {
		case errors.Is(err, errBroken):
			return stopKey, nil
		case err != nil:
			return 0, err
		case s != "":
			return rune(s[0]), nil
		}
	}
}

// give gives a person a card. One that they got in this row already is replaced.
func (r *cardRow) give(ctx context.Context, p policy.Person) (policy.Credential, error) {
	before, again := r.given[p.ID]
	switch {
	case again:
		return r.c.desk.(Cards).ReplaceCard(ctx, r.c.who, p.ID, before.ID, r.write, r.c.step)
	case r.write:
		return r.c.desk.IssueCard(ctx, r.c.who, p.ID, r.label, r.c.step)
	}
	return r.c.desk.AssignCard(ctx, r.c.who, p.ID, r.label, r.c.step)
}
