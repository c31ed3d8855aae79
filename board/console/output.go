package console

import (
	"errors"
	"fmt"
	"strings"

	"menshen/board/desk"
	"menshen/internal/screen"
	"menshen/policy"
)

// put sends s as it is: prompts, and text that is clean already.
func (c *console) put(s string) { _, _ = c.line.Write([]byte(s)) } // a lost line shows at the next read

// print sends one line as long as it is: one of a table, or of JSON. Whatever could act on a terminal is replaced.
func (c *console) print(s string) {
	c.put(screen.Clean(s) + "\r\n")
	c.rows++
}

// say prints a fixed text, printf one with figures: in lines of the terminal's width, like all that is not a table.
func (c *console) say(t text) { c.paragraphs(t.in(c.lang)) }

func (c *console) printf(t text, a ...any) { c.paragraphs(fmt.Sprintf(t.in(c.lang), a...)) }

func (c *console) paragraphs(s string) {
	for _, l := range c.wrapped(s) {
		c.print(l)
	}
}

// hanging prints one paragraph, its further lines indented.
func (c *console) hanging(s string, indent int) {
	for _, l := range screen.Hang(s, c.width()-1, indent) {
		c.print(l)
	}
}

// wrapped is s in lines of the terminal's width. A line ends one column before it: what stands in the last column makes some terminals begin a new line.
func (c *console) wrapped(s string) []string { return screen.Wrap(s, c.width()-1) }

// width and height are the terminal's now.
func (c *console) width() int  { w, _ := c.line.size(); return w }
func (c *console) height() int { _, h := c.line.size(); return h }

// problem tells what went wrong, in the operator's language, with the remedy.
func (c *console) problem(err error) {
	if t, ok := wordOf(err); ok {
		c.say(t)
		return
	}
	c.printf(text{"Problem: %s", "问题：%s"}, strings.ReplaceAll(errorText(err, c.lang), "\n", "; "))
}

// wordOf gives the errors that the console words itself.
func wordOf(err error) (text, bool) {
	for _, w := range errorWords {
		if errors.Is(err, w.err) {
			var p *desk.Problem
			if errors.As(err, &p) {
				w.words.en += " " + p.Remedy
				w.words.zh += sentence(p.Remedy, "zh")
			}
			return w.words, true
		}
	}
	return text{}, false
}

var errorWords = []struct {
	err   error
	words text
}{
	{desk.ErrRefused, text{"Name or secret is wrong.", "登录名或密码错误。"}},
	{desk.ErrLockedOut, text{"Too many wrong tries here. Wait, 15 minutes at most, or log in at another line.", "此处错误次数过多。请等待（最多 15 分钟），或从其他线路登录。"}},
	{desk.ErrNotAcknowledged, text{"The confidentiality commitment must be accepted first.", "须先接受保密承诺书。"}},
	{desk.ErrNotAllowed, text{"Your role may not do that. Ask somebody whose role may.", "您的角色无此权限，请联系有权限的人员。"}},
	{desk.ErrEnded, text{"The session has ended. Log in again.", "会话已结束，请重新登录。"}},
	{desk.ErrNoPerson, text{"There is no such person. Try people to see all.", "没有此人。输入 people 查看所有人员。"}},
	{desk.ErrNoRecord, text{"There is no such record. Try decisions to see the last ones.", "没有此记录。输入 decisions 查看最近的记录。"}},
	{errNothingDone, text{"Nothing was done.", "未做任何更改。"}},
	{errBroken, text{"Broken off.", "已中断。"}},
	{errTooLong, text{"That line was too long and was ignored.", "该行过长，已忽略。"}},
	{errQuote, text{"A quotation mark is not closed.", "引号未闭合。"}},
}

// step shows progress of something that waits for a person at the door.
func (c *console) step(s desk.Step) {
	if s.Wanted > 0 {
		c.paragraphs(fmt.Sprintf("[%d/%d] %s", s.Done, s.Wanted, s.Text))
		return
	}
	c.paragraphs("... " + s.Text)
}

// receipt tells what an erasure left to keep.
func (c *console) receipt(r desk.Receipt) {
	if r.FaceGone {
		c.say(text{"The face was erased too.", "人脸数据已一并销毁。"})
	}
	if r.Serial != "" {
		c.printf(text{"Receipt %s: %s, %s", "回执 %s：%s，%s"}, r.Serial, c.time(r.At), r.Detail)
	}
}

// screen is a long answer: its lines are shown a screenful at a time where the operator wants that, counted from the last question.
func (c *console) screen(lines []string) error {
	for _, l := range lines {
		if c.paged && !c.plain && c.rows >= c.height()-1 {
			if err := c.more(); err != nil {
				return err
			}
		}
		c.print(l)
	}
	return nil
}

// more waits for Enter. Anything typed before it, or Ctrl-C, ends the list.
func (c *console) more() error {
	c.line.flush()
	s, err := c.ask(text{"-- more: Enter, or q -- ", "-- 继续按回车，结束按 q -- "})
	if err == nil && s != "" {
		err = errBroken
	}
	return err
}

// name shows a person: for the eyes of the operator only, and recorded by the Desk's look-up.
func name(p policy.Person) string {
	return strings.TrimSpace(p.Apartment.Reveal() + " " + p.Name.Reveal())
}
