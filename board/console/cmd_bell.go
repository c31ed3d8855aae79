package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Front is what people at the door are told: the notice, and an answer to the bell.
type Front interface {
	// ShowNotice has the door show a person the notice; the zero person ends that.
	ShowNotice(ctx context.Context, s desk.Session, id policy.PersonID) error
	// AnswerBell answers a call; [desk.BellOpen] opens the door by the decision that it gives.
	AnswerBell(ctx context.Context, s desk.Session, a desk.BellAnswer) (policy.Decision, error)
}

// endNotice ends the notice at the door, after a no. A door that stops shows none.
func (c *console) endNotice(ctx context.Context) {
	if front, ok := c.desk.(Front); ok {
		_ = front.ShowNotice(ctx, c.who, policy.PersonID{})
	}
}

func bellCommands() []command {
	return []command{
		{name: "bell", usage: "coming|open|nobody", right: desk.OpensDoor, needs: has[Front], run: answerBell,
			about: i18n.M("console.help-bell",
				"answer whoever rang: somebody comes, the door opens, or nobody can come now"),
			example: "bell coming"},
	}
}

func answerBell(ctx context.Context, c *console, words []string) error {
	said := map[desk.BellAnswer]i18n.Message{
		desk.BellComing: i18n.M("console.bell-coming", "The door says that somebody comes."),
		desk.BellNobody: i18n.M("console.bell-nobody", "The door says that nobody can come now, and whom to call."),
	}
	if len(words) != 1 {
		return c.misuse("bell")
	}
	a := desk.BellAnswer(words[0])
	if _, ok := said[a]; !ok && a != desk.BellOpen {
		return c.misuse("bell")
	}
	d, err := c.desk.(Front).AnswerBell(ctx, c.who, a)
	if err != nil {
		return err
	}
	if a != desk.BellOpen {
		c.say(said[a])
		return nil
	}
	return c.opened(d)
}

// bellFact says that somebody waits at the bell.
func (c *console) bellFact(b *desk.Bell, lang i18n.Language) desk.Fact {
	f := desk.Fact{Name: "bell", State: lang.Say(i18n.M("console.bell-waits", "somebody rang at %s and waits; answer "+
		"with 'bell'", c.time(b.At)))}
	if b.Coming {
		f.State = lang.Say(i18n.M("console.bell-is-answered", "somebody rang at %s; they were told that somebody comes",
			c.time(b.At)))
	}
	return f
}
