package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// systemLibraries gives the packages of Debian whose libraries the program loads when it starts:
// OpenCV's and those that they need. It looks under root: "/", or the sysroot that the program was
// built against (scripts/package/sysroot.sh), of which nothing is run.
func systemLibraries(program, root string) ([]part, error) {
	files, err := loaded(program, root)
	if err != nil {
		return nil, err
	}
	// A library is listed under the one folder or the other, since /lib became a link to /usr/lib.
	search := []string{"-S"}
	for _, path := range files {
		search = append(search, path)
		if in, ok := strings.CutPrefix(path, "/usr/"); ok {
			search = append(search, "/"+in)
		}
	}
	var stderr bytes.Buffer
	find := query(root, search...)
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
	if known < len(files) {
		return nil, fmt.Errorf("%d of %d libraries of %s are in no package of Debian: look with 'dpkg -S'",
			len(files)-known, len(files), program)
	}
	slices.Sort(packages)
	return describe(slices.Compact(packages), root)
}

// loaded gives the files of the libraries that a program names, and of those that they name.
func loaded(program, root string) ([]string, error) {
	there, err := libraries(root)
	if err != nil {
		return nil, err
	}
	var files []string
	next, seen := []string{program}, map[string]bool{}
	for len(next) > 0 {
		file, err := elf.Open(next[0])
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", next[0], err)
		}
		names, err := file.ImportedLibraries()
		class, machine := file.Class, file.Machine
		file.Close()
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", next[0], err)
		}
		for _, name := range names {
			if seen[name] {
				continue
			}
			seen[name] = true
			path, err := pick(there[name], class, machine)
			if err != nil {
				return nil, fmt.Errorf("library %s of %s: %w", name, next[0], err)
			}
			next, files = append(next, path), append(files, path)
		}
		next = next[1:]
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// libraries gives the files under root that may be a library, by name, with links followed and the
// shallowest folder first. Some are in a folder of their own, to which Debian's alternatives would
// link; a sysroot has no such links.
func libraries(root string) (map[string][]string, error) {
	there := map[string][]string{}
	err := filepath.WalkDir(filepath.Join(root, "usr/lib"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.Contains(d.Name(), ".so") {
			return err
		}
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return nil // a link that leads out of a sysroot, or nowhere
		}
		there[d.Name()] = append(there[d.Name()], real)
		return nil
	})
	for _, paths := range there {
		slices.SortStableFunc(paths, func(a, b string) int {
			return strings.Count(a, "/") - strings.Count(b, "/")
		})
	}
	return there, err
}

// pick gives the first of the files that is for that processor.
func pick(files []string, class elf.Class, machine elf.Machine) (string, error) {
	for _, path := range files {
		file, err := elf.Open(path)
		if err != nil {
			continue
		}
		fits := file.Class == class && file.Machine == machine
		file.Close()
		if fits {
			return path, nil
		}
	}
	return "", errors.New("not found: install what the program was built with")
}

// describe gives each package its version and the place of its licence texts.
func describe(packages []string, root string) ([]part, error) {
	args := append([]string{"-W", "-f", "${Package} ${Version}\n"}, packages...)
	out, err := query(root, args...).Output()
	if err != nil {
		return nil, fmt.Errorf("asking for the packages' versions: %w", err)
	}
	var all []part
	for line := range strings.Lines(string(out)) {
		name, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		p := part{name: name, version: version, texts: filepath.Join("/usr/share/doc", name, "copyright")}
		if _, err := os.Stat(filepath.Join(root, p.texts)); err != nil {
			return nil, fmt.Errorf("the licence texts of Debian's %s: %w", name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

// query asks for the packages under root.
func query(root string, args ...string) *exec.Cmd {
	database := "--admindir=" + filepath.Join(root, "var/lib/dpkg")
	return exec.Command("dpkg-query", append([]string{database}, args...)...)
}
