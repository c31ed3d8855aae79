// Command sim is the mutation check of the simulator: it puts one deliberate fault after the other
// into a copy of a source file, builds the simulated door with it (go build -overlay; nothing in
// the tree changes), tries one seed after the other until an invariant fails, and prints which
// found it and how soon, as a table in Markdown.
//
//	go run ./scripts/sim                 all of mutants.txt; exit code 1 if one is not found
//	go run ./scripts/sim -only relock    those whose name holds the word
//
// mutants.txt has a block a fault: "# name", "file", the line as it is after "- ", the line as it
// becomes after "+ ". The line as it is must be in the file once. The code without a fault is
// tried first, on the same seeds: an invariant that it breaks finds nothing.
package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

//go:embed mutants.txt
var table string

type mutant struct{ name, file, old, new string }

// settings say how long is looked for each fault.
type settings struct {
	days   int
	within time.Duration
}

func main() {
	only := flag.String("only", "", "faults whose name holds this")
	var s settings
	flag.DurationVar(&s.within, "within", time.Minute, "for how long seeds are tried for each")
	flag.IntVar(&s.days, "days", 8, "days of each history")
	flag.Parse()
	if err := check(*only, s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(only string, s settings) error {
	all, err := parse(table)
	if err != nil {
		return err
	}
	all = append([]mutant{{name: "none: the code as it is"}}, all...)
	dir, err := os.MkdirTemp("", "menshen-mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Println("| fault | found by | seed | days at the door | seconds |\n| --- | --- | --- | --- | --- |")
	tried, missed := 0, 0
	for b := range built(dir, all, only) {
		if b.err != nil {
			return fmt.Errorf("%s: %w", b.name, b.err)
		}
		seed, row, err := look(b.program, s)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		fmt.Printf("| %s | %s |\n", b.name, row)
		switch found := seed != "0"; {
		case b.file == "" && found:
			return fmt.Errorf("the code as it is breaks an invariant with seed %s: mend that first", seed)
		case b.file == "":
		default:
			tried++
			if !found {
				missed++
			}
		}
	}
	fmt.Printf("\n%d of %d found\n", tried-missed, tried)
	if missed > 0 {
		return fmt.Errorf("%d faults were not found", missed)
	}
	return nil
}

// parse reads mutants.txt.
func parse(text string) (all []mutant, err error) {
	for _, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		var m mutant
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

// build is a simulator with a fault in it.
type build struct {
	mutant
	program string
	err     error
}

// built builds the faults whose name holds only, each while the one before is tried.
func built(dir string, all []mutant, only string) <-chan build {
	out := make(chan build)
	go func() {
		defer close(out)
		for i, m := range all {
			if m.file != "" && !strings.Contains(m.name, only) {
				continue
			}
			b := build{mutant: m, program: filepath.Join(dir, fmt.Sprintf("one-%d", i%3))}
			b.err = m.build(dir, b.program)
			out <- b
			if b.err != nil {
				return
			}
		}
	}()
	return out
}

// build builds the simulator with the fault into program.
func (m mutant) build(dir, program string) error {
	args := []string{"build", "-o", program}
	if m.file != "" {
		overlay, err := m.overlay(dir)
		if err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
	}
	if out, err := exec.Command("go", append(args, "./scripts/sim/one")...).CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w: %s", err, out)
	}
	return nil
}

// overlay writes the changed file, and the list by which go build takes it in place of the real
// one.
func (m mutant) overlay(dir string) (string, error) {
	src, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(src), m.old); n != 1 {
		return "", fmt.Errorf("%q is in %s %d times, not once", m.old, m.file, n)
	}
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(src), m.old, m.new, 1)), 0o600); err != nil {
		return "", err
	}
	raw, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, raw, 0o600)
}

// look lets the simulator look, and gives the seed that found the fault, "0" for none, and the
// rest of a row of the table.
func look(program string, s settings) (seed, row string, err error) {
	out, err := exec.Command(program, "-days", fmt.Sprint(s.days), "-within", s.within.String()).CombinedOutput()
	if err != nil {
		return "", "", fmt.Errorf("running: %w: %s", err, out)
	}
	f := strings.SplitN(strings.TrimSpace(string(out)), "\t", 4)
	if len(f) != 4 {
		return "", "", fmt.Errorf("told: %s", out)
	}
	return f[0], fmt.Sprintf("%s | %s | %s | %s", f[3], f[0], f[1], f[2]), nil
}
