package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// named matches what a page names of the repository: the target of a link within it, a picture, or
// a path in code style whose first folder is a room.
var named = regexp.MustCompile("(?:\\]\\(|src=\")([^)#: \"]+)(?:#[^)]*)?[)\"]|" +
	"`((?:cmd|hal|recognizer|policy|store|board|internal|scripts|docs)/[A-Za-z0-9_./-]+)`")

// TestDocsNameWhatIsThere: a file that a page names exists, so that whoever moves a file changes
// the pages. Of decisions, which are not rewritten, only the links.
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
				if strings.Contains(page, "/decisions/") {
					continue
				}
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

// command is a test's command in code style, with the pattern of names in it.
var command = regexp.MustCompile("`[^`]*go test [^`]*-run ['\"]?([^'\" `]+)[^`]*`")

// TestDocsCommandsRunTests: each command with which a page shows something matches a test that is
// there, in one of the packages that it names.
func TestDocsCommandsRunTests(t *testing.T) {
	tests := map[string][]string{} // by folder
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example)\w*)\(`)
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
		for _, m := range function.FindAllStringSubmatch(string(text), -1) {
			tests[folder] = append(tests[folder], m[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, page := range []string{"docs/figures.md", "docs/formats.md", "docs/rules.md", "docs/threat-model.md",
		"store/README.md", "README.md", "README.zh.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range command.FindAllStringSubmatch(string(text), -1) {
			pattern := strings.ReplaceAll(m[1], `\|`, "|") // a bar within a table
			pattern, _, _ = strings.Cut(pattern, "/")      // what follows names a part of a test
			if pattern == "^$" || pattern == "TEST" {
				continue
			}
			names, err := regexp.Compile(pattern)
			if err != nil {
				t.Errorf("%s: %s: %v", page, m[0], err)
				continue
			}
			seen++
			if !anyTest(tests, names, m[0]) {
				t.Errorf("%s: %s runs no test", page, m[0])
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d commands seen", seen)
	}
}

// anyTest reports whether a test of the packages on a command line has a name that matches.
func anyTest(tests map[string][]string, names *regexp.Regexp, line string) bool {
	for _, arg := range strings.Fields(strings.Trim(line, "`")) {
		if arg == "PACKAGE" { // of any
			return true
		}
		folder, all := strings.CutSuffix(arg, "/...")
		if !strings.HasPrefix(arg, "./") {
			continue
		}
		for in, of := range tests {
			if in = "./" + in; in != folder && !(all && strings.HasPrefix(in, folder+"/")) {
				continue
			}
			for _, name := range of {
				if names.MatchString(name) {
					return true
				}
			}
		}
	}
	return false
}
