package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// named is what a page names of the repository: the target of a link within it, or a path in code style whose first folder is one of ours.
var named = regexp.MustCompile("\\]\\(([^)#: ]+)(?:#[^)]*)?\\)|`((?:cmd|hal|recognizer|policy|store|board|internal|scripts|docs)/[A-Za-z0-9_./-]+)`")

// TestDocsNameWhatIsThere: a file that a page names exists, so that whoever moves a file mends the pages.
func TestDocsNameWhatIsThere(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	decisions, err := filepath.Glob("../../docs/decisions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, page := range append(append(append(pages, decisions...), own...), "../../store/README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			target := filepath.Join(filepath.Dir(page), m[1])
			if m[2] != "" {
				target = filepath.Join("../..", m[2])
			}
			seen++
			if _, err := os.Stat(strings.TrimSuffix(target, "/")); err != nil {
				t.Errorf("%s names %s, which is not there", strings.TrimPrefix(page, "../../"), m[1]+m[2])
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d names seen", seen)
	}
}
