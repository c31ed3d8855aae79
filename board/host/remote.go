package host

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed remote.txt
var remoteText string

var remoteNames = names(remoteText)

func names(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// Remote gives the names of the remote-assistance programs that run, each once.
func Remote(root string) ([]string, error) {
	processes, err := os.ReadDir(filepath.Join(root, "proc"))
	if err != nil {
		return nil, fmt.Errorf("looking for remote-assistance programs: %w", err)
	}
	var found []string
	for _, p := range processes {
		if strings.Trim(p.Name(), "0123456789") != "" {
			continue
		}
		for _, name := range processNames(filepath.Join(root, "proc", p.Name())) {
			if name = strings.ToLower(name); isRemote(name) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// processNames gives the names of a process: its short name, which the kernel cuts after 15 bytes,
// and that of the file from which it was started.
func processNames(dir string) (names []string) {
	if comm, err := os.ReadFile(filepath.Join(dir, "comm")); err == nil {
		names = append(names, strings.TrimSpace(string(comm)))
	}
	if line, err := os.ReadFile(filepath.Join(dir, "cmdline")); err == nil {
		first, _, _ := strings.Cut(string(line), "\x00")
		names = append(names, filepath.Base(first))
	}
	return names
}

func isRemote(name string) bool {
	return slices.ContainsFunc(remoteNames, func(known string) bool {
		if begin, ok := strings.CutSuffix(known, "*"); ok {
			return strings.HasPrefix(name, begin)
		}
		return name == known
	})
}
