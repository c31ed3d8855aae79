package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// systemLibraries gives the packages of Debian whose libraries the program loads when it starts:
// OpenCV's and those that they need.
func systemLibraries(program string) ([]part, error) {
	out, err := exec.Command("ldd", program).Output()
	if err != nil {
		return nil, fmt.Errorf("asking for the libraries of %s: %w", program, err)
	}
	// A library is listed under the one folder or the other, since /lib became a link to /usr/lib.
	search := []string{"-S"}
	for line := range strings.Lines(string(out)) {
		if _, at, ok := strings.Cut(line, "=> /"); ok {
			real, err := filepath.EvalSymlinks("/" + strings.Fields(at)[0])
			if err != nil {
				return nil, fmt.Errorf("looking at a library of %s: %w", program, err)
			}
			path := strings.TrimPrefix(real, "/usr")
			search = append(search, path, "/usr"+path)
		}
	}
	var stderr bytes.Buffer
	find := exec.Command("dpkg-query", search...)
	find.Stderr = &stderr
	owners, err := find.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // one of the two folders is always unknown
		return nil, fmt.Errorf("asking for the libraries' packages: %w", err)
	}
	var packages []string
	known := 0
	for line := range strings.Lines(string(owners)) {
		if name, _, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "diversion by") {
			known++
			packages = append(packages, name)
		}
	}
	if want := (len(search) - 1) / 2; known < want {
		return nil, fmt.Errorf("%d of %d libraries of %s are in no package of Debian: see 'ldd %[3]s'", want-known,
			want, program)
	}
	slices.Sort(packages)
	return describe(slices.Compact(packages))
}

// describe gives each package its version and the place of its licence texts.
func describe(packages []string) ([]part, error) {
	out, err := exec.Command("dpkg-query", append([]string{"-W", "-f", "${Package} ${Version}\n"},
		packages...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("asking for the packages' versions: %w", err)
	}
	var all []part
	for line := range strings.Lines(string(out)) {
		name, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		p := part{name: name, version: version, texts: filepath.Join("/usr/share/doc", name, "copyright")}
		if _, err := os.Stat(p.texts); err != nil {
			return nil, fmt.Errorf("the licence texts of Debian's %s: %w", name, err)
		}
		all = append(all, p)
	}
	return all, nil
}
