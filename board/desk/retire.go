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

// RetireCard makes the next AES card at the door one as from the factory, for another person or for
// the shop, and revokes it where it was a person's. It gives that person, or none, and what became
// of the credential: with the last one face entry ends too (R-ALT).
func (d *Desk) RetireCard(ctx context.Context, s Session, step Progress) (policy.Person, Receipt, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return policy.Person{}, Receipt{}, err
	}
	done, err := d.retireNextCard()
	if err != nil {
		return policy.Person{}, Receipt{}, err
	}
	defer done()
	waiting, end := d.withSession(ctx, s)
	defer end()
	c, err := d.cardAtDoor(waiting, s.Lang.Say(i18n.M("desk.hold-card-to-retire",
		"hold the AES card that is to be new again to the reader at the door until the lamp answers")), step)
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

// retireNextCard has the readers that can make the next AES card new again. The caller calls done
// when no more is to be.
func (d *Desk) retireNextCard() (done func(), err error) {
	var readers []hal.Retirer
	until := time.Now().Add(AsksAtTheDoor) // by the reader's own clock
	for _, r := range d.unit.Readers() {
		if r, ok := r.(hal.Retirer); ok && r.Retire(until) {
			readers = append(readers, r)
		}
	}
	if len(readers) == 0 {
		return nil, i18n.Problem(i18n.E("desk.no-aes-reader", "no reader of this door knows AES cards"),
			i18n.M("desk.set-up-aes-reader", "give an rc522 or pcsc reader aes in the configuration"))
	}
	return func() {
		for _, r := range readers {
			r.Retire(time.Time{})
		}
	}, nil
}
