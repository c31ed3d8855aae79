package catalogue

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"menshen/internal/i18n"
)

// one is a language of a file that says a few things.
func one(t *testing.T, code, file string) i18n.Language {
	t.Helper()
	all, err := Read(fstest.MapFS{code + ".toml": {Data: []byte(file)}, "en.toml": {Data: []byte("not read")}})
	if err != nil || len(all) != 1 {
		t.Fatalf("%d languages, %v", len(all), err)
	}
	return all[0]
}

// TestSay: arguments change places, messages and errors within a message are said too, and what
// the catalogue lacks is English.
func TestSay(t *testing.T) {
	l := one(t, "pl", `
[test]
moved = "%[2]s do %[1]s"
shut = "zamknięte"
wrapped = "<%v>"
days = { one = "%d dzień", few = "%d dni", many = "%d dni!", other = "%d dnia" }
`)
	shut := i18n.E("test.shut", "shut")
	for want, m := range map[string]i18n.Message{
		"b do a":       i18n.M("test.moved", "%s to %s", "a", "b"),
		"<zamknięte>":  i18n.M("test.wrapped", "(%v)", shut.What),
		"<zamknięte> ": i18n.Join(i18n.M("test.wrapped", "(%v)", errors.Join(shut)), i18n.Verbatim(" ")),
		"lacking 5":    i18n.M("test.lacking", "lacking %d", 5),
		"Anna":         i18n.Verbatim("Anna"),
		"":             {},
		"1 dzień":      i18n.N(1, "test.days", "%d day", "%d days", 1),
		"3 dni":        i18n.N(3, "test.days", "%d day", "%d days", 3),
		"12 dni!":      i18n.N(12, "test.days", "%d day", "%d days", 12),
	} {
		if got := l.Say(m); got != want {
			t.Errorf("%s: %q, want %q", m.ID, got, want)
		}
	}
}

// TestFind: a language is found by its code and by a locale, and nothing else is.
func TestFind(t *testing.T) {
	for code, want := range map[string]string{"zh": "zh", "zh_CN.UTF-8": "zh", "zh-Hans": "zh", "en": "en",
		"en_US": "en"} {
		if l, found := Find(code); !found || l.Code() != want {
			t.Errorf("%s: %v, %v", code, l.Code(), found)
		}
	}
	for _, code := range []string{"", "C", "zhx", "fr"} {
		if l, found := Find(code); found || l != i18n.English {
			t.Errorf("%s was found", code)
		}
	}
}

// TestBadCatalogue: a file that cannot be read is an error that names it.
func TestBadCatalogue(t *testing.T) {
	for _, file := range []string{"[test\n", "test = [1]\n"} {
		_, err := Read(fstest.MapFS{"de.toml": {Data: []byte(file)}})
		if err == nil || !strings.Contains(err.Error(), "de.toml") {
			t.Errorf("%q: %v", file, err)
		}
	}
}
