package console

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"menshen/board/desk"
)

// logIn asks for name and secret; io.EOF: they left with Ctrl-D instead. After a failure the line rests, the longer the more there were.
func (c *console) logIn(ctx context.Context) error {
	name, err := c.read(text{"log-in: ", "登录名: "}.in(c.lang))
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if wish, ok := strings.CutPrefix(name, "?"); ok {
		return errors.Join(errNotIn, c.wish(ctx, wish))
	}
	if !validName(name) {
		return errNotIn
	}
	c.askSize()
	secret, err := c.askSecret(text{"secret: ", "密码: "})
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

// validName keeps noise on the line from becoming log-in attempts, which would lock accounts.
func validName(s string) bool {
	return s != "" && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
	}) < 0
}

// failed tells why somebody did not get in, and rests.
func (c *console) failed(ctx context.Context, err error) error {
	c.problem(err)
	c.failures++
	c.rest(ctx, min(time.Duration(c.failures)*time.Second, 10*time.Second))
	return err
}

// wish is what can be had before log-in.
func (c *console) wish(ctx context.Context, wish string) error {
	switch wish {
	case "plain":
		c.plain = true
		c.say(text{"Plain text.", "纯文本。"})
	case "zh", "en":
		c.lang = wish
		c.say(text{"English.", "中文。"})
	case "recover":
		if err := c.recovery(ctx); err != nil {
			return c.failed(ctx, err)
		}
	default:
		c.say(text{
			"?plain for plain text, ?zh 为中文, ?recover with the code of a sealed envelope",
			"?plain 纯文本，?en for English，?recover 使用密封恢复码"})
	}
	return nil
}

// acknowledge shows the confidentiality commitment, where there is one to accept, and takes the operator's yes (R-OPERATOR).
func (c *console) acknowledge(ctx context.Context) error {
	k := c.who.Commitment
	if k == nil {
		return nil
	}
	c.printf(text{"Confidentiality commitment, version %s:", "保密承诺书，版本 %s："}, k.Version)
	c.paragraphs(k.Text)
	yes, err := c.confirm(text{"Do you accept it?", "您接受吗？"})
	if err != nil {
		return err
	}
	if !yes {
		c.say(text{"Without it nothing can be done here.", "未接受则不能使用。"})
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

// rest makes the line wait, deaf, for d.
func (c *console) rest(ctx context.Context, d time.Duration) {
	_ = c.wait(ctx, d) // where ctx ended the next question finds out
	c.line.flush()
}
