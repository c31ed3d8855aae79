package desk

import (
	"context"
	"errors"
	"time"

	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// RetireCard makes the next AES card at the desk or the door one as from the factory, for another
// person, and revokes it where it was a person's. It gives that person, or none, and what became of
// the credential: with the last one face entry ends too (R-ALT).
func (d *Desk) RetireCard(ctx context.Context, s Session, step Progress) (policy.Person, Receipt, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return policy.Person{}, Receipt{}, err
	}
	at, done, err := d.begin(ctx, func(r hal.Reader, until time.Time) bool {
		retirer, can := r.(hal.Retirer)
		return can && retirer.Retire(until)
	})
	if errors.Is(err, errNoReader) {
		err = i18n.Problem(i18n.E("desk.no-aes-reader", "no reader of this door knows AES cards"),
			i18n.M("desk.set-up-aes-reader", "give an rc522 or pcsc reader aes in the configuration"))
	}
	if err != nil {
		return policy.Person{}, Receipt{}, err
	}
	defer done()
	waiting, end := d.withSession(ctx, s)
	defer end()
	c, err := d.cardAt(waiting, at, s.Lang.Say(holdToRetire[at]), step)
	if err != nil {
		return policy.Person{}, Receipt{}, err
	}
	if !c.Proved || !c.Written { // it came from another reader, or is of another kind
		return policy.Person{}, Receipt{}, i18n.Problem(
			i18n.E("desk.card-not-retired", "this is no AES card, and stays as it is"),
			i18n.M("desk.card-not-retired-remedy",
				"revoke it on its owner's record instead; 'whose' tells whose it is"))
	}
	p, k, err := d.held(c)
	if errors.Is(err, store.ErrUnknown) {
		err = nil
	}
	if err = d.unit.RecordDamage(err); err == nil {
		_, err = d.vault.Record(ctx, store.Entry{Kind: audit.CardRetired, Actor: by, Person: p.ID, CredentialID: k.ID})
	}
	switch {
	case err != nil:
		return policy.Person{}, Receipt{}, explain(err)
	case p.ID.IsZero():
		return p, Receipt{}, nil
	}
	d.recordLookUp(by, []policy.Person{p})
	if k.Revoked {
		return p, Receipt{}, nil
	}
	receipt, err := d.RevokeCredential(ctx, s, p.ID, k.ID)
	return p, receipt, err
}
