package rpc

import (
	"context"
	"slices"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// staffMethods keep the operators' accounts.
var staffMethods = map[string]handler{
	"staff.list":   method(listStaff),
	"staff.add":    method(addStaff),
	"staff.change": method(changeStaff),
	"staff.card":   method(staffCard),
	"staff.code":   method(staffCode),
}

type operator struct {
	Name       string `json:"name"`
	Role       coded  `json:"role"`
	Card       bool   `json:"card"`                 // the second factor
	Commitment string `json:"commitment,omitempty"` // the version that they accepted
	Blocked    bool   `json:"blocked,omitempty"`
	LockedTill string `json:"lockedTill,omitempty"`
	LastLogIn  string `json:"lastLogIn,omitempty"`
}

type staffList struct {
	Operators []operator `json:"operators"`
	Roles     []coded    `json:"roles"` // all there are
}

func listStaff(ctx context.Context, c *call, _ nothing) (staffList, error) {
	all, err := c.desk.Operators(ctx, c.who)
	out := staffList{Operators: []operator{}}
	for _, o := range all {
		out.Operators = append(out.Operators, operator{o.Name, word(c, o.Role), o.HasCard, o.Commitment, o.Blocked,
			c.time(o.LockedTill), c.time(o.LastLogin)})
	}
	for _, r := range desk.Roles() {
		out.Roles = append(out.Roles, word(c, r))
	}
	return out, err
}

type addStaffParams struct {
	Name   string `json:"name"`
	Role   string `json:"role"`
	Secret secret `json:"secret"` // typed by its owner
}

func addStaff(ctx context.Context, c *call, p addStaffParams) (nothing, error) {
	defer p.Secret.of().Wipe()
	if !desk.ValidName(p.Name) {
		return nothing{}, i18n.E("console.login-name-characters",
			"a log-in name has letters, digits and - _ . only, at most 64 bytes")
	}
	role, err := roleOf(p.Role)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, c.desk.AddOperator(ctx, c.who, p.Name, role, p.Secret.of())
}

func roleOf(code string) (desk.Role, error) {
	if !slices.Contains(desk.Roles(), desk.Role(code)) {
		return "", badParams("there is no such role")
	}
	return desk.Role(code), nil
}

type changeStaffParams struct {
	Name    string `json:"name"`
	Role    string `json:"role"`
	Blocked bool   `json:"blocked"`
}

// changeStaff sets role and block, and ends the operator's sessions.
func changeStaff(ctx context.Context, c *call, p changeStaffParams) (nothing, error) {
	role, err := roleOf(p.Role)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, c.desk.ChangeOperator(ctx, c.who, p.Name, role, p.Blocked)
}

type staffParams struct {
	Name string `json:"name"`
}

// staffCard makes the next card at the door an operator's second factor.
func staffCard(ctx context.Context, c *call, p staffParams) (nothing, error) {
	return nothing{}, c.desk.AssignOperatorCard(ctx, c.who, p.Name, c.step)
}

type recoveryCode struct {
	Code string `json:"code"` // told this once
}

// staffCode makes the code for an operator's sealed envelope; an earlier one ends.
func staffCode(ctx context.Context, c *call, p staffParams) (recoveryCode, error) {
	code, err := c.desk.NewRecovery(ctx, c.who, p.Name)
	defer code.Wipe()
	return recoveryCode{string(code)}, err
}
