package notice

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"menshen/policy"
)

// Incident is what the letters of a suspected leak say (R-INCIDENT; PIPL 57). Dates are written in the zone they come in. It names
// nobody who is affected.
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

// Words are what staff wrote, in one language or in both. A letter in the other language has them as they are.
type Words struct{ EN, ZH string }

func (w Words) in(lang string) string {
	en, zh := one(w.EN), one(w.ZH)
	if lang == "zh" && zh != "" || en == "" {
		return zh
	}
	return en
}

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

var kindWords = map[Kind]Words{
	KindFaces:   {"faces, as numbers computed from them (templates); no pictures", "由人脸计算出的数字（特征模板），不含照片"},
	KindPeople:  {"names, apartments and dates of leases", "姓名、房号和租期"},
	KindCards:   {"cards and codes, as check values and not as numbers", "门禁卡和密码的校验值，不含卡号和密码本身"},
	KindEntries: {"when somebody came to the door, and how it was decided", "到达门口的时间和判定结果"},
	KindStaff:   {"accounts of staff", "工作人员账户"},
}

// Due is when those affected and the authority must have been told: at once, or within 8 hours where more than 100,000 people are
// concerned (NDS).
func (i Incident) Due() time.Time {
	if i.People > policy.FilingAt {
		return i.Noticed.Add(policy.IncidentWithin)
	}
	return i.Noticed
}

// ErrIncomplete means that a letter lacks what the law asks it to say.
var ErrIncomplete = errors.New("the letter is not complete")

// Missing names what is still to be written: a letter may not wait for all answers, but must give these (PIPL 57).
func (i Incident) Missing(lang string) (gaps []string) {
	for _, part := range []struct {
		name  Words
		there bool
	}{
		{Words{"handler", "处理者"}, one(i.Handler) != ""}, {Words{"contact", "联系方式"}, one(i.Contact) != ""}, {Words{"date of the letter", "通知日期"}, !i.Written.IsZero()},
		{Words{"when it was noticed", "发现时间"}, !i.Noticed.IsZero()}, {Words{"kinds of data", "数据种类"}, len(i.Kinds) > 0}, {Words{"what happened", "发生了什么"}, i.What.in("en") != ""},
		{Words{"likely effect", "可能造成的后果"}, i.Effect.in("en") != ""}, {Words{"measures taken", "已采取的措施"}, i.Taken.in("en") != ""},
	} {
		if !part.there {
			gaps = append(gaps, part.name.in(lang))
		}
	}
	return gaps
}

func (i Incident) check() error {
	for _, k := range i.Kinds {
		if _, known := kindWords[k]; !known {
			return fmt.Errorf("%w: no words for a kind of data %q", ErrIncomplete, k)
		}
	}
	if gaps := i.Missing("en"); len(gaps) > 0 {
		return fmt.Errorf("%w: write %s", ErrIncomplete, strings.Join(gaps, ", "))
	}
	return nil
}

// Letter is one letter, as text for a message and as a page to print, in the same words.
type Letter struct{ Text, HTML string }

// LetterPeople is the letter to those affected.
func LetterPeople(lang string, i Incident) (Letter, error) { return i.letter("people.", lang) }

// LetterAuthority is the report to the authority.
func LetterAuthority(lang string, i Incident) (Letter, error) { return i.letter("authority.", lang) }

func (i Incident) letter(to, lang string) (Letter, error) {
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
	lang string
}

func (s said) Number() string  { return one(s.i.Number) }
func (s said) Handler() string { return one(s.i.Handler) }
func (s said) Contact() string { return one(s.i.Contact) }
func (s said) Place() string   { return one(Facts{Place: s.i.Place}.Where(s.lang)) }
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
	var all []string
	for _, k := range s.i.Kinds {
		all = append(all, kindWords[k].in(s.lang))
	}
	if s.lang == "zh" {
		return strings.Join(all, "；")
	}
	return strings.Join(all, "; ")
}

func (s said) Faces() bool {
	for _, k := range s.i.Kinds {
		if k == KindFaces {
			return true
		}
	}
	return false
}

func (s said) day(t time.Time) string {
	if s.lang == "zh" {
		return t.Format("2006年1月2日")
	}
	return t.Format("2 January 2006")
}

func (s said) minute(t time.Time) string { return s.day(t) + t.Format(" 15:04 (UTC-07:00)") }
