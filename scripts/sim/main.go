// Command sim is the mutation check of the simulator: it puts one deliberate fault after the other
// into a copy of a source file, builds the simulated door with it (go build -overlay; nothing in
// the tree changes), and prints which invariant found it and how soon.
//
//	go run ./scripts/sim                 all of mutants.txt; exit code 1 if one is not found
//	go run ./scripts/sim -only relock    those whose name holds the word
//
// mutants.txt has a block a fault: "# name", "file", the line as it is after "- ", the line as it
// becomes after "+ ". The line as it is must be in the file once.
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

func main() {
	only := flag.String("only", "", "faults whose name holds this")
	within := flag.Duration("within", time.Minute, "for how long seeds are tried for each")
	days := flag.Int("days", 14, "days of each history")
	flag.Parse()
	if err := check(*only, *days, *within); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(only string, days int, within time.Duration) error {
	all, err := parse(table)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "menshen-mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%-58s %6s %8s %6s  %s\n", "fault", "seed", "days", "s", "found by")
	tried, missed := 0, 0
	for _, m := range all {
		if !strings.Contains(m.name, only) {
			continue
		}
		tried++
		seed, found, err := m.try(dir, days, within)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if seed == "0" {
			missed++
		}
		fmt.Printf("%-58s %s\n", m.name, found)
	}
	fmt.Printf("%d of %d found\n", tried-missed, tried)
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

// try builds the simulator with the fault and lets it look.
func (m mutant) try(dir string, days int, within time.Duration) (seed, found string, err error) {
	src, err := os.ReadFile(m.file)
	if err != nil {
		return "", "", err
	}
	if n := strings.Count(string(src), m.old); n != 1 {
		return "", "", fmt.Errorf("%q is in %s %d times, not once", m.old, m.file, n)
	}
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", "", err
	}
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	bin := filepath.Join(dir, "one")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(src), m.old, m.new, 1)), 0o600); err != nil {
		return "", "", err
	}
	raw, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		return "", "", err
	}
	if err := os.WriteFile(overlay, raw, 0o600); err != nil {
		return "", "", err
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", bin, "./scripts/sim/one")
	if out, err := build.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("building: %w: %s", err, out)
	}
	out, err := exec.Command(bin, "-days", fmt.Sprint(days), "-within", within.String()).CombinedOutput()
	if err != nil {
		return "", "", fmt.Errorf("running: %w: %s", err, out)
	}
	f := strings.SplitN(strings.TrimSpace(string(out)), "\t", 4)
	if len(f) != 4 {
		return "", "", fmt.Errorf("told: %s", out)
	}
	return f[0], fmt.Sprintf("%6s %8s %6s  %s", f[0], f[1], f[2], f[3]), nil
}
