package lists

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// formula begins a cell that a spreadsheet could take for a formula, or that was made safe from it.
const formula = "=+-@\t\r'"

// safe is a cell as it is written, and bare as it is read: bare(safe(s)) is s.
func safe(s string) string {
	if s != "" && strings.ContainsRune(formula, rune(s[0])) {
		return "'" + s
	}
	return s
}

func bare(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune(formula, rune(s[1])) {
		return s[1:]
	}
	return s
}

// trim is a cell without the spaces around it.
func trim(s string) string { return strings.Trim(s, " \u00a0\u3000\ufeff") }

// badCell says why a cell cannot be taken; zero: it can.
func badCell(s string) i18n.Message {
	switch {
	case utf8.RuneCountInString(s) > MaxCell:
		return i18n.M("lists.cell-too-long", "it has more than %d characters", MaxCell)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		return i18n.M("lists.cell-control", "it has characters that cannot be printed")
	}
	return i18n.Message{}
}

// none is a cell that says: no limit, no group.
var none = i18n.M("lists.none", "none")

func isNone(s string) bool {
	return slices.ContainsFunc(catalogue.Languages(), func(l i18n.Language) bool {
		return strings.EqualFold(s, l.Say(none))
	})
}

var isDay = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 0?0:00(:00)?)?$`)

// day reads a date as spreadsheets write it, with the year first: others cannot be told apart. It
// is the beginning of that day.
func day(s string, zone *time.Location) (time.Time, bool) {
	m := isDay.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	iso := m[1] + "-" + twoDigits(m[2]) + "-" + twoDigits(m[3])
	t, err := time.ParseInLocation(time.DateOnly, iso, zone)
	return t, err == nil && t.Year() >= 1970 && t.Year() < 9999
}

func twoDigits(s string) string { return strings.Repeat("0", 2-len(s)) + s }

// groupsIn are the access groups that a cell names, each once.
func groupsIn(s string) []string {
	if isNone(s) {
		return nil
	}
	all := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;，；、 \n", r) })
	slices.Sort(all)
	return slices.Compact(all)
}

// ownName is what a language calls itself.
var ownName = i18n.M("console.own-name", "English")

// languageOf finds the language of codes that a cell names.
func languageOf(s string, codes []string) (code string, ok bool) {
	for _, code := range codes {
		if strings.EqualFold(s, code) || strings.EqualFold(s, catalogue.In(code).Say(ownName)) {
			return code, true
		}
	}
	return "", false
}
