// Command sim is the mutation check of the simulator: for each deliberate fault of mutants.txt it
// tries one seed of the simulated door after the other until an invariant fails, and prints which
// found it and how soon, as a table in Markdown.
//
//	go run ./scripts/sim                 all; exit code 1 if one is not found
//	go run ./scripts/sim -only relock    those whose name holds the word
//
// mutants.txt has a block a fault: "# name", "file", the line as it is after "- ", the line as it
// becomes after "+ ". The line as it is must be in the file once, within a function. All of them
// are built into one simulator, outside of the tree (mutants.go). The code without a fault is
// tried first, on the same seeds: an invariant that it breaks finds nothing.
package main

import (
	_ "embed"
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

// settings say how long is looked for each fault.
type settings struct {
	only   string
	jobs   int
	days   int
	within time.Duration
}

func main() {
	var s settings
	flag.StringVar(&s.only, "only", "", "faults whose name holds this")
	flag.DurationVar(&s.within, "within", 30*time.Second, "processor time for which seeds are tried for each")
	flag.IntVar(&s.days, "days", 8, "days of each history")
	flag.IntVar(&s.jobs, "jobs", 1, "how many are looked for at a time")
	flag.Parse()
	if err := check(s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(s settings) error {
	all, err := parse(table)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "menshen-mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "one")
	if err := build(dir, program, all); err != nil {
		return err
	}
	fmt.Println("| fault | found by | seed | days at the door | seconds |\n| --- | --- | --- | --- | --- |")
	tried, missed := 0, 0
	for x := range lookForAll(program, all, s) {
		switch {
		case x.err != nil:
			return fmt.Errorf("%s: %w", x.name, x.err)
		case x.n == 0 && x.seed != "0":
			return fmt.Errorf("the code as it is breaks an invariant with seed %s (%s): mend that first", x.seed, x.row)
		case x.n > 0:
			tried++
		}
		if x.n > 0 && x.seed == "0" {
			missed++
		}
		fmt.Printf("| %s | %s |\n", x.name, x.row)
	}
	fmt.Printf("\n%d of %d found\n", tried-missed, tried)
	if missed > 0 {
		return fmt.Errorf("%d faults were not found", missed)
	}
	return nil
}

// result is what was found of a fault.
type result struct {
	mutant
	seed, row string // seed "0": nothing
	err       error
}

// lookForAll looks for the faults whose name holds s.only, and gives the results in their order.
func lookForAll(program string, all []mutant, s settings) <-chan result {
	waiting := make(chan chan result, s.jobs-1) // with the one that is sent to, s.jobs are under way
	go func() {
		defer close(waiting)
		for _, m := range append([]mutant{{name: "none: the code as it is"}}, all...) {
			if m.n > 0 && !strings.Contains(m.name, s.only) {
				continue
			}
			one := make(chan result, 1)
			waiting <- one
			go func() {
				r := result{mutant: m}
				r.seed, r.row, r.err = look(program, m, s)
				one <- r
			}()
		}
	}()
	out := make(chan result)
	go func() {
		defer close(out)
		for one := range waiting {
			out <- <-one
		}
	}()
	return out
}

// look lets the simulator look for a fault, and gives the seed that found it, "0" for none, and the
// rest of a row of the table.
func look(program string, m mutant, s settings) (seed, row string, err error) {
	one := exec.Command(program, "-days", fmt.Sprint(s.days), "-within", s.within.String())
	one.Env = append(os.Environ(), fmt.Sprintf("MENSHEN_FAULT=%d", m.n))
	out, err := one.CombinedOutput()
	if err != nil {
		return "", "", fmt.Errorf("running: %w: %s", err, out)
	}
	f := strings.SplitN(strings.TrimSpace(string(out)), "\t", 4)
	if len(f) != 4 {
		return "", "", fmt.Errorf("told: %s", out)
	}
	return f[0], fmt.Sprintf("%s | %s | %s | %s", f[3], f[0], f[1], f[2]), nil
}
