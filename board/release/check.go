package release

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Program is where packages put the program.
const Program = "/usr/bin/menshen"

// Models is where packages put the models, and nothing else is.
const Models = "/usr/share/menshen/models"

// Report is what a comparison of installed files with a log found.
type Report struct {
	Publisher string   `json:"publisher"`
	Root      string   `json:"root"`     // of the log's tree, base64: two people with the same were shown the same log
	Releases  int      `json:"releases"` // in the log
	Number    int      `json:"number"`   // of the program's release, from 1
	Version   string   `json:"version"`
	Commit    string   `json:"commit"`
	Package   string   `json:"package"` // that has the program
	SHA256    string   `json:"sha256"`  // of the program
	Newest    string   `json:"newest"`  // version of the last release in the log
	Same      []string `json:"same"`    // files that are those of the release
	Absent    []string `json:"absent"`  // files of the release that are not installed
	Changed   []string `json:"changed"` // files that are others than those of the release, or none of it

	Expected   bool `json:"expected"`    // an earlier copy of the log was compared with it
	OwnProgram bool `json:"own_program"` // the program judged itself, by its own word
	OwnKey     bool `json:"own_key"`     // the publisher's key came with the package
}

// Check compares a program, and the files that its package and the packages for all processors
// install below the folder root, with the release that has this program. The error wraps
// [ErrUnknown] when there is none; files that do not fit are in the report.
func (l *Log) Check(program, root string) (*Report, error) {
	sum, err := HashFile(program)
	if err != nil {
		return nil, fmt.Errorf("reading the program: %w", err)
	}
	i, pkg := l.Find(sum)
	if i < 0 {
		return nil, fmt.Errorf("%w: its SHA-256 is %s; if the log is older than the program, take the newest from "+
			"the publisher; else it was built by somebody else, or changed", ErrUnknown, sum)
	}
	m := l.Releases[i]
	r := &Report{Publisher: l.Checkpoint.Origin, Root: l.Checkpoint.Root.String(), Releases: len(l.Releases),
		Number: i + 1, Version: m.Version, Commit: m.Commit, Package: pkg, SHA256: sum,
		Newest: l.Releases[len(l.Releases)-1].Version, Same: []string{Program}, Absent: []string{}, Changed: []string{}}
	return r, r.compare(m, root)
}

// Find gives the newest release that has a program, and its package; -1 when none has.
func (l *Log) Find(sum string) (i int, pkg string) {
	for i := len(l.Releases) - 1; i >= 0; i-- {
		if pkg := l.Releases[i].Has(Program, sum); pkg != "" {
			return i, pkg
		}
	}
	return -1, ""
}

// Holder is a release that has a file.
type Holder struct {
	Number  int    `json:"number"` // of the release, from 1
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Name    string `json:"name"` // of the file, as [File] has it
}

// Holders gives the releases that have a file with this SHA-256, newest first, each once.
func (l *Log) Holders(sum string) (all []Holder) {
	for i := len(l.Releases) - 1; i >= 0; i-- {
		m := l.Releases[i]
		if at := slices.IndexFunc(m.Files, func(f File) bool { return f.SHA256 == sum }); at >= 0 {
			all = append(all, Holder{i + 1, m.Version, m.Commit, m.Files[at].Name})
		}
	}
	return all
}

// Has gives the package of the release that installs a file with that SHA-256 there, or nothing.
func (m *Manifest) Has(path, sum string) (pkg string) {
	for _, f := range m.Files {
		if pkg, at := f.Installed(); at == path && f.SHA256 == sum {
			return pkg
		}
	}
	return ""
}

// compare looks at each file of the program's package and of those for all processors beside it.
func (r *Report) compare(m *Manifest, root string) error {
	folder, _ := filepath.Split(r.Package)
	of := map[string]bool{}
	for _, f := range m.Files {
		pkg, path := f.Installed()
		beside, _ := filepath.Split(pkg)
		if path == "" || path == Program || pkg != r.Package &&
			!(beside == folder && strings.HasSuffix(pkg, "_all.deb")) {
			continue
		}
		of[path] = true
		switch sum, err := HashFile(filepath.Join(root, path)); {
		case errors.Is(err, fs.ErrNotExist):
			r.Absent = append(r.Absent, path)
		case err != nil:
			return fmt.Errorf("comparing the installed files: %w", err)
		case sum != f.SHA256:
			r.Changed = append(r.Changed, path)
		default:
			r.Same = append(r.Same, path)
		}
	}
	models, err := os.ReadDir(filepath.Join(root, Models))
	for _, f := range models {
		if path := Models + "/" + f.Name(); !of[path] {
			r.Changed = append(r.Changed, path)
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("comparing the installed models: %w", err)
	}
	return nil
}

// HashFile gives a file's SHA-256, in hex.
func HashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

// KeyFile is where a package puts its publisher's public key.
const KeyFile = "/usr/share/menshen/publisher.vkey"

// PublisherKey reads a publisher's public key: the text itself (c2sp.org/signed-note), or a file
// with it; empty is KeyFile.
func PublisherKey(given string) (note.Verifier, error) {
	text := given
	if key, err := note.NewVerifier(text); err == nil {
		return key, nil
	}
	if given == "" {
		given = KeyFile
	}
	raw, err := os.ReadFile(given)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no publisher's key, and no file, %s: give what the publisher made "+
			"known, NAME+HASH+KEY, or a file with it", given)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the publisher's key: %w", err)
	}
	key, err := note.NewVerifier(strings.TrimSpace(string(raw)))
	if err != nil {
		return nil, fmt.Errorf("%s has no publisher's key (%w): it is one line, NAME+HASH+KEY", given, err)
	}
	return key, nil
}
