package console

import (
	"context"
	"slices"
	"strings"

	"menshen/board/desk"
	"menshen/internal/screen"
	"menshen/policy"
)

func lawCommands() []command {
	return []command{
		{name: "law", usage: "[RULE] [--json]", needs: has[Papers], run: showLaw,
			about:   text{"how each rule of the law stands, and what to do", "各项法律要求的现状和应做事项"},
			example: "law R-PIA"},
		{name: "renew", usage: "[--json]", right: desk.ReadsPeople, needs: has[Papers], run: renewals,
			about:   text{"list who agreed to a notice that has changed since", "列出同意了旧版告知书的人员"},
			example: "renew"},
		{name: "inquiry", usage: "WORDS", right: desk.KeepsPeople, needs: has[Papers], run: inquire,
			about:   text{"record what was found out when somebody was asked again after a no", "记录对“拒绝后再次询问”的查处情况"},
			example: "inquiry spoke with the night shift, repeated the rule"},
	}
}

var ruleStates = map[policy.RuleState]text{
	policy.Kept:   {"kept", "符合"},
	policy.Due:    {"to do", "待办"},
	policy.Broken: {"BROKEN", "不符合"},
}

func showLaw(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	all, err := c.desk.(Papers).Law(ctx, c.who)
	if err != nil {
		return err
	}
	if len(a.words) > 1 {
		return c.misuse("law")
	}
	if len(a.words) == 1 {
		i := slices.IndexFunc(all, func(f policy.Finding) bool { return strings.EqualFold(string(f.Rule.ID), a.words[0]) })
		if i < 0 {
			return c.errorf(text{"there is no rule %q; law shows all", "没有规则 %q；law 查看全部"}, screen.Clean(a.words[0]))
		}
		return c.showRule(all[i])
	}
	t := table{cols: []column{{"rule", text{"rule", "规则"}}, {"state", text{"state", "状态"}}, {"problem", text{"what is wrong", "问题"}}, {"remedy", text{"what to do", "措施"}}}}
	lang := c.lang
	if a.has("json") {
		lang = "en" // scripts do not change with the language
	}
	for _, f := range all {
		state := ruleStates[f.State].in(lang)
		if a.has("json") {
			state = string(f.State)
		}
		if len(f.Problems) == 0 {
			t.add(string(f.Rule.ID), state, "", "")
		}
		for _, p := range f.Problems {
			t.add(string(f.Rule.ID), state, p.Text(lang), p.Remedy(lang))
		}
	}
	if a.has("json") {
		return c.show(t, true)
	}
	return c.showLawShort(all)
}

// showLawShort says first what is to be done, in sentences, and then which rules are kept.
func (c *console) showLawShort(all []policy.Finding) error {
	var lines, kept []string
	for _, f := range all {
		if f.State == policy.Kept {
			kept = append(kept, string(f.Rule.ID))
			continue
		}
		lines = append(lines, c.findingLines(f)...)
	}
	if off := string(policy.FacesOff(all)); off != "" {
		lines = append(c.wrapped(text{"Faces are off: " + off + ". Cards and codes work.", "人脸已停用：" + off + "。卡和密码照常使用。"}.in(c.lang)), lines...)
	}
	if len(kept) > 0 {
		lines = append(lines, c.wrapped(text{"Kept: ", "符合："}.in(c.lang)+strings.Join(kept, ", "))...)
	}
	lines = append(lines, c.wrapped(text{"law RULE says what a rule asks for.", "law 规则编号 显示该规则的要求。"}.in(c.lang))...)
	return c.screen(lines)
}

func (c *console) findingLines(f policy.Finding) (lines []string) {
	for _, p := range f.Problems {
		state := ruleStates[f.State]
		if p.Soon {
			state = ruleStates[policy.Due]
		}
		lines = append(lines, c.wrapped(screen.Pad(string(f.Rule.ID), 11)+"  "+state.in(c.lang)+" · "+p.Text(c.lang))...)
		lines = append(lines, c.wrapped(screen.Pad("", 11)+"  → "+p.Remedy(c.lang)+c.byCommand(f))...)
	}
	return lines
}

// doneBy is the command with which a rule's papers are written.
var doneBy = map[policy.RuleID]string{policy.RulePIA: "assess", policy.RuleIncident: "incident", policy.RuleFiling: "filing", policy.RuleRights: "request", policy.RuleRefuse: "inquiry"}

func (c *console) byCommand(f policy.Finding) string {
	if cmd := doneBy[f.Rule.ID]; cmd != "" {
		return text{" (command: " + cmd + ")", "（命令：" + cmd + "）"}.in(c.lang)
	}
	return ""
}

func (c *console) showRule(f policy.Finding) error {
	lines := c.wrapped(string(f.Rule.ID) + " (" + f.Rule.Source + "): " + ruleStates[f.State].in(c.lang))
	lines = append(lines, c.wrapped(f.Rule.Text(c.lang))...)
	lines = append(lines, c.findingLines(f)...)
	if f.Rule.Protects {
		lines = append(lines, c.wrapped(text{"Broken, it switches faces off; cards and codes go on.", "违反时停用人脸；卡和密码照常使用。"}.in(c.lang))...)
	}
	return c.screen(lines)
}

func renewals(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	old, err := c.desk.(Papers).OldNotice(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{{"id", text{"handle", "编号"}}, {"name", text{"name", "姓名"}}, {"apartment", text{"apartment", "房号"}}, {"agreed", text{"agreed", "同意日期"}}}}
	for _, p := range old {
		t.add(p.ID.String(), p.Name.Reveal(), p.Apartment.Reveal(), p.Face.At)
	}
	if err := c.show(t, a.has("json")); err != nil || a.has("json") || len(old) == 0 {
		return err
	}
	c.say(text{"At their next visit: consent WHO shows them the present notice; a yes keeps their face, and nothing is taken anew.",
		"下次到访时：consent 人员 出示现行告知书；同意则人脸继续有效，无需重新录入。"})
	return nil
}

// tellRenewal says at a person's visit that the notice they agreed to has changed since.
func (c *console) tellRenewal(ctx context.Context, p policy.Person) error {
	if p.Face.State != policy.FaceEnrolled && p.Face.State != policy.FaceConsented {
		return nil
	}
	for _, lang := range []string{"en", "zh"} {
		if n, err := c.desk.Notice(ctx, c.who, lang); err != nil || n.Hash == p.Face.Notice {
			return err
		}
	}
	c.printf(text{"They agreed to an earlier notice. Show them the present one: consent %s", "此人同意的是旧版告知书，请出示现行版：consent %s"}, p.ID)
	return nil
}

func inquire(ctx context.Context, c *console, words []string) error {
	if len(words) == 0 {
		return c.misuse("inquiry")
	}
	if err := c.desk.(Papers).Inquire(ctx, c.who, strings.Join(words, " ")); err != nil {
		return err
	}
	c.say(text{"On file.", "已存档。"})
	return nil
}
