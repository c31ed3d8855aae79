package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// vocabularies are types whose words decide, with the only file that may spell each.
var vocabularies = map[string]string{
	"menshen/store/audit.Kind": "store/audit/kind.go",
	"menshen/policy.RuleID":    "policy/rule.go",
}

// built is a package as the go command built it.
type built struct {
	ImportPath, Dir, Export string
	GoFiles, CgoFiles, Deps []string
}

// TestDecidingWordsHaveOneDefinition: a comparison, a case or a key with a copied
// word would compile, since an untyped literal fits each string type. So the types
// of all literals are looked at.
func TestDecidingWordsHaveOneDefinition(t *testing.T) {
	all := buildList(t)
	fset := token.NewFileSet()
	read := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(all[path].Export)
	})
	found := map[string]int{}
	for path, p := range all {
		ours := strings.HasPrefix(path, "menshen/") && (path == "menshen/policy" || path == "menshen/store/audit" ||
			slices.Contains(p.Deps, "menshen/policy") || slices.Contains(p.Deps, "menshen/store/audit"))
		if !ours {
			continue
		}
		for file, literals := range typedLiterals(t, fset, read, p) {
			for _, l := range literals {
				if vocabularies[l.kind] == file {
					found[l.kind]++
					continue
				}
				t.Errorf("%s:%d spells %s as a literal; use the constant of %s", file, l.line, l.word,
					vocabularies[l.kind])
			}
		}
	}
	for kind := range vocabularies {
		if found[kind] < 20 {
			t.Errorf("%d words of %s found: this test does not see what it should", found[kind], kind)
		}
	}
}

// buildList builds what is out of date, and gives where each package is.
func buildList(t *testing.T) map[string]built {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,CgoFiles,Deps", "./...")
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.Bytes())
	}
	all := map[string]built{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p built
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
	return all
}

type literal struct {
	kind, word string
	line       int
}

// typedLiterals gives the string literals of a package whose type is one
// of the vocabularies, by file.
func typedLiterals(t *testing.T, fset *token.FileSet, read types.Importer, p built) map[string][]literal {
	t.Helper()
	var files []*ast.File
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: read, FakeImportC: true}
	if len(p.CgoFiles) > 0 {
		conf.Error = func(error) {} // what comes from C has no type here; the compiler has checked it
	}
	if _, err := conf.Check(p.ImportPath, fset, files, &info); err != nil && len(p.CgoFiles) == 0 {
		t.Fatal(err)
	}
	out := map[string][]literal{}
	for expr, is := range info.Types {
		lit, ok := expr.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING || lit.Value == `""` {
			continue
		}
		if _, listed := vocabularies[is.Type.String()]; !listed {
			continue
		}
		at := fset.Position(lit.Pos())
		file := strings.TrimPrefix(p.ImportPath, "menshen/") + "/" + filepath.Base(at.Filename)
		out[file] = append(out[file], literal{is.Type.String(), lit.Value, at.Line})
	}
	return out
}
