package console

import (
	"context"
	"strconv"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/board/papers"
	"menshen/internal/screen"
	"menshen/policy"
)

func paperCommands() []command {
	return []command{
		{name: "assess", usage: "[new | form | file NAME]", right: desk.ReadsPeople, needs: has[Papers], run: assess,
			about:   text{"the impact assessment: show it, or write a new one, part by part or as a form in a file", "个人信息保护影响评估：查看，或逐项、以文件填写新的"},
			example: "assess new"},
		{name: "sign", right: desk.OpensDoor, needs: has[Papers], run: seeSign,
			about:   text{"confirm that you saw the sign at the camera", "确认已查看摄像头旁的提示标志"},
			example: "sign"},
		{name: "request", usage: "[add WHAT WHO | done NUMBER ANSWER]", right: desk.ReadsPeople, needs: has[Papers], run: requests,
			about:   text{"what people asked about their data, and by when each must be answered", "本人关于其信息的请求及答复期限"},
			example: "request add copy 1204"},
		{name: "filing", usage: "[elsewhere N | filed NUMBER AUTHORITY]", right: desk.ReadsPeople, needs: has[Papers], run: filing,
			about:   text{"people with a face over the whole site, and the filing with the authority", "整个场所的人脸人数及备案"},
			example: "filing elsewhere 1200"},
	}
}

// essay asks for some lines of text; an empty line ends them. An empty line alone leaves what there was before.
func (c *console) essay(title, guide text, before string) (string, error) {
	c.print("")
	c.say(title)
	c.say(guide)
	for _, l := range strings.Split(before, "\n") {
		if l != "" {
			c.paragraphs("  " + l)
		}
	}
	var lines []string
	for {
		line, err := c.ask(text{"> ", "> "})
		if err != nil {
			return "", err
		}
		switch {
		case line != "":
			lines = append(lines, line)
		case len(lines) > 0:
			return strings.Join(lines, "\n"), nil
		case before != "":
			return before, nil
		default:
			c.say(text{"This part cannot be left empty. Ctrl-C files nothing, and keeps what is written.", "此项不能为空。Ctrl-C 不存档，已填内容保留。"})
		}
	}
}

// parts are the four that an assessment must have (PIPL 55 and 56, FRT 9), with what to think of.
var parts = []struct {
	title, guide text
	of           func(*papers.Assessment) *string
}{
	{text{"1 of 4. Purpose, and why it is necessary", "1/4 目的和必要性"},
		text{"Why faces at this door, when a card opens it too? For whom, and about how many? Would less do? Is it lawful, for this one purpose?",
			"既然卡也能开门，为何使用人脸？面向哪些人、约多少人？能否采用影响更小的方式？目的是否合法、单一？"},
		func(a *papers.Assessment) *string { return &a.Necessity }},
	{text{"2 of 4. Impact on people", "2/4 对个人权益的影响"},
		text{"What does it mean for those who say yes, for those who say no, for children, elderly and disabled people, for visitors and passers-by?",
			"对同意者、拒绝者、未成年人、老年人和残障人士、访客及路人各有何影响？"},
		func(a *papers.Assessment) *string { return &a.Impact }},
	{text{"3 of 4. Risks", "3/4 安全风险"},
		text{"What if data leaks, somebody is taken for another, a photo opens, the unit is stolen, staff misuse it? How likely, how bad?",
			"数据泄露、误识、照片冒充、设备被盗、员工滥用：可能性和后果如何？"},
		func(a *papers.Assessment) *string { return &a.Risks }},
	{text{"4 of 4. Measures", "4/4 保护措施"},
		text{"What is done against each risk, and is it enough? The unit's own: templates only, encrypted, no network, erased at once with proof, every act on record. The site's: sign, training, who may do what, what happens after a leak.",
			"针对各项风险采取了哪些措施，是否与风险相适应？设备：仅存模板、加密、不联网、即时销毁并可证明、全部留痕。场所：标志、培训、权限、泄露处置。"},
		func(a *papers.Assessment) *string { return &a.Measures }},
}

func assess(ctx context.Context, c *console, words []string) error {
	file := len(words) == 2 && words[0] == "file"
	if !file && (len(words) > 1 || len(words) == 1 && words[0] != "new" && words[0] != "form") {
		return c.misuse("assess")
	}
	d := c.desk.(Papers)
	a, changed, err := d.Assessment(ctx, c.who)
	switch {
	case err != nil:
		return err
	case len(words) == 0:
		return c.showAssessment(a, changed)
	case words[0] == "form":
		return c.screen(c.wrapped(papers.Form))
	case c.who.Role != desk.Manager:
		return desk.ErrNotAllowed
	}
	var fresh papers.Assessment
	if file {
		fresh, err = d.AssessmentForm(ctx, c.who, words[1])
	} else {
		_, err = c.draft(ctx, assessment, &fresh)
	}
	if err != nil {
		return err
	}
	return c.writeAssessment(ctx, fresh, file)
}

// assessment is the name of its draft.
const assessment = "assessment"

// writeAssessment asks for the parts of an assessment, of a form only for those that it lacks, and files it. What is written is kept as a
// draft until then, so that neither a slip nor a lost line costs it.
func (c *console) writeAssessment(ctx context.Context, fresh papers.Assessment, form bool) error {
	c.say(text{"Four parts, each of one line or more; an empty line ends a part. Nothing is filed before you say yes at the end.",
		"共四部分，每部分一行或多行，空行结束。最后确认前不会存档。"})
	for _, p := range parts {
		part := p.of(&fresh)
		if form && *part != "" {
			continue
		}
		var err error
		if *part, err = c.essay(p.title, p.guide, *part); err != nil {
			return err
		}
		if err := c.keep(ctx, assessment, fresh); err != nil {
			return err
		}
	}
	if err := c.askAuthor(&fresh, form); err != nil {
		return err
	}
	if err := c.keep(ctx, assessment, fresh); err != nil {
		return err
	}
	if err := c.showAssessment(fresh, nil); err != nil {
		return err
	}
	if err := c.certain(text{"Put this on file? It cannot be changed afterwards, only followed by a new one.", "确认存档？存档后不可更改，只能另立新评估。"}); err != nil {
		return err
	}
	if err := c.desk.(Papers).PutAssessment(ctx, c.who, fresh); err != nil {
		return err
	}
	c.say(text{"On file. law shows how the rules stand now.", "已存档。law 查看各项规则现状。"})
	return c.keep(ctx, assessment, nil)
}

// assessedFor is how long an assessment may be valid, in years (FRT 9).
const assessedFor = 3

// askAuthor asks who answers for an assessment, and until when it is valid; Enter takes what stands there.
func (c *console) askAuthor(a *papers.Assessment, form bool) error {
	if !form || a.Author == "" {
		was := ""
		if a.Author != "" {
			was = " [" + a.Author + "]"
		}
		err := c.askFor(text{"Who answers for this assessment (name and function)" + was + ": ", "评估负责人（姓名和职务）" + was + "："}, func(s string) error {
			if s == "" && a.Author == "" {
				return c.errorf(text{"somebody must answer for it; write their name", "须有负责人，请填写姓名"})
			}
			if s != "" {
				a.Author = s
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	now := c.o.Clock.Now().In(c.o.Location)
	usable := func(t time.Time) bool { return t.After(now) && !t.After(now.AddDate(assessedFor, 0, 1)) }
	if form && usable(a.Until) {
		return nil
	}
	offer := now.AddDate(1, 0, 0)
	if usable(a.Until) {
		offer = a.Until
	}
	day := c.date(offer)
	return c.askFor(text{"Valid until (YYYY-MM-DD), or Enter for " + day + ": ", "有效期至（YYYY-MM-DD），回车为 " + day + "："}, func(s string) (err error) {
		if a.Until = offer; s == "" {
			return nil
		}
		if a.Until, err = time.ParseInLocation(time.DateOnly, s, c.o.Location); err != nil || !usable(a.Until) {
			return c.errorf(text{"%q cannot be taken: give a day from tomorrow on, within three years, such as %s", "%q 不可用：请填写明天起三年内的日期，如 %s"}, screen.Clean(s), day)
		}
		return nil
	})
}

func (c *console) showAssessment(a papers.Assessment, changed []string) error {
	if a.Until.IsZero() {
		c.say(text{"There is no impact assessment on file, and faces stay off without one. Write it: assess new", "尚无影响评估存档，人脸不可启用。填写：assess new"})
		return nil
	}
	var lines []string
	for _, p := range parts {
		lines = append(lines, c.wrapped(p.title.in(c.lang))...)
		for _, l := range strings.Split(*p.of(&a), "\n") {
			lines = append(lines, c.wrapped("  "+l)...)
		}
	}
	lines = append(lines, c.wrapped(text{"Answers for it: ", "负责人："}.in(c.lang)+a.Author)...)
	if !a.At.IsZero() {
		lines = append(lines, text{"Put on file: ", "存档时间："}.in(c.lang)+c.time(a.At))
	}
	lines = append(lines, text{"Valid until: ", "有效期至："}.in(c.lang)+c.date(a.Until))
	if len(changed) > 0 {
		lines = append(lines, c.wrapped(text{"Changed since: ", "此后有变更："}.in(c.lang)+strings.Join(changed, ", ")+text{". Redo it: assess new", "。请重新评估：assess new"}.in(c.lang))...)
	}
	return c.screen(lines)
}

func seeSign(ctx context.Context, c *console, words []string) error {
	if len(words) > 0 {
		return c.misuse("sign")
	}
	if err := c.certain(text{
		"Did you see the sign yourself, at the camera, today: in place, and readable before one is in view of the camera?",
		"您今天是否亲自查看了摄像头旁的标志：位置正确，且在进入画面前即可看清？"}); err != nil {
		return err
	}
	if err := c.desk.(Papers).SeeSign(ctx, c.who); err != nil {
		return err
	}
	c.say(text{"Recorded. Look again within half a year.", "已记录。请在半年内再次查看。"})
	return nil
}

func requests(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	d := c.desk.(Papers)
	switch {
	case len(a.words) == 0:
		all, err := d.Requests(ctx, c.who)
		if err != nil {
			return err
		}
		t := table{cols: []column{{"number", text{"number", "编号"}}, {"what", text{"asks to", "请求"}}, {"who", text{"who", "请求人"}},
			{"asked", text{"asked", "提出"}}, {"due", text{"answer by", "答复期限"}}, {"done", text{"answered", "已答复"}}, {"answer", text{"answer", "答复"}}}}
		for _, r := range all {
			t.add(r.ID, r.What, r.Who, moment(r.Asked), c.date(r.Due), moment(r.Done), r.Answer)
		}
		return c.show(t, a.has("json"))
	case a.words[0] == "add" && len(a.words) > 2:
		r, err := d.AddRequest(ctx, c.who, a.words[1], c.handleOf(ctx, strings.Join(a.words[2:], " ")))
		if err != nil {
			return err
		}
		c.printf(text{"Request %s, to be answered by %s at the latest; better now.", "请求 %s，最迟 %s 答复；最好当场办理。"}, r.ID, c.date(r.Due))
		return nil
	case a.words[0] == "done" && len(a.words) > 2:
		if err := d.AnswerRequest(ctx, c.who, a.words[1], strings.Join(a.words[2:], " ")); err != nil {
			return err
		}
		c.say(text{"On file.", "已存档。"})
		return nil
	}
	return c.misuse("request")
}

// handleOf is the handle of whom words describe, where that is one person; a paper needs no name then. Otherwise it is the words.
func (c *console) handleOf(ctx context.Context, words string) string {
	found, err := c.desk.Find(ctx, c.who, words)
	if err == nil && len(found) == 1 {
		return found[0].ID.String()
	}
	return words
}

func filing(ctx context.Context, c *console, words []string) error {
	d := c.desk.(Papers)
	switch {
	case len(words) == 0:
	case words[0] == "elsewhere" && len(words) == 2:
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return c.misuse("filing")
		}
		if err := d.PutElsewhere(ctx, c.who, n); err != nil {
			return err
		}
	case words[0] == "filed" && len(words) > 2:
		if err := d.PutFiled(ctx, c.who, strings.Join(words[2:], " "), words[1]); err != nil {
			return err
		}
	default:
		return c.misuse("filing")
	}
	here, f, err := d.Filing(ctx, c.who)
	if err != nil {
		return err
	}
	c.printf(text{"%d people with a face here, %d at other doors of the site only: %d; filing is due from %d.",
		"本门 %d 人，仅在场所其他门 %d 人，共 %d 人；达到 %d 人须备案。"}, here, f.Elsewhere, here+f.Elsewhere, policy.FilingAt)
	if !f.Reached.IsZero() {
		c.printf(text{"Reached on %s; file within %d working days.", "于 %s 达到；须在 %d 个工作日内备案。"}, c.time(f.Reached), policy.FilingDays)
	}
	if !f.Filed.IsZero() {
		c.printf(text{"Filed on %s with %s under %s.", "已于 %s 向%s备案，编号 %s。"}, c.time(f.Filed), screen.Clean(f.Authority), screen.Clean(f.Number))
	}
	return nil
}
