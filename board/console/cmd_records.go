package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

func recordCommands() []command {
	return []command{
		{name: "decisions", usage: "[N] [--json]", right: desk.ReadsRecords, run: decisions,
			about:   i18n.M("console.help-decisions", "show the last decisions of the door, newest first"),
			example: "decisions 20"},
		{name: "why", usage: "[NUMBER] [--json]", right: desk.ReadsRecords, run: why,
			about: i18n.M("console.help-why",
				"show why the door decided so, rule by rule; without a number, the last decision"),
			example: "why 4711"},
		{name: "verify", right: desk.ReadsRecords, run: verify,
			about:   i18n.M("console.help-verify", "prove that the audit log is whole"),
			example: "verify"},
	}
}

// howMany is how many decisions are listed without a number.
const howMany = 10

func decisions(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	n := howMany
	if len(a.words) > 0 {
		if n, err = strconv.Atoi(a.words[0]); err != nil || n < 1 || n > 10000 || len(a.words) > 1 {
			return c.misuse("decisions")
		}
	}
	found, err := c.desk.Decisions(ctx, c.who, n)
	if err != nil {
		return err
	}
	return c.show(decisionTable(found), a.has("json"))
}

// decisionTable is records as a table.
func decisionTable(found []desk.Record) table {
	t := table{cols: []column{
		{"number", i18n.M("console.number", "number")},
		{"at", i18n.M("console.at", "at")},
		{"means", i18n.M("console.by", "by")},
		{"granted", i18n.M("console.granted", "granted")},
		{"reason", i18n.M("console.reason", "reason")},
		{"who", i18n.M("console.who-it-was", "who")},
	}}
	for _, r := range found {
		t.add(r.Seq, r.At, word(r.Means), r.Grant, word(r.Reason), personOf(r))
	}
	return t
}

func why(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	r, err := c.decision(ctx, a)
	if err != nil {
		return err
	}
	if !a.has("json") {
		outcome := i18n.M("console.denied", "denied")
		if r.Grant {
			outcome = i18n.M("console.granted", "granted")
		}
		c.paragraphs(fmt.Sprintf("%d  %s  %s  %s: %s  %s", r.Seq, c.time(r.At),
			c.lang.Say(i18n.Word(string(r.Means))), c.lang.Say(outcome),
			c.lang.Say(i18n.Word(string(r.Reason))), personOf(r)))
		c.say(i18n.M("console.signal", "Signal: %s", r.Told))
		c.say(i18n.M("console.in-words", "In words: %v", r.Reason.Message()))
	}
	if !a.has("json") {
		c.tellOutputs(r.Outputs)
	}
	t := table{cols: []column{{"rule", i18n.M("console.rule", "rule")}, {"pass", i18n.M("console.passed", "passed")},
		{"detail", i18n.M("console.detail", "detail")}}}
	for _, k := range traceWithOutputs(r.Decision) {
		if a.has("json") {
			t.add(k.Rule, k.Pass, k.Detail)
			continue
		}
		detail := c.lang.Say(k.Message())
		if c.plain {
			c.paragraphs(strings.TrimSuffix(c.lang.Say(ruleWord(k.Rule))+": "+c.cell(k.Pass)+", "+detail,
				", "))
			continue
		}
		t.add(c.lang.Say(ruleWord(k.Rule)), k.Pass, detail)
	}
	if len(t.rows) == 0 {
		return nil
	}
	return c.show(t, a.has("json"))
}

// tellOutputs says what came of each output beside the door.
func (c *console) tellOutputs(all []policy.OutputAnswer) {
	for _, o := range all {
		if o.Grant {
			c.say(i18n.M("console.output-granted", "Output %s: on for %v (%v)", o.Output, o.Release,
				i18n.Word(string(o.Reason))))
		} else {
			c.say(i18n.M("console.output-denied", "Output %s: denied (%v)", o.Output, i18n.Word(string(o.Reason))))
		}
	}
}

// traceWithOutputs is the trace of a decision and then those of its outputs, each rule behind the
// output's name.
func traceWithOutputs(d policy.Decision) []policy.Check {
	all := slices.Clone(d.Trace)
	for _, o := range d.Outputs {
		for _, k := range o.Trace {
			k.Rule = outputRule + o.Output + ": " + k.Rule
			all = append(all, k)
		}
	}
	return all
}

const outputRule = "output "

// ruleWord is a rule as traceWithOutputs gives it, in words.
func ruleWord(rule string) i18n.Message {
	if of, rest, found := strings.Cut(rule, ": "); found && strings.HasPrefix(of, outputRule) {
		return i18n.Join(i18n.Verbatim(strings.TrimPrefix(of, outputRule)+": "), i18n.Word(rest))
	}
	return i18n.Word(rule)
}

// decision finds the record of the number given, or the last.
func (c *console) decision(ctx context.Context, a args) (desk.Record, error) {
	if len(a.words) > 0 {
		n, err := strconv.ParseUint(a.words[0], 10, 64)
		if err != nil || len(a.words) > 1 {
			return desk.Record{}, c.misuse("why")
		}
		return c.desk.Why(ctx, c.who, n)
	}
	last, err := c.desk.Decisions(ctx, c.who, 1)
	if err == nil && len(last) == 0 {
		err = desk.ErrNoRecord
	}
	if err != nil {
		return desk.Record{}, err
	}
	return c.desk.Why(ctx, c.who, last[0].Seq)
}

func verify(ctx context.Context, c *console, _ []string) error {
	v, err := c.desk.VerifyAudit(ctx, c.who)
	if err != nil {
		return err
	}
	if !v.OK {
		return c.fail(i18n.M("console.audit-log-broken", "the audit log is NOT whole: entry %d: %s; leave the unit "+
			"as it is and call the manager", v.FirstBad, v.Problem))
	}
	c.say(i18n.M("console.audit-log-whole", "The audit log is whole: %d entries.", v.Entries))
	if !v.Signed.IsZero() {
		c.say(i18n.M("console.last-signed", "Last signed: %s", c.time(v.Signed)))
	}
	return nil
}

// personOf is the person's name where the role may see it, else the handle, else empty.
func personOf(r desk.Record) string {
	switch {
	case r.Who != "":
		return r.Who.Reveal()
	case !r.Person.IsZero():
		return r.Person.String()
	}
	return ""
}
