package console

import (
	"context"

	"menshen/board/desk"
)

// Staff keeps the operators' accounts (R-OPERATOR): managers all of them, each
// operator their own secret and card.
type Staff interface {
	Operators(ctx context.Context, s desk.Session) ([]desk.Operator, error)
	AddOperator(ctx context.Context, s desk.Session, name string, role desk.Role, secret desk.Secret) error
	// ChangeOperator sets role and block. Operators cannot block or demote themselves.
	ChangeOperator(ctx context.Context, s desk.Session, name string, role desk.Role, blocked bool) error
	// SetSecret changes the operator's own secret, and ends all their sessions, this one too.
	// The caller wipes both secrets. Errors: as for LogIn when the present secret is wrong,
	// which counts as a wrong log-in.
	SetSecret(ctx context.Context, s desk.Session, present, secret desk.Secret) error
	// AssignOperatorCard makes the next card at the door the second factor of an operator.
	AssignOperatorCard(ctx context.Context, s desk.Session, name string, step desk.Progress) error
	// NewRecovery gives the code that goes into the operator's sealed
	// envelope; an earlier one ends.
	NewRecovery(ctx context.Context, s desk.Session, name string) (desk.Secret, error)
	// Recover sets a new secret with the recovery code, before log-in. The code is used up and the
	// card is no longer asked for. Errors as for LogIn, but wrong codes are counted apart, and a
	// locked-out account can be recovered.
	Recover(ctx context.Context, line desk.LineName, name string, code, secret desk.Secret) error
}
