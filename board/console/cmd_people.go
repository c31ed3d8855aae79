package console

import (
	"context"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/policy"
)

func peopleCommands() []command {
	return []command{
		{name: "people", usage: "[WORDS] [--json]", right: desk.ReadsPeople, run: people,
			about:   text{"list people, or those whose name or apartment has the words", "列出人员，可按姓名或房号查找"},
			example: "people 1204"},
		{name: "person", usage: "WHO [--json]", right: desk.ReadsPeople, person: true, run: person,
			about:   text{"show one person with credentials and face entry", "显示一人的凭证与人脸状态"},
			example: "person 1204"},
		{name: "add", usage: "NAME [--apartment A] [--lang en|zh] [--from DATE] [--until DATE] [--group G,H] [--minor] [--long-open]", right: desk.KeepsPeople, run: add,
			about:   text{"add a person; --until is the last day of the lease", "新增人员；--until 为租期最后一天"},
			example: `add "Li Na" --apartment 1204 --lang zh --until 2027-01-31`},
		{name: "change", usage: "WHO [--name N] [--apartment A] [--lang en|zh] [--from DATE] [--until DATE] [--group G,H] [--minor=yes|no] [--long-open=yes|no] [--block yes|no]", right: desk.KeepsPeople, person: true, run: change,
			about:   text{"correct what is written about a person", "更正人员信息"},
			example: "change 1204 --until 2027-06-30"},
		{name: "rights", usage: "WHO [--json] [--copy] [--for AGE-PUBLIC-KEY]", right: desk.ReadsPeople, person: true, needs: has[Rights], run: ownPage,
			about:   text{"all that is stored about a person, every decision and who looked, for the person to read", "本人查阅：全部存储内容、判定记录与查阅记录"},
			example: "rights 1204"},
		{name: "remove", usage: "WHO", right: desk.KeepsPeople, person: true, run: remove,
			about:   text{"erase a person and all that is stored about them", "删除人员及其全部数据"},
			example: "remove 1204"},
	}
}

func people(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	found, err := c.desk.Find(ctx, c.who, a.rest())
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"handle", text{"handle", "编号"}},
		{"apartment", text{"apartment", "房号"}},
		{"name", text{"name", "姓名"}},
		{"credentials", text{"credentials", "凭证"}},
		{"face", text{"face", "人脸"}},
		{"until", text{"lease ends", "租期至"}},
		{"blocked", text{"blocked", "停用"}},
	}}
	for _, p := range found {
		t.add(p.ID.String(), p.Apartment.Reveal(), p.Name.Reveal(), working(p), word(p.Face.State), c.lastDay(p.Until), p.Blocked)
	}
	return c.show(t, a.has("json"))
}

// whom finds the one person that words mean, and asks which where several fit.
func (c *console) whom(ctx context.Context, words string) (policy.Person, error) {
	if words == "" {
		return policy.Person{}, c.errorf(text{"say who: a name, an apartment or a handle", "请指明人员：姓名、房号或编号"})
	}
	found, err := c.desk.Find(ctx, c.who, words)
	switch {
	case err != nil:
		return policy.Person{}, err
	case len(found) == 0:
		return policy.Person{}, desk.ErrNoPerson
	case len(found) == 1:
		return found[0], nil
	case exact(found, words) >= 0:
		return found[exact(found, words)], nil
	case len(found) > 9:
		return policy.Person{}, c.errorf(text{"%d people fit; say more", "有 %d 人符合，请输入更多"}, len(found))
	}
	for i, p := range found {
		c.printf(text{"%d  %s", "%d  %s"}, i+1, name(p))
	}
	c.line.flush()
	s, err := c.ask(text{"Which number? ", "选择编号："})
	if err != nil {
		return policy.Person{}, err
	}
	if len(s) != 1 || s[0] < '1' || int(s[0]-'0') > len(found) {
		return policy.Person{}, errNothingDone
	}
	return found[s[0]-'1'], nil
}

// exact is the only one of found whose name, apartment or handle is words, or -1: 12 means apartment 12, not 112 as well.
func exact(found []policy.Person, words string) int {
	at := -1
	for i, p := range found {
		if p.Name.Reveal() == words || p.Apartment.Reveal() == words || p.ID.String() == words {
			if at >= 0 {
				return -1
			}
			at = i
		}
	}
	return at
}

func person(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	p, err := c.whom(ctx, a.rest())
	if err != nil {
		return err
	}
	if err := c.describe(p, a.has("json")); err != nil || a.has("json") {
		return err
	}
	if err := c.tellNeverIn(ctx, p); err != nil {
		return err
	}
	return c.tellRenewal(ctx, p)
}

// describe shows a person: what is written about them, then their credentials.
func (c *console) describe(p policy.Person, asJSON bool) error {
	if !asJSON {
		c.facts([]fact{
			{text{"handle", "编号"}, p.ID.String()}, {text{"name", "姓名"}, p.Name.Reveal()}, {text{"apartment", "房号"}, p.Apartment.Reveal()},
			{text{"language", "语言"}, p.Lang}, {text{"lease from", "租期自"}, c.date(p.From)}, {text{"lease ends", "租期至"}, c.lastDay(p.Until)},
			{text{"groups", "分组"}, strings.Join(p.Groups, ", ")}, {text{"blocked", "停用"}, c.cell(p.Blocked)},
			{text{"under 14", "未满 14 周岁"}, c.minor(p.Face)}, {text{"more time", "延长开门"}, when(p.LongOpen, c.cell(true))},
			{text{"face", "人脸"}, c.faceState(p.Face)},
		})
	}
	if len(p.Credentials) == 0 && !asJSON {
		c.say(text{"No card, PIN or pass yet.", "尚无卡、PIN 或通行码。"})
		return nil
	}
	t := table{cols: []column{
		{"key", text{"key", "凭证号"}},
		{"kind", text{"kind", "类型"}},
		{"label", text{"label", "标签"}},
		{"used", text{"last used", "最近使用"}},
		{"clonable", text{"can be copied", "可被复制"}},
		{"revoked", text{"revoked", "已作废"}},
	}}
	for _, k := range p.Credentials {
		t.add(shortID(k), word(k.Kind), k.Label, c.date(k.LastUsed), k.Clonable, k.Revoked)
	}
	return c.show(t, asJSON)
}

// minor says whether somebody is under 14, and which parent or guardian consented for them.
func (c *console) minor(f policy.FaceConsent) string {
	if !f.Minor || f.Guardian == "" {
		return when(f.Minor, c.cell(true))
	}
	return c.cell(true) + ", " + f.Guardian + " " + f.GuardianName.Reveal()
}

func when(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func (c *console) faceState(f policy.FaceConsent) string {
	words := map[policy.FaceState]text{
		policy.FaceNever: {"not asked for", "未申请"}, policy.FaceRefused: {"refused", "已拒绝"},
		policy.FaceConsented: {"consented, not enrolled", "已同意，未录入"}, policy.FaceEnrolled: {"enrolled", "已录入"},
		policy.FaceWithdrawn: {"withdrawn", "已撤回"},
	}
	s := words[f.State].in(c.lang)
	if f.State == policy.FaceEnrolled && f.CardRequired {
		s += text{", only together with the card", "，须同时刷卡"}.in(c.lang)
	}
	if !f.At.IsZero() {
		s += ", " + c.time(f.At)
	}
	return s
}

var detailOptions = []string{"name=", "apartment=", "lang=", "from=", "until=", "block=", "group=", "minor", "minor=", "long-open", "long-open="}

func add(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, detailOptions...)
	if err != nil {
		return err
	}
	if a.rest() == "" {
		return c.misuse("add")
	}
	d := desk.Details{Name: policy.Private(a.rest()), Lang: c.lang}
	if err := c.details(a, &d); err != nil {
		return err
	}
	if err := c.askTwice(ctx, d, policy.PersonID{}); err != nil {
		return err
	}
	p, err := c.desk.AddPerson(ctx, c.who, d)
	if err != nil {
		return err
	}
	c.printf(text{"Added %s, handle %s. Next: card %[2]s", "已新增 %s，编号 %s。下一步：card %[2]s"}, name(p), p.ID)
	return c.tellNeverIn(ctx, p)
}

// askTwice asks before the same name and flat are written down a second time. self is whose they are already.
func (c *console) askTwice(ctx context.Context, d desk.Details, self policy.PersonID) error {
	same := func(a, b policy.Private) bool {
		return strings.EqualFold(strings.Join(strings.Fields(a.Reveal()), " "), strings.Join(strings.Fields(b.Reveal()), " "))
	}
	first := strings.Fields(d.Name.Reveal())
	if len(first) == 0 {
		return nil // the desk refuses it
	}
	found, err := c.desk.Find(ctx, c.who, first[0])
	if err != nil {
		return err
	}
	for _, p := range found {
		if p.ID != self && same(p.Name, d.Name) && same(p.Apartment, d.Apartment) {
			c.printf(text{"%s is here already, handle %s.", "%s 已登记，编号 %s。"}, name(p), p.ID)
			return c.certain(text{"Is this another person?", "是另一个人吗？"})
		}
	}
	return nil
}

// tellNeverIn says that somebody can never come in, where that is so.
func (c *console) tellNeverIn(ctx context.Context, p policy.Person) error {
	d, ok := c.desk.(AccessTeller)
	if !ok {
		return nil
	}
	why, err := d.NeverIn(ctx, c.who, p)
	if why != "" {
		c.printf(text{"! %s %s.", "！%s %s。"}, name(p), why)
	}
	return err
}

func change(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, detailOptions...)
	if err != nil {
		return err
	}
	if len(a.options) == 0 {
		return c.misuse("change")
	}
	p, err := c.whom(ctx, a.rest())
	if err != nil {
		return err
	}
	d := desk.Details{Name: p.Name, Apartment: p.Apartment, Lang: p.Lang, From: p.From, Until: p.Until,
		Groups: p.Groups, Minor: p.Face.Minor, LongOpen: p.LongOpen, Blocked: p.Blocked}
	if err := c.details(a, &d); err != nil {
		return err
	}
	if a.has("name") || a.has("apartment") {
		if err := c.askTwice(ctx, d, p.ID); err != nil {
			return err
		}
	}
	if p, err = c.desk.ChangePerson(ctx, c.who, p.ID, d); err != nil {
		return err
	}
	c.printf(text{"Changed %s.", "已更正 %s。"}, name(p))
	return c.tellNeverIn(ctx, p)
}

// details puts the options given into d.
func (c *console) details(a args, d *desk.Details) (err error) {
	if s, ok := a.options["name"]; ok {
		d.Name = policy.Private(s)
	}
	if s, ok := a.options["apartment"]; ok {
		d.Apartment = policy.Private(s)
	}
	if s, ok := a.options["group"]; ok {
		d.Groups = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '，' })
	}
	if s, ok := a.options["lang"]; ok {
		if s != "en" && s != "zh" {
			return c.errorf(text{"--lang is en or zh", "--lang 为 en 或 zh"})
		}
		d.Lang = s
	}
	for option, to := range map[string]*bool{"block": &d.Blocked, "minor": &d.Minor, "long-open": &d.LongOpen} {
		switch s, given := a.options[option]; {
		case given && (s == "yes" || s == ""): // --minor alone is a yes
			*to = true
		case given && s == "no":
			*to = false
		case given: // a slip must not let somebody in who is blocked
			return c.errorf(text{"--%s is yes or no", "--%s 为 yes 或 no"}, option)
		}
	}
	if d.From, err = c.day(a, "from", d.From, 0); err != nil {
		return err
	}
	d.Until, err = c.day(a, "until", d.Until, 1)
	return err
}

// day reads an option that is a date, the start of that day plus days; "none" is no limit.
func (c *console) day(a args, option string, before time.Time, days int) (time.Time, error) {
	s, ok := a.options[option]
	if !ok {
		return before, nil
	}
	if s == "none" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, c.o.Location)
	if err != nil {
		return before, c.errorf(text{"--%s is a date like 2027-01-31, or none", "--%s 为日期，如 2027-01-31，或 none"}, option)
	}
	return t.AddDate(0, 0, days), nil
}

// lastDay shows the end of a lease as people write it: the last day that is in it.
func (c *console) lastDay(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	return c.date(until.Add(-time.Nanosecond))
}

func remove(ctx context.Context, c *console, words []string) error {
	p, err := c.whom(ctx, strings.Join(words, " "))
	if err != nil {
		return err
	}
	c.printf(text{"This erases %s: name, lease, credentials, face. It cannot be undone.", "将删除 %s 的姓名、租期、凭证和人脸数据，无法恢复。"}, name(p))
	reason, err := c.ask(text{"Reason (lease end, own request, mistake): ", "原因（租期结束、本人要求、误录）："})
	if err != nil {
		return err
	}
	if reason == "" {
		return errNothingDone
	}
	if err := c.certain(text{"Erase?", "确认删除？"}); err != nil {
		return err
	}
	r, err := c.desk.RemovePerson(ctx, c.who, p.ID, reason)
	if err != nil {
		return err
	}
	c.say(text{"Erased.", "已删除。"})
	c.receipt(r)
	return nil
}
