// Licences writes what must go with the program: the licence texts of Menshen, of its face models,
// of Go and of every module linked into a binary, and the list of all of it in SPDX.
//
//	go run ./scripts/licences PROGRAM VERSION FOLDER [ROOT]
//
// FOLDER/licences/MODULE@VERSION/… are the texts, FOLDER/sbom.spdx.json is the list. The system's
// own libraries are in the list with their package and its version; their texts are where Debian
// installs them. ROOT is the sysroot that the program was built against; without it, this machine.
// A module whose licence is not recognised, or asks for more than to be named, is an error: read
// its text before it is linked.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

func main() {
	args := os.Args[1:]
	if len(args) == 3 {
		args = append(args, "/")
	}
	if len(args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: licences PROGRAM VERSION FOLDER [ROOT]")
		os.Exit(2)
	}
	if err := write(args[0], args[1], args[2], args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// write writes the folder's two parts again.
func write(program, version, folder, root string) error {
	made, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("%w: build it with 'make build'", err)
	}
	texts := filepath.Join(folder, "licences")
	if err := os.RemoveAll(texts); err != nil {
		return err
	}
	all, err := linkedModules(made, version)
	if err != nil {
		return err
	}
	var errs []error
	for i := range all {
		p := &all[i]
		p.licence, err = copyTexts(p.dir, filepath.Join(texts, p.folder()))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.folder(), err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	libraries, err := systemLibraries(program, root)
	if err != nil {
		return err
	}
	list, err := spdx(program, append(all, libraries...))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "sbom.spdx.json"), list, 0o644)
}

// part is one part of the program.
type part struct {
	name, version string
	sum           string // of go.sum; empty: none
	dir           string // where its source is; empty for the system's
	licence       string // in SPDX's names; empty: see texts
	texts         string // where the system has its licence texts
}

func (p part) folder() string {
	if p.version == "" {
		return p.name
	}
	return p.name + "@" + p.version
}

// linkedModules gives Menshen, for the door's program the face models, Go, and the modules that the
// binary names, each with the folder of its source.
func linkedModules(made *buildinfo.BuildInfo, ours string) ([]part, error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("asking for our own folder: %w", err)
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("asking for Go's folder: %w", err)
	}
	own := strings.TrimSpace(string(root))
	all := []part{
		{name: "menshen", version: ours, dir: own},
		{name: "go", version: strings.TrimPrefix(made.GoVersion, "go"),
			dir: licenceOfGo(strings.TrimSpace(string(goroot)))},
	}
	if made.Path == "menshen/cmd/menshen" {
		all = slices.Insert(all, 1, part{name: "faceplugin-face-recognition-js", version: "0.0.1",
			dir: filepath.Join(own, "scripts/licences/models")})
	}
	args := []string{"mod", "download", "-json"}
	for _, m := range made.Deps {
		if m.Replace != nil {
			return nil, fmt.Errorf("%s is replaced: the list cannot name its source", m.Path)
		}
		args = append(args, m.Path+"@"+m.Version)
	}
	out, err := exec.Command("go", args...).Output() // from the module cache, checked by go.sum
	if err != nil {
		return nil, fmt.Errorf("asking for the modules' folders: %w", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for range made.Deps {
		var m struct{ Path, Version, Sum, Dir string }
		if err := dec.Decode(&m); err != nil {
			return nil, fmt.Errorf("asking for the modules' folders: %w", err)
		}
		all = append(all, part{name: m.Path, version: m.Version, sum: m.Sum, dir: m.Dir})
	}
	return all, nil
}

// licenceOfGo is the folder with Go's licence: its own, or where Debian's package puts it.
func licenceOfGo(goroot string) string {
	if _, err := os.Stat(filepath.Join(goroot, "LICENSE")); err == nil {
		return goroot
	}
	return "/usr/share/doc/" + strings.Replace(filepath.Base(goroot), "go-", "golang-", 1) + "-go"
}

var textName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)([.-].*)?$`)

// permissive are the licences that ask for no more than to be named, in SPDX's names.
var permissive = []string{"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "ISC", "MIT",
	"Unlicense", "Zlib"}

// either is the line of a text that allows a choice between two licences.
var either = regexp.MustCompile(`SPDX-License-Identifier: (\S+) OR (\S+)`)

// copyTexts copies the licence texts at the top of a folder, and gives which licences they are.
func copyTexts(from, to string) (string, error) {
	files, err := os.ReadDir(from)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return "", err
	}
	var found []string
	for _, f := range files {
		if !textName.MatchString(f.Name()) || f.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(from, f.Name()))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(to, f.Name()), text, 0o644); err != nil {
			return "", err
		}
		ids, err := recognise(text)
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Name(), err)
		}
		found = append(found, ids...)
	}
	if len(found) == 0 {
		return "", errors.New("no licence text is recognised at the top of its source: read what there is before " +
			"it is linked")
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " AND "), nil
}

// recognise gives the licences in a text, each a permissive one; none where it
// only names people or patents.
func recognise(text []byte) (ids []string, err error) {
	if m := either.FindSubmatch(text); m != nil {
		for _, id := range []string{string(m[1]), string(m[2])} {
			if slices.Contains(permissive, id) {
				return []string{id}, nil
			}
		}
	}
	for _, m := range licensecheck.Scan(text).Match {
		switch {
		case m.IsURL, m.ID == "GooglePatentsFile": // this grants more than the licence beside it
		case !slices.Contains(permissive, m.ID):
			return nil, fmt.Errorf("it is under %s, which we do not link", m.ID)
		default:
			ids = append(ids, m.ID)
		}
	}
	return ids, nil
}
