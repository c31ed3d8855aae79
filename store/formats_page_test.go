package store

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"menshen/store/audit"
)

// TestFormatsPage: docs/formats.md has each bucket, and each member of what is stored in clear,
// signed or exported, in its own section.
func TestFormatsPage(t *testing.T) {
	page, err := os.ReadFile("../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, s := range strings.Split(string(page), "\n## ")[1:] {
		title, text, _ := strings.Cut(s, "\n")
		sections[title] = text
	}
	want := map[string][]string{
		"Vault":        append(tags(header{}, "cbor"), buckets...),
		"Audit export": tags(audit.Line{}, "json"),
		"Receipt":      tags(Receipt{}, "json"),
		"Backup": append(tags(BackupHead{}, "cbor"), "person", "operator", "notice", "retention", "tomb",
			"paper", "audit", "end"),
	}
	for title, words := range want {
		for _, w := range words {
			if !strings.Contains(sections[title], "`"+w+"`") {
				t.Errorf("section %q of docs/formats.md does not have `%s`", title, w)
			}
		}
	}
}

// tags are the names of a struct's members in an encoding.
func tags(of any, encoding string) (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
		name, _, _ := strings.Cut(f.Tag.Get(encoding), ",")
		names = append(names, name)
	}
	return names
}
