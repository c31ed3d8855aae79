package console

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

func passCommands() []command {
	return []command{
		{name: "pass", usage: "[HOST] [--hours N] [--uses N] [--doors NAME,NAME] [--page | --label]",
			right: desk.KeepsPeople, person: true, needs: has[Passes], run: pass,
			about: i18n.M("console.help-pass", "make a visitor's pass, shown once: digits, and a code for the "+
				"camera; without a host it is from staff; --doors for other doors of the site, else it is for "+
				"this one; --page or --label to print it"),
			example: "pass 1204 --hours 4 --uses 2"},
		{name: "passes", usage: "[HOST] [--json]", right: desk.ReadsPeople, person: true, needs: has[Passes],
			run: passes,
			about: i18n.M("console.help-passes", "list visitors' passes, until a day after their end; of a host, "+
				"those that open"),
			example: "passes 1204"},
		{name: "pass-end", usage: "NUMBER", right: desk.KeepsPeople, needs: has[Passes], run: endPass,
			about: i18n.M("console.help-pass-end", "revoke a visitor's pass at once; other doors that it is for "+
				"do when they hear of it"),
			example: "pass-end 8c1f"},
	}
}

func pass(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "hours=", "uses=", "doors=", "page", "label")
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
		if host, err = c.findPerson(ctx, a.rest()); err != nil {
			return err
		}
	}
	now := c.now(ctx)
	var doors []string
	if a.has("doors") {
		doors = strings.Split(a.options["doors"], ",")
	}
	until := now.Add(time.Duration(hours) * time.Hour)
	p, err := c.desk.(Passes).AddPass(ctx, c.who, host.ID, now, until, uses, doors...)
	if err != nil {
		return err
	}
	defer p.Code.Wipe()
	c.say(i18n.M("console.pass-until-times", "Pass %s, until %s, %d times.", p.ID, c.time(p.Until), p.Uses))
	switch {
	case len(p.Doors) > 0:
		c.say(i18n.M("console.pass-doors", "Uses that each door has for now: %s. A door that has spent its own is "+
			"given more when the doors hear of each other.", passDoors(p)))
		c.sayNoPasses(p)
	case p.Other:
		c.say(i18n.M("console.pass-here-only", "It opens this door alone; --doors gate,lobby is for others."))
	}
	if len(p.Code) > 0 {
		c.say(i18n.M("console.keypad", "At the keypad: %s #", p.Code.Grouped()))
	}
	if a.has("page") || a.has("label") {
		path, err := c.desk.(Passes).PrintPass(ctx, c.who, p, a.has("label"))
		if err != nil {
			return err
		}
		c.say(i18n.M("console.pass-written",
			"To print: %s. Whoever has it can come in; it is deleted with the pass.", path))
		c.sayCarry(path)
		return nil
	}
	c.showCode(p)
	return nil
}

// passDoors says how many uses of a pass lie at which door.
func passDoors(p desk.Pass) string {
	var words []string
	for _, x := range p.Doors {
		words = append(words, x.Name+" "+strconv.Itoa(x.Left))
	}
	return strings.Join(words, ", ")
}

// sayNoPasses says at which doors of a pass it opens nothing.
func (c *console) sayNoPasses(p desk.Pass) {
	for _, x := range p.Doors {
		if x.None {
			c.say(i18n.M("console.pass-not-there", "! %s takes no passes, as it told last: this one opens nothing "+
				"there until its configuration says [passes] enabled = true.", x.Name))
		}
	}
}

// showCode shows a pass's QR code, where the terminal has room for all of it and for the prompt.
func (c *console) showCode(p desk.Pass) {
	lines := halfBlocks(p.QR)
	wide, high := len(p.QR)+2*quietZone+1, len(lines)+1
	switch {
	case len(lines) == 0:
	case c.plain:
		c.say(i18n.M("console.qr-code-hidden",
			"There is a QR code as well, which is a picture: type 'plain off' before making a pass to see it."))
	case wide > c.width() || high > c.height():
		c.say(i18n.M("console.qr-code-too-large", "There is a QR code as well, for which this terminal is too small: "+
			"it needs %d columns and %d lines. 'pass --page' makes a pass to print.", wide, high))
	default:
		c.say(i18n.M("console.pass-code-shown",
			"The visitor photographs this code and holds it up at the door. It is not shown again."))
		for _, l := range lines {
			c.put(l + "\r\n")
		}
	}
}

// passes lists the visitors' passes.
func passes(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	all, err := c.listPasses(ctx, a.rest())
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"key", i18n.M("console.pass-number", "number")},
		{"host", i18n.M("console.invited-by", "invited by")},
		{"by", i18n.M("console.made-by", "made by")},
		{"from", i18n.M("console.from", "from")},
		{"until", i18n.M("console.until", "until")},
		{"used", i18n.M("console.used", "used")},
		{"uses", i18n.M("console.of", "of")},
		{"state", i18n.M("console.state", "state")},
	}}
	shared := slices.ContainsFunc(all, func(p desk.PassState) bool { return len(p.Doors) > 0 })
	if shared {
		t.cols = append(t.cols, column{"left", i18n.M("console.pass-left-at", "left at")})
	}
	for _, p := range all {
		line := []any{p.ID, p.Host.Reveal(), p.By, p.From, p.Until, p.Used, p.Uses, word(p.Says())}
		if shared {
			line = append(line, passDoors(p.Pass))
		}
		t.add(line...)
	}
	return c.show(t, a.has("json"))
}

// listPasses gives all passes, or those of a host that open.
func (c *console) listPasses(ctx context.Context, host string) ([]desk.PassState, error) {
	if host == "" {
		return c.desk.(Passes).ListPasses(ctx, c.who)
	}
	p, err := c.findPerson(ctx, host)
	if err != nil {
		return nil, err
	}
	return c.desk.(Passes).PassesOf(ctx, c.who, p.ID)
}

// number reads an option that is a number from 1 to most.
func (c *console) number(a args, option string, before, most int) (int, error) {
	s, ok := a.options[option]
	if !ok {
		return before, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, c.fail(i18n.M("console.not-in-range", "--%s is a number from 1 to %d", option, most))
	}
	return n, nil
}

// quietZone is the light border that a QR code needs, in modules (ISO/IEC 18004, 6.3.8).
const quietZone = 4

// halfBlocks draws a QR code with two modules a character. It draws the light modules, which a
// terminal with a dark ground shows light, as scanners need them.
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
	if err := c.confirmOrStop(i18n.M("console.end-pass-sure", "Revoke this pass?")); err != nil {
		return err
	}
	if err := c.desk.(Passes).EndPass(ctx, c.who, words[0]); err != nil {
		return err
	}
	c.say(i18n.M("console.revoked", "Revoked."))
	return nil
}
