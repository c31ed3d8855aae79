// Package rights writes a person's own page: all that is stored about them, in their language, as
// one HTML file that prints well and loads nothing (R-RIGHTS; PIPL 44 to 50). It is the copy that
// they take home.
//
// The page has what the unit stores: of a credential its kind and label, since its number is not
// stored; of a face how many templates there are and since when, since the numbers in them tell a
// person nothing and must not leave the unit. The package is pure: what it shows is given to it.
package rights

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
)

// Page is all that is stored about one person.
type Page struct {
	Person    policy.Person
	Stored    []Fact     // what else: "template", "consent", with size, date, hash; never the data
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
	Told string          // how the door answered, by lamp and buzzer
	Of   *policy.Attempt // what it was made of, as it is kept; nil: that was not kept
}

// Done is something that an operator, or the unit itself, did with a person's data.
type Done struct {
	At   time.Time
	By   string // log-in name; "the unit itself" for what happens by itself
	What string
}

// Sheet is a person's page with what stands around it. Times are shown in At's zone.
type Sheet struct {
	Lang    i18n.Language // the person's
	At      time.Time
	Door    string
	Handler string
	Contact string
	Page
}

//go:embed sheet.html
var sheetText string

// HTML gives the page.
func (s Sheet) HTML() (string, error) {
	t, err := template.New("sheet").Funcs(template.FuncMap{
		"t": func(id, english string, args ...any) string {
			return s.Lang.Say(i18n.InTemplate(id, english, args...))
		},
		"day":    s.day,
		"minute": s.minute,
		"face":   s.face,
		"means":  func(m policy.Means) string { return s.Lang.Say(meansWords[m]) },
		"kind":   func(k policy.CredentialKind) string { return s.Lang.Say(kindWords[k]) },
		"copying": func(c policy.Credential) string {
			if words, is := copyingWords[c.Copying()]; is {
				return s.Lang.Say(words)
			}
			return ""
		},
		"reason": func(r policy.Reason) string { return s.Lang.Say(r.Message()) },
		"failed": s.failed,
		"madeOf": s.madeOf,
		"waited": s.waited,
		"own":    func(code string) string { return catalogue.In(code).Say(i18n.M("rights.own-language", "English")) },
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

func (s Sheet) day(t time.Time) string {
	if t.IsZero() {
		return s.Lang.Say(i18n.M("rights.none", "none"))
	}
	return t.In(s.At.Location()).Format("2006-01-02")
}

func (s Sheet) minute(t time.Time) string {
	if t.IsZero() {
		return s.Lang.Say(i18n.M("rights.never", "never"))
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

// face is how the person stands with face entry.
func (s Sheet) face(f policy.FaceConsent) string {
	m := faceWords[f.State]
	if f.CardRequired {
		m = i18n.M("rights.face-with-card", "%v, only together with your card", m)
	}
	if !f.At.IsZero() {
		m = i18n.M("rights.face-since", "%v, since %s", m, s.minute(f.At))
	}
	return s.Lang.Say(m)
}

// failed gives the checks that a refusal came from, with their figures.
func (s Sheet) failed(r Decision) string {
	var all []string
	for _, c := range r.Trace {
		if !c.Pass {
			check := i18n.M("rights.check", "%v %v", i18n.Word(c.Rule), c.Message())
			all = append(all, strings.TrimSpace(s.Lang.Say(check)))
		}
	}
	return strings.Join(all, s.Lang.Say(i18n.Semicolon))
}
