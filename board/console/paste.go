package console

import (
	"context"
	"strings"
	"sync"

	"menshen/board/lists"
	"menshen/internal/i18n"
)

// paste takes keys as they come from the line, faster than a person types, until a line that is a
// single dot. It holds lists of people in memory only.
type paste struct {
	mu   sync.Mutex
	text []byte
	from int // where the present line begins
	long bool
	cut  bool // keys were lost before it began
}

// key takes one key; true: the dot came.
func (p *paste) key(k rune) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case k == keyLeave:
		return true
	case k == markTooLong:
		p.cut = true
		return false
	case k == keyTab:
		k = '\t'
	case k == keyEnter:
		if strings.TrimSpace(string(p.text[p.from:])) == "." {
			p.text = p.text[:p.from]
			return true
		}
		k = '\n'
	case k <= 0:
		return false
	}
	if p.long = p.long || len(p.text) > lists.MaxBytes; p.long {
		p.text, p.from = p.text[:0], 0 // only the end is waited for
	}
	p.text = append(p.text, string(k)...)
	if k == '\n' {
		p.from = len(p.text)
	}
	return false
}

// pasted reads lines until one that is a single dot, without showing them. The caller clears what
// it gives. Errors: errBroken for Ctrl-C; [lists.ErrTooLarge].
func (c *console) pasted(ctx context.Context) ([]byte, error) {
	defer c.line.running(c.line.running(nil))
	if c.line.wasStopped() {
		return nil, errBroken
	}
	c.say(i18n.M("console.paste-list",
		"Paste the list with its headings; it is not shown. A line with a single dot ends it."))
	p := &paste{}
	defer c.line.onPaste(c.line.onPaste(p))
	for {
		k, err := c.line.next()
		if err != nil {
			clear(p.text)
			return nil, c.asBroken(err)
		}
		if k == keyEnter {
			break
		}
	}
	err := c.line.lineError()
	switch {
	case err == nil && ctx.Err() != nil:
		err = errBroken
	case err == nil && p.cut:
		err = c.fail(i18n.M("console.paste-lost", "a part of the list was lost: paste it after this question is shown"))
	case err == nil && p.long:
		err = lists.ErrTooLarge
	}
	if err != nil {
		clear(p.text)
		return nil, err
	}
	return p.text, nil
}
