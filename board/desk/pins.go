package desk

import (
	"context"
	"fmt"
	"strings"

	"menshen/internal/i18n"
	"menshen/policy"
)

// PINLength is how many digits a new PIN must have, so that none of the PINs there are is guessed
// at this door's keypad within its lockouts.
func (d *Desk) PINLength(_ context.Context, s Session) (int, error) {
	if _, err := d.allow(s, KeepsPeople); err != nil {
		return 0, err
	}
	people, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return 0, fmt.Errorf("counting the PINs: %w", err)
	}
	all, _ := policy.PINs(people, d.cfg.Unit.Name, 0)
	least := d.cfg.Site.Keypad.Limits().Digits(all + 1)
	if least > policy.MaxDigits {
		return 0, i18n.Problem(i18n.E("desk.too-many-pins",
			"%d PINs are too many for this keypad: even %d digits could be guessed", all, policy.MaxDigits),
			i18n.M("desk.give-card-instead", "give a card instead, or allow fewer tries ([site.keypad])"))
	}
	return least, nil
}

// AssignPIN gives the person a PIN.
func (d *Desk) AssignPIN(ctx context.Context, s Session, id policy.PersonID, pin Secret,
	duress bool) (policy.Credential, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return policy.Credential{}, err
	}
	least, err := d.PINLength(ctx, s)
	if err != nil {
		return policy.Credential{}, err
	}
	if len(pin) < least || len(pin) > policy.MaxDigits || strings.Trim(string(pin), "0123456789") != "" {
		return policy.Credential{}, i18n.Problem(i18n.E("desk.pin-too-easy", "this PIN is too easy to guess here"),
			i18n.M("desk.choose-longer-pin",
				"choose %d to %d digits; the more people have a PIN, the longer it must be", least, policy.MaxDigits))
	}
	credential, err := d.vault.AddLimited(by, id, policy.Credential{Kind: policy.PINKind,
		Label: either(duress, "duress PIN", "PIN"), Duress: duress, Digits: len(pin)}, pin)
	return credential, explain(err)
}

// pinFacts says whether the PINs that people have are long enough.
func (d *Desk) pinFacts(people []policy.Person, lang i18n.Language) []Fact {
	all, _ := policy.PINs(people, d.cfg.Unit.Name, 0)
	least := d.cfg.Site.Keypad.Limits().Digits(all)
	_, short := policy.PINs(people, d.cfg.Unit.Name, least)
	f := Fact{Name: "PINs", State: lang.Say(i18n.M("desk.number-of-pins", "%d", all))}
	switch {
	case all == 0:
		return nil
	case short > 0:
		f.Fault = lang.Say(i18n.M("desk.pins-too-short",
			"%d of %d are shorter than %d digits, or older than this rule, and can be guessed: "+
				"give new ones ('revoke', 'pin')", short, all, least))
	}
	return []Fact{f}
}
