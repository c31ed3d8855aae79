package policy

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The core stays pure: of the standard library nothing that reads a clock's world, a disk or a
// wire, and of ours only messages, which are as pure.
func TestImportsOnlyPureStandardLibrary(t *testing.T) {
	files, err := filepath.Glob("*.go")
	messages, err2 := filepath.Glob("../internal/i18n/*.go")
	if files = append(files, messages...); err != nil || err2 != nil || len(messages) == 0 {
		t.Fatal(err, err2)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			switch path {
			case "encoding/hex", "errors", "fmt", "maps", "math", "slices", "strings", "time", "menshen/internal/i18n":
			default:
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
