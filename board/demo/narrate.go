package demo

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// narrator prints the steps, and under each what the unit recorded.
type narrator struct {
	out      io.Writer
	terminal any  // where out ends; it knows its width
	style    bool // it shows colours, bold and dim
	moves    bool // its cursor moves
	step     int
	people   []*actor // whose names the demo knows
}

func (n *narrator) paint(code, s string) string {
	if !n.style {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// begin announces a step.
func (n *narrator) begin(what string) {
	n.step++
	fmt.Fprintln(n.out)
	for _, l := range n.lines(fmt.Sprintf("%2d  %s", n.step, what), 4) {
		fmt.Fprintln(n.out, n.paint("1", l))
	}
}

// lines breaks a paragraph for the terminal as it is now.
func (n *narrator) lines(s string, indent int) []string {
	width, _ := screen.Size(n.terminal)
	return screen.Hang(s, width-1, indent)
}

// paragraph prints a paragraph, its further lines indented. head is painted dim in its first line.
func (n *narrator) paragraph(head string, indent int, s string) {
	for i, l := range n.lines(s, indent) {
		if i == 0 && head != "" {
			l = strings.Replace(l, head, n.paint("2", head), 1)
			l = strings.Replace(l, granted, n.paint("32;1", granted), 1)
			l = strings.Replace(l, denied, n.paint("31;1", denied), 1)
		}
		fmt.Fprintln(n.out, l)
	}
}

// say prints what is not a record.
func (n *narrator) say(format string, args ...any) {
	n.paragraph("", 4, "    "+fmt.Sprintf(format, args...))
}

// tell prints the records that were not told yet, and what the door told meanwhile.
func (s *story) tell() error {
	w, n := s.world, s.narrator
	es, err := w.unit.Records(w.seen)
	if err != nil {
		return err
	}
	for _, e := range es {
		w.seen = e.Seq
		if notNarrated[e.Kind] {
			continue
		}
		head := fmt.Sprintf("#%-3d %s", e.Seq, e.At.In(w.conf.Site.Location()).Format("15:04:05.000"))
		n.paragraph(head, 10, "    "+head+"  "+n.line(e))
	}
	s.tellFront()
	return nil
}

// notNarrated are records that would repeat the line above them.
var notNarrated = map[audit.Kind]bool{audit.LookedUp: true, audit.DecisionsLookedUp: true, audit.PeopleListed: true}

// How a decision begins.
const (
	granted = "GRANTED"
	denied  = "DENIED"
)

// line gives a record in one line, in the words of the console. It adds
// the names that the demo knows.
func (n *narrator) line(e store.Entry) string {
	var b strings.Builder
	switch {
	case e.Kind == audit.Decision && e.Grant:
		fmt.Fprintf(&b, "%s by %s: %v", granted, word(e.Means), e.Reason.Message())
	case e.Kind == audit.Decision:
		fmt.Fprintf(&b, "%s by %s: %v", denied, word(e.Means), e.Reason.Message())
	default:
		b.WriteString(word(e.Kind))
		if e.Reason != "" {
			fmt.Fprintf(&b, " (%s)", word(e.Reason))
		}
	}
	if !e.Person.IsZero() {
		fmt.Fprintf(&b, " · person %s%s", e.Person, n.nameOf(e.Person))
	}
	keys := make([]string, 0, len(e.Detail))
	for k := range e.Detail {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " · %s %s", word(k), short(word(e.Detail[k])))
	}
	for _, c := range e.Trace {
		if c.Detail != "" && (c.Rule == "alive" || c.Rule == "face known" || !c.Pass) {
			fmt.Fprintf(&b, " · %s: %v", word(c.Rule), c.Message())
		}
	}
	return b.String()
}

// word gives a stored word in plain English.
func word[S ~string](stored S) string { return i18n.Word(string(stored)).String() }

// nameOf gives a first name in brackets, if the demo knows it.
func (n *narrator) nameOf(id policy.PersonID) string {
	for _, p := range n.people {
		if p.id == id {
			first, _, _ := strings.Cut(p.name, " ")
			return " (" + first + ")"
		}
	}
	return ""
}

func short(s string) string {
	if len(s) > 24 && !strings.Contains(s, " ") {
		return s[:12] + "…"
	}
	return s
}
