package notice

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/internal/i18n"
	"menshen/policy"
)

// Incident is what the letters of a suspected leak say (R-INCIDENT; PIPL 57). Dates are written in
// the zone they come in. It names none of the people affected.
type Incident struct {
	Number   string    // of the incident, in the unit's records
	Handler  string    // who is responsible for the data
	Contact  string    // how to reach them
	Place    string    // what the door leads to, as in Facts
	Written  time.Time // date of the letter
	Noticed  time.Time
	Happened time.Time // zero: not known
	People   int       // how many are concerned; 0: not known yet
	Kinds    []Kind

	What    Words // what happened, and how
	Effect  Words // what it may lead to for those affected
	Taken   Words // measures taken
	Planned Words // measures planned; may be empty
	Advice  Words // what those affected can do themselves; empty: general advice
}

// Words are what staff wrote, in one language or in both. A letter in the other language has them
// as they are.
type Words struct{ EN, ZH string }

func (w Words) in(lang i18n.Language) string {
	en, zh := one(w.EN), one(w.ZH)
	if lang.Code() == "zh" && zh != "" || en == "" {
		return zh
	}
	return en
}

func (w Words) empty() bool { return one(w.EN+w.ZH) == "" }

// Kind is a kind of data that a unit holds.
type Kind string

// The kinds.
const (
	KindFaces   Kind = "faces"
	KindPeople  Kind = "people"
	KindCards   Kind = "cards"
	KindEntries Kind = "entries"
	KindStaff   Kind = "staff"
)

// Kinds are all there are.
func Kinds() []Kind { return []Kind{KindFaces, KindPeople, KindCards, KindEntries, KindStaff} }

var kindWords = map[Kind]i18n.Message{
	KindFaces:   i18n.M("notice.kind-faces", "faces, as numbers computed from them (templates); no pictures"),
	KindPeople:  i18n.M("notice.kind-people", "names, apartments and dates of leases"),
	KindCards:   i18n.M("notice.kind-cards", "cards and codes, as check values and not as numbers"),
	KindEntries: i18n.M("notice.kind-entries", "when a person came to the door, and how it was decided"),
	KindStaff:   i18n.M("notice.kind-staff", "accounts of staff"),
}

// Due is when those affected and the authority must have been told: at once, or within 8 hours
// where more than 100,000 people are concerned (NDS).
func (i Incident) Due() time.Time {
	if i.People > policy.FilingAt {
		return i.Noticed.Add(policy.IncidentWithin)
	}
	return i.Noticed
}

// ErrIncomplete means that a letter lacks what the law asks it to say.
var ErrIncomplete = errors.New("the letter is not complete")

// Missing names what is still to be written; zero: nothing. A letter may not wait for all answers,
// but must give these (PIPL 57).
func (i Incident) Missing() i18n.Message {
	var gaps []i18n.Message
	for _, part := range []struct {
		name  i18n.Message
		there bool
	}{
		{i18n.M("notice.handler", "handler"), one(i.Handler) != ""},
		{i18n.M("notice.contact", "contact"), one(i.Contact) != ""},
		{i18n.M("notice.date-of-letter", "date of the letter"), !i.Written.IsZero()},
		{i18n.M("notice.when-noticed", "when it was noticed"), !i.Noticed.IsZero()},
		{i18n.M("notice.kinds-of-data", "kinds of data"), len(i.Kinds) > 0},
		{i18n.M("notice.what-happened", "what happened"), !i.What.empty()},
		{i18n.M("notice.likely-effect", "likely effect"), !i.Effect.empty()},
		{i18n.M("notice.measures-taken", "measures taken"), !i.Taken.empty()},
	} {
		if !part.there {
			gaps = append(gaps, part.name)
		}
	}
	return i18n.List(i18n.Comma, gaps...)
}

func (i Incident) check() error {
	for _, k := range i.Kinds {
		if _, known := kindWords[k]; !known {
			return fmt.Errorf("%w: no words for a kind of data %q", ErrIncomplete, k)
		}
	}
	if gaps := i.Missing(); !gaps.IsZero() {
		return fmt.Errorf("%w: write %v", ErrIncomplete, gaps)
	}
	return nil
}

// Letter is one letter, as text for a message and as a page to print, in the same words.
type Letter struct{ Text, HTML string }

// LetterPeople is the letter to those affected.
func LetterPeople(lang i18n.Language, i Incident) (Letter, error) { return i.letter("people.", lang) }

// LetterAuthority is the report to the authority.
func LetterAuthority(lang i18n.Language, i Incident) (Letter, error) {
	return i.letter("authority.", lang)
}

func (i Incident) letter(to string, lang i18n.Language) (Letter, error) {
	if err := i.check(); err != nil {
		return Letter{}, err
	}
	text, err := fill(to, lang, said{i, lang})
	if err != nil {
		return Letter{}, err
	}
	html, err := page{Lang: lang, paper: take(text)}.html()
	return Letter{text, html}, err
}

// said is an incident in one language, for the templates.
type said struct {
	i    Incident
	lang i18n.Language
}

func (s said) Number() string  { return one(s.i.Number) }
func (s said) Handler() string { return one(s.i.Handler) }
func (s said) Contact() string { return one(s.i.Contact) }
func (s said) Place() string   { return one(s.lang.Say(Facts{Place: s.i.Place}.Where())) }
func (s said) What() string    { return s.i.What.in(s.lang) }
func (s said) Effect() string  { return s.i.Effect.in(s.lang) }
func (s said) Taken() string   { return s.i.Taken.in(s.lang) }
func (s said) Planned() string { return s.i.Planned.in(s.lang) }
func (s said) Advice() string  { return s.i.Advice.in(s.lang) }
func (s said) People() int     { return s.i.People }
func (s said) Many() bool      { return s.i.People > policy.FilingAt }
func (s said) Written() string { return s.day(s.i.Written) }
func (s said) Noticed() string { return s.minute(s.i.Noticed) }
func (s said) Due() string     { return s.minute(s.i.Due()) }

func (s said) Happened() string {
	if s.i.Happened.IsZero() {
		return ""
	}
	return s.minute(s.i.Happened)
}

func (s said) Kinds() string {
	var all []i18n.Message
	for _, k := range s.i.Kinds {
		all = append(all, kindWords[k])
	}
	return s.lang.Say(i18n.List(i18n.Semicolon, all...))
}

func (s said) Faces() bool { return slices.Contains(s.i.Kinds, KindFaces) }

// day is written as the language lays it out, for time.Format.
func (s said) day(t time.Time) string {
	return t.Format(s.lang.Say(i18n.M("notice.day-layout", "2 January 2006")))
}

func (s said) minute(t time.Time) string { return s.day(t) + t.Format(" 15:04 (UTC-07:00)") }
