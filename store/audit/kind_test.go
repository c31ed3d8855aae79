package audit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestKindsKeepTheirWords: old logs are read by these words, so the list only grows.
func TestKindsKeepTheirWords(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "kind.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		word, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, v.Names[0].Name+" "+word); len(v.Values) != 1 {
			t.Errorf("%s: one word a line", v.Names[0].Name)
		}
		return true
	})
	raw, err := os.ReadFile("testdata/kinds.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(raw)), "\n")
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%q is gone: entries of that kind are in logs", w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("%q is new: add it to testdata/kinds.txt", g)
		}
	}
	words := map[string]bool{}
	for _, g := range got {
		_, word, _ := strings.Cut(g, " ")
		if words[word] {
			t.Errorf("%q stands twice", word)
		}
		words[word] = true
	}
}
