// Package pseudo makes a third language for tests out of the English catalogue: letters with
// accents, and texts half as long again. What a screen shows without accents is not a message; what
// does not fit there would not fit in German either.
package pseudo

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pelletier/go-toml/v2"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Code is the language's code, as Android and ICU have it for accented English.
const Code = "en-XA"

// Language reads the language from its one file.
func Language(t testing.TB) i18n.Language {
	t.Helper()
	file, err := File()
	if err != nil {
		t.Fatal(err)
	}
	all, err := catalogue.Read(fstest.MapFS{Code + ".toml": {Data: file}})
	if err != nil || len(all) != 1 {
		t.Fatalf("a language from one file: %d, %v", len(all), err)
	}
	return all[0]
}

// File is the catalogue, as a translator would hand it over.
func File() ([]byte, error) {
	english, err := catalogue.English()
	if err != nil {
		return nil, fmt.Errorf("reading the English catalogue: %w", err)
	}
	var sections map[string]map[string]any
	if err := toml.Unmarshal(english, &sections); err != nil {
		return nil, fmt.Errorf("reading the English catalogue: %w", err)
	}
	for _, messages := range sections {
		for id, text := range messages {
			switch text := text.(type) {
			case string:
				messages[id] = Text(text)
			case map[string]any:
				for form, s := range text {
					text[form] = Text(s.(string))
				}
			}
		}
	}
	return toml.Marshal(sections)
}

// verb is a verb of package fmt.
var verb = regexp.MustCompile(`%[-+# 0]*(\[\d+\])?[\d*]*(\.\d+)?[a-zA-Z]|%%`)

// Text is an English text, a format, in the language. What is longer than
// a word gets a tail of words.
func Text(english string) string {
	var b strings.Builder
	rest, letters := english, 0
	for rest != "" {
		at := verb.FindStringIndex(rest)
		if at == nil {
			at = []int{len(rest), len(rest)}
		}
		for _, r := range rest[:at[0]] {
			if accented, ok := accents[r]; ok {
				r = accented
				letters++
			}
			b.WriteRune(r)
		}
		b.WriteString(rest[at[0]:at[1]])
		rest = rest[at[1]:]
	}
	return lengthen(b.String(), letters)
}

// lengthen puts a tail before the punctuation and spaces at the end of a text:
// half as many letters as it has.
func lengthen(text string, letters int) string {
	body := strings.TrimRight(text, " .,:;?!")
	end := text[len(body):]
	if verb.MatchString(body) && verb.FindAllStringIndex(body,
		-1)[len(verb.FindAllStringIndex(body, -1))-1][1] == len(body) && letters < 4 {
		return text // a figure and its unit
	}
	for more := letters / 2; more > 0; more -= 6 {
		if more < 3 {
			body += strings.Repeat("ø", more)
			break
		}
		body += " " + strings.Repeat("ø", min(more, 6)-1)
	}
	return body + end
}

// accents are the letters that change.
var accents = func() map[rune]rune {
	to := map[rune]rune{}
	with := []rune("àƀçđèƒğħìĵķĺḿñòṗɋŕšţùṽŵẋýž" + "ÀƁÇĐÈƑĞĦÌĴĶĹḾÑÒṖɊŔŠŢÙṼŴẊÝŽ")
	for i, r := range []rune("abcdefghijklmnopqrstuvwxyz" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		to[r] = with[i]
	}
	return to
}()
