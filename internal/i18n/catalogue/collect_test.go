package catalogue

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"menshen/internal/golden"
)

// forms are the texts of a message: one, or two of a plural.
type forms []string

// collect finds the messages in all sources of the project: calls of M, N and E of package i18n, of
// t in templates, and sentences in the files of boards.
func collect(t *testing.T) map[string]forms {
	t.Helper()
	all := map[string]forms{}
	add := func(where, id string, texts ...string) {
		if len(texts) == 0 {
			t.Errorf("%s: %s", where, id)
			return
		}
		if !regexp.MustCompile(`^[a-z0-9]+\.[a-z0-9-]+$`).MatchString(id) {
			t.Errorf("%s: the id %q is not of the form package.words-of-it", where, id)
		}
		if known, ok := all[id]; ok && !slices.Equal(known, texts) {
			t.Errorf("%s: %s is %q, and elsewhere %q", where, id, texts, known)
		}
		all[id] = texts
	}
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "testdata"):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			return collectGo(path, add)
		case strings.HasSuffix(path, ".html"):
			return collectTemplate(path, add)
		case strings.HasSuffix(path, ".toml") && strings.Contains(filepath.ToSlash(path), "board/profile/"):
			return collectBoard(path, add)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 500 {
		t.Fatalf("only %d messages found", len(all))
	}
	return all
}

func collectGo(path string, add func(where, id string, texts ...string)) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		return err
	}
	own := file.Name.Name == "i18n"
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name, ok := constructor(call.Fun, own)
		if !ok || own && len(call.Args) > 0 && !isLiteral(call.Args[0]) { // M within E
			return true
		}
		where := files.Position(call.Pos()).String()
		id, texts := 0, []int{1}
		if name == "N" {
			id, texts = 1, []int{2, 3}
		}
		key, err := literal(call.Args[id])
		if err != nil {
			add(where, err.Error())
			return true
		}
		var said []string
		for _, i := range texts {
			text, err := literal(call.Args[i])
			if err != nil {
				add(where, err.Error())
				return true
			}
			said = append(said, text)
		}
		add(where, key, said...)
		return true
	})
	return nil
}

// constructor is which of M, N and E is called.
func constructor(f ast.Expr, own bool) (string, bool) {
	name := ""
	switch f := f.(type) {
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "i18n" {
			name = f.Sel.Name
		}
	case *ast.Ident:
		if own {
			name = f.Name
		}
	}
	return name, name == "M" || name == "N" || name == "E"
}

func isLiteral(e ast.Expr) bool { _, err := literal(e); return err == nil }

// literal is the value of a string, or of strings joined by +.
func literal(e ast.Expr) (string, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		return strconv.Unquote(e.Value)
	case *ast.BinaryExpr:
		a, err := literal(e.X)
		if err != nil {
			return "", err
		}
		b, err := literal(e.Y)
		return a + b, err
	}
	return "", fmt.Errorf("an id or text that is not written out")
}

// inTemplate is {{t "id" "English" …}}, alone or within another action.
var inTemplate = regexp.MustCompile("\\bt (\"(?:[^\"\\\\]|\\\\.)*\") (\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)")

func collectTemplate(path string, add func(where, id string, texts ...string)) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, m := range inTemplate.FindAllSubmatch(page, -1) {
		id, err := strconv.Unquote(string(m[1]))
		if err != nil {
			return err
		}
		text, err := strconv.Unquote(string(m[2]))
		if err != nil {
			return err
		}
		add(path, id, text)
	}
	return nil
}

// collectBoard finds the sentences of a board's file: tables with an id and English words.
func collectBoard(path string, add func(where, id string, texts ...string)) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var board map[string]any
	if err := toml.Unmarshal(raw, &board); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			id, isSentence := v["id"].(string)
			if english, ok := v["en"].(string); ok && isSentence {
				add(path, "profile."+id, strings.ReplaceAll(english, "%", "%%"))
			}
			for _, within := range v {
				look(within)
			}
		case []any:
			for _, within := range v {
				look(within)
			}
		}
	}
	look(board)
	return nil
}

// TestEnglishIsCollected: en.toml, which translators begin with, has what the sources say.
func TestEnglishIsCollected(t *testing.T) {
	all := collect(t)
	var b strings.Builder
	b.WriteString("# What the unit says, collected from the sources by `go test ./internal/i18n/catalogue -update`.\n" +
		"# A new language is a copy of this file with the code of the language as its name, translated.\n")
	section := ""
	for _, id := range sorted(all) {
		of, key, _ := strings.Cut(id, ".")
		if of != section {
			section = of
			fmt.Fprintf(&b, "\n[%s]\n", section)
		}
		if texts := all[id]; len(texts) == 2 {
			fmt.Fprintf(&b, "%s = { one = %q, other = %q }\n", key, texts[0], texts[1])
		} else {
			fmt.Fprintf(&b, "%s = %q\n", key, texts[0])
		}
	}
	golden.Compare(t, "en.toml", []byte(b.String()))
}

func sorted[V any](m map[string]V) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// verb is one verb of package fmt, with its argument's number where that is written.
var verb = regexp.MustCompile(`%[-+# 0]*(\[\d+\])?[\d*]*(\.\d+)?[a-zA-Z]|%%|%`)

// verbsOf are the verbs of a text by the argument that they format. A percent sign alone is an
// error.
func verbsOf(text string) (map[int][]string, error) {
	of, next := map[int][]string{}, 1
	for _, m := range verb.FindAllStringSubmatch(text, -1) {
		switch {
		case m[0] == "%":
			return nil, fmt.Errorf("%q has a percent sign that is no verb: write %%%%", text)
		case m[0] == "%%":
			continue
		case m[1] != "":
			n, err := strconv.Atoi(strings.Trim(m[1], "[]"))
			if err != nil {
				return nil, err
			}
			next = n
		}
		kind := strings.Replace(m[0], m[1], "", 1)
		if !slices.Contains(of[next], kind) {
			of[next] = append(of[next], kind)
		}
		next++
	}
	return of, nil
}

// TestEachLanguageHasAll lists what a catalogue lacks, what it has too much, and texts with other
// figures than the English.
func TestEachLanguageHasAll(t *testing.T) {
	all := collect(t)
	names, err := fs.Glob(files, "*.toml")
	if err != nil || len(names) < 2 {
		t.Fatalf("catalogues %v, %v", names, err)
	}
	for _, name := range names {
		if name != "en.toml" {
			t.Run(strings.TrimSuffix(name, ".toml"), func(t *testing.T) { compare(t, all, name) })
		}
	}
}

func compare(t *testing.T, all map[string]forms, name string) {
	raw, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var sections map[string]map[string]any
	if err := toml.Unmarshal(raw, &sections); err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	said := map[string]any{}
	for section, messages := range sections {
		for key, text := range messages {
			said[section+"."+key] = text
		}
	}
	for _, id := range sorted(all) {
		if _, ok := said[id]; !ok {
			t.Errorf("%s lacks %s: %q", name, id, all[id])
			continue
		}
		want, err := verbsOf(all[id][len(all[id])-1])
		if err != nil {
			t.Errorf("%s in the sources: %v", id, err)
		}
		for _, text := range textsOf(said[id]) {
			if got, err := verbsOf(text); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %s formats %v, and the sources %v (%v)", name, id, got, want, err)
			}
		}
	}
	for _, id := range sorted(said) {
		if _, ok := all[id]; !ok {
			t.Errorf("%s has %s, which nothing says", name, id)
		}
	}
}

// textsOf are the forms of a message in a catalogue.
func textsOf(v any) (texts []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case map[string]any:
		for _, form := range sorted(v) {
			texts = append(texts, textsOf(v[form])...)
		}
	}
	return texts
}
