package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

func recordCommands() []command {
	return []command{
		{name: "decisions", usage: "[N] [--json]", right: desk.ReadsRecords, run: decisions,
			about:   text{"the last decisions of the door, newest first", "最近的开门判定"},
			example: "decisions 20"},
		{name: "why", usage: "[NUMBER] [--json]", right: desk.ReadsRecords, run: why,
			about:   text{"why the door decided so, rule by rule; the last one without a number", "逐条说明判定原因；不带编号为最近一次"},
			example: "why 4711"},
		{name: "verify", right: desk.ReadsRecords, run: verify,
			about:   text{"prove that the record is whole", "校验审计记录是否完整"},
			example: "verify"},
	}
}

// howMany is the length of a list of decisions unless asked for otherwise.
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
		{"number", text{"number", "编号"}},
		{"at", text{"at", "时间"}},
		{"means", text{"by", "方式"}},
		{"granted", text{"opened", "开门"}},
		{"reason", text{"reason", "原因"}},
		{"who", text{"who", "人员"}},
	}}
	for _, r := range found {
		t.add(r.Seq, r.At, word(r.Means), r.Grant, word(r.Reason), whose(r))
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
		outcome := text{"refused", "拒绝"}
		if r.Grant {
			outcome = text{"opened", "开门"}
		}
		c.paragraphs(fmt.Sprintf("%d  %s  %s  %s: %s  %s", r.Seq, c.time(r.At), word(r.Means).in(c.lang), outcome.in(c.lang), word(r.Reason).in(c.lang), whose(r)))
		c.printf(text{"Signal: %s", "信号：%s"}, r.Told)
		c.printf(text{"In words: %s", "含义：%s"}, r.Reason.Text(c.lang))
	}
	t := table{cols: []column{{"rule", text{"rule", "规则"}}, {"pass", text{"passed", "通过"}}, {"detail", text{"detail", "说明"}}}}
	for _, k := range r.Trace {
		if a.has("json") {
			t.add(k.Rule, k.Pass, k.Detail)
			continue
		}
		detail := i18n.Word(k.Text(c.lang), c.lang)
		if c.plain {
			c.paragraphs(strings.TrimSuffix(word(k.Rule).in(c.lang)+": "+c.cell(k.Pass)+", "+detail, ", "))
			continue
		}
		t.add(word(k.Rule), k.Pass, detail)
	}
	if len(t.rows) == 0 {
		return nil
	}
	return c.show(t, a.has("json"))
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
		return c.errorf(text{
			"the record is NOT whole: entry %d: %s; keep the unit as it is and call the manager",
			"审计记录不完整：第 %d 条：%s；请保持现状并通知管理员"}, v.FirstBad, v.Problem)
	}
	c.printf(text{"The record is whole: %d entries.", "审计记录完整：共 %d 条。"}, v.Entries)
	if !v.Signed.IsZero() {
		c.printf(text{"Last signed: %s", "最近签名：%s"}, c.time(v.Signed))
	}
	return nil
}

// whose is the name where the role may see it, else the handle, else nothing.
func whose(r desk.Record) string {
	switch {
	case r.Who != "":
		return r.Who.Reveal()
	case !r.Person.IsZero():
		return r.Person.String()
	}
	return ""
}
