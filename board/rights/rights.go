// Package rights writes a person's own page: all that is stored about them, in their language, as one HTML file that prints well
// and loads nothing (R-RIGHTS; PIPL 44 to 50). It is the copy that they take home.
//
// The page holds what the unit holds and no more: a credential is its kind and label, since its number is not stored; a face is
// how many templates there are and since when, since the vectors say nothing to a person and must not travel. It is pure: what it shows is given to it.
package rights

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/policy"
)

// Page is all that is stored about one person.
type Page struct {
	Person    policy.Person
	Stored    []Fact     // what else: "template", "consent", with size, date, hash, key epoch; never the data itself
	Notice    string     // the very words that they agreed to; empty: they did not
	Decisions []Decision // each decision about them that is still kept
	Acts      []Done     // each act on their data, look-ups included
}

// Fact is something that is stored.
type Fact struct{ Name, State string }

// Decision is one about them, as the audit log keeps it.
type Decision struct {
	Seq uint64
	policy.Decision
	Told string // how the door answered, by lamp and buzzer
}

// Done is something that an operator, or the unit itself, did with a person's data.
type Done struct {
	At   time.Time
	By   string // log-in name; "the unit itself" for what happens by itself
	What string
}

// Sheet is a person's page with what stands around it. Times are shown in At's zone.
type Sheet struct {
	Lang    string // the person's: "en" or "zh"
	At      time.Time
	Door    string
	Handler string
	Contact string
	Page
}

//go:embed sheet.html
var sheetText string

// HTML is the page.
func (s Sheet) HTML() (string, error) {
	t, err := template.New("sheet").Funcs(template.FuncMap{
		"t":      s.pick,
		"day":    s.day,
		"minute": s.minute,
		"face":   func(f policy.FaceConsent) string { return faceWords[f.State].in(s.Lang) },
		"way":    func(m policy.Means) string { return wayWords[m].in(s.Lang) },
		"kind":   func(k policy.CredentialKind) string { return kindWords[k].in(s.Lang) },
		"words":  func(r policy.Reason) string { return r.Text(s.Lang) },
		"failed": s.failed,
	}).Parse(sheetText)
	if err != nil {
		return "", fmt.Errorf("reading the page's template: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, s); err != nil {
		return "", fmt.Errorf("writing a person's page: %w", err)
	}
	return b.String(), nil
}

func (s Sheet) pick(en, zh string) string { return words{en, zh}.in(s.Lang) }

func (s Sheet) day(t time.Time) string {
	if t.IsZero() {
		return s.pick("none", "无")
	}
	return t.In(s.At.Location()).Format("2006-01-02")
}

func (s Sheet) minute(t time.Time) string {
	if t.IsZero() {
		return s.pick("never", "从未")
	}
	return t.In(s.At.Location()).Format("2006-01-02 15:04")
}

// LastDay is the last day of the lease, whose end is exclusive.
func (s Sheet) LastDay() time.Time {
	if s.Person.Until.IsZero() {
		return time.Time{}
	}
	return s.Person.Until.Add(-time.Second)
}

// failed gives the checks that a refusal came from, with their figures.
func (s Sheet) failed(r Decision) string {
	var all []string
	for _, c := range r.Trace {
		if !c.Pass {
			all = append(all, strings.TrimSpace(i18n.Word(c.Rule, s.Lang)+" "+i18n.Word(c.Text(s.Lang), s.Lang)))
		}
	}
	return strings.Join(all, s.pick("; ", "；"))
}
