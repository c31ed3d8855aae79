package profile

import (
	"fmt"
	"io"
	"strings"

	"menshen/board/config"
	"menshen/internal/i18n"
	"menshen/internal/screen"
)

// Drawing says how to draw a board.
type Drawing struct {
	Lang   i18n.Language
	Plain  bool // a list for screen readers and for paper
	Colour bool
}

// colours are SGR codes of the terminal, by kind.
var colours = map[Kind]string{
	Free: "2", Supply: "31", Ground: "90", Taken: "2", Relay: "1;35", Input: "32", Signal: "33", Data: "36", Line: "34",
}

// glyphs are the signs of a drawing.
type glyphs struct{ wire, free, used, first, taken, side, top, bottom string }

// glyphs gives the signs of the language. A terminal of a Chinese system may draw the finer ones
// two columns wide (UAX #11, "ambiguous"), which breaks the drawing, so Chinese has plain ones.
func (d Drawing) glyphs() glyphs {
	g := strings.Fields(d.Lang.Say(i18n.M("profile.glyphs", "─ ○ ● ■ ✗ │ ┌─────┐ └─────┘")))
	return glyphs{g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7]}
}

// Width is the most columns that a drawing takes; findings below it are wrapped to it.
const Width = 80

const (
	nameWidth = 6  // "GPIO17"
	sideWidth = 24 // of a wire and its label
)

// Draw draws the board with the wires of c, which may be nil, and below it the findings of [Check].
func (b *Board) Draw(w io.Writer, c *config.Config, found []Finding, d Drawing) error {
	var s strings.Builder
	title := b.Title + " (" + b.Name + ")"
	if c != nil {
		title = c.Unit.Name + ": " + title
	}
	s.WriteString(title + "\n")
	d.paragraph(&s, i18n.M("profile.pin-1", "Pin 1: %v", b.Pin1.Message()))
	if c == nil {
		d.paragraph(&s, i18n.M("profile.cameras", "Cameras: %v", b.Cameras.Message()))
	}
	if b.Cable.ID != "" && (c == nil || c.Cable.Enabled) {
		d.paragraph(&s, i18n.M("profile.cable", "Port for a laptop: %v", b.Cable.Message()))
	}
	s.WriteString("\n")
	uses := b.Uses(c, found)
	if d.Plain {
		b.list(&s, uses, c, d)
	} else {
		b.header(&s, uses, d)
	}
	if c != nil {
		s.WriteString("\n")
		d.paragraph(&s, b.rest(c))
		for _, m := range b.listOffHeader(c) {
			d.paragraph(&s, i18n.M("profile.not-on-header", "Not on the header: %v", m))
		}
		s.WriteString("\n" + d.Lang.Say(i18n.M("profile.power", "Supply and ground")) + "\n")
		for _, m := range b.power(c) {
			d.paragraph(&s, i18n.M("profile.power-of", "- %v", m))
		}
	}
	if len(found) > 0 {
		s.WriteString("\n")
	}
	for _, f := range found {
		d.paragraph(&s, f.Message())
	}
	_, err := io.WriteString(w, s.String())
	return err
}

// header draws the pins as they are on the board, two in a row.
func (b *Board) header(s *strings.Builder, uses map[string]Use, d Drawing) {
	g := d.glyphs()
	edge := strings.Repeat(" ", sideWidth+nameWidth+5)
	fmt.Fprintf(s, "%s%s\n", edge, g.top)
	for i := 0; i+1 < len(b.Pins); i += 2 {
		left, right := b.Pins[i], b.Pins[i+1]
		l, r := uses[left.Name], uses[right.Name]
		atLeft := fmt.Sprintf("%s %*s", g.draw(left, l, d.name(l), true), nameWidth, left.Name)
		atRight := strings.TrimRight(fmt.Sprintf("%-*s %s", nameWidth, right.Name,
			g.draw(right, r, d.name(r), false)), " ")
		fmt.Fprintf(s, "%s %2d %s %s %s %s %-2d %s\n",
			d.paint(l.Kind, atLeft), left.At, g.side, d.paint(l.Kind, g.pin(left, l)),
			d.paint(r.Kind, g.pin(right, r)), g.side, right.At, d.paint(r.Kind, atRight))
	}
	fmt.Fprintf(s, "%s%s\n", edge, g.bottom)
}

// draw draws a wire with its label at the outer end, or what a free pin can be used as.
func (g glyphs) draw(p Pin, u Use, label string, left bool) string {
	fill := g.wire
	if u.Of == "" {
		label, fill = p.Also, " "
		if u.Kind == Taken {
			label = g.taken + " " + p.Also
		}
	}
	label = screen.Cut(label, sideWidth-2)
	rest := strings.Repeat(fill, sideWidth-1-screen.Width(label))
	switch {
	case left && fill == " ":
		return rest + fill + label
	case left:
		return label + " " + rest
	case fill == " ":
		return label
	}
	return rest + " " + label
}

// pin gives the sign of a pin: square for pin 1, as on the board; hollow where nothing is wired;
// ! where the wire is refused.
func (g glyphs) pin(p Pin, u Use) string {
	switch {
	case u.Bad:
		return "!"
	case p.At == 1:
		return g.first
	case u.Kind == Taken:
		return g.taken
	case u.Kind == Free:
		return g.free
	}
	return g.used
}

func (d Drawing) paint(k Kind, s string) string {
	if !d.Colour {
		return s
	}
	return "\x1b[" + colours[k] + "m" + s + "\x1b[m"
}

func (d Drawing) name(u Use) string { return d.Lang.Say(wire(u.Of)) }

// list writes the pins one by one: with a configuration, only those with a wire.
func (b *Board) list(s *strings.Builder, uses map[string]Use, c *config.Config, d Drawing) {
	for _, p := range b.Pins {
		u := uses[p.Name]
		if c != nil && u.Of == "" {
			continue
		}
		parts := []i18n.Message{i18n.M("profile.pin", "pin %d, %s", p.At, p.Name)}
		switch {
		case u.Of != "" && u.Bad:
			parts = append(parts, i18n.M("profile.pin-refused", ": %v (refused)", wire(u.Of)))
		case u.Of != "":
			parts = append(parts, i18n.M("profile.pin-used", ": %v", wire(u.Of)))
		case u.Kind == Taken:
			parts = append(parts, i18n.M("profile.pin-not-used", ": not to be used"))
		}
		if p.Also != "" {
			parts = append(parts, i18n.M("profile.pin-also", ", also %s", p.Also))
		}
		if p.PowerUp != "" {
			parts = append(parts, i18n.M("profile.pin-pulled", ", pulled %v at power-up", pulls[p.PowerUp]))
		}
		s.WriteString(d.Lang.Say(i18n.Join(parts...)) + "\n")
	}
}

// paragraph wraps a text to [Width]; in plain, a text is one line.
func (d Drawing) paragraph(s *strings.Builder, m i18n.Message) {
	lines := []string{d.Lang.Say(m)}
	if !d.Plain {
		lines = screen.Hang(lines[0], Width, 2)
	}
	s.WriteString(strings.Join(lines, "\n") + "\n")
}
