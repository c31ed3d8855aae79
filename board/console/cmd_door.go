package console

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/screen"
)

func doorCommands() []command {
	return []command{
		{name: "status", usage: "[--json]", run: status,
			about:   text{"how the door and its parts are", "门及各部件状态"},
			example: "status"},
		{name: "open", usage: "REASON", right: desk.OpensDoor, run: open,
			about:   text{"open the door once; the reason is recorded", "开门一次，原因将被记录"},
			example: "open courier with a heavy parcel"},
	}
}

// fact is one line of a description.
type fact struct {
	name  text
	value string
}

// facts prints name and value.
func (c *console) facts(f []fact) {
	for _, l := range c.factLines(f) {
		c.print(l)
	}
}

// factLines are name and value, aligned except in plain mode; empty values are left out.
func (c *console) factLines(f []fact) (lines []string) {
	f = slices.DeleteFunc(f, func(x fact) bool { return x.value == "" })
	w := 0
	for _, x := range f {
		w = max(w, screen.Width(x.name.in(c.lang)))
	}
	for _, x := range f {
		line, under := x.name.in(c.lang)+": ", 2
		if !c.plain {
			line, under = screen.Pad(x.name.in(c.lang), w)+"  ", w+2
		}
		lines = append(lines, screen.Hang(line+x.value, c.width()-1, under)...)
	}
	return lines
}

func open(ctx context.Context, c *console, words []string) error {
	reason := strings.Join(words, " ")
	if reason == "" {
		return c.misuse("open")
	}
	d, err := c.desk.OpenDoor(ctx, c.who, reason)
	if err != nil {
		return err
	}
	if !d.Grant {
		return c.errorf(text{"the door stays closed: %s", "门未打开：%s"}, string(d.Reason))
	}
	c.printf(text{"Open for %v. Recorded.", "已开门 %v，已记录。"}, d.Release)
	return nil
}

func status(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	who := c.who
	if a.has("json") {
		who.Lang = "en" // scripts do not change with the language
	}
	s, err := c.desk.Status(ctx, who)
	if err != nil {
		return err
	}
	t := table{cols: []column{{"part", text{"part", "部件"}}, {"state", text{"state", "状态"}}, {"fault", text{"fault", "故障"}}}}
	for _, f := range c.statusFacts(s, who.Lang) {
		if c.plain && !a.has("json") {
			c.hanging(c.factLine(f), 2)
			continue
		}
		t.add(word(f.Name), f.State, f.Fault)
	}
	if len(t.rows) == 0 {
		return nil
	}
	if err := c.show(t, a.has("json")); err != nil || a.has("json") || s.FacesOff == "" {
		return err
	}
	c.paragraphs(text{"Faces are off. ", "人脸已停用。"}.in(c.lang) + s.FacesOff + text{". ", "。"}.in(c.lang) + s.FacesFix) // the table has no room for it
	return nil
}

// clockFrom says where the time comes from.
func clockFrom(source string) text {
	switch source {
	case "rtc":
		return text{"from the clock chip", "来自时钟芯片"}
	case "sync":
		return text{"from a source that the kernel follows, such as GPS", "来自内核跟随的时间源（如 GPS）"}
	case "bench":
		return text{"from the bench's computer", "来自测试用计算机"}
	case "operator":
		return text{"set by an operator", "由操作员校准"}
	case "floor":
		return text{"no older than the last time known", "不早于上次已知时间"}
	}
	return text{source, source}
}

// statusFacts puts the whole status into one list in a language, what matters most first.
func (c *console) statusFacts(s desk.Status, lang string) []desk.Fact {
	door := word(s.Door).in(lang)
	if s.Unlocked {
		door += text{", unlocked", "，未上锁"}.in(lang)
	}
	if s.LockedDown {
		door += text{", lockdown", "，封闭中"}.in(lang)
	}
	faces := desk.Fact{Name: "faces", State: fmt.Sprintf(text{"on, %d of %d people", "启用，%d / %d 人"}.in(lang), s.WithFace, s.People)}
	if s.FacesOff != "" {
		faces.State, faces.Fault = text{"off", "停用"}.in(lang), s.FacesOff
		if s.FacesFix != "" {
			faces.Fault += "; " + s.FacesFix
		}
	}
	clock := desk.Fact{Name: "clock", Fault: s.ClockDoubt, State: c.time(s.At) + " " + c.zone() + ", " + clockFrom(s.ClockFrom).in(lang)}
	facts := []desk.Fact{{Name: "door", State: door}, faces, clock, s.Camera, s.Store}
	facts = append(facts, s.Readers...)
	facts = append(facts, s.Others...)
	if n := c.line.noise(); n > 0 {
		facts = append(facts, desk.Fact{Name: "this line", State: fmt.Sprintf(text{"%d bytes of noise", "噪声 %d 字节"}.in(lang), n)})
	}
	return append(facts, desk.Fact{Name: "running", State: s.Uptime.Truncate(time.Second).String()})
}
