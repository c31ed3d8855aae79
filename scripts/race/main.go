// Race lists the packages in whose tests the race detector can find something, one a line.
//
//	go run ./scripts/race
//
// A data race takes two goroutines. A package stays out where neither it, nor its tests, nor any
// package of this module that they use starts one: the detector would only make its tests slower.
// One that imports unsafe is in all the same, as the detector checks its pointers too. The packages
// that call OpenCV, whose threads the detector does not see, stay out as well, and those in unseen.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Their tests start the whole program and the confined eye as processes, which the detector does
// not follow.
var unseen = []string{"menshen/cmd/menshen", "menshen/recognizer/eye"}

const openCV = "gocv.io/x/gocv"

func main() {
	all, err := list()
	if err != nil {
		fmt.Fprintln(os.Stderr, "race:", err)
		os.Exit(1)
	}
	for _, p := range all {
		fmt.Println(p)
	}
}

// pkg is a package as 'go list' tells of it. Of a test's program the name ends in .test, and Deps
// are all that it links: also the tested package together with its tests, as "PACKAGE [PROGRAM]".
type pkg struct {
	ImportPath, Dir   string
	GoFiles, CgoFiles []string
	Imports, Deps     []string
	Module            *struct{ Main bool }
}

func list() (racing []string, err error) {
	cmd := exec.Command("go", "list", "-deps", "-test", "-json=ImportPath,Dir,GoFiles,CgoFiles,Imports,Deps,Module",
		"menshen/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var programs []pkg
	named, starts := map[string]pkg{}, map[string]bool{}
	for in := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		switch named[p.ImportPath] = p; {
		case strings.HasSuffix(p.ImportPath, ".test"):
			programs = append(programs, p)
		case p.Module != nil && p.Module.Main:
			if starts[p.ImportPath], err = p.startsOne(); err != nil {
				return nil, err
			}
		}
	}
	for _, p := range programs {
		tested := strings.TrimSuffix(p.ImportPath, ".test")
		imports := named[tested].Imports
		if slices.Contains(unseen, tested) || slices.Contains(imports, openCV) {
			continue
		}
		goroutines := slices.ContainsFunc(p.Deps, func(d string) bool { return starts[d] })
		if goroutines || slices.Contains(imports, "unsafe") {
			racing = append(racing, tested)
		}
	}
	slices.Sort(racing)
	return racing, nil
}

// startsOne tells whether a file of the package starts a goroutine.
func (p pkg) startsOne() (bool, error) {
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return false, err
		}
		if starts(file) {
			return true, nil
		}
	}
	return false, nil
}

// Whoever calls a method of these names, of whatever type, starts a goroutine or has one started
// that calls back: WaitGroup.Go, time.AfterFunc, T.Parallel, Cmd.Start, Server.Serve and others.
var starters = []string{"Go", "AfterFunc", "Parallel", "RunParallel", "Start", "StartProcess", "Serve",
	"ListenAndServe", "NewServer", "NewTLSServer", "SetFinalizer", "AddCleanup"}

// starts tells whether a file has a go statement, or calls what stands for one. It may say yes of
// what starts none.
func starts(file *ast.File) (found bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.SelectorExpr:
			found = found || slices.Contains(starters, n.Sel.Name)
		}
		return !found
	})
	return found
}
