package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one deliberate fault: a line of a file that becomes another.
type mutant struct {
	n              int // its number; 0: none
	name           string
	file, old, new string
}

// parse reads mutants.txt.
func parse(text string) (all []mutant, err error) {
	for _, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		m := mutant{n: len(all) + 1}
		for _, line := range strings.Split(block, "\n") {
			switch {
			case strings.HasPrefix(line, "# "):
				m.name = line[2:]
			case strings.HasPrefix(line, "- "):
				m.old = line[2:]
			case strings.HasPrefix(line, "+ "):
				m.new = line[2:]
			default:
				m.file = line
			}
		}
		if m.name == "" || m.file == "" || m.old == "" {
			return nil, fmt.Errorf("a block of mutants.txt lacks a part: %q", block)
		}
		all = append(all, m)
	}
	return all, nil
}

// chosen is the package that says which fault is to be done. It is in no tree: the overlay adds it.
const chosen = `package chosen

import "os"

var fault = os.Getenv("MENSHEN_FAULT")

func Is(n string) bool { return fault == n }
`

// build builds one simulator with all faults into program. MENSHEN_FAULT in its environment is the
// number of the one that it does.
//
// Of each function with a fault there is a copy with it, to which the function itself hands over
// when the fault is chosen. So the many packages that import it are built once, and not once for
// each fault.
func build(dir, program string, all []mutant) error {
	replace := map[string]string{}
	write := func(path, text string) error {
		changed := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		path, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		replace[path] = changed
		return os.WriteFile(changed, []byte(text), 0o600)
	}
	byFile := map[string][]mutant{}
	for _, m := range all {
		byFile[m.file] = append(byFile[m.file], m)
	}
	for file, ms := range byFile {
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text, err := withFaults(file, string(src), ms)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := write(file, text); err != nil {
			return err
		}
	}
	if err := write("internal/chosen/chosen.go", chosen); err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, raw, 0o600); err != nil {
		return err
	}
	out, err := exec.Command("go", "build", "-o", program, "-overlay", overlay, "./scripts/sim/one").CombinedOutput()
	if err != nil {
		return fmt.Errorf("building: %w: %s", err, out)
	}
	return nil
}

// withFaults gives a source file in which each fault can be chosen.
func withFaults(name, src string, ms []mutant) (string, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	at := func(p token.Pos) int { return set.Position(p).Offset }
	type insertion struct {
		at   int
		text string
	}
	all := []insertion{{at(f.Name.End()), "\n\nimport \"menshen/internal/chosen\"\n"}}
	for _, m := range ms {
		if n := strings.Count(src, m.old); n != 1 {
			return "", fmt.Errorf("%q is there %d times, not once", m.old, n)
		}
		line := strings.Index(src, m.old)
		i := slices.IndexFunc(f.Decls, func(d ast.Decl) bool { return at(d.Pos()) <= line && line < at(d.End()) })
		fn, is := f.Decls[max(i, 0)].(*ast.FuncDecl)
		if i < 0 || !is {
			return "", fmt.Errorf("%q is not within a function", m.old)
		}
		call, err := handOver(fn, m.n)
		if err != nil {
			return "", err
		}
		all = append(all, insertion{at(fn.Body.Lbrace) + 1,
			fmt.Sprintf("\n\tif chosen.Is(\"%d\") {\n\t\t%s\n\t}\n", m.n, call)})
		own, from := src[at(fn.Pos()):at(fn.End())], at(fn.Name.End())-at(fn.Pos())
		own = own[:from] + fmt.Sprint("Fault", m.n) + own[from:]
		all = append(all, insertion{len(src), "\n" + strings.Replace(own, m.old, m.new, 1) + "\n"})
	}
	slices.SortStableFunc(all, func(a, b insertion) int { return b.at - a.at })
	for _, x := range all {
		src = src[:x.at] + x.text + src[x.at:]
	}
	return src, nil
}

// handOver is the call of a function's copy with fault n, with its own arguments.
func handOver(fn *ast.FuncDecl, n int) (string, error) {
	call := fmt.Sprint(fn.Name.Name, "Fault", n)
	if fn.Recv != nil {
		if len(fn.Recv.List[0].Names) == 0 {
			return "", fmt.Errorf("%s has a receiver without a name", fn.Name.Name)
		}
		call = fn.Recv.List[0].Names[0].Name + "." + call
	}
	var args []string
	for _, p := range fn.Type.Params.List {
		_, more := p.Type.(*ast.Ellipsis)
		for _, name := range p.Names {
			if name.Name == "_" {
				return "", fmt.Errorf("%s has an argument without a name", fn.Name.Name)
			}
			args = append(args, name.Name+map[bool]string{true: "..."}[more])
		}
	}
	call += "(" + strings.Join(args, ", ") + ")"
	if fn.Type.Results != nil {
		return "return " + call, nil
	}
	return call + "\n\t\treturn", nil
}
