package console

import (
	"context"
	"strconv"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/policy"
)

func passCommands() []command {
	return []command{
		{name: "pass", usage: "[HOST] [--hours N] [--uses N]", right: desk.KeepsPeople, person: true, needs: has[Passes], run: pass,
			about:   text{"make a visitor's pass, shown once: digits, and a code for the camera; from staff without a host", "生成访客通行码（仅显示一次），不带接待人则由工作人员发放"},
			example: "pass 1204 --hours 4 --uses 2"},
		{name: "passes", usage: "[--json]", right: desk.ReadsPeople, needs: has[Passes], run: passes,
			about:   text{"list visitors' passes, until a day after their end", "列出访客通行码（到期一天后清除）"},
			example: "passes"},
		{name: "pass-end", usage: "KEY", right: desk.KeepsPeople, needs: has[Passes], run: endPass,
			about:   text{"end a visitor's pass at once", "立即作废访客通行码"},
			example: "pass-end 8c1f"},
	}
}

func pass(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "hours=", "uses=")
	if err != nil {
		return err
	}
	hours, err := c.number(a, "hours", 8, int(policy.MaxPass/time.Hour))
	if err != nil {
		return err
	}
	uses, err := c.number(a, "uses", 1, 100)
	if err != nil {
		return err
	}
	var host policy.Person
	if len(a.words) > 0 {
		if host, err = c.whom(ctx, a.rest()); err != nil {
			return err
		}
	}
	now := c.now(ctx)
	p, err := c.desk.(Passes).AddPass(ctx, c.who, host.ID, now, now.Add(time.Duration(hours)*time.Hour), uses)
	if err != nil {
		return err
	}
	defer p.Code.Wipe()
	c.printf(text{"Pass %s, until %s, %d times.", "通行码 %s，有效至 %s，%d 次。"}, p.ID, c.time(p.Until), p.Uses)
	if len(p.Code) > 0 {
		c.printf(text{"At the keypad: %s #", "键盘输入：%s #"}, inThrees(p.Code))
	}
	switch {
	case len(p.QR) == 0:
	case c.plain:
		c.say(text{"There is a QR code as well, which is a picture: type 'plain off' before making a pass to see it.", "另有二维码（图形）：生成前输入 plain off 可显示。"})
	default:
		for _, l := range halfBlocks(p.QR) {
			c.put(l + "\r\n")
		}
		c.say(text{"The visitor photographs this code and holds it up at the door. It is not shown again.", "访客拍下此码，到门前对准摄像头或扫码器。此码不再显示。"})
	}
	return nil
}

// inThrees is how people read long numbers.
func inThrees(digits desk.Secret) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(d)
	}
	return b.String()
}

// passes lists what pass made.
func passes(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	all, err := c.desk.(Passes).ListPasses(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"key", text{"key", "编号"}},
		{"host", text{"invited by", "接待人"}},
		{"by", text{"made by", "经办人"}},
		{"from", text{"from", "生效"}},
		{"until", text{"until", "截止"}},
		{"used", text{"used", "已用"}},
		{"uses", text{"of", "次数"}},
		{"state", text{"state", "状态"}},
	}}
	for _, p := range all {
		t.add(p.ID, p.Host.Reveal(), p.By, p.From, p.Until, p.Used, p.Uses, passWords[p.State])
	}
	return c.show(t, a.has("json"))
}

// passWords say how a pass stands.
var passWords = map[policy.Reason]word{
	"": "opens", policy.ReasonRevoked: "ended", policy.ReasonExpired: "over", policy.ReasonUsedUp: "used up", policy.ReasonNotYetValid: "not yet",
}

// number reads an option that is a number from 1 to most.
func (c *console) number(a args, option string, before, most int) (int, error) {
	s, ok := a.options[option]
	if !ok {
		return before, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, c.errorf(text{"--%s is a number from 1 to %d", "--%s 为 1 至 %d 的数字"}, option, most)
	}
	return n, nil
}

// quietZone is the light border that a QR code needs, in modules (ISO/IEC 18004, 6.3.8).
const quietZone = 4

// halfBlocks draws a QR code with two modules a character, in reverse: the terminal's light on its dark ground makes the light
// modules, as scanners want them.
func halfBlocks(m [][]bool) []string {
	if len(m) == 0 {
		return nil
	}
	light := func(x, y int) bool {
		x, y = x-quietZone, y-quietZone
		return y < 0 || y >= len(m) || x < 0 || x >= len(m[y]) || !m[y][x]
	}
	var lines []string
	for y := 0; y < len(m)+2*quietZone; y += 2 {
		var b strings.Builder
		for x := range len(m[0]) + 2*quietZone {
			upper, lower := light(x, y), light(x, y+1)
			switch {
			case upper && lower:
				b.WriteRune('█')
			case upper:
				b.WriteRune('▀')
			case lower:
				b.WriteRune('▄')
			default:
				b.WriteRune(' ')
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}

func endPass(ctx context.Context, c *console, words []string) error {
	if len(words) != 1 {
		return c.misuse("pass-end")
	}
	if err := c.certain(text{"End this pass?", "作废该通行码？"}); err != nil {
		return err
	}
	if err := c.desk.(Passes).EndPass(ctx, c.who, words[0]); err != nil {
		return err
	}
	c.say(text{"Ended.", "已作废。"})
	return nil
}
