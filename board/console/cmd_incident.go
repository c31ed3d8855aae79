package console

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/internal/screen"
	"menshen/policy"
)

func incidentCommands() []command {
	return []command{
		{name: "incident", usage: "[open WORDS | write ID | letters ID | told ID people|authority | close ID]", right: desk.ReadsPeople, needs: has[Papers], run: incident,
			about:   text{"a suspected leak: open it at once, write it up, make the letters, record when each was sent", "疑似泄露：立即登记、填写、生成通知、记录发出时间"},
			example: "incident open the unit was found open, storage missing"},
	}
}

func incident(ctx context.Context, c *console, words []string) error {
	switch {
	case len(words) == 0:
		return c.incidents(ctx)
	case words[0] == "open" && len(words) > 1:
		i, err := c.desk.(Papers).OpenIncident(ctx, c.who, strings.Join(words[1:], " "))
		if err != nil {
			return err
		}
		return c.showIncident(i)
	case words[0] == "write" && len(words) == 2:
		return c.writeIncident(ctx, words[1])
	case words[0] == "letters" && len(words) == 2:
		paths, err := c.desk.(Papers).Letters(ctx, c.who, words[1])
		if err != nil {
			return err
		}
		c.say(text{"To those affected and to the authority, each in Chinese and English, to print (the same words beside them as .txt):", "致受影响者和主管部门，中英文各一份，可打印（同名 .txt 为纯文本）："})
		for _, p := range paths {
			if strings.HasSuffix(p, ".html") {
				c.print("  " + p)
			}
		}
		c.printf(text{"Send them now, then: incident told %s people, incident told %[1]s authority", "请立即发出，然后：incident told %s people，incident told %[1]s authority"}, words[1])
		return nil
	case words[0] == "told" && len(words) == 3 && (words[2] == "people" || words[2] == "authority"):
		return c.changeIncident(ctx, words[1], text{"Was the letter sent?", "通知是否已发出？"}, func(i *papers.Incident) {
			if words[2] == "people" {
				i.ToldPeople = c.o.Clock.Now()
			} else {
				i.ToldAuthority = c.o.Clock.Now()
			}
		})
	case words[0] == "close" && len(words) == 2:
		return c.changeIncident(ctx, words[1], text{"Is all that was planned done? A closed incident cannot be changed any more.", "计划措施是否已全部完成？关闭后不可更改。"},
			func(i *papers.Incident) { i.Closed = c.o.Clock.Now() })
	}
	return c.misuse("incident")
}

func (c *console) incidents(ctx context.Context) error {
	all, err := c.desk.(Papers).Incidents(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{{"id", text{"number", "编号"}}, {"noticed", text{"noticed", "发现时间"}}, {"people", text{"people", "人数"}}, {"what", text{"what", "情况"}},
		{"told_people", text{"people told", "已告知本人"}}, {"told_authority", text{"authority told", "已报告部门"}}, {"closed", text{"closed", "关闭"}}}}
	for _, i := range slices.Backward(all) {
		t.add(i.ID, moment(i.Noticed), i.People, inLang(i.What, c.lang), moment(i.ToldPeople), moment(i.ToldAuthority), moment(i.Closed))
	}
	return c.show(t, false)
}

func inLang(w notice.Words, lang string) string {
	if lang == "zh" && w.ZH != "" || w.EN == "" {
		return w.ZH
	}
	return w.EN
}

func (c *console) showIncident(i papers.Incident) error {
	c.printf(text{"Incident %s, noticed %s.", "事件 %s，发现于 %s。"}, i.ID, c.time(i.Noticed))
	c.printf(text{"%d people may be concerned, by what is stored here. Kinds of data: %s.", "根据本机所存，可能涉及 %d 人。数据种类：%s。"}, i.People, c.kindsTold(i.Kinds))
	if i.People > policy.FilingAt {
		c.printf(text{"More than %d people: tell the authority and those affected by %s.", "超过 %d 人：须在 %s 前报告主管部门并告知受影响者。"}, policy.FilingAt, c.time(i.Due()))
	} else {
		c.say(text{"Tell those affected and the authority at once.", "请立即告知受影响者并报告主管部门。"})
	}
	c.printf(text{"Next: incident write %s, incident letters %[1]s. The impact assessment is to be redone as well: assess new",
		"下一步：incident write %s，incident letters %[1]s。影响评估也须重做：assess new"}, i.ID)
	return nil
}

var chineseKinds = map[notice.Kind]string{notice.KindFaces: "人脸", notice.KindPeople: "人员资料", notice.KindCards: "卡和密码", notice.KindEntries: "进出记录", notice.KindStaff: "工作人员账户"}

// kindsTold lists kinds for reading; kindsList as they are typed.
func (c *console) kindsTold(kinds []notice.Kind) string {
	if c.lang != "zh" {
		return kindsList(kinds)
	}
	var s []string
	for _, k := range kinds {
		s = append(s, string(k)+" "+chineseKinds[k])
	}
	return strings.Join(s, "、")
}

func kindsList(kinds []notice.Kind) string {
	var s []string
	for _, k := range kinds {
		s = append(s, string(k))
	}
	return strings.Join(s, ", ")
}

// writeIncident asks for what the letters must say; what is there already stays with Enter.
func (c *console) writeIncident(ctx context.Context, id string) error {
	all, err := c.desk.(Papers).Incidents(ctx, c.who)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(i papers.Incident) bool { return i.ID == id })
	if at < 0 {
		return c.errorf(text{"there is no incident %q; incident shows all", "没有事件 %q；incident 查看全部"}, screen.Clean(id))
	}
	i := all[at]
	draft := "incident " + id
	if _, err := c.draft(ctx, draft, &i); err != nil {
		return err
	}
	c.say(text{"Enter leaves an answer as it is. Write in one language or, switching with lang, in both.", "回车保留原内容。可用一种语言填写，或用 lang 切换后填写另一种。"})
	for _, q := range []struct {
		ask text
		to  *notice.Words
	}{
		{text{"What happened, and how", "发生了什么、如何发生"}, &i.What},
		{text{"What it may lead to for those affected", "对受影响者可能造成的后果"}, &i.Effect},
		{text{"Measures taken", "已采取的措施"}, &i.Taken},
		{text{"Measures planned", "拟采取的措施"}, &i.Planned},
	} {
		if now := inLang(*q.to, c.lang); now != "" {
			c.paragraphs("  (" + now + ")")
		}
		s, err := c.ask(text{q.ask.en + ": ", q.ask.zh + "："})
		if err != nil {
			return err
		}
		if s != "" && c.lang == "zh" {
			q.to.ZH = s
		} else if s != "" {
			q.to.EN = s
		}
		if err := c.keep(ctx, draft, i); err != nil {
			return err
		}
	}
	if err := c.askFigures(&i); err != nil {
		return err
	}
	i, err = c.desk.(Papers).ChangeIncident(ctx, c.who, id, func(now *papers.Incident) {
		now.What, now.Effect, now.Taken, now.Planned, now.People, now.Happened, now.Kinds = i.What, i.Effect, i.Taken, i.Planned, i.People, i.Happened, i.Kinds
	})
	if err := errors.Join(err, c.keep(ctx, draft, nil)); err != nil {
		return err
	}
	return c.showIncident(i)
}

// askFigures asks how many people, since when, and which kinds of data.
func (c *console) askFigures(i *papers.Incident) error {
	err := c.askFor(text{"How many people may be concerned (" + strconv.Itoa(i.People) + "): ", "可能涉及人数（" + strconv.Itoa(i.People) + "）："}, func(s string) error {
		n, err := strconv.Atoi(s)
		switch {
		case s == "":
		case err != nil || n < 0:
			return c.errorf(text{"%q is no number of people", "%q 不是人数"}, screen.Clean(s))
		default:
			i.People = n
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = c.askFor(text{"When it happened, if known (2026-01-31 18:30, " + c.zone() + "): ", "发生时间，如已知（2026-01-31 18:30，" + c.zone() + "）："}, func(s string) error {
		t, err := time.ParseInLocation("2006-01-02 15:04", s, c.o.Location)
		switch {
		case s == "":
		case err != nil || t.After(c.o.Clock.Now()):
			return c.errorf(text{"%q is no time in the past: write it as 2026-01-31 18:30", "%q 不是过去的时间：请写作 2026-01-31 18:30"}, screen.Clean(s))
		default:
			i.Happened = t
		}
		return nil
	})
	if err != nil {
		return err
	}
	known := []notice.Kind{notice.KindFaces, notice.KindPeople, notice.KindCards, notice.KindEntries, notice.KindStaff}
	return c.askFor(text{"Kinds of data of " + kindsList(known) + " (" + kindsList(i.Kinds) + "): ", "数据种类，选自 " + c.kindsTold(known) + "（" + kindsList(i.Kinds) + "）："}, func(s string) error {
		var kinds []notice.Kind
		for _, k := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;，、；", r) }) {
			if !slices.Contains(known, notice.Kind(k)) {
				return c.errorf(text{"%q is no kind of data; write some of %s", "%q 不是数据种类；请从 %s 中选择"}, screen.Clean(k), kindsList(known))
			}
			kinds = append(kinds, notice.Kind(k))
		}
		if s != "" {
			i.Kinds = kinds
		}
		return nil
	})
}

func (c *console) changeIncident(ctx context.Context, id string, sure text, f func(*papers.Incident)) error {
	if err := c.certain(sure); err != nil {
		return err
	}
	if _, err := c.desk.(Papers).ChangeIncident(ctx, c.who, id, f); err != nil {
		return err
	}
	c.say(text{"On file.", "已存档。"})
	return nil
}
