package lists

import (
	"strings"
	"sync"
	"unicode"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Column is what a column of a list of people holds.
type Column int

// The columns, in the order in which they are written.
const (
	Handle Column = iota
	Name
	Apartment
	From
	Until
	Groups
	Language
	Cards
)

// columns are their headings: the one that is written, and others that are understood, separated by
// commas.
var columns = []struct{ heading, also i18n.Message }{
	Handle:    {i18n.M("console.handle", "handle"), i18n.Message{}},
	Name:      {i18n.M("console.name", "name"), i18n.M("lists.also-name", "full name, resident, tenant, person")},
	Apartment: {i18n.M("console.apartment", "apartment"), i18n.M("lists.also-apartment", "flat, room, house number")},
	From: {i18n.M("console.lease-from", "lease from"),
		i18n.M("lists.also-from", "from, lease begins, lease start, moved in")},
	Until: {i18n.M("console.lease-ends", "lease ends"),
		i18n.M("lists.also-until", "until, lease end, lease until, last day")},
	Groups:   {i18n.M("console.groups", "access groups"), i18n.M("lists.also-groups", "group, groups, access group")},
	Language: {i18n.M("console.language", "language"), i18n.M("lists.also-language", "lang")},
	Cards: {i18n.M("lists.cards", "cards"),
		i18n.M("lists.also-cards", "card, card number, card numbers, fob, fobs")},
}

// Heading is what a column is called.
func (c Column) Heading() i18n.Message { return columns[c].heading }

// neverRead are words of headings that no list may have: a face and a consent come only from their
// owner (R-CONSENT).
var neverRead = i18n.M("lists.never-read", "face, faces, photo, photos, picture, image, portrait, selfie, "+
	"biometric, template, embedding, consent, consented")

// byHeading is the column of each heading, in every language.
var byHeading = sync.OnceValue(func() map[string]Column {
	all := map[string]Column{}
	for c, names := range columns {
		for _, lang := range catalogue.Languages() {
			for _, name := range append(words(lang.Say(names.also)), lang.Say(names.heading)) {
				all[plain(name)] = Column(c)
			}
		}
	}
	return all
})

// columnOf finds the column of a heading.
func columnOf(heading string) (Column, bool) {
	c, ok := byHeading()[plain(heading)]
	return c, ok && plain(heading) != ""
}

// isNeverRead reports whether a heading names a face or a consent. Words of an alphabet must be
// whole ("surface" has nothing to do with a face); Chinese has no spaces.
func isNeverRead(heading string) bool {
	apart := strings.FieldsFunc(strings.ToLower(heading), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, lang := range catalogue.Languages() {
		for _, word := range words(lang.Say(neverRead)) {
			if word == "" {
				continue
			}
			if word[0] >= 0x80 && strings.Contains(heading, word) {
				return true
			}
			for _, w := range apart {
				if w == word {
					return true
				}
			}
		}
	}
	return false
}

// words cuts a list of headings; Chinese ones may have commas of their own.
func words(s string) (all []string) {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，、", r) }) {
		all = append(all, strings.TrimSpace(w))
	}
	return all
}

// plain is a heading without what people write differently: capitals, spaces, signs.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
