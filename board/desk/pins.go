package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"menshen/policy"
)

// PINLength is how many digits a new PIN must have: so many that guessing at this door's keypad comes to nothing among the PINs there are.
func (d *Desk) PINLength(_ context.Context, s Session) (int, error) {
	if _, err := d.allow(s, KeepsPeople); err != nil {
		return 0, err
	}
	people, err := d.vault.People()
	if err = d.unit.Damaged(err); err != nil {
		return 0, fmt.Errorf("counting the PINs: %w", err)
	}
	all, _ := policy.PINs(people, d.cfg.Unit.Name, 0)
	least := d.cfg.Site.Keypad.Limits().Digits(all + 1)
	if least > policy.MaxDigits {
		return 0, problem(fmt.Errorf(words(s.Lang, "%d PINs are too many for this keypad: %d digits could be guessed", "PIN 已有 %d 个，过多：%d 位数字可能被猜中"), all, policy.MaxDigits),
			words(s.Lang, "give a card instead, or let fewer codes be tried ([site.keypad])", "请改发卡，或减少可试次数（[site.keypad]）"))
	}
	return least, nil
}

// AssignPIN gives the person a PIN.
func (d *Desk) AssignPIN(ctx context.Context, s Session, id policy.PersonID, pin Secret, duress bool) (policy.Credential, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return policy.Credential{}, err
	}
	least, err := d.PINLength(ctx, s)
	if err != nil {
		return policy.Credential{}, err
	}
	if len(pin) < least || len(pin) > policy.MaxDigits || strings.Trim(string(pin), "0123456789") != "" {
		return policy.Credential{}, problem(errors.New("this is no PIN that holds here"),
			fmt.Sprintf(words(s.Lang, "choose %d to %d digits; the more people have a PIN, the longer it must be", "请选 %d 至 %d 位数字；有 PIN 的人越多，PIN 须越长"), least, policy.MaxDigits))
	}
	credential, err := d.vault.AddLimited(by, id, policy.Credential{Kind: policy.PINKind, Label: either(duress, "duress PIN", "PIN"), Duress: duress, Digits: len(pin)}, pin)
	return credential, explain(err)
}

// pinFacts tells whether the PINs that people have are long enough.
func (d *Desk) pinFacts(people []policy.Person, lang string) []Fact {
	all, _ := policy.PINs(people, d.cfg.Unit.Name, 0)
	least := d.cfg.Site.Keypad.Limits().Digits(all)
	_, short := policy.PINs(people, d.cfg.Unit.Name, least)
	f := Fact{Name: "PINs", State: fmt.Sprintf(words(lang, "%d", "%d 个"), all)}
	switch {
	case all == 0:
		return nil
	case short > 0:
		f.Fault = fmt.Sprintf(words(lang, "%d of %d are shorter than %d digits, or older than this rule, and can be guessed: give new ones ('revoke', 'pin')",
			"%d 个（共 %d 个）少于 %d 位或早于本规则设置，可能被猜中：请重新设置（revoke、pin）"), short, all, least)
	}
	return []Fact{f}
}
