package console

import (
	"context"
	"errors"
	"io"
	"sync"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// console is one line with, at most, one operator on it.
type console struct {
	line  *line
	desk  Desk
	o     Options
	lang  i18n.Language
	plain bool
	paged bool // long lists stop at each screenful
	rows  int  // printed since the last question

	commands []command
	edit     *editor
	history  history
	who      desk.Session
	login    string // the name that the operator logged in with; empty: no operator is logged in
	failures int    // log-ins that failed in a row on this line
}

// errNotIn says that a log-in did not succeed.
var errNotIn = errors.New("not logged in")

func (c *console) greet() {
	c.print("")
	c.say(i18n.M("console.greeting", "Menshen, door unit %s", c.o.Unit))
	if c.o.Once {
		c.say(i18n.M("console.ctrl-d-leaves", "Ctrl-D leaves."))
	}
	c.say(i18n.M("console.login-wishes", "At the log-in, ?plain suits screen readers and simple terminals, %s",
		c.otherLanguages()))
}

// visit is one person's stay, from log-in to log-out.
func (c *console) visit(outer context.Context) error {
	ctx, end := context.WithCancelCause(outer)
	defer end(nil)
	idle := &idle{clock: c.o.Clock, d: c.o.Idle, out: func() { end(errIdle) }}
	defer idle.stop()
	c.line.attend(ctx, idle.touch, func() { end(errBreak) })
	if c.o.Once { // others may wait for the place
		idle.touch()
	}
	c.history = history{}
	c.edit = newEditor(c.line, &c.history, c.complete)

	if err := c.logIn(ctx); err != nil {
		if ctx.Err() != nil {
			c.print("") // away from the prompt that was not answered
		}
		return errors.Join(errNotIn, err)
	}
	err := c.workAndLogOut(ctx)
	c.sayLoggedOut(ctx)
	c.who, c.login = desk.Session{}, ""
	return err
}

// workAndLogOut is the visit of an operator who is logged in. The log-out reaches the desk once,
// and as soon as ctx ends, even while the console hangs in a write.
func (c *console) workAndLogOut(ctx context.Context) error {
	var once sync.Once
	who := c.who
	leave := func(why string) { once.Do(func() { c.desk.LogOut(who, why) }) }
	if !c.o.Inline { // there nothing hangs
		defer context.AfterFunc(ctx, func() { leave(reason(ctx, nil)) })()
	}
	err := c.acknowledge(ctx)
	if err == nil {
		err = c.work(ctx)
	}
	leave(reason(ctx, err))
	return err
}

// reason is the word for a log-out by err, or by the end of ctx.
func reason(ctx context.Context, err error) string {
	switch {
	case errors.Is(context.Cause(ctx), errIdle):
		return errIdle.Error()
	case errors.Is(err, errAsked), errors.Is(err, desk.ErrNotAcknowledged):
		return errAsked.Error()
	}
	return "line lost"
}

func (c *console) sayLoggedOut(ctx context.Context) {
	if c.line.gone() != nil {
		return
	}
	c.print("")
	if errors.Is(context.Cause(ctx), errIdle) {
		c.say(i18n.M("console.logged-out-idle", "Logged out: no key was pressed for %v.", c.o.Idle))
		return
	}
	c.say(i18n.M("console.logged-out", "Logged out."))
}

// work reads and runs commands until the visit ends.
func (c *console) work(ctx context.Context) error {
	c.say(i18n.M("console.welcome", "Welcome, %s (%v). Type help to see what you can do.", c.login,
		i18n.Word(string(c.who.Role))))
	for {
		c.history.open = true
		c.askSize()
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
		if err := c.execute(ctx, s); errors.Is(err, errAsked) || errors.Is(err, desk.ErrEnded) {
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
	defer c.line.clearStopped()
	defer c.line.running(c.line.running(func() { cancel(errBroken) }))
	err := f(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errBroken) {
		return errBroken
	}
	return err
}
