package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
)

// Operators lists the accounts.
func (d *Desk) Operators(_ context.Context, s Session) ([]Operator, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return nil, err
	}
	all, err := d.vault.Operators()
	if err != nil {
		return nil, fmt.Errorf("reading the operators: %w", err)
	}
	var out []Operator
	for _, o := range all {
		if !o.LockedTill.After(d.now()) {
			o.LockedTill = time.Time{}
		}
		out = append(out, Operator{Name: o.Name, Role: o.Role, Blocked: o.Blocked, HasCard: o.HasCard,
			Commitment: o.Commitment.Version, LockedTill: o.LockedTill, LastLogin: o.LastLogin})
	}
	return out, nil
}

// AddOperator makes an account, whose owner types the secret.
func (d *Desk) AddOperator(_ context.Context, s Session, name string, role Role, secret Secret) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	_, err = d.vault.AddOperator(by, name, role, secret)
	return explainStaff(err)
}

// ChangeOperator sets role and block, and ends the operator's sessions. Operators cannot change
// themselves, so that a manager who can log in is always left.
func (d *Desk) ChangeOperator(_ context.Context, s Session, name string, role Role, blocked bool) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	o, err := d.operator(name)
	if err != nil {
		return err
	}
	if o.ID == string(by) {
		return i18n.Problem(i18n.E("desk.not-yourself", "operators cannot block or demote themselves"),
			i18n.M("desk.let-another-manager", "let another manager do it"))
	}
	err = d.vault.ChangeOperator(by, o.ID, either(blocked, audit.OperatorBlocked, audit.OperatorChanged),
		func(o *store.Operator) error {
			o.Role, o.Blocked = role, blocked
			return nil
		})
	if err == nil && (o.Role != role || o.Blocked != blocked) {
		d.endAll(o.ID)
	}
	return explainStaff(err)
}

// SetSecret changes the operator's own secret, and ends every session of the account. It asks for
// the present one, in case a console was left open.
func (d *Desk) SetSecret(_ context.Context, s Session, present, secret Secret) error {
	by, err := d.allow(s, SeesStatus)
	if err != nil {
		return err
	}
	now, err := d.session(s)
	if err != nil {
		return err
	}
	if err := d.vault.ChangeOwnSecret(store.Line(now.line), string(by), present, secret); err != nil {
		return explainStaff(err)
	}
	d.endAll(string(by))
	return nil
}

// AssignOperatorCard makes the next card at the desk or the door an operator's second factor.
func (d *Desk) AssignOperatorCard(ctx context.Context, s Session, name string, step Progress) error {
	by, o, err := d.ownOrManaged(s, name)
	if err != nil {
		return err
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	at, err := d.unit.Place(ctx)
	if err != nil {
		return err
	}
	c, err := d.cardAt(ctx, at, s.Lang.Say(holdOperators[at]), step)
	if err != nil {
		return err
	}
	return explainStaff(d.vault.SetOperatorCard(by, o.ID, c.Credential()))
}

// NewRecovery makes the recovery code for an operator's sealed envelope; an earlier one ends.
func (d *Desk) NewRecovery(_ context.Context, s Session, name string) (Secret, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return nil, err
	}
	o, err := d.operator(name)
	if err != nil {
		return nil, err
	}
	code, err := d.vault.NewRecovery(by, o.ID)
	return Secret(code), explainStaff(err)
}

// Recover sets a new secret with the recovery code, and ends the account's sessions.
func (d *Desk) Recover(_ context.Context, line LineName, name string, code, secret Secret) error {
	op, err := d.vault.Recover(store.Line(line), name, string(code), secret)
	if err == nil {
		d.endAll(op.ID)
	}
	return explainStaff(err)
}

// ownOrManaged finds the account of name: the session's own, or any account for a manager.
func (d *Desk) ownOrManaged(s Session, name string) (store.Actor, store.Operator, error) {
	by, err := d.allow(s, SeesStatus)
	if err != nil {
		return "", store.Operator{}, err
	}
	o, err := d.operator(name)
	if err == nil && o.ID != string(by) {
		_, err = d.allow(s, KeepsPeople)
	}
	return by, o, err
}

// operator finds an account by its log-in name or its handle.
func (d *Desk) operator(name string) (store.Operator, error) {
	all, err := d.vault.Operators()
	if err != nil {
		return store.Operator{}, fmt.Errorf("reading the operators: %w", err)
	}
	for _, o := range all {
		if o.ID == name || strings.EqualFold(o.Name, strings.TrimSpace(name)) {
			return o, nil
		}
	}
	return store.Operator{}, i18n.Problem(i18n.E("desk.no-such-operator", "no such operator"),
		i18n.M("desk.see-staff", "see 'staff' for their names"))
}

func explainStaff(err error) error {
	switch {
	case errors.Is(err, store.ErrDenied):
		return ErrRefused
	case errors.Is(err, store.ErrLocked):
		return ErrLockedOut
	case errors.Is(err, store.ErrTaken):
		return i18n.Problem(i18n.E("desk.login-name-taken", "this log-in name is taken"),
			i18n.M("desk.choose-another-name", "choose another name"))
	case errors.Is(err, store.ErrWeak):
		return i18n.Problem(i18n.E("desk.secret-too-short", "the secret is too short"),
			i18n.M("desk.longer-secret", "use at least 6 digits, or 8 characters"))
	}
	return err
}
