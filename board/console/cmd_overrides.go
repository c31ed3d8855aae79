package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// Overrides are for an emergency: an operator locks or unlocks the door for all. An override holds
// until an operator ends it, also over a restart.
type Overrides interface {
	// Lockdown keeps the door locked for all but exit, fire, staffed release
	// and operators, or ends that.
	Lockdown(ctx context.Context, s desk.Session, on bool) error
	// Evacuate unlocks the door for all, as fire does, or ends that.
	Evacuate(ctx context.Context, s desk.Session, on bool) error
}

func overrideCommands() []command {
	return []command{
		{name: "lockdown", usage: "on|off", right: desk.OpensDoor, needs: has[Overrides], run: lockdown,
			about: i18n.M("console.help-lockdown",
				"lock the door for all; exit, fire and the staffed release still open it"),
			example: "lockdown on"},
		{name: "evacuate", usage: "on|off", right: desk.OpensDoor, needs: has[Overrides], run: evacuate,
			about:   i18n.M("console.help-evacuate", "unlock the door for all, as in a fire"),
			example: "evacuate on"},
	}
}

func lockdown(ctx context.Context, c *console, words []string) error {
	return override(ctx, c, "lockdown", words, c.desk.(Overrides).Lockdown,
		i18n.M("console.lockdown-sure", "Keep everybody out until the lockdown is ended?"),
		i18n.M("console.lockdown-on", "The door is locked down. To end it: lockdown off"))
}

func evacuate(ctx context.Context, c *console, words []string) error {
	return override(ctx, c, "evacuate", words, c.desk.(Overrides).Evacuate,
		i18n.M("console.evacuate-sure", "Unlock the door for everybody until the evacuation is ended?"),
		i18n.M("console.evacuation-on", "The door stands open. To end it: evacuate off"))
}

func override(ctx context.Context, c *console, verb string, words []string,
	do func(context.Context, desk.Session, bool) error, ask, done i18n.Message) error {
	if len(words) != 1 || words[0] != "on" && words[0] != "off" {
		return c.misuse(verb)
	}
	if words[0] == "off" {
		if err := do(ctx, c.who, false); err != nil {
			return err
		}
		c.say(i18n.M("console.override-ended", "Ended."))
		return nil
	}
	if err := c.confirmOrStop(ask); err != nil {
		return err
	}
	if err := do(ctx, c.who, true); err != nil {
		return err
	}
	c.say(done)
	return nil
}
