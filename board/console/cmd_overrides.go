package console

import (
	"context"

	"menshen/board/desk"
)

// Overrides is for an emergency: what one operator sets for everybody at the door. It holds until it is ended, over a restart as well. A
// Desk that has it can do this.
type Overrides interface {
	// Lockdown keeps the door shut for all but exit, fire, staff and operators, or ends that.
	Lockdown(ctx context.Context, s desk.Session, on bool) error
	// Evacuate lets the door stand open for all, as fire does, or ends that.
	Evacuate(ctx context.Context, s desk.Session, on bool) error
}

func overrideCommands() []command {
	return []command{
		{name: "lockdown", usage: "on|off", right: desk.OpensDoor, needs: has[Overrides], run: lockdown,
			about:   text{"keep the door shut for all; exit, fire and staff still open", "封闭：对所有人关门，出门、火警和人工开门仍可用"},
			example: "lockdown on"},
		{name: "evacuate", usage: "on|off", right: desk.OpensDoor, needs: has[Overrides], run: evacuate,
			about:   text{"let the door stand open for all, as in fire", "疏散：如火警一样对所有人开门"},
			example: "evacuate on"},
	}
}

func lockdown(ctx context.Context, c *console, words []string) error {
	return override(ctx, c, "lockdown", words, c.desk.(Overrides).Lockdown,
		text{"Keep everybody out until this is ended?", "对所有人关门，直至解除？"}, text{"The door stays shut. To end it: lockdown off", "门已封闭。解除：lockdown off"})
}

func evacuate(ctx context.Context, c *console, words []string) error {
	return override(ctx, c, "evacuate", words, c.desk.(Overrides).Evacuate,
		text{"Let the door stand open for everybody until this is ended?", "对所有人开门，直至解除？"}, text{"The door stands open. To end it: evacuate off", "门已打开。解除：evacuate off"})
}

func override(ctx context.Context, c *console, verb string, words []string, do func(context.Context, desk.Session, bool) error, ask, done text) error {
	if len(words) != 1 || words[0] != "on" && words[0] != "off" {
		return c.misuse(verb)
	}
	if words[0] == "off" {
		if err := do(ctx, c.who, false); err != nil {
			return err
		}
		c.say(text{"Ended.", "已解除。"})
		return nil
	}
	if err := c.certain(ask); err != nil {
		return err
	}
	if err := do(ctx, c.who, true); err != nil {
		return err
	}
	c.say(done)
	return nil
}
