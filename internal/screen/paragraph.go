package screen

import (
	"strings"
	"unicode/utf8"
)

// full is the least width, in columns, of a line that was broken by hand: the next
// line goes on with its paragraph.
const full = 60

// paragraphs splits s at its line ends, except where a line stands below the text of the entry
// before, or follows a full line.
func paragraphs(s string) (all []string) {
	under := 0    // the column where the text of the last entry begins
	open := false // the line before was full, and not an entry
	for _, l := range strings.Split(s, "\n") {
		l = Clean(strings.TrimRight(l, "\r "))
		indent := len(l) - len(strings.TrimLeft(l, " "))
		goesOn := under > 0 && indent == under || open && indent == 0
		open = indent == 0 && entry(l) == 0 && Width(l) >= full
		if last := len(all) - 1; l != "" && goesOn && entry(l) == indent {
			all[last] = Join(all[last], l[indent:])
			continue
		}
		all = append(all, l)
		if under = entry(l); under == indent { // no entry, just indented
			under = 0
		}
	}
	return all
}

// Join joins two lines of one paragraph with a space, or without one beside a wide character.
func Join(a, b string) string {
	end, _ := utf8.DecodeLastRuneInString(a)
	begin, _ := utf8.DecodeRuneInString(b)
	if Width(string(end)) == 2 || Width(string(begin)) == 2 {
		return a + b
	}
	return a + " " + b
}

// bullets begin an entry of a list.
var bullets = []string{"· ", "- ", "* ", "→ ", "✓ ", "✗ ", "! "}

// entry gives the column where the text of an entry begins: after a bullet, or after the gap of two
// spaces or more behind its first column. Of other lines it is where they begin.
func entry(s string) int {
	body := strings.TrimLeft(s, " ")
	at := len(s) - len(body)
	for _, bullet := range bullets {
		if strings.HasPrefix(body, bullet) {
			return at + Width(bullet)
		}
	}
	if gap := strings.Index(body, "  "); gap > 0 {
		at += gap
		return Width(s[:at]) + len(s[at:]) - len(strings.TrimLeft(s[at:], " "))
	}
	return at
}

// indentation gives how far the further lines of a paragraph are indented: as far as its entry,
// where that leaves half of n columns.
func indentation(p string, n int) int {
	if at := entry(p); at <= n/2 {
		return at
	}
	return min(len(p)-len(strings.TrimLeft(p, " ")), n/2)
}
