package console

import (
	"context"
	"slices"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/screen"
)

func staffCommands() []command {
	return []command{
		{name: "staff", usage: "[--json]", right: desk.ReadsPeople, needs: has[Staff], run: listStaff,
			about:   i18n.M("console.help-staff", "list the operators"),
			example: "staff"},
		{name: "staff-add", usage: "NAME installer|technician|manager|auditor", right: desk.KeepsPeople,
			needs: has[Staff], run: addStaff,
			about:   i18n.M("console.help-staff-add", "add an operator, who types a secret of their own"),
			example: "staff-add tom technician"},
		{name: "staff-role", usage: "NAME ROLE", right: desk.KeepsPeople, needs: has[Staff], run: changeStaff(false),
			about:   i18n.M("console.help-staff-role", "change an operator's role, and unblock a blocked one"),
			example: "staff-role tom installer"},
		{name: "staff-block", usage: "NAME", right: desk.KeepsPeople, needs: has[Staff], run: changeStaff(true),
			about:   i18n.M("console.help-staff-block", "block an operator"),
			example: "staff-block tom"},
		{name: "staff-card", usage: "[NAME]", needs: has[Staff], run: staffCard,
			about: i18n.M("console.help-staff-card",
				"make the next card at the door an operator's second factor; your own without a name"),
			example: "staff-card tom"},
		{name: "staff-code", usage: "NAME", right: desk.KeepsPeople, needs: has[Staff], run: staffCode,
			about:   i18n.M("console.help-staff-code", "make the recovery code for an operator's sealed envelope"),
			example: "staff-code tom"},
		{name: "secret", needs: has[Staff], run: ownSecret,
			about:   i18n.M("console.help-secret", "change your own secret"),
			example: "secret"},
	}
}

func listStaff(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	found, err := c.desk.(Staff).Operators(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"name", i18n.M("console.log-in-name-column", "name")},
		{"role", i18n.M("console.role", "role")},
		{"card", i18n.M("console.card", "card")},
		{"commitment", i18n.M("console.commitment", "commitment")},
		{"blocked", i18n.M("console.blocked", "blocked")},
		{"locked", i18n.M("console.locked-until", "locked until")},
		{"seen", i18n.M("console.last-login", "last log-in")},
	}}
	for _, o := range found {
		t.add(o.Name, word(o.Role), o.HasCard, o.Commitment, o.Blocked, moment(o.LockedTill), moment(o.LastLogin))
	}
	return c.show(t, a.has("json"))
}

func addStaff(ctx context.Context, c *console, words []string) error {
	if len(words) != 2 || !slices.Contains(desk.Roles(), desk.Role(words[1])) {
		return c.misuse("staff-add")
	}
	if !desk.ValidName(words[0]) {
		return c.fail(i18n.M("console.login-name-characters",
			"a log-in name has letters, digits and - _ . only, at most 64 bytes"))
	}
	secret, err := c.newSecret(i18n.M("console.ask-their-secret", "Their secret, typed by themselves: "))
	if err != nil {
		return err
	}
	defer secret.Wipe()
	if err := c.desk.(Staff).AddOperator(ctx, c.who, words[0], desk.Role(words[1]), secret); err != nil {
		return err
	}
	c.say(i18n.M("console.operator-added", "Added %s. Next: staff-card %[1]s, staff-code %[1]s", words[0]))
	return nil
}

// changeStaff blocks an operator, or gives one a role.
func changeStaff(block bool) func(context.Context, *console, []string) error {
	return func(ctx context.Context, c *console, words []string) error {
		switch {
		case block && len(words) != 1:
			return c.misuse("staff-block")
		case !block && (len(words) != 2 || !slices.Contains(desk.Roles(), desk.Role(words[1]))):
			return c.misuse("staff-role")
		}
		found, err := c.desk.(Staff).Operators(ctx, c.who)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(found, func(o desk.Operator) bool { return o.Name == words[0] })
		if i < 0 {
			return c.fail(i18n.M("console.no-such-operator", "there is no operator %q; staff shows all",
				screen.Clean(words[0])))
		}
		role := found[i].Role
		if !block {
			role = desk.Role(words[1])
		}
		if err := c.desk.(Staff).ChangeOperator(ctx, c.who, words[0], role, block); err != nil {
			return err
		}
		c.say(i18n.M("console.done", "Done."))
		return nil
	}
}

func staffCard(ctx context.Context, c *console, words []string) error {
	name := c.login
	if len(words) == 1 {
		name = words[0]
	} else if len(words) > 1 {
		return c.misuse("staff-card")
	}
	if err := c.desk.(Staff).AssignOperatorCard(ctx, c.who, name, c.step); err != nil {
		return err
	}
	c.say(i18n.M("console.staff-card-assigned", "From now on this card is needed to log in."))
	return nil
}

// staffCode shows a recovery code once, for an envelope.
func staffCode(ctx context.Context, c *console, words []string) error {
	if len(words) != 1 {
		return c.misuse("staff-code")
	}
	if err := c.confirmOrStop(i18n.M("console.recovery-code-sure",
		"The code is shown once, on this screen; an earlier "+
			"one stops working. Make sure that you are alone. Show it?")); err != nil {
		return err
	}
	code, err := c.desk.(Staff).NewRecovery(ctx, c.who, words[0])
	if err != nil {
		return err
	}
	defer code.Wipe()
	c.print(string(code))
	if _, err := c.ask(i18n.M("console.seal-recovery-code", "Write it down, seal it, then press Enter: ")); err != nil {
		return err
	}
	if !c.plain {
		c.put(clearScreen)
	}
	return nil
}

func ownSecret(ctx context.Context, c *console, words []string) error {
	if len(words) > 0 {
		c.history.forget()
		return c.fail(i18n.M("console.secret-typed-openly", "type secret alone: it asks for the present secret and "+
			"the new one, and shows neither. What you typed after it could be read: do not use it"))
	}
	present, err := c.askSecret(i18n.M("console.ask-present-secret", "Present secret: "))
	if err != nil {
		return err
	}
	defer present.Wipe()
	secret, err := c.newSecret(i18n.M("console.ask-new-secret", "New secret: "))
	if err != nil {
		return err
	}
	defer secret.Wipe()
	if err := c.desk.(Staff).SetSecret(ctx, c.who, present, secret); err != nil {
		return err
	}
	c.say(i18n.M("console.secret-changed", "Changed. Log in with the new one."))
	return errAsked
}

// newSecret asks for a secret twice.
func (c *console) newSecret(q i18n.Message) (desk.Secret, error) {
	first, err := c.askSecret(q)
	if err != nil {
		return nil, err
	}
	again, err := c.askSecret(i18n.M("console.once-more", "Once more: "))
	defer again.Wipe()
	if err == nil && string(first) != string(again) {
		err = c.fail(i18n.M("console.secrets-differ", "the two differ; nothing was done"))
	}
	if err != nil {
		first.Wipe()
		return nil, err
	}
	return first, nil
}

// recovery gives an operator who has lost secret or card a new secret, by the
// code of their sealed envelope.
func (c *console) recovery(ctx context.Context) error {
	d, ok := c.desk.(Staff)
	if !ok {
		return c.fail(i18n.M("console.no-recovery-codes", "this unit has no recovery codes"))
	}
	name, err := c.ask(i18n.M("console.ask-login-name", "log-in name: "))
	if err != nil {
		return err
	}
	if !desk.ValidName(name) {
		return errNothingDone
	}
	code, err := c.askSecret(i18n.M("console.ask-recovery-code", "code from the sealed envelope: "))
	if err != nil {
		return err
	}
	defer code.Wipe()
	secret, err := c.newSecret(i18n.M("console.recovery-new-secret", "new secret: "))
	if err != nil {
		return err
	}
	defer secret.Wipe()
	if err := d.Recover(ctx, c.o.Line, name, code, secret); err != nil {
		return err
	}
	c.say(i18n.M("console.recovered",
		"Done: the code is used up, and the card is no longer asked for. Log in, then staff-card and staff-code."))
	return nil
}
