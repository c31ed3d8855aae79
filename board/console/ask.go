package console

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/screen"
)

// read takes one line of input after a prompt. Errors: errBroken; errTooLong; io.EOF for Ctrl-D or
// a line that is gone; the cause when the visit ends.
func (c *console) read(prompt string) (string, error) {
	defer c.line.running(c.line.running(nil))
	if c.line.wasStopped() {
		return "", errBroken
	}
	prompt = c.lastLine(prompt)
	var s string
	var err error
	if c.plain {
		var b []byte
		b, err = c.readPlain(prompt, true)
		s = string(b)
		c.history.Add(s)
	} else {
		s, err = c.edit.readLine(prompt)
	}
	if err == nil {
		err = c.line.lineError()
	}
	return s, err
}

// roomForAnswer is how many columns a question leaves free, so that a short
// answer stands in the same line.
const roomForAnswer = 12

// lastLine prints a question without its last line, and gives that as the prompt.
func (c *console) lastLine(question string) string {
	question = screen.Clean(question)
	lines := screen.Wrap(question, max(c.width()-roomForAnswer, leastWidth))
	for _, l := range lines[:len(lines)-1] {
		c.print(l)
	}
	c.rows = 0
	return lines[len(lines)-1] + question[len(strings.TrimRight(question, " ")):]
}

// readPlain reads a line and echoes only characters, backspaces and spaces, or nothing without
// echo. The caller may wipe what it gives: there is no other copy.
func (c *console) readPlain(prompt string, echo bool) ([]byte, error) {
	p := &plainLine{c: c, echo: echo, s: make([]byte, 0, utf8.UTFMax*maxLine)}
	c.put(prompt)
	for {
		k, err := c.line.next()
		switch {
		case err != nil:
			p.erase(len(p.s))
			return nil, err
		case k == keyEnter:
			c.put("\r\n")
			return p.s, nil
		case k == keyLeave && len(p.s) == 0:
			return nil, io.EOF
		}
		p.key(k)
	}
}

// plainLine is a line being typed in plain mode.
type plainLine struct {
	c    *console
	echo bool
	s    []byte
}

func (p *plainLine) key(k rune) {
	switch {
	case k == keyErase:
		_, last := utf8.DecodeLastRune(p.s)
		p.erase(last)
	case k == keyEraseAll:
		p.erase(len(p.s))
	case k == keyTab && p.echo:
		p.complete()
	case k > 0 && len(p.s)+utf8.UTFMax <= cap(p.s):
		p.s = utf8.AppendRune(p.s, k)
		p.show(string(k))
	}
}

// erase takes the last n bytes away.
func (p *plainLine) erase(n int) {
	cut := p.s[len(p.s)-n:]
	w := screen.Width(string(cut))
	clear(cut)
	p.s = p.s[:len(p.s)-n]
	p.show(strings.Repeat("\b", w) + strings.Repeat(" ", w) + strings.Repeat("\b", w))
}

func (p *plainLine) complete() {
	if line, _ := p.c.complete(string(p.s), len(p.s)); strings.HasPrefix(line, string(p.s)) {
		p.show(line[len(p.s):])
		p.s = append(p.s[:0], line...)
	}
}

func (p *plainLine) show(s string) {
	if p.echo {
		p.c.put(s)
	}
}

// ask puts a question. Ctrl-C, Ctrl-D and an answer that is too long break off the command.
func (c *console) ask(q i18n.Message) (string, error) {
	s, err := c.read(c.lang.Say(q))
	return strings.TrimSpace(s), c.asBroken(err)
}

// asBroken gives errBroken for Ctrl-D in the place of an answer, as for Ctrl-C.
func (c *console) asBroken(err error) error {
	if errors.Is(err, io.EOF) && c.line.gone() == nil {
		c.print("")
		return errBroken
	}
	return err
}

// askSecret puts a question whose answer is not shown. What was typed before it is thrown away.
func (c *console) askSecret(q i18n.Message) (desk.Secret, error) {
	defer c.line.running(c.line.running(nil))
	if c.line.wasStopped() {
		return nil, errBroken
	}
	c.line.flush()
	s, err := c.readPlain(c.lastLine(c.lang.Say(q)), false)
	if err == nil {
		err = c.line.lineError()
	}
	if err != nil {
		desk.Secret(s).Wipe()
		return nil, c.asBroken(err)
	}
	return s, nil
}

// confirm asks for a typed yes; anything else is a no. What was typed before the
// question does not answer it.
func (c *console) confirm(q i18n.Message) (bool, error) {
	c.line.flush()
	answer := i18n.M("console.type-yes-or-no", "Type yes or no: ")
	one := i18n.M("console.question-and-answer", "%v %v", q, answer)
	if screen.Width(c.lang.Say(one)) < c.width()-roomForAnswer {
		answer = one
	} else if !c.line.wasStopped() {
		c.say(q)
	}
	s, err := c.ask(answer)
	return strings.EqualFold(s, "yes") || s == "是", err
}

// confirmOrStop is confirm for commands: a no is an error, so that nothing more happens.
func (c *console) confirmOrStop(q i18n.Message) error {
	yes, err := c.confirm(q)
	if err == nil && !yes {
		err = errNothingDone
	}
	return err
}

var errNothingDone = errors.New("nothing was done")
