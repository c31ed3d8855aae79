package console

import (
	"context"
	"slices"

	"menshen/board/desk"
	"menshen/internal/screen"
)

func staffCommands() []command {
	return []command{
		{name: "staff", usage: "[--json]", right: desk.ReadsPeople, needs: has[Staff], run: listStaff,
			about:   text{"list the operators", "列出操作员"},
			example: "staff"},
		{name: "staff-add", usage: "NAME installer|technician|manager|auditor", right: desk.KeepsPeople, needs: has[Staff], run: addStaff,
			about:   text{"add an operator, who types a secret of their own", "新增操作员，由其本人输入密码"},
			example: "staff-add tom technician"},
		{name: "staff-role", usage: "NAME ROLE", right: desk.KeepsPeople, needs: has[Staff], run: changeStaff(false),
			about:   text{"change an operator's role, and let a blocked one in again", "更改操作员角色，并解除停用"},
			example: "staff-role tom installer"},
		{name: "staff-block", usage: "NAME", right: desk.KeepsPeople, needs: has[Staff], run: changeStaff(true),
			about:   text{"keep an operator out", "停用操作员"},
			example: "staff-block tom"},
		{name: "staff-card", usage: "[NAME]", needs: has[Staff], run: staffCard,
			about:   text{"make the next card at the door an operator's second factor; your own without a name", "将下一张刷的卡设为操作员的第二要素，不带名字为本人"},
			example: "staff-card tom"},
		{name: "staff-code", usage: "NAME", right: desk.KeepsPeople, needs: has[Staff], run: staffCode,
			about:   text{"make the recovery code for an operator's sealed envelope", "生成操作员密封信封内的恢复码"},
			example: "staff-code tom"},
		{name: "secret", needs: has[Staff], run: ownSecret,
			about:   text{"change your own secret", "更改本人密码"},
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
		{"name", text{"name", "登录名"}},
		{"role", text{"role", "角色"}},
		{"card", text{"card", "第二要素卡"}},
		{"commitment", text{"commitment", "承诺书"}},
		{"blocked", text{"blocked", "停用"}},
		{"locked", text{"locked until", "锁定至"}},
		{"seen", text{"last log-in", "最近登录"}},
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
	if !validName(words[0]) {
		return c.errorf(text{"a log-in name has letters, digits, - _ . only, 64 at most", "登录名只能含字母、数字和 - _ .，最多 64 字节"})
	}
	secret, err := c.newSecret(text{"Their secret, typed by themselves: ", "由本人输入密码："})
	if err != nil {
		return err
	}
	defer secret.Wipe()
	if err := c.desk.(Staff).AddOperator(ctx, c.who, words[0], desk.Role(words[1]), secret); err != nil {
		return err
	}
	c.printf(text{"Added %s. Next: staff-card %[1]s, staff-code %[1]s", "已新增 %s。下一步：staff-card %[1]s，staff-code %[1]s"}, words[0])
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
			return c.errorf(text{"there is no operator %q; staff shows all", "没有操作员 %q；staff 查看全部"}, screen.Clean(words[0]))
		}
		role := found[i].Role
		if !block {
			role = desk.Role(words[1])
		}
		if err := c.desk.(Staff).ChangeOperator(ctx, c.who, words[0], role, block); err != nil {
			return err
		}
		c.say(text{"Done.", "已完成。"})
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
	c.say(text{"From now on a log-in takes this card too.", "今后登录须同时刷此卡。"})
	return nil
}

// staffCode shows a recovery code once. It is the one secret that this console prints, for an envelope.
func staffCode(ctx context.Context, c *console, words []string) error {
	if len(words) != 1 {
		return c.misuse("staff-code")
	}
	if err := c.certain(text{
		"The code will be shown once, on this screen; an earlier one ends. Is nobody looking over your shoulder?",
		"恢复码仅显示一次，旧码作废。确认无人旁观？"}); err != nil {
		return err
	}
	code, err := c.desk.(Staff).NewRecovery(ctx, c.who, words[0])
	if err != nil {
		return err
	}
	defer code.Wipe()
	c.print(string(code))
	if _, err := c.ask(text{"Write it down, seal it, then press Enter: ", "抄写并密封后按回车："}); err != nil {
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
		return c.errorf(text{
			"type secret alone: it asks for the present secret and the new one, and shows neither. What you typed after it could be read: do not use it",
			"请只输入 secret，再按提示输入当前密码和新密码，输入时不显示。刚才写在命令后的内容他人可见，请勿使用"})
	}
	present, err := c.askSecret(text{"Present secret: ", "当前密码："})
	if err != nil {
		return err
	}
	defer present.Wipe()
	secret, err := c.newSecret(text{"New secret: ", "新密码："})
	if err != nil {
		return err
	}
	defer secret.Wipe()
	if err := c.desk.(Staff).SetSecret(ctx, c.who, present, secret); err != nil {
		return err
	}
	c.say(text{"Changed. Log in with the new one.", "已更改，请用新密码登录。"})
	return errAsked
}

// newSecret asks for a secret twice.
func (c *console) newSecret(q text) (desk.Secret, error) {
	first, err := c.askSecret(q)
	if err != nil {
		return nil, err
	}
	again, err := c.askSecret(text{"Once more: ", "再次输入："})
	defer again.Wipe()
	if err == nil && string(first) != string(again) {
		err = c.errorf(text{"the two differ; nothing was done", "两次输入不同，未做更改"})
	}
	if err != nil {
		first.Wipe()
		return nil, err
	}
	return first, nil
}

// recovery lets somebody in again who has lost secret or card, by the code of their sealed envelope.
func (c *console) recovery(ctx context.Context) error {
	d, ok := c.desk.(Staff)
	if !ok {
		return c.errorf(text{"this unit has no recovery codes", "本单元没有恢复码"})
	}
	name, err := c.ask(text{"log-in name: ", "登录名: "})
	if err != nil {
		return err
	}
	if !validName(name) {
		return errNothingDone
	}
	code, err := c.askSecret(text{"code from the sealed envelope: ", "密封信封内的恢复码: "})
	if err != nil {
		return err
	}
	defer code.Wipe()
	secret, err := c.newSecret(text{"new secret: ", "新密码: "})
	if err != nil {
		return err
	}
	defer secret.Wipe()
	if err := d.Recover(ctx, c.o.Line, name, code, secret); err != nil {
		return err
	}
	c.say(text{
		"Done: the code is used up, the card no longer asked for. Log in, then staff-card and staff-code.",
		"完成：恢复码已失效，暂不需刷卡。请登录后执行 staff-card 和 staff-code。"})
	return nil
}
