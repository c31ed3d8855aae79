package console

import (
	"slices"
	"strings"

	"menshen/internal/screen"
)

// complete completes the word before pos as far as it is certain: a command, or the person that it
// is about. If more than one fits, it shows them.
func (c *console) complete(line string, pos int) (string, int) {
	if c.login == "" {
		return line, pos // no operator is logged in
	}
	start, word := lastWord(line[:pos])
	var fit []string
	if strings.TrimSpace(line[:start]) == "" {
		fit = c.fittingCommands(word)
	} else {
		fit = c.fittingPeople(line[:start], word)
	}
	var more string
	switch len(fit) {
	case 0:
		return line, pos
	case 1:
		more = quote(fit[0]) + " "
	default:
		if more = commonPrefix(fit); more == word {
			c.candidates(fit)
		}
		if strings.Contains(more, " ") {
			more = `"` + more
		}
	}
	return line[:start] + more + line[pos:], start + len(more)
}

// lastWord is where the last word of s begins, quotation mark included, and the word without it.
func lastWord(s string) (start int, word string) {
	var open rune
	for i, r := range s {
		switch {
		case open == r:
			open = 0
		case open == 0 && (r == '"' || r == '\''):
			open, start = r, i
		case open == 0 && r == ' ':
			start = i + 1
		}
	}
	return start, strings.Trim(s[start:], `"'`)
}

// candidates shows what fits above the line being typed; in plain mode it shows nothing.
func (c *console) candidates(fit []string) {
	if !c.plain {
		lines := screen.Hang(strings.Join(fit, "  "), c.width()-1, 0)
		_, _ = c.edit.Write([]byte(strings.Join(lines, "\n") + "\n"))
	}
}

func (c *console) fittingCommands(word string) []string {
	var fit []string
	for _, cmd := range c.commands {
		if strings.HasPrefix(cmd.name, word) && cmd.allows(c.who) {
			fit = append(fit, cmd.name)
		}
	}
	return fit
}

// maxShown is how many people Tab shows at most.
const maxShown = 20

// fittingPeople gives the apartments and names that begin with word, if the command
// is about a person. word has two letters at least: one would look up half the house,
// and each look-up is recorded.
func (c *console) fittingPeople(before, word string) []string {
	cmd, err := c.lookup(strings.Fields(before)[0])
	if err != nil || !cmd.person || len(word) < 2 {
		return nil
	}
	people, err := c.desk.Find(c.line.ctx, c.who, word)
	if err != nil {
		return nil
	}
	var fit []string
	for _, p := range people {
		for _, s := range []string{p.Apartment.Reveal(), p.Name.Reveal()} {
			if s = screen.Clean(s); strings.HasPrefix(s, word) {
				fit = append(fit, s)
			}
		}
	}
	slices.Sort(fit)
	fit = slices.Compact(fit)
	return fit[:min(len(fit), maxShown)]
}

func commonPrefix(s []string) string {
	p := []rune(s[0])
	for _, t := range s[1:] {
		r := []rune(t)
		n := 0
		for n < len(p) && n < len(r) && p[n] == r[n] {
			n++
		}
		p = p[:n]
	}
	return string(p)
}
