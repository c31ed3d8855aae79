// Package notice writes the words that a person reads before anything is collected (R-NOTICE): who is responsible, what
// for, how, what kinds of data, for how long, why it is needed and what it means for them, and how to use each right.
//
// Words are templates in English and Chinese, filled from the unit's configuration. The unit keeps the filled text and its
// SHA-256 in the vault; a consent is to that text and to no other (R-CONSENT).
package notice

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"
)

//go:embed *.txt
var files embed.FS

// Languages are those that a notice is written in.
var Languages = []string{"en", "zh"}

// Facts are what a site puts into its notice.
type Facts struct {
	Place   string // what the door leads to
	Door    string // the unit's name
	Handler string // who is responsible for the data
	Contact string // how to reach them
	Access  time.Duration
}

// AccessDays is how long decisions at the door are kept, in days.
func (f Facts) AccessDays() int { return int(f.Access / (24 * time.Hour)) }

// Text writes the notice in a language of Languages.
func Text(lang string, f Facts) (string, error) {
	raw, err := files.ReadFile(lang + ".txt")
	if err != nil {
		return "", fmt.Errorf("there is no notice in %q: languages are %s", lang, strings.Join(Languages, ", "))
	}
	t, err := template.New(lang).Option("missingkey=error").Parse(string(raw))
	if err != nil {
		return "", fmt.Errorf("reading the notice in %q: %w", lang, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return "", fmt.Errorf("writing the notice in %q: %w", lang, err)
	}
	return b.String(), nil
}
