package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

func doorCommands() []command {
	return []command{
		{name: "status", usage: "[--json]", run: status,
			about:   i18n.M("console.help-status", "show how the door and its parts are"),
			example: "status"},
		{name: "open", usage: "REASON", right: desk.OpensDoor, run: open,
			about:   i18n.M("console.help-open", "open the door once; the reason is recorded"),
			example: "open courier with a heavy parcel"},
		{name: "output", usage: "NAME REASON", right: desk.OpensDoor, needs: has[Outputs], run: switchOutput,
			about: i18n.M("console.help-output", "switch an output beside the door once, such as a garage; the "+
				"reason is recorded"),
			example: "output garage delivery van"},
	}
}

// fact is one line of a description.
type fact struct {
	name  i18n.Message
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
		w = max(w, screen.Width(c.lang.Say(x.name)))
	}
	for _, x := range f {
		line, under := c.lang.Say(x.name)+": ", 2
		if !c.plain {
			line, under = screen.Pad(c.lang.Say(x.name), w)+"  ", w+2
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
	return c.opened(d)
}

// opened says what came of opening the door.
func (c *console) opened(d policy.Decision) error {
	if !d.Grant {
		return c.fail(i18n.M("console.door-stays-locked", "the door stays locked: %s", string(d.Reason)))
	}
	c.say(i18n.M("console.door-opened", "Open for %v. Recorded.", d.Release))
	return nil
}

// Outputs are the relays beside the door, with rights of their own.
type Outputs interface {
	// SwitchOutput switches one once, and gives how long it is on. The reason is recorded.
	SwitchOutput(ctx context.Context, s desk.Session, output, reason string) (time.Duration, error)
}

func switchOutput(ctx context.Context, c *console, words []string) error {
	if len(words) < 2 {
		return c.misuse("output")
	}
	d, err := c.desk.(Outputs).SwitchOutput(ctx, c.who, words[0], strings.Join(words[1:], " "))
	if err != nil {
		return err
	}
	c.say(i18n.M("console.output-switched", "On for %v. Recorded.", d))
	return nil
}

func status(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	who := c.who
	if a.has("json") {
		who.Lang = i18n.English // scripts do not change with the language
	}
	s, err := c.desk.Status(ctx, who)
	if err != nil {
		return err
	}
	t := table{cols: []column{{"part", i18n.M("console.part", "part")}, {"state", i18n.M("console.state", "state")},
		{"fault", i18n.M("console.fault", "fault")}}}
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
	// the table has no room for it
	c.say(i18n.M("console.faces-off-and-remedy", "Faces are off. %s. %s", s.FacesOff, s.FacesFix))
	return nil
}

// statusFacts puts the whole status into one list in a language, what matters most first.
func (c *console) statusFacts(s desk.Status, lang i18n.Language) []desk.Fact {
	door := lang.Say(i18n.Word(string(s.Door)))
	if s.Unlocked {
		door += lang.Say(i18n.M("console.unlocked", ", unlocked"))
	}
	if s.LockedDown {
		door += lang.Say(i18n.M("console.lockdown", ", lockdown"))
	}
	faces := desk.Fact{Name: "faces", State: lang.Say(i18n.M("console.faces-on",
		"on, %d of %d people", s.WithFace, s.People))}
	if s.FacesOff != "" {
		faces.State, faces.Fault = lang.Say(i18n.M("console.off", "off")), s.FacesOff
		if s.FacesFix != "" {
			faces.Fault += "; " + s.FacesFix
		}
	}
	clock := desk.Fact{Name: "clock", Fault: s.ClockDoubt,
		State: c.time(s.At) + " " + c.zone() + ", " + lang.Say(desk.ClockFrom(s.ClockFrom))}
	facts := []desk.Fact{{Name: "door", State: door}}
	if s.Bell != nil {
		facts = append(facts, c.bellFact(s.Bell, lang))
	}
	if s.Door == desk.NoDoor {
		facts = append(facts, clock, s.Store)
	} else {
		facts = append(facts, faces, clock, s.Camera, s.Store)
	}
	facts = append(facts, s.Readers...)
	facts = append(facts, s.Others...)
	if n := c.line.noise(); n > 0 {
		facts = append(facts, desk.Fact{Name: "this line",
			State: lang.Say(i18n.M("console.line-noise", "%d bytes of noise", n))})
	}
	return append(facts, desk.Fact{Name: "running", State: s.Uptime.Truncate(time.Second).String()})
}
