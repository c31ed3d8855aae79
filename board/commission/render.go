package commission

import (
	"bytes"
	"crypto/ed25519"
	_ "embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Signer signs a report: a store.Vault.
type Signer interface {
	Sign(purpose string, data []byte) []byte
	PublicKey() ed25519.PublicKey
}

var verdicts = map[Verdict]i18n.Message{
	Passed:     i18n.M("commission.passed", "passed"),
	PassedOpen: i18n.M("commission.passed-with-open-points", "passed, with open points"),
	Failed:     i18n.M("commission.failed", "FAILED"),
	Skipped:    i18n.M("commission.skipped", "skipped"),
	Absent:     i18n.M("commission.absent", "not there"),
	Open:       i18n.M("commission.not-finished", "not finished"),
}

// Message gives the verdict in words.
func (v Verdict) Message() i18n.Message {
	if m, ok := verdicts[v]; ok {
		return m
	}
	return i18n.Verbatim(string(v))
}

// marks show a verdict by shape, not by colour alone.
var marks = map[Verdict]string{Passed: "✓", PassedOpen: "✓", Failed: "✗", Skipped: "»", Absent: "–", Open: "○"}

func (v Verdict) Mark() string { return marks[v] }

// stamp gives a time as a report shows it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format("2006-01-02 15:04:05 -07:00")
}

// fact is a line at the top of a report.
type fact struct{ Name, Text i18n.Message }

// head gives the facts at the top of a report.
func (r *Report) head(key ed25519.PublicKey) []fact {
	n := map[Verdict]int{}
	for _, s := range r.Steps {
		n[s.Verdict]++
	}
	count := i18n.M("commission.count", "%d passed, %d failed, %d skipped, %d not at this door, %d open",
		n[Passed], n[Failed], n[Skipped], n[Absent], n[Open])
	lock := i18n.M("commission.fail-secure", "fail-secure: locked without power")
	if r.Lock == LockKind(true) {
		lock = i18n.M("commission.fail-safe", "fail-safe: unlocked without power")
	}
	return []fact{
		{i18n.M("commission.door", "Door"), i18n.Verbatim(r.Unit)},
		{i18n.M("commission.place", "Place"), i18n.Verbatim(r.Location)},
		{i18n.M("commission.steps", "Steps"), count},
		{i18n.M("commission.lock", "Lock, as declared"), lock},
		{i18n.M("commission.checked-by", "Checked by"), i18n.Verbatim(r.Operator + ", " + r.Role)},
		{i18n.M("commission.began", "Began"), i18n.Verbatim(stamp(r.Began))},
		{i18n.M("commission.ended", "Ended"), i18n.Verbatim(stamp(r.Ended))},
		{i18n.M("commission.board", "Board"), i18n.Verbatim(r.Board)},
		{i18n.M("commission.software", "Software"), i18n.Verbatim(r.Software)},
		{i18n.M("commission.unit", "Unit"), i18n.Verbatim(r.UnitID)},
		{i18n.M("commission.config-sha256", "Configuration, SHA-256"), i18n.Verbatim(r.Config)},
		{i18n.M("commission.public-key", "The unit's public key"), i18n.Verbatim(hex.EncodeToString(key))},
	}
}

// Notes gives what a result says besides its figures, in a language.
func (r Result) Notes(l i18n.Language) (notes []string) {
	if !r.Why.IsZero() {
		notes = append(notes, r.Why.In(l))
	}
	if !r.Remedy.IsZero() {
		notes = append(notes, l.Say(i18n.M("commission.what-to-do", "What to do: %s", r.Remedy.In(l))))
	}
	if !r.Remark.IsZero() {
		notes = append(notes, l.Say(i18n.M("commission.remark", "Remark: %s", r.Remark.In(l))))
	}
	return notes
}

// Text gives the report for a terminal or a printer, in one language and sealed.
func (r *Report) Text(l i18n.Language, by Signer) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n\n", l.Say(title), strings.ToUpper(l.Say(r.Verdict().Message())))
	for _, f := range r.head(by.PublicKey()) {
		if !f.Text.IsZero() {
			fmt.Fprintf(&b, "%s: %s\n", l.Say(f.Name), l.Say(f.Text))
		}
	}
	for i, s := range r.Steps {
		fmt.Fprintf(&b, "\n%2d. %s: %s\n", i+1, s.Title.In(l), l.Say(s.Verdict.Message()))
		if s.Verdict != Absent {
			fmt.Fprintf(&b, "    %s\n", l.Say(i18n.M("commission.expected", "Expected: %s", s.Expect.In(l))))
		}
		for _, n := range s.Notes(l) {
			fmt.Fprintf(&b, "    %s\n", n)
		}
		for _, v := range s.Values {
			fmt.Fprintf(&b, "    %s: %s\n", v.Name.In(l), v.Text.In(l))
		}
		if s.Tries > 0 {
			fmt.Fprintf(&b, "    %s\n", l.Say(i18n.M("commission.tried-at", "%s, try %d", stamp(s.At), s.Tries)))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", l.Say(howToVerify))
	return seal(b.Bytes(), false, by.Sign)
}

var (
	title       = i18n.M("commission.report", "Commissioning report")
	howToVerify = i18n.M("commission.how-to-verify",
		"The last line is the unit's signature over everything above it. On any machine: "+
			"menshen check verify FILE --key KEY, with the key that 'menshen audit key' prints at the unit.")
)

//go:embed report.html
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"both": catalogue.Both, "mark": Verdict.Mark, "stamp": stamp, "notes": bothNotes,
	"class": func(v Verdict) string { return strings.ReplaceAll(string(v), " ", "-") },
	"next":  func(i int) int { return i + 1 },
	"try":   func(n int) i18n.Message { return i18n.M("commission.try", "try %d", n) },
}).Parse(pageText))

// bothNotes gives a result's notes in both languages.
func bothNotes(r Result) (both []catalogue.Words) {
	zh := r.Notes(catalogue.In("zh"))
	for i, en := range r.Notes(i18n.English) {
		both = append(both, catalogue.Words{EN: en, ZH: zh[i]})
	}
	return both
}

// HTML gives the report as one sealed page in both languages. It needs no other file, and has the
// report as JSON inside for programs.
func (r *Report) HTML(by Signer) ([]byte, error) {
	raw, err := r.Encode()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	var toDo []Result
	for _, s := range r.Steps {
		if s.Verdict == Failed || s.Verdict == Skipped || s.Verdict == Open && !r.Ended.IsZero() {
			toDo = append(toDo, s)
		}
	}
	err = page.Execute(&b, struct {
		*Report
		ToDo                                 []Result // what failed or is open comes first
		Head                                 []fact
		Title, Installer, AcceptedBy, Verify i18n.Message
		JSON                                 template.JS // safe: json.Marshal escapes <
	}{r, toDo, r.head(by.PublicKey()), title, i18n.M("commission.installer", "Installer"),
		i18n.M("commission.accepted-by", "Accepted by"), howToVerify, template.JS(raw)})
	if err != nil {
		return nil, fmt.Errorf("writing the report's page: %w", err)
	}
	return seal(bytes.TrimRight(b.Bytes(), "\n"), true, by.Sign), nil
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	raw, err := r.Encode()
	if err != nil {
		return err
	}
	_, err = w.Write(append(raw, '\n'))
	return err
}
