package console

import (
	"context"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

func credentialCommands() []command {
	return []command{
		{name: "card", usage: "WHO [LABEL] [--write]", right: desk.KeepsPeople, person: true, run: card,
			about: i18n.M("console.help-card",
				"give the next card tapped at the door to a person; --write makes a new one hard to copy"),
			example: `card 1204 "grey fob"`},
		{name: "pin", usage: "WHO [--duress]", right: desk.KeepsPeople, person: true, run: pin,
			about: i18n.M("console.help-pin",
				"give a person a PIN; a duress PIN opens the door and calls for help in silence"),
			example: "pin 1204"},
		{name: "revoke", usage: "WHO CREDENTIAL", right: desk.KeepsPeople, person: true, run: revoke,
			about:   i18n.M("console.help-revoke", "revoke one credential at once; CREDENTIAL as person shows it"),
			example: "revoke 1204 3f9a"},
	}
}

func card(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "write")
	if err != nil {
		return err
	}
	if len(a.words) == 0 {
		return c.misuse("card")
	}
	p, err := c.findPerson(ctx, a.words[0])
	if err != nil {
		return err
	}
	next := c.desk.AssignCard
	if a.has("write") {
		next = c.desk.IssueCard
	}
	k, err := next(ctx, c.who, p.ID, strings.Join(a.words[1:], " "), c.step)
	if err != nil {
		return err
	}
	c.cardGiven(k)
	return nil
}

func (c *console) cardGiven(k policy.Credential) {
	c.say(i18n.M("console.card-assigned", "Card %s is now theirs.", shortID(k)))
	c.tellCopying(k)
}

// tellCopying says of a card that it can be copied.
func (c *console) tellCopying(k policy.Credential) {
	switch k.Copying() {
	case policy.CopiedByAnybody:
		c.say(i18n.M("console.card-clonable", "Note: cards of this kind can be copied."))
	case policy.CopiedByExpert:
		c.say(i18n.M("console.card-expert", "Note: an expert who has this card in hand can copy it."))
	}
}

func pin(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "duress")
	if err != nil {
		return err
	}
	p, err := c.findPerson(ctx, a.rest())
	if err != nil {
		return err
	}
	least, err := c.desk.PINLength(ctx, c.who)
	if err != nil {
		return err
	}
	first, err := c.newSecret(i18n.M("console.ask-pin", "PIN, %d to %d digits, typed by the person: ", least,
		policy.MaxDigits))
	if err != nil {
		return err
	}
	defer first.Wipe()
	k, err := c.desk.AssignPIN(ctx, c.who, p.ID, first, a.has("duress"))
	if err != nil {
		return err
	}
	c.say(i18n.M("console.pin-set", "PIN %s is set.", shortID(k)))
	return nil
}

func revoke(ctx context.Context, c *console, words []string) error {
	if len(words) < 2 {
		return c.misuse("revoke")
	}
	p, err := c.findPerson(ctx, strings.Join(words[:len(words)-1], " "))
	if err != nil {
		return err
	}
	var fit []policy.Credential
	for _, k := range p.Credentials {
		if strings.HasPrefix(k.ID, words[len(words)-1]) && !k.Revoked {
			fit = append(fit, k)
		}
	}
	if len(fit) != 1 {
		return c.fail(i18n.M("console.credential-ambiguous",
			"%d of their working credentials begin like this; person shows them", len(fit)))
	}
	if working(p) == 1 && (p.Face.State == policy.FaceEnrolled || p.Face.State == policy.FaceConsented) {
		c.say(i18n.M("console.last-credential",
			"It is their last one: face entry ends with it, and the face is erased."))
	}
	if err := c.confirmOrStop(i18n.M("console.revoke-which", "Revoke %v %s?", i18n.Word(string(fit[0].Kind)),
		shortID(fit[0]))); err != nil {
		return err
	}
	r, err := c.desk.RevokeCredential(ctx, c.who, p.ID, fit[0].ID)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.revoked", "Revoked."))
	c.receipt(r)
	return nil
}

// working counts the credentials that are not revoked.
func working(p policy.Person) int {
	n := 0
	for _, k := range p.Credentials {
		if !k.Revoked {
			n++
		}
	}
	return n
}

// shortID is enough of a credential's handle to tell a person's few apart.
func shortID(k policy.Credential) string { return k.ID[:min(len(k.ID), 8)] }
