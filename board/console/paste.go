package console

import (
	"context"
	"strings"
	"unicode/utf8"

	"menshen/board/lists"
	"menshen/internal/i18n"
)

// paste takes keys as they come from the line, faster than a person types, until a line that is a
// single dot. What is longer than a list may be is dropped; the reader of the list refuses it.
type paste struct {
	text []byte // the lines that are whole
	line []byte
	cut  bool // keys were lost before it began
}

// key takes one key; true: the dot came. The caller holds the line's lock.
func (p *paste) key(k rune) bool {
	switch {
	case k == keyLeave, k == keyEnter && strings.TrimSpace(string(p.line)) == ".":
		return true
	case k == markTooLong:
		p.cut = true
	case k == keyEnter:
		if len(p.text) <= lists.MaxBytes {
			p.text = append(append(p.text, p.line...), '\n')
		}
		clear(p.line)
		p.line = p.line[:0]
	case len(p.line) > lists.MaxBytes:
	case k == keyTab:
		p.line = append(p.line, '\t')
	case k > 0:
		p.line = utf8.AppendRune(p.line, k)
	}
	return false
}

// pasted reads lines until one that is a single dot, without showing them. The caller clears what
// it gives. Errors: errBroken for Ctrl-C; keys were lost.
func (c *console) pasted(ctx context.Context) ([]byte, error) {
	defer c.line.running(c.line.running(nil))
	if c.line.wasStopped() {
		return nil, errBroken
	}
	p := &paste{}
	before := c.line.onPaste(p) // before the question: a Ctrl-C that answers it must not become a part of the list
	c.say(i18n.M("console.paste-list",
		"Paste the list with its headings; it is not shown. A line with a single dot ends it."))
	err := c.untilEnter()
	c.line.onPaste(before) // from here on p is not written to
	switch {
	case err == nil && ctx.Err() != nil:
		err = errBroken
	case err == nil && p.cut:
		err = c.fail(i18n.M("console.paste-lost", "a part of the list was lost: paste it after this question is shown"))
	}
	clear(p.line)
	if err != nil {
		clear(p.text)
		return nil, err
	}
	return p.text, nil
}

// untilEnter waits for the end of a line whose keys others take.
func (c *console) untilEnter() error {
	for {
		k, err := c.line.next()
		if err != nil {
			return c.asBroken(err)
		}
		if k == keyEnter {
			return c.line.lineError()
		}
	}
}
