package policy

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The core stays pure: only the standard library, and of that nothing that reads a clock's world, a disk or a wire.
func TestImportsOnlyPureStandardLibrary(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
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
			case "encoding/hex", "errors", "fmt", "math", "slices", "strings", "time":
			default:
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
