package notice

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"menshen/internal/i18n"
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageCSS string

	pageTemplate = template.Must(template.New("page").Parse(pageText))
)

// page is a paper as it is printed.
type page struct {
	Lang i18n.Language
	CSS  template.CSS
	paper
	Lines []string // to be filled in by hand: name, date, signature
	Foot  []string // what identifies the paper
}

// HTMLLang is the page's language as HTML names it: Chinese with its script, by which browsers
// choose the font.
func (p page) HTMLLang() string { return p.Lang.Say(i18n.M("notice.html-lang", "en")) }

func (p page) html() (string, error) {
	p.CSS = template.CSS(pageCSS) // ours
	var b strings.Builder
	if err := pageTemplate.Execute(&b, p); err != nil {
		return "", fmt.Errorf("setting the page: %w", err)
	}
	return b.String(), nil
}

// Page is the notice as a page of large print: the words of Text, and below them their version and
// hash, by which a consent on record can be told to be to these words.
func Page(lang i18n.Language, f Facts) (string, error) {
	if gaps := f.Gaps(); len(gaps) > 0 {
		return "", fmt.Errorf("the notice must say it all (R-NOTICE); still empty: %s", strings.Join(gaps, ", "))
	}
	text, err := Text(lang, f)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(text))
	return page{Lang: lang, paper: take(text), Foot: []string{
		lang.Say(i18n.M("notice.version", "Version %.4x of these words.", hash)),
		lang.Say(i18n.M("notice.sha-256", "SHA-256: %x", hash)),
	}}.html()
}

// CommitmentPage is the staff's confidentiality commitment, to be signed by hand.
func CommitmentPage(lang i18n.Language, f Facts) (string, error) {
	text, version := Commitment(lang)
	return page{Lang: lang, paper: take(text),
		Lines: []string{
			lang.Say(i18n.M("notice.sign-name", "Name")), lang.Say(i18n.M("notice.sign-position", "Position")),
			lang.Say(i18n.M("notice.sign-date", "Date")), lang.Say(i18n.M("notice.sign-signature", "Signature")),
		},
		Foot: []string{
			one(f.Handler + " " + f.Door),
			lang.Say(i18n.M("notice.commitment-version",
				"Version %s of these words, as the console shows it.", version)),
		},
	}.html()
}
