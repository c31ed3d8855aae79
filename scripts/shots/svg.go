package main

import (
	"fmt"
	"html"
	"strings"

	"github.com/hinshun/vt10x"

	"menshen/internal/screen"
)

// A cell of a terminal in the picture, in its user units.
const (
	cellWidth  = 8.4
	cellHeight = 18
	margin     = 14
)

// fonts are those that a browser may have. textLength keeps each run of text
// in its columns in any of them.
const fonts = `"DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", ` +
	`"PingFang SC", "Microsoft YaHei", monospace`

// filler stands in the second column of a wide character, for which vt10x has one column only.
const filler = '\ue000'

// look has the colours of a picture: of the paper, of the text, and the 16 of a terminal.
type look struct {
	paper, text string
	palette     [16]string
}

// dark is a terminal; light is a drawing on paper.
var (
	dark = look{"#14191f", "#d8dee6", [16]string{
		"#14191f", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#d8dee6",
		"#8b949e", "#ffa198", "#aff5b4", "#f2cc60", "#a5d6ff", "#e2c5ff", "#b3f0ff", "#ffffff"}}
	light = look{"#ffffff", "#1f2328", [16]string{
		"#1f2328", "#b00020", "#1b5e20", "#7a4b00", "#1a5fb4", "#6639ba", "#1b7c83", "#57606a",
		"#57606a", "#b00020", "#1b5e20", "#7a4b00", "#1a5fb4", "#6639ba", "#1b7c83", "#1f2328"}}
)

// colour of c, or instead where c is one of the terminal's defaults.
func (l look) colour(c vt10x.Color, instead string) string {
	switch {
	case c == vt10x.DefaultFG:
		return l.text
	case c == vt10x.DefaultBG:
		return l.paper
	case int(c) < len(l.palette):
		return l.palette[c]
	}
	return instead
}

// widen puts a filler behind each wide character.
func widen(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		if screen.Width(string(r)) == 2 {
			b.WriteRune(filler)
		}
	}
	return b.String()
}

// svg draws the rows of a terminal that are in use. title is for those who do not see the picture.
func svg(vt vt10x.Terminal, l look, title string) string {
	columns, rows := vt.Size()
	for rows > 1 && blank(vt, rows-1, columns) {
		rows--
	}
	width, height := float64(columns)*cellWidth+2*margin, float64(rows)*cellHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img">`,
		width, height, width, height)
	fmt.Fprintf(&b, "\n<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s" stroke="#8b949e" stroke-opacity=".5"/>`+"\n",
		l.paper)
	fmt.Fprintf(&b, "<g font-family='%s' font-size=\"14\" fill=\"%s\" xml:space=\"preserve\">\n", fonts, l.text)
	for y := range rows {
		for x := 0; x < columns; {
			x = run(&b, vt, l, x, y, columns)
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// run draws the text of one look from column x on, and gives the column after it.
func run(b *strings.Builder, vt vt10x.Terminal, l look, x, y, columns int) int {
	first := vt.Cell(x, y)
	wide := x+1 < columns && vt.Cell(x+1, y).Char == filler
	var text strings.Builder
	end := x
	for end < columns {
		g := vt.Cell(end, y)
		isWide := end+1 < columns && vt.Cell(end+1, y).Char == filler
		if g.FG != first.FG || g.BG != first.BG || g.Mode != first.Mode || isWide != wide ||
			(g.Char <= ' ') != (first.Char <= ' ') {
			break
		}
		text.WriteRune(g.Char)
		end++
		if isWide {
			end++
		}
	}
	left, length := margin+float64(x)*cellWidth, float64(end-x)*cellWidth
	if paper := l.colour(first.BG, l.paper); paper != l.paper {
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, margin+y*cellHeight,
			length, cellHeight, paper)
	}
	if first.Char <= ' ' {
		return end
	}
	style := ""
	if ink := l.colour(first.FG, l.text); ink != l.text {
		style = fmt.Sprintf(` fill="%s"`, ink)
	}
	const bold = 1 << 2 // of vt10x's modes, which have no names outside
	if first.Mode&bold != 0 {
		style += ` font-weight="700"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%d" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n",
		left, margin+y*cellHeight+13, length, style, html.EscapeString(text.String()))
	return end
}

// blank reports whether a row is empty.
func blank(vt vt10x.Terminal, y, columns int) bool {
	for x := range columns {
		if g := vt.Cell(x, y); g.Char > ' ' || g.BG != vt10x.DefaultBG {
			return false
		}
	}
	return true
}
