package rpc

import (
	"context"

	"menshen/board/desk"
	"menshen/policy"
)

// cardMethods give people credentials.
var cardMethods = map[string]handler{
	"cards.give":    method(giveCard),
	"cards.replace": method(replaceCard),
	"cards.whose":   method(whoseCard),
	"cards.retire":  method(retireCard),
	"cards.wanted":  method(wantCards),
	"pin.length":    method(pinLength),
	"pin.set":       method(setPIN),
	"cards.revoke":  method(revoke),
}

type giveParams struct {
	Person handle `json:"person"`
	Label  string `json:"label"` // never the number
	Write  bool   `json:"write"` // a number of the site's own, hard to copy
}

// giveCard makes the next card at the door a person's; progress says what it waits for.
func giveCard(ctx context.Context, c *call, p giveParams) (credential, error) {
	id, err := p.Person.id()
	if err != nil {
		return credential{}, err
	}
	give := c.desk.AssignCard
	if p.Write {
		give = c.desk.IssueCard
	}
	k, err := give(ctx, c.who, id, p.Label, c.step)
	return c.credential(k), err
}

type replaceParams struct {
	Person handle `json:"person"`
	Old    string `json:"old"` // the id of the card that is lost
	Write  bool   `json:"write"`
}

func replaceCard(ctx context.Context, c *call, p replaceParams) (credential, error) {
	id, err := p.Person.id()
	if err != nil {
		return credential{}, err
	}
	k, err := c.desk.ReplaceCard(ctx, c.who, id, p.Old, p.Write, c.step)
	return c.credential(k), err
}

type owner struct {
	Person person     `json:"person"`
	Card   credential `json:"card"` // may be revoked
}

// whoseCard tells whose the next card at the door is. The look-up is recorded.
func whoseCard(ctx context.Context, c *call, _ nothing) (owner, error) {
	p, k, err := c.desk.WhoseCard(ctx, c.who, c.step)
	if err != nil {
		return owner{}, err
	}
	return owner{c.person(p, c.desk.Now()), c.credential(k)}, nil
}

type retired struct {
	Person   *person `json:"person,omitempty"` // whose it was; absent: nobody's
	FaceGone bool    `json:"faceGone,omitempty"`
}

// retireCard makes the next AES card at the door new again, and revokes it.
func retireCard(ctx context.Context, c *call, _ nothing) (retired, error) {
	p, r, err := c.desk.RetireCard(ctx, c.who, c.step)
	if err != nil || p.ID.IsZero() {
		return retired{}, err
	}
	owner := c.person(p, c.desk.Now())
	return retired{&owner, r.FaceGone}, nil
}

type wantParams struct {
	Words []string `json:"words"` // of names and apartments, in this order; none: everybody
	Group string   `json:"group"` // of this access group only
	All   bool     `json:"all"`   // also who has a card that works
}

// served is who is to get a card: no more than is needed for it, since there may be thousands.
type served struct {
	Person    handle `json:"person"`
	Name      string `json:"name"`
	Apartment string `json:"apartment,omitempty"`
}

// wantCards gives who is to get a card, in the order in which they are served. The look-up is
// recorded.
func wantCards(ctx context.Context, c *call, p wantParams) (listed, error) {
	all, err := c.desk.WhoWantsCards(ctx, c.who, desk.CardList{Words: p.Words, Group: p.Group, All: p.All})
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "people", all, func(p policy.Person) served {
		return served{handleOf(p.ID), p.Name.Reveal(), p.Apartment.Reveal()}
	}), nil
}

type pinDigits struct {
	Least int `json:"least"`
	Most  int `json:"most"`
}

func pinLength(ctx context.Context, c *call, _ nothing) (pinDigits, error) {
	n, err := c.desk.PINLength(ctx, c.who)
	return pinDigits{n, policy.MaxDigits}, err
}

type pinParams struct {
	Person handle `json:"person"`
	PIN    secret `json:"pin"`
	Duress bool   `json:"duress"` // opens, and calls for help in silence
}

func setPIN(ctx context.Context, c *call, p pinParams) (credential, error) {
	defer p.PIN.of().Wipe()
	id, err := p.Person.id()
	if err != nil {
		return credential{}, err
	}
	k, err := c.desk.AssignPIN(ctx, c.who, id, p.PIN.of(), p.Duress)
	return c.credential(k), err
}

type revokeParams struct {
	Person     handle `json:"person"`
	Credential string `json:"credential"` // its id
}

// revoke revokes a credential at once. With the last one face entry ends too.
func revoke(ctx context.Context, c *call, p revokeParams) (receipt, error) {
	id, err := p.Person.id()
	if err != nil {
		return receipt{}, err
	}
	r, err := c.desk.RevokeCredential(ctx, c.who, id, p.Credential)
	return c.receipt(r), err
}
