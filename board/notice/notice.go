// Package notice writes what people are to read on paper or at a console: the notice before anything is collected (R-NOTICE), the
// sign at the camera, the staff's confidentiality commitment (R-OPERATOR) and the letters of an incident (R-INCIDENT).
//
// The words of each paper are one text file a language, laid out as one would type it (paper.go says how), filled from the site's
// facts. The unit keeps the filled text of the notice and its SHA-256 in the vault; a consent is to that text and to no other
// (R-CONSENT). The page to print is made of that same text, word for word, and bears its hash.
//
// Pages are single HTML files: their style is in them, and they load, run and link to nothing.
package notice

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"
)

//go:embed *.txt
var files embed.FS

// Languages are those that a notice is written in.
var Languages = []string{"en", "zh"}

// Facts are what a site puts into its notice.
type Facts struct {
	Place   string        // what the door leads to: a policy.Place, or the site's own words
	Door    string        // the unit's name
	Handler string        // who is responsible for the data
	Contact string        // how to reach them
	Access  time.Duration // how long decisions at the door are kept
	Acts    time.Duration // how long it is kept what staff did with somebody's data
	Asks    bool          // people may be asked to close their eyes or turn their head; the sign says by which lights and tones
}

// day is what retention is counted in.
const day = 24 * time.Hour

// Span is a retention in words.
func (f Facts) Span(lang string, d time.Duration) string {
	n, unit := int(d/day), Words{" days", " 天"}
	if n > 0 && n%365 == 0 {
		n, unit = n/365, Words{" years", " 年"}
	}
	if n == 1 {
		unit.EN = strings.TrimSuffix(unit.EN, "s")
	}
	if lang == "zh" {
		return strconv.Itoa(n) + unit.ZH
	}
	return strconv.Itoa(n) + unit.EN
}

// Gaps are the items of R-NOTICE that the site has left empty, by their name in the configuration.
func (f Facts) Gaps() []string {
	var gaps []string
	for _, fact := range []struct {
		name  string
		there bool
	}{
		{"[unit] name", one(f.Door) != ""}, {"[unit] location", one(f.Place) != ""},
		{"[unit] handler", one(f.Handler) != ""}, {"[unit] contact", one(f.Contact) != ""},
		{"retention of door events", f.Access >= day}, {"retention of acts", f.Acts >= day},
	} {
		if !fact.there {
			gaps = append(gaps, fact.name)
		}
	}
	return gaps
}

// Where is the place as the sentences need it.
func (f Facts) Where(lang string) string {
	if w, ok := places[f.Place]; ok {
		return w[lang]
	}
	return f.Place
}

// places are the words for the places of package policy, which are written in English in the configuration.
var places = map[string]map[string]string{
	"building entrance": {"en": "the building entrance", "zh": "楼宇入口"},
	"floor or corridor": {"en": "the floor or corridor", "zh": "楼层或走廊"},
	"office":            {"en": "the office", "zh": "办公室"},
	"shared room":       {"en": "the shared room", "zh": "公用房间"},
	"service room":      {"en": "the service room", "zh": "设备用房"},
}

// Text writes the notice in a language of Languages.
func Text(lang string, f Facts) (string, error) {
	f.Place, f.Door, f.Handler, f.Contact = one(f.Place), one(f.Door), one(f.Handler), one(f.Contact)
	return fill("", lang, f)
}

// fill writes the text file of a kind of paper in a language.
func fill(kind, lang string, facts any) (string, error) {
	if !slices.Contains(Languages, lang) {
		return "", fmt.Errorf("nothing is written in %q: languages are %s", lang, strings.Join(Languages, ", "))
	}
	raw, err := files.ReadFile(kind + lang + ".txt")
	if err != nil {
		return "", fmt.Errorf("reading the words of %s%s: %w", kind, lang, err)
	}
	t, err := template.New(kind + lang).Option("missingkey=error").Parse(string(raw))
	if err != nil {
		return "", fmt.Errorf("reading the words of %s%s: %w", kind, lang, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, facts); err != nil {
		return "", fmt.Errorf("filling in %s%s: %w", kind, lang, err)
	}
	return b.String(), nil
}

// one makes one line of a fact, with single spaces: line ends and wide gaps mean something in a paper.
func one(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
