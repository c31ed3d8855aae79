package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readme is what both languages of the README must have alike.
type readme struct {
	chapters int
	commands []string // of the code blocks, without their comments
	spans    []string // in code style within the text, sorted, each once
	links    []string // and pictures, of the one language
	modules  []string // of the dependencies, with their licences
}

var (
	link   = regexp.MustCompile(`(?:\]\(|src=")([^)"]+)[)"]`)
	span   = regexp.MustCompile("`([^`]+)`")
	module = regexp.MustCompile(`^\| ([a-z]+\.[^|]+ \| [^|]+) \|`)
)

func read(t *testing.T, name string) (r readme, lines []string) {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(strings.TrimSpace(string(text)), "\n")
	fenced := false
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced:
			command, _, _ := strings.Cut(line, "  ")
			r.commands = append(r.commands, command)
		default:
			if strings.HasPrefix(line, "#") {
				r.chapters++
			}
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				r.links = append(r.links, strings.Replace(m[1], ".zh.", ".", 1))
			}
			for _, m := range span.FindAllStringSubmatch(line, -1) {
				r.spans = append(r.spans, m[1])
			}
			if m := module.FindStringSubmatch(line); m != nil {
				r.modules = append(r.modules, m[1])
			}
		}
	}
	slices.Sort(r.spans)
	r.spans = slices.Compact(r.spans)
	return r, lines
}

// TestReadmeInTwoLanguages: README.zh.md has the commands, links, pictures and
// modules of README.md, in its order.
func TestReadmeInTwoLanguages(t *testing.T) {
	en, lines := read(t, "README.md")
	zh, _ := read(t, "README.zh.md")
	if len(lines) >= 150 {
		t.Errorf("README.md has %d lines: a newcomer reads fewer than 150", len(lines))
	}
	if en.chapters != zh.chapters || en.chapters < 8 {
		t.Errorf("chapters: %d in English, %d in Chinese", en.chapters, zh.chapters)
	}
	for _, part := range []struct {
		what   string
		en, zh []string
		least  int
	}{
		{"commands", en.commands, zh.commands, 12}, {"code in the text", en.spans, zh.spans, 8},
		{"links", en.links, zh.links, 20}, {"modules", en.modules, zh.modules, 17},
	} {
		if !slices.Equal(part.en, part.zh) || len(part.en) < part.least {
			t.Errorf("%s:\nEnglish %q\nChinese %q", part.what, part.en, part.zh)
		}
	}
}

// TestReadmeCommandsAreThere: each verb of menshen that the README names is one, each target of
// make is in the Makefile, and CI runs the test command.
func TestReadmeCommandsAreThere(t *testing.T) {
	r, _ := read(t, "README.md")
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, command := range append(r.commands, r.spans...) {
		words := strings.Fields(command)
		switch words[0] {
		case "menshen":
			seen++
			verb, left, err := root().Find(words[1:])
			if err != nil || verb == verb.Root() {
				t.Errorf("%s: no such verb: %v", command, err)
				continue
			}
			for _, word := range left {
				if name, is := strings.CutPrefix(word, "--"); is && verb.Flag(name) == nil {
					t.Errorf("%s: it has no --%s", command, name)
				}
			}
		case "make":
			seen++
			if !regexp.MustCompile(`(?m)^` + words[1] + `:`).Match(makefile) {
				t.Errorf("%s: no such target", command)
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d commands seen", seen)
	}
	ci, err := os.ReadFile("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(strings.TrimSpace(string(ci)), "\nmake test") || !slices.Contains(r.commands, "make test") {
		t.Error("CI does not run the README's test command")
	}
}

// TestReadmeModules: the table of dependencies names each module that go.mod asks for, in
// its version where it gives one.
func TestReadmeModules(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	gomod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct, _, _ := strings.Cut(string(gomod), "\n)") // the first block
	required := regexp.MustCompile(`(?m)^\t(\S+) (v\S+)$`).FindAllStringSubmatch(direct, -1)
	for _, m := range required {
		path := strings.Split(regexp.MustCompile(`/v\d+$`).ReplaceAllString(m[1], ""), "/")
		last := path[len(path)-1] // a row may name several modules of one house
		row := regexp.MustCompile(`(?m)^\|.*\b` + regexp.QuoteMeta(last) + `\b.*$`).FindString(string(text))
		if row == "" {
			t.Errorf("%s is not in the README's table", m[1])
		}
		given := regexp.MustCompile(regexp.QuoteMeta(last) + `(?:/v\d+)? (v[0-9.]+)`).FindStringSubmatch(row)
		if given != nil && given[1] != m[2] {
			t.Errorf("the README has %s %s, go.mod %s", m[1], given[1], m[2])
		}
	}
	if len(required) < 20 {
		t.Errorf("only %d modules seen", len(required))
	}
}

// TestPicturesAreSmall: a clone over a slow line has them too.
func TestPicturesAreSmall(t *testing.T) {
	pictures, err := filepath.Glob("../../docs/pictures/*")
	if err != nil || len(pictures) < 7 {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	sum := int64(0)
	for _, picture := range pictures {
		info, err := os.Stat(picture)
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	if sum > 400_000 {
		t.Errorf("the pictures have %d bytes", sum)
	}
}
