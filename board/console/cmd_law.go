package console

import (
	"context"
	"slices"
	"strings"

	"menshen/board/desk"
	"menshen/board/notice"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

func lawCommands() []command {
	return []command{
		{name: "law", usage: "[RULE] [--json]", needs: has[Papers], run: showLaw,
			about:   i18n.M("console.help-law", "show how each rule of the law stands, and what to do"),
			example: "law R-PIA"},
		{name: "waits", usage: "[--all] [--json]", needs: has[Papers], run: showWaits,
			about:   i18n.M("console.help-waits", "show how long people wait, by card, code, pass and face"),
			example: "waits"},
		{name: "renew", usage: "[--json]", right: desk.ReadsPeople, needs: has[Papers], run: renewals,
			about:   i18n.M("console.help-renew", "list who agreed to a notice that has changed since"),
			example: "renew"},
		{name: "inquiry", usage: "WORDS", right: desk.KeepsPeople, needs: has[Papers], run: inquire,
			about: i18n.M("console.help-inquiry",
				"record what was found out when a person was asked again after a refusal"),
			example: "inquiry spoke with the night shift, repeated the rule"},
	}
}

var ruleStates = map[policy.RuleState]i18n.Message{
	policy.Kept:   i18n.M("console.kept", "kept"),
	policy.Due:    i18n.M("console.due", "due"),
	policy.Broken: i18n.M("console.broken", "BROKEN"),
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
		i := slices.IndexFunc(all, func(f policy.Finding) bool {
			return strings.EqualFold(string(f.Rule.ID), a.words[0])
		})
		if i < 0 {
			return c.fail(i18n.M("console.no-such-rule", "there is no rule %q; law shows all",
				screen.Clean(a.words[0])))
		}
		return c.showRule(all[i])
	}
	t := table{cols: []column{{"rule", i18n.M("console.rule", "rule")}, {"state", i18n.M("console.state", "state")},
		{"problem", i18n.M("console.what-is-wrong", "what is wrong")},
		{"remedy", i18n.M("console.what-to-do", "what to do")}}}
	lang := c.lang
	if a.has("json") {
		lang = i18n.English // scripts do not change with the language
	}
	for _, f := range all {
		state := lang.Say(ruleStates[f.State])
		if a.has("json") {
			state = string(f.State)
		}
		if len(f.Problems) == 0 {
			t.add(string(f.Rule.ID), state, "", "")
		}
		for _, p := range f.Problems {
			t.add(string(f.Rule.ID), state, lang.Say(p.Message()), lang.Say(p.Remedy()))
		}
	}
	if a.has("json") {
		return c.show(t, true)
	}
	return c.showLawShort(all)
}

// showLawShort says first in sentences what is to be done, then which rules are kept.
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
		lines = append(c.wrapped(c.lang.Say(i18n.M("console.faces-off-by-rule",
			"Faces are off: %s. Cards and codes work.", off))), lines...)
	}
	if len(kept) > 0 {
		lines = append(lines, c.wrapped(c.lang.Say(i18n.M("console.rules-kept",
			"Kept: %s", strings.Join(kept, ", "))))...)
	}
	lines = append(lines, c.wrapped(c.lang.Say(i18n.M("console.help-of-a-rule",
		"law RULE says what a rule asks for.")))...)
	return c.screen(lines)
}

func (c *console) findingLines(f policy.Finding) (lines []string) {
	for _, p := range f.Problems {
		state := ruleStates[f.State]
		if p.Soon {
			state = ruleStates[policy.Due]
		}
		lines = append(lines, c.wrapped(screen.Pad(string(f.Rule.ID), 11)+"  "+c.lang.Say(state)+
			" · "+c.lang.Say(p.Message()))...)
		lines = append(lines, c.wrapped(screen.Pad("", 11)+"  → "+c.lang.Say(p.Remedy())+c.byCommand(f))...)
	}
	return lines
}

// doneBy is the command that writes a rule's papers.
var doneBy = map[policy.RuleID]string{policy.RulePIA: "assess", policy.RuleIncident: "incident",
	policy.RuleFiling: "filing", policy.RuleRights: "request", policy.RuleRefuse: "inquiry"}

func (c *console) byCommand(f policy.Finding) string {
	if cmd := doneBy[f.Rule.ID]; cmd != "" {
		return c.lang.Say(i18n.M("console.by-command", " (command: %s)", cmd))
	}
	return ""
}

func (c *console) showRule(f policy.Finding) error {
	lines := c.wrapped(string(f.Rule.ID) + " (" + f.Rule.Source + "): " + c.lang.Say(ruleStates[f.State]))
	lines = append(lines, c.wrapped(c.lang.Say(f.Rule.Message()))...)
	lines = append(lines, c.findingLines(f)...)
	if f.Rule.Protects {
		lines = append(lines, c.wrapped(c.lang.Say(i18n.M("console.broken-turns-faces-off",
			"When it is broken, faces go off; cards and codes still work.")))...)
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
	t := table{cols: []column{{"id", i18n.M("console.handle", "handle")}, {"name", i18n.M("console.name", "name")},
		{"apartment", i18n.M("console.apartment", "apartment")}, {"agreed", i18n.M("console.agreed", "agreed")}}}
	for _, p := range old {
		t.add(p.ID.String(), p.Name.Reveal(), p.Apartment.Reveal(), p.Face.At)
	}
	if err := c.show(t, a.has("json")); err != nil || a.has("json") || len(old) == 0 {
		return err
	}
	c.say(i18n.M("console.renew-at-visit", "At their next visit: consent WHO shows them the present notice; a yes "+
		"keeps their face, and no new pictures are taken."))
	return nil
}

// tellRenewal says that the notice that a person agreed to has changed since.
func (c *console) tellRenewal(ctx context.Context, p policy.Person) error {
	if p.Face.State != policy.FaceEnrolled && p.Face.State != policy.FaceConsented {
		return nil
	}
	for _, lang := range notice.Codes() {
		if n, err := c.desk.Notice(ctx, c.who, lang); err != nil || n.Hash == p.Face.Notice {
			return err
		}
	}
	c.say(i18n.M("console.agreed-to-earlier",
		"They agreed to an earlier notice. Show them the present one: consent %s", p.ID))
	return nil
}

func inquire(ctx context.Context, c *console, words []string) error {
	if len(words) == 0 {
		return c.misuse("inquiry")
	}
	if err := c.desk.(Papers).Inquire(ctx, c.who, strings.Join(words, " ")); err != nil {
		return err
	}
	c.say(i18n.M("console.on-file", "On file."))
	return nil
}
