package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"menshen/internal/i18n/catalogue"
)

func written(t *testing.T) string { return writtenBy(t, Write) }

func writtenBy(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// part gives what an element of the page holds.
func part(t *testing.T, page, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, from)
	text, _, ended := strings.Cut(rest, to)
	if !found || !ended {
		t.Fatalf("the page has no %s", from)
	}
	return text
}

// TestRLocalPage: the page is one file of a bounded size that loads nothing, and its policy lets
// run what is in it and nothing else (R-LOCAL).
func TestRLocalPage(t *testing.T) {
	page := written(t)
	checkPage(t, page, "default-src 'none'; script-src ", "connect-src", "fetch(")
}

// TestRLocalServed: the page that is served on the manager's own computer may speak to where it
// comes from, and to nobody else; and it asks for no serial port (R-LOCAL).
func TestRLocalServed(t *testing.T) {
	page := writtenBy(t, WriteServed)
	checkPage(t, page, "default-src 'none'; connect-src 'self'; script-src ", "requestPort", ".serial")
	if n := strings.Count(page, "fetch("); n != 1 {
		t.Errorf("the page fetches at %d places", n)
	}
}

// checkPage holds a page against how its policy begins, and what must not be in it.
func checkPage(t *testing.T, page, begins string, nor ...string) {
	t.Helper()
	if len(page) > MaxSize {
		t.Errorf("%d bytes", len(page))
	}
	policy := html.UnescapeString(part(t, page, `http-equiv="Content-Security-Policy" content="`, `"`))
	if !strings.HasPrefix(policy, begins) {
		t.Errorf("the policy is %s", policy)
	}
	for _, want := range []string{"base-uri 'none'", "form-action 'none'",
		"require-trusted-types-for 'script'",
		"script-src " + hash([]byte(part(t, page, "<script>", "</script>"))) + ";",
		"style-src " + hash([]byte(part(t, page, "<style>", "</style>"))) + ";"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %s lacks %s", policy, want)
		}
	}
	for _, never := range append(nor, "http://", "https://", "ws://", "url(", "@import", "innerHTML", "eval(",
		"XMLHttpRequest", "sendBeacon", "localStorage", "sessionStorage", "document.cookie", "indexedDB") {
		if strings.Contains(strings.ReplaceAll(page, "http://www.w3.org/2000/svg", ""), never) {
			t.Errorf("the page has %s", never)
		}
	}
	if n := strings.Count(page, "</script>"); n != 2 {
		t.Errorf("%d ends of scripts", n)
	}
}

// TestWords: each word that the modules say is in the table, and each of the table is said.
func TestWords(t *testing.T) {
	inTable := map[string]bool{}
	for _, m := range words(2) {
		inTable[m.ID] = true
		if !strings.HasPrefix(m.ID, "page.") {
			t.Errorf("%s is not a word of the page", m.ID)
		}
	}
	said := map[string]bool{}
	names, err := fs.Glob(source, "*.*")
	if err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(source, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`["'](page\.[a-z0-9-]+)["']`).FindAllStringSubmatch(string(text), -1) {
			if said[m[1]] = true; !inTable[m[1]] {
				t.Errorf("%s says %s, which is in no words_*.go", name, m[1])
			}
		}
	}
	for id := range inTable {
		if !said[id] {
			t.Errorf("%s is said nowhere", id)
		}
	}
}

// TestWordsJSON: the page gets every word in every language, and none of them ends the element.
func TestWordsJSON(t *testing.T) {
	raw := part(t, written(t), `id="words">`, "</script>")
	if strings.ContainsAny(raw, "<>\u2028\u2029") {
		t.Error("the words are not escaped")
	}
	var all map[string]map[string]any
	if err := json.Unmarshal([]byte(raw), &all); err != nil {
		t.Fatal(err)
	}
	for _, code := range catalogue.Codes() {
		if len(all[code]) != len(words(1)) {
			t.Errorf("%s has %d of %d words", code, len(all[code]), len(words(1)))
		}
		for id, text := range all[code] {
			if strings.Contains(fmt.Sprint(text), "%!") {
				t.Errorf("%s in %s: %v", id, code, text)
			}
		}
	}
}

// TestModules: each module says at its beginning what it is, has its types checked, and is short.
func TestModules(t *testing.T) {
	names, err := fs.Glob(source, "*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(source, name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		if lines[0] != "// @ts-check" || !strings.HasPrefix(lines[1], "// ") || !strings.HasPrefix(lines[2], "// ") {
			t.Errorf("%s does not begin with // @ts-check and a comment on what it is", name)
		}
		if len(lines) > 250 {
			t.Errorf("%s has %d lines", name, len(lines))
		}
		if i := slices.IndexFunc(lines, func(l string) bool { return len([]rune(l)) > 120 }); i >= 0 {
			t.Errorf("%s:%d is too wide", name, i+1)
		}
	}
}
