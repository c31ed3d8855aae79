package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// The places of a word's arguments, which the page fills: say("page.by-whom", name).
const (
	arg1 = "{1}"
	arg2 = "{2}"
	arg3 = "{3}"
)

// words are all that the page says by itself, for a number n of things where it counts. What the
// unit says comes over the cable in the session's language.
func words(n int) []i18n.Message {
	return slices.Concat(
		wordsShell(n),
		wordsLogin(n),
		wordsToday(n),
		wordsPeople(n),
		wordsCards(n),
		wordsVisitors(n),
		wordsFaces(n),
		wordsFaceWay(n),
		wordsCamera(n),
		wordsLaw(n),
		wordsKeeper(n),
		wordsInstall(n),
		wordsLists(n), wordsHours(n), wordsEntry(n), wordsDoors(n),
	)
}

// samples are numbers that fall into every plural category of every language: the page finds the
// one whose category is that of its own number.
var samples = []int{0, 1, 2, 3, 5, 11, 21, 100, 1000000}

// wordsJSON is {"en": {"page.today": "Today", "page.found": {"1": …, "2": …}}, "zh": …}. It may
// stand within a script element: '<', '>', '&' and the line separators are escaped.
func wordsJSON() ([]byte, error) {
	all := map[string]map[string]any{}
	for _, lang := range catalogue.Languages() {
		said := map[string]any{}
		all[lang.Code()] = said
		for i, m := range words(1) {
			if said[m.ID] != nil {
				return nil, fmt.Errorf("two words of the page have the id %s", m.ID)
			}
			said[m.ID] = lang.Say(m)
			if m.Count != nil {
				said[m.ID] = plural(lang, i)
			}
		}
	}
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(all); err != nil {
		return nil, fmt.Errorf("writing the words: %w", err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// plural is the i-th word for each sample, the same text once only.
func plural(lang i18n.Language, i int) map[string]string {
	said, known := map[string]string{}, map[string]bool{}
	for _, n := range samples {
		if text := lang.Say(words(n)[i]); !known[text] {
			known[text], said[strconv.Itoa(n)] = true, text
		}
	}
	return said
}
