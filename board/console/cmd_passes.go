package console

import (
	"context"
	"strconv"
	"strings"
	"time"

	"menshen/policy"
)

func passCommands() []command {
	return []command{
		{name: "pass", usage: "[HOST] [--hours N] [--uses N]", roles: keepsPeople, person: true, needs: has[Passes], run: pass,
			about:   text{"make a visitor's pass, shown once: digits, and a code for the camera; from staff without a host", "生成访客通行码（仅显示一次），不带接待人则由工作人员发放"},
			example: "pass 1204 --hours 4 --uses 2"},
		{name: "pass-end", usage: "KEY", roles: keepsPeople, needs: has[Passes], run: endPass,
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
	now := c.o.Clock.Now()
	p, err := c.desk.(Passes).AddPass(ctx, c.who, host.ID, now, now.Add(time.Duration(hours)*time.Hour), uses)
	if err != nil {
		return err
	}
	defer p.Code.Wipe()
	c.printf(text{"Pass %s, until %s, %d times.", "通行码 %s，有效至 %s，%d 次。"}, p.Key, c.time(p.Until), p.Uses)
	if len(p.Code) > 0 {
		c.printf(text{"At the keypad: %s#", "键盘输入：%s#"}, string(p.Code))
	}
	if !c.plain {
		for _, l := range halfBlocks(p.QR) {
			c.put(l + "\r\n")
		}
	}
	return nil
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
