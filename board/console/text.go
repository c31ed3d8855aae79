package console

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// text is one sentence in both languages of the console.
type text struct{ en, zh string }

func (t text) in(lang string) string {
	if lang == "zh" {
		return t.zh
	}
	return t.en
}

// clean makes s safe for a terminal: whatever could move the cursor, hide, reorder or colour text becomes U+FFFD. Names come from
// people and card readers, and are shown to somebody with power over the door.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r) && !unicode.Is(unicode.Cf, r) {
			return r
		}
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return unicode.ReplacementChar
	}, s)
}

// columns is how many columns of a terminal s takes: two for a wide (East Asian) character, none for a combining mark.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, wide):
		return 2
	}
	return 1
}

// wide is what terminals draw two columns wide, by Unicode block (after UAX #11, East Asian Width W and F).
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, // Hangul Jamo, leading
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1}, // radicals, ideographic punctuation
		{Lo: 0x3041, Hi: 0xa4cf, Stride: 1}, // kana, bopomofo, ideographs, Yi
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, // Hangul syllables
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1}, // compatibility ideographs
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1}, // vertical and small forms
		{Lo: 0xff01, Hi: 0xff60, Stride: 1}, // full-width forms
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f300, Hi: 0x1faff, Stride: 1}, // pictographs
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1}, // ideographs, planes 2 and 3
	},
}

// pad fills s with spaces to n columns, or cuts it with an ellipsis.
func pad(s string, n int) string {
	if w := columns(s); w <= n {
		return s + strings.Repeat(" ", n-w)
	}
	var b strings.Builder
	w := 0
	for _, r := range s {
		if w += runeColumns(r); w > n-1 {
			w -= runeColumns(r)
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "~" + strings.Repeat(" ", max(0, n-1-w))
}

// wrap cuts s, which may have paragraphs, into lines of at most n columns, at spaces where there are any and between
// wide characters. Where a paragraph begins like an entry of a list or of two columns, its further lines stand below the text, and lines that do so
// in s belong to it.
func wrap(s string, n int) []string {
	var lines []string
	for _, paragraph := range paragraphs(s) {
		hang := min(hangs(paragraph), n/2)
		for room := n; ; room = n - hang {
			line, rest := firstLine([]rune(paragraph), room)
			if room < n {
				line = strings.Repeat(" ", hang) + line
			}
			lines = append(lines, strings.TrimRight(line, " "))
			if paragraph = strings.TrimLeft(rest, " "); paragraph == "" {
				break
			}
		}
	}
	return lines
}

// paragraphs cuts s at its line ends, except where a line stands below the text of the entry before.
func paragraphs(s string) (all []string) {
	under := 0 // the column where the text of the last entry begins
	for _, l := range strings.Split(s, "\n") {
		l = clean(strings.TrimRight(l, "\r "))
		body := strings.TrimLeft(l, " ")
		if last := len(all) - 1; under > 0 && body != "" && len(l)-len(body) == under && hangs(l) == under {
			all[last] += joint(all[last]) + body
			continue
		}
		all = append(all, l)
		if under = hangs(l); under == len(l)-len(body) { // no entry, just indented
			under = 0
		}
	}
	return all
}

// joint is what stands between two lines that are made one: nothing after a wide character.
func joint(before string) string {
	if r, _ := utf8.DecodeLastRuneInString(before); runeColumns(r) == 2 {
		return ""
	}
	return " "
}

// hangs is the column where the text of an entry begins: after a bullet, or after the gap of two spaces or more behind its first column.
func hangs(s string) int {
	body := strings.TrimLeft(s, " ")
	at := len(s) - len(body)
	for _, bullet := range []string{"· ", "- ", "* "} {
		if strings.HasPrefix(body, bullet) {
			return at + columns(bullet)
		}
	}
	if gap := strings.Index(body, "  "); gap > 0 {
		at += gap
		return columns(s[:at]) + len(s[at:]) - len(strings.TrimLeft(s[at:], " "))
	}
	return at
}

// firstLine is as much of p as n columns hold, and the rest.
func firstLine(p []rune, n int) (line, rest string) {
	w, cut := 0, 0 // cut: where the line may end
	for i, r := range p {
		if i > 0 && (r == ' ' || runeColumns(r) == 2 && !isClosing(r) || runeColumns(p[i-1]) == 2 && !isClosing(r)) {
			cut = i
		}
		if w += runeColumns(r); w > n {
			if cut == 0 {
				cut = max(i, 1)
			}
			return string(p[:cut]), string(p[cut:])
		}
	}
	return string(p), ""
}

// isClosing says that r may not begin a line.
func isClosing(r rune) bool {
	return strings.ContainsRune("，。；：、！？）》」』”’,.;:!?)", r)
}
