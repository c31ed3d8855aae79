// Package screen prepares text for a terminal: how many columns it takes, where its lines may end,
// which characters are safe to send, and how large the terminal is.
//
// Widths and places to break are those of Unicode (UAX #11, #14, #29, by way of uniseg): a Chinese
// character takes two columns, and a line does not begin with a comma. Characters of ambiguous
// width count as one in every locale, so that the same text gives the same lines on each machine.
package screen

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// Clean makes s safe for a terminal: what could move the cursor, hide, reorder or
// colour text becomes U+FFFD, line ends too. Names come from people and card
// readers, and are shown to operators.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r):
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// Width gives how many columns s takes. Control characters count as nothing,
// and escape sequences as text.
func Width(s string) int { return uniseg.StringWidth(s) }

// Cut gives as much of s as n columns hold; the last of them is a ~ where something is left out.
func Cut(s string, n int) string {
	if Width(s) <= n {
		return s
	}
	w, end := 0, 0
	for _, c := range clusters(s) {
		if w += c.width; w > n-1 {
			break
		}
		end += len(c.text)
	}
	return s[:end] + "~"
}

// Pad makes s n columns wide, with spaces behind it or by [Cut].
func Pad(s string, n int) string {
	s = Cut(s, n)
	return s + strings.Repeat(" ", max(0, n-Width(s)))
}

// Wrap makes s clean and breaks it into lines of at most n columns: at its line ends, at spaces,
// and between wide characters. A word longer than a line is cut.
//
// A line of 60 columns or more, as texts laid out by hand have them, goes on in the next.
// Where a line of s begins like an entry of a list or of two columns, its further lines
// stand below the text, and lines that do so in s belong to it. Other lines keep the
// indentation that they begin with.
func Wrap(s string, n int) (lines []string) {
	for _, p := range paragraphs(s) {
		lines = append(lines, Hang(p, n, indentation(p, n))...)
	}
	return lines
}

// Hang breaks one paragraph as [Wrap] does, and indents lines after the first by so many columns.
func Hang(p string, n, indent int) (lines []string) {
	all := clusters(Clean(p))
	for room := n; ; room = max(1, n-indent) {
		line, rest := firstLine(all, room)
		if len(lines) > 0 {
			line = strings.Repeat(" ", indent) + line
		}
		lines = append(lines, strings.TrimRight(line, " "))
		for len(rest) > 0 && rest[0].text == " " {
			rest = rest[1:]
		}
		if all = rest; len(all) == 0 {
			return lines
		}
	}
}

// cluster is one character as a reader sees it.
type cluster struct {
	text   string
	width  int
	mayEnd bool // a line may end after it
}

// clusters splits s into clusters. A line may end at a space, and, of the other places that Unicode
// allows, beside a wide character: commands, options and paths stay whole.
func clusters(s string) (all []cluster) {
	for state := -1; s != ""; {
		c, rest, bounds, next := uniseg.StepString(s, state)
		width := bounds >> uniseg.ShiftWidth
		if last := len(all) - 1; last >= 0 && all[last].text != " " {
			all[last].mayEnd = all[last].mayEnd && (all[last].width == 2 || width == 2)
		}
		all = append(all, cluster{c, width, c == " " || bounds&uniseg.MaskLine != uniseg.LineDontBreak})
		s, state = rest, next
	}
	return all
}

// firstLine gives as much of a paragraph as n columns hold, and the rest. Spaces
// at a line's end take no room.
func firstLine(all []cluster, n int) (line string, rest []cluster) {
	w, end := 0, 0
	for i, c := range all {
		if w += c.width; w > n && c.text != " " {
			if end == 0 {
				end = max(i, 1)
			}
			return text(all[:end]), all[end:]
		}
		if c.mayEnd {
			end = i + 1
		}
	}
	return text(all), nil
}

func text(all []cluster) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteString(c.text)
	}
	return b.String()
}

// Longest gives the width of the widest piece of s that [Wrap] would not break.
func Longest(s string) (widest int) {
	w := 0
	for _, c := range clusters(s) {
		if c.text == " " || c.text == "\n" {
			w = 0
			continue
		}
		w += c.width
		widest = max(widest, w)
		if c.mayEnd {
			w = 0
		}
	}
	return widest
}

// OneLine gives a joined error on one line, for a log or a table.
func OneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
