package demo

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"menshen/store"
	"menshen/store/audit"
)

// narrator prints steps, and under each what the unit's audit log says of it.
type narrator struct {
	out   io.Writer
	style bool // a terminal that understands bold and dim
	step  int
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
	fmt.Fprintf(n.out, "\n%s\n", n.paint("1", fmt.Sprintf("%2d  %s", n.step, what)))
}

// say adds a line that is no record.
func (n *narrator) say(format string, args ...any) {
	fmt.Fprintf(n.out, "    %s\n", fmt.Sprintf(format, args...))
}

// tell prints the records that were not told yet.
func (w *world) tell(n *narrator) error {
	es, err := w.unit.Records(w.seen)
	if err != nil {
		return err
	}
	for _, e := range es {
		w.seen = e.Seq
		if untold[e.Kind] {
			continue
		}
		fmt.Fprintf(n.out, "    %s  %s\n", n.paint("2", fmt.Sprintf("#%-3d %s", e.Seq, e.At.In(w.conf.Site.Location()).Format("15:04:05.000"))), n.line(e))
	}
	return nil
}

// untold are records that would only repeat the line above them here.
var untold = map[audit.Kind]bool{audit.LookedUp: true, audit.DecisionsLookedUp: true, audit.PeopleListed: true}

// line is a record in one line, without names: as it is in the log.
func (n *narrator) line(e store.Entry) string {
	var b strings.Builder
	switch {
	case e.Kind == audit.Decision && e.Grant:
		fmt.Fprintf(&b, "%s by %s: %s", n.paint("32;1", "OPEN   "), e.Means, e.Reason.Text("en"))
	case e.Kind == audit.Decision:
		fmt.Fprintf(&b, "%s by %s: %s", n.paint("31;1", "REFUSED"), e.Means, e.Reason.Text("en"))
	default:
		b.WriteString(string(e.Kind))
		if e.Reason != "" {
			fmt.Fprintf(&b, " (%s)", e.Reason)
		}
	}
	if !e.Person.IsZero() {
		fmt.Fprintf(&b, " · person %s", e.Person)
	}
	keys := make([]string, 0, len(e.Detail))
	for k := range e.Detail {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " · %s %s", k, short(e.Detail[k]))
	}
	for _, c := range e.Trace {
		if c.Detail != "" && (c.Rule == "alive" || c.Rule == "face known" || !c.Pass) {
			fmt.Fprintf(&b, " · %s: %s", c.Rule, c.Detail)
		}
	}
	return b.String()
}

func short(s string) string {
	if len(s) > 24 && !strings.Contains(s, " ") {
		return s[:12] + "…"
	}
	return s
}
