package console

import (
	"context"
	"errors"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// logIn asks for name and secret. Errors: io.EOF for Ctrl-D instead of a name. After a failure the
// line takes nothing for a while, longer with each one.
func (c *console) logIn(ctx context.Context) error {
	name, err := c.read(c.lang.Say(i18n.M("console.login-prompt", "log-in: ")))
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if wish, ok := strings.CutPrefix(name, "?"); ok {
		return errors.Join(errNotIn, c.answerWish(ctx, wish))
	}
	if !desk.ValidName(name) {
		return errNotIn
	}
	c.askSize()
	secret, err := c.askSecret(i18n.M("console.ask-secret", "secret: "))
	if err != nil {
		return err
	}
	defer secret.Wipe()
	err = c.during(ctx, func(ctx context.Context) (err error) {
		c.who, err = c.desk.LogIn(ctx, c.o.Line, name, secret, c.lang, c.step)
		return err
	})
	if err != nil {
		return c.failed(ctx, err)
	}
	c.failures, c.login = 0, name
	return nil
}

// failed tells why a log-in failed, and pauses the line.
func (c *console) failed(ctx context.Context, err error) error {
	c.problem(err)
	c.failures++
	c.pause(ctx, min(time.Duration(c.failures)*time.Second, 10*time.Second))
	return err
}

// answerWish does what can be asked for before a log-in.
func (c *console) answerWish(ctx context.Context, wish string) error {
	switch wish {
	case "plain":
		c.plain = true
		c.say(i18n.M("console.plain-text", "Plain text."))
	case "recover":
		if err := c.recovery(ctx); err != nil {
			return c.failed(ctx, err)
		}
	default:
		if !c.speak(wish) {
			c.say(i18n.M("console.wishes", "?plain for plain text, %s, ?recover with the code of a sealed envelope",
				c.otherLanguages()))
		}
	}
	return nil
}

// otherLanguages says how to change the language, each in its own words: "?zh 中文".
func (c *console) otherLanguages() string {
	var all []string
	for _, l := range c.o.Languages {
		if l != c.lang {
			all = append(all, "?"+l.Code()+" "+l.Say(ownName))
		}
	}
	return strings.Join(all, c.lang.Say(i18n.Comma))
}

// acknowledge shows the confidentiality commitment, if there is one to accept, and takes the
// operator's yes (R-OPERATOR).
func (c *console) acknowledge(ctx context.Context) error {
	k := c.who.Commitment
	if k == nil {
		return nil
	}
	c.say(i18n.M("console.commitment-version", "Confidentiality commitment, version %s:", k.Version))
	c.paragraphs(k.Text)
	yes, err := c.confirm(i18n.M("console.do-you-accept", "Do you accept it?"))
	if err != nil {
		return err
	}
	if !yes {
		c.say(i18n.M("console.commitment-declined", "Nothing can be done here without it."))
		return desk.ErrNotAcknowledged
	}
	who, err := c.desk.Acknowledge(ctx, c.who)
	if err != nil {
		c.problem(err)
		return err
	}
	c.who = who
	return nil
}

// pause takes no input for d.
func (c *console) pause(ctx context.Context, d time.Duration) {
	_ = c.wait(ctx, d) // if ctx ended, the next question finds out
	c.line.flush()
}
