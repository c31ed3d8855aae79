// Package notice writes what people are to read on paper or at a console: the notice before
// anything is collected (R-NOTICE), the sign at the camera, the staff's confidentiality commitment
// (R-OPERATOR) and the letters of an incident (R-INCIDENT).
//
// The words of each paper are one text file a language, laid out as one would type it (paper.go
// says how), filled from the site's facts. The unit keeps the filled text of the notice and its
// SHA-256 in the vault; a consent is to that text and to no other (R-CONSENT). The page to print is
// made of that same text, word for word, and bears its hash.
//
// Pages are single HTML files: their style is in them, and they load, run and link to nothing.
package notice

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"
	"time"
	"unicode"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

//go:embed *.txt
var files embed.FS

// Languages are those that the papers are written in, each in files of its own: those of the
// catalogue with a notice here.
func Languages() (all []i18n.Language) {
	for _, l := range catalogue.Languages() {
		if _, err := fs.Stat(files, l.Code()+".txt"); err == nil {
			all = append(all, l)
		}
	}
	return all
}

// Codes are the codes of Languages.
func Codes() (codes []string) {
	for _, l := range Languages() {
		codes = append(codes, l.Code())
	}
	return codes
}

// Facts are what a site puts into its notice.
type Facts struct {
	Place    string        // what the door leads to: a policy.Place, or the site's own words
	Door     string        // the unit's name
	Handler  string        // who is responsible for the data
	Contact  string        // how to reach them
	Access   time.Duration // how long decisions at the door are kept
	Acts     time.Duration // how long it is kept what staff did with a person's data
	Asks     bool          // people may be asked to close their eyes or turn their head
	Learns   bool          // people may ask that the door learns their face from visits
	OnCard   bool          // people may have their own card carry their face
	Doors    []string      // other doors, to which people may let their template go
	Entries  time.Duration // other doors are told for so long who came in; 0: they are not
	Infrared bool          // a second camera sees infrared light
}

// day is what retention is counted in.
const day = 24 * time.Hour

// Span is a retention in words.
func (Facts) Span(d time.Duration) i18n.Message {
	n := int(d / day)
	if years := n / 365; n > 0 && n%365 == 0 {
		return i18n.N(years, "notice.years", "%d year", "%d years", years)
	}
	return i18n.N(n, "notice.days", "%d day", "%d days", n)
}

// Minutes is how long other doors hear of an entry, in words.
func (Facts) Minutes(d time.Duration) i18n.Message {
	n := int((d + time.Minute - 1) / time.Minute)
	return i18n.N(n, "notice.minutes", "%d minute", "%d minutes", n)
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
func (f Facts) Where() i18n.Message {
	if m, ok := places[f.Place]; ok {
		return m
	}
	return i18n.Verbatim(f.Place)
}

// places are the words for the places of package policy, which are written in English in the
// configuration.
var places = map[string]i18n.Message{
	"building entrance": i18n.M("notice.building-entrance", "the building entrance"),
	"floor or corridor": i18n.M("notice.floor-or-corridor", "the floor or corridor"),
	"office":            i18n.M("notice.office", "the office"),
	"shared room":       i18n.M("notice.shared-room", "the shared room"),
	"service room":      i18n.M("notice.service-room", "the service room"),
}

// OtherDoors are the doors to which a template may go.
func (f Facts) OtherDoors() string {
	var names []string
	for _, d := range f.Doors {
		names = append(names, one(d))
	}
	return strings.Join(names, ", ")
}

// Text writes the notice in one of Languages.
func Text(lang i18n.Language, f Facts) (string, error) {
	f.Place, f.Door, f.Handler, f.Contact = one(f.Place), one(f.Door), one(f.Handler), one(f.Contact)
	return fill("", lang, f)
}

// fill writes the text file of a kind of paper in a language. In it, {{say}} says a message.
func fill(kind string, lang i18n.Language, facts any) (string, error) {
	if !slices.Contains(Languages(), lang) {
		return "", fmt.Errorf("no paper is written in %q", lang.Code())
	}
	name := kind + lang.Code() + ".txt"
	raw, err := files.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("reading the words of %s: %w", name, err)
	}
	t, err := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{"say": lang.Say}).Parse(string(raw))
	if err != nil {
		return "", fmt.Errorf("reading the words of %s: %w", name, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, facts); err != nil {
		return "", fmt.Errorf("filling in %s: %w", name, err)
	}
	return b.String(), nil
}

// one makes one line of a fact, with single spaces: line ends and wide gaps mean something in a
// paper.
func one(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
