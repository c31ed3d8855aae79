package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/board/unit"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// AssignCard makes the next card at the desk or, without a reader there, at the door the person's.
func (d *Desk) AssignCard(ctx context.Context, s Session, id policy.PersonID, label string,
	step Progress) (policy.Credential, error) {
	return d.assign(ctx, s, id, label, false, step)
}

// IssueCard is [Desk.AssignCard] with a card that it writes first: a number of the site's own,
// under the site's key, which is hard to copy.
func (d *Desk) IssueCard(ctx context.Context, s Session, id policy.PersonID, label string,
	step Progress) (policy.Credential, error) {
	return d.assign(ctx, s, id, label, true, step)
}

func (d *Desk) assign(ctx context.Context, s Session, id policy.PersonID, label string, write bool,
	step Progress) (policy.Credential, error) {
	return d.giveCard(ctx, s, id, write, step, func(by store.Actor, c hal.Card) (policy.Credential, error) {
		k, err := d.vault.AddLimited(by, id, policy.Credential{Kind: policy.CardKind, Label: label,
			Clonable: c.Clonable, AES: c.Proved}, c.Credential())
		if errors.Is(err, store.ErrTaken) && c.Written {
			if p, theirs, err := d.held(c); err == nil && p.ID == id {
				return theirs, nil
			}
		}
		return k, err
	})
}

// held gives the owner of a card, and its credential, which may be revoked.
func (d *Desk) held(c hal.Card) (policy.Person, policy.Credential, error) {
	p, id, err := d.vault.FindCredential(policy.CardKind, c.Credential())
	for _, k := range p.Credentials {
		if err == nil && k.ID == id {
			return p, k, nil
		}
	}
	return p, policy.Credential{}, err
}

// ReplaceCard makes the next such card the person's in the place of old, which is revoked in
// the same act. The new card has the label and the limits of the old one. With write it is written
// first, as IssueCard does. If no card comes nothing changes.
func (d *Desk) ReplaceCard(ctx context.Context, s Session, id policy.PersonID, old string, write bool,
	step Progress) (policy.Credential, error) {
	return d.giveCard(ctx, s, id, write, step, func(by store.Actor, c hal.Card) (policy.Credential, error) {
		return d.vault.ReplaceCard(by, id, old, c.Credential(), c.Clonable, c.Proved)
	})
}

// giveCard has give make the next card the person's.
func (d *Desk) giveCard(ctx context.Context, s Session, id policy.PersonID, write bool, step Progress,
	give func(store.Actor, hal.Card) (policy.Credential, error)) (policy.Credential, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return policy.Credential{}, err
	}
	if _, err := d.vault.Person(id); err != nil {
		return policy.Credential{}, explain(err)
	}
	at, ask, done, err := d.beginGiving(ctx, write)
	if err != nil {
		return policy.Credential{}, err
	}
	defer done()
	ctx, end := d.withSession(ctx, s)
	defer end()
	c, err := d.cardAt(ctx, at, s.Lang.Say(ask[at]), step)
	if err == nil && write {
		err = d.recordWritten(ctx, by, c)
	}
	if err != nil {
		return policy.Credential{}, err
	}
	credential, err := give(by, c)
	if errors.Is(err, store.ErrTaken) {
		return policy.Credential{}, d.explainTaken(c, id)
	}
	return credential, explain(err)
}

// recordWritten records that a card was written which is a person's already, whoever that is. It is
// an error that the card came from a reader that does not write, or was too late.
func (d *Desk) recordWritten(ctx context.Context, by store.Actor, c hal.Card) error {
	if !c.Written {
		return i18n.Problem(i18n.E("desk.card-not-written", "this card was not written"),
			i18n.M("desk.card-not-written-remedy", "hold a new card to the reader that writes"))
	}
	p, k, err := d.held(c)
	if errors.Is(err, store.ErrUnknown) || err == nil && k.Revoked {
		return nil
	}
	if err = d.unit.RecordDamage(err); err == nil {
		_, err = d.vault.Record(ctx, store.Entry{Kind: audit.CardRewritten, Actor: by, Person: p.ID,
			CredentialID: k.ID})
	}
	return explain(err)
}

// explainTaken says that a card is a person's already. It names no other person.
func (d *Desk) explainTaken(c hal.Card, asked policy.PersonID) error {
	if owner, _, found, err := d.holder(c); err == nil && found && owner == asked {
		return i18n.Problem(i18n.E("desk.card-theirs-already", "this person has this card already"),
			i18n.M("desk.use-another-card", "use another one"))
	}
	return i18n.Problem(i18n.E("desk.belongs-to-another", "this belongs to another person"),
		i18n.M("desk.use-another-or-whose", "use another one; 'whose' tells whose it is"))
}

// beginGiving says where the next card is given and what is asked for, and has readers there write
// it if they are to. The caller calls done when no more is to be written.
func (d *Desk) beginGiving(ctx context.Context, write bool) (at unit.Place, ask asks, done func(), err error) {
	if !write {
		at, err = d.unit.Place(ctx)
		return at, holdNew, func() {}, err
	}
	at, done, err = d.begin(ctx, func(r hal.Reader, until time.Time) bool {
		issuer, can := r.(hal.Issuer)
		return can && issuer.Issue(until)
	})
	if errors.Is(err, errNoReader) {
		err = i18n.Problem(i18n.E("desk.no-card-writer", "no reader of this door writes cards"),
			i18n.M("desk.set-up-card-writer",
				"give an rc522 or pcsc reader aes in the configuration (or key_file, key and block for MIFARE Classic "+
					"cards); cards for other readers are bought with their numbers"))
	}
	return at, holdToWrite, done, err
}

// WhoseCard gives the owner of the next card at the desk or the door, and the card, which may be
// revoked. The look-up is recorded.
func (d *Desk) WhoseCard(ctx context.Context, s Session, step Progress) (policy.Person, policy.Credential, error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return policy.Person{}, policy.Credential{}, err
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	at, err := d.unit.Place(ctx)
	if err != nil {
		return policy.Person{}, policy.Credential{}, err
	}
	c, err := d.cardAt(ctx, at, s.Lang.Say(holdFound[at]), step)
	if err != nil {
		return policy.Person{}, policy.Credential{}, err
	}
	p, k, err := d.held(c)
	if errors.Is(err, store.ErrUnknown) {
		return p, k, i18n.Problem(i18n.E("desk.card-of-nobody", "no person has this card"),
			i18n.M("desk.card-of-nobody-remedy", "it opens nothing here; 'card' gives it to a person"))
	}
	if err != nil {
		_ = d.unit.RecordDamage(err)
		return p, k, explain(err)
	}
	d.recordLookUp(by, []policy.Person{p})
	return p, k, nil
}

// CardList says for whom cards are wanted.
type CardList struct {
	Words []string // each the words of [Desk.Find], in this order; none: everybody
	Group string   // of this access group only; empty: of all
	All   bool     // also who has a card that counts
}

// WhoWantsCards gives the people of a list whose lease has not ended, each once: by the words, then
// by apartment and name. The look-up is recorded.
func (d *Desk) WhoWantsCards(_ context.Context, s Session, list CardList) ([]policy.Person, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return nil, err
	}
	all, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return nil, fmt.Errorf("reading the people: %w", err)
	}
	if len(list.Words) == 0 {
		list.Words = []string{""}
	}
	var out []policy.Person
	listed, now := map[policy.PersonID]bool{}, d.now()
	for _, words := range list.Words {
		words = strings.ToLower(strings.TrimSpace(words))
		for _, p := range all {
			if isDescribed(p, words) && !listed[p.ID] && list.wants(p, d.cfg.Site.AESCards, now) {
				listed[p.ID] = true
				out = append(out, p)
			}
		}
	}
	d.recordLookUp(by, out)
	return out, nil
}

// wants reports whether a person is to get a card. One of another kind than their group needs does
// not count as one that they have.
func (list CardList) wants(p policy.Person, aes []string, now time.Time) bool {
	switch {
	case !p.Until.IsZero() && !now.Before(p.Until):
		return false
	case list.Group != "" && !slices.Contains(p.Groups, list.Group):
		return false
	}
	return list.All || !slices.ContainsFunc(p.Working(now), func(k policy.Credential) bool {
		return k.Kind == policy.CardKind && (k.AES || !policy.NeedsAES(aes, p.Groups))
	})
}
