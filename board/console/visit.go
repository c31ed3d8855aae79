package console

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"
)

// console is one line with, at most, one operator on it.
type console struct {
	line  *line
	desk  Desk
	o     Options
	lang  string
	plain bool
	paged bool // long lists stop at each screenful

	commands []command
	edit     *editor
	history  history
	who      Session
	login    string // the name that the operator logged in with; empty: nobody is in
	failures int    // log-ins that failed in a row on this line
}

// errNotIn says that a log-in did not succeed.
var errNotIn = errors.New("not logged in")

func (c *console) greet() {
	c.print("")
	c.printf(text{"Menshen, door unit %s", "门神 门禁单元 %s"}, c.o.Unit)
	c.say(text{"At the log-in, ?plain suits screen readers and simple terminals, ?zh 为中文", "登录处输入 ?plain 用于读屏软件和简易终端，?en for English"})
}

// visit is one person's stay, from log-in to log-out.
func (c *console) visit(outer context.Context) error {
	ctx, end := context.WithCancelCause(outer)
	defer end(nil)
	idle := &idle{clock: c.o.Clock, d: c.o.Idle, out: func() { end(errIdle) }}
	defer idle.stop()
	c.line.attend(ctx, idle.touch, func() { end(errBreak) })
	c.history = history{}
	c.edit = newEditor(c.line, c.o.Width, c.o.Height, &c.history, c.complete)

	if err := c.logIn(ctx); err != nil {
		if ctx.Err() != nil {
			c.print("") // away from the prompt that nobody answered
		}
		return errors.Join(errNotIn, err)
	}
	err := c.stay(ctx)
	c.bye(ctx)
	c.who, c.login = Session{}, ""
	return err
}

// stay is the visit of somebody who is logged in. The log-out reaches the desk once, and as soon as ctx ends, even while
// the console hangs in a write.
func (c *console) stay(ctx context.Context) error {
	var once sync.Once
	who := c.who
	leave := func(why string) { once.Do(func() { c.desk.LogOut(who, why) }) }
	defer context.AfterFunc(ctx, func() { leave(reason(ctx, nil)) })()
	err := c.acknowledge(ctx)
	if err == nil {
		err = c.work(ctx)
	}
	leave(reason(ctx, err))
	return err
}

// reason is the word for the log-out that err, or the end of ctx, makes.
func reason(ctx context.Context, err error) string {
	switch {
	case errors.Is(context.Cause(ctx), errIdle):
		return errIdle.Error()
	case errors.Is(err, errAsked), errors.Is(err, ErrNotAcknowledged):
		return errAsked.Error()
	}
	return "line lost"
}

func (c *console) bye(ctx context.Context) {
	if c.line.gone() != nil {
		return
	}
	c.print("")
	if errors.Is(context.Cause(ctx), errIdle) {
		c.printf(text{"Logged out after %v without a key.", "%v 内无按键，已退出登录。"}, c.o.Idle)
		return
	}
	c.say(text{"Logged out.", "已退出登录。"})
}

// logIn asks for name and secret. After a failure the line rests, the longer the more there were.
func (c *console) logIn(ctx context.Context) error {
	name, err := c.ask(text{"log-in: ", "登录名: "})
	if err != nil {
		return err
	}
	if wish, ok := strings.CutPrefix(name, "?"); ok {
		return errors.Join(errNotIn, c.wish(ctx, wish))
	}
	if !validName(name) {
		return errNotIn
	}
	secret, err := c.askSecret(text{"secret: ", "密码: "})
	if err != nil {
		return err
	}
	defer secret.Wipe()
	err = c.during(ctx, func(ctx context.Context) (err error) {
		c.who, err = c.desk.LogIn(ctx, name, secret, c.lang, c.step)
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
		c.say(text{"?plain for plain text, ?zh 为中文, ?recover with the code of a sealed envelope", "?plain 纯文本，?en for English，?recover 使用密封恢复码"})
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
		return ErrNotAcknowledged
	}
	who, err := c.desk.Acknowledge(ctx, c.who)
	if err != nil {
		c.problem(err)
		return err
	}
	c.who = who
	return nil
}

// work reads and runs commands until the visit ends.
func (c *console) work(ctx context.Context) error {
	c.printf(text{"Welcome, %s (%s). Type help for what can be done.", "欢迎，%s（%s）。输入 help 查看可用命令。"}, c.login, c.who.Role)
	for {
		c.history.open = true
		s, err := c.read(c.login + "> ")
		c.history.open = false
		switch {
		case errors.Is(err, errBroken):
			continue
		case errors.Is(err, errTooLong):
			c.problem(err)
			continue
		case errors.Is(err, io.EOF) && c.line.gone() == nil:
			return errAsked // Ctrl-D
		case err != nil:
			return err
		}
		if err := c.execute(ctx, s); errors.Is(err, errAsked) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// execute runs one command line and tells what went wrong with it.
func (c *console) execute(ctx context.Context, s string) error {
	words, err := split(s)
	if err != nil {
		c.problem(err)
		return nil
	}
	if len(words) == 0 {
		return nil
	}
	cmd, err := c.lookup(words[0])
	if err == nil {
		err = c.during(ctx, func(ctx context.Context) error { return cmd.run(ctx, c, words[1:]) })
	}
	if err != nil && !errors.Is(err, errAsked) {
		c.problem(err)
	}
	return err
}

// during runs f so that Ctrl-C and the loss of the line end its context.
func (c *console) during(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer c.line.running(c.line.running(func() { cancel(errBroken) }))
	err := f(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errBroken) {
		return errBroken
	}
	return err
}

// rest makes the line wait, deaf, for d.
func (c *console) rest(ctx context.Context, d time.Duration) {
	_ = c.wait(ctx, d) // where ctx ended the next question finds out
	c.line.flush()
}

// idle calls out when d passes after a touch without another. Before the first touch nobody is there to be logged out.
type idle struct {
	mu    sync.Mutex
	clock Clock
	d     time.Duration
	out   func()
	timer Timer
	over  bool // called out, or stopped
}

func (i *idle) touch() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.timer != nil && !i.timer.Stop() {
		i.over = true
	}
	if !i.over {
		i.timer = i.clock.AfterFunc(i.d, i.out)
	}
}

func (i *idle) stop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.over = true
	if i.timer != nil {
		i.timer.Stop()
	}
}

// history keeps the commands of one visit. Answers to questions, secrets among them, never get in.
type history struct {
	open  bool
	lines []string
}

// maxHistory is how many commands the up key reaches.
const maxHistory = 100

func (h *history) Add(s string) {
	if !h.open || strings.TrimSpace(s) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == s {
		return
	}
	if len(h.lines) == maxHistory {
		h.lines = append(h.lines[:0], h.lines[1:]...)
	}
	h.lines = append(h.lines, s)
}

func (h *history) Len() int        { return len(h.lines) }
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
