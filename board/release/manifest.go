// Package release says which published release a program belongs to (docs/decisions/0035).
//
// A release is a [Manifest]: version, commit, and the hashes of its files. The publisher appends it
// to a log, whose Merkle tree (RFC 6962) they sign as a C2SP checkpoint: [Append]. [Read] reads the
// log's file, [Log.SignedBy] and [Log.Extends] check it, [Log.Check] compares installed files with
// it. [Log.Prove] proves that one manifest is in it, to whoever has only that and the publisher's
// key: [CheckProof]. The formats are those of docs/formats.md.
package release

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Manifest is a release. Its text has one form only.
type Manifest struct {
	Version string    // "0~20261128.010436+ge205335"
	Commit  string    // 40 hex digits
	Time    time.Time // of the commit, in whole seconds
	Files   []File    // by name
}

// File is a file of a release, or within one of its packages.
type File struct {
	SHA256 string // 64 hex digits
	Size   int64
	Name   string // "trixie/menshen_1_arm64.deb"; within it, "trixie/menshen_1_arm64.deb:/usr/bin/menshen"
}

// Installed gives the package that has the file, and where the file is once that is installed;
// of a file that is in no package, both are empty.
func (f File) Installed() (pkg, path string) {
	if pkg, path, in := strings.Cut(f.Name, ":/"); in {
		return pkg, "/" + path
	}
	return "", ""
}

const manifestBegin = "menshen release "

// Text writes the manifest, and sorts its files.
func (m *Manifest) Text() []byte {
	slices.SortFunc(m.Files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	b := fmt.Appendf(nil, "%s1\nversion %s\ncommit %s\ntime %s\n", manifestBegin, m.Version, m.Commit,
		m.Time.UTC().Format(time.RFC3339))
	for _, f := range m.Files {
		b = fmt.Appendf(b, "%s %d %s\n", f.SHA256, f.Size, f.Name)
	}
	return b
}

// Parse reads a manifest, and refuses a text that [Manifest.Text] would not have written.
func Parse(text []byte) (*Manifest, error) {
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	number, ok := strings.CutPrefix(lines[0], manifestBegin)
	switch {
	case !ok:
		return nil, errors.New("it does not begin with \"menshen release\"")
	case number != "1":
		return nil, fmt.Errorf("its form %q is not known to this program: use a newer menshen", number)
	case len(lines) < 5:
		return nil, errors.New("it names no file")
	}
	m := &Manifest{}
	_, m.Version, _ = strings.Cut(lines[1], " ")
	_, m.Commit, _ = strings.Cut(lines[2], " ")
	_, at, _ := strings.Cut(lines[3], " ")
	var err error
	if m.Time, err = time.Parse(time.RFC3339, at); err != nil || m.Version == "" || !isHex(m.Commit, 20) {
		return nil, errors.New("its first lines are not version, commit and time")
	}
	for i, line := range lines[4:] {
		sum, rest, _ := strings.Cut(line, " ")
		size, name, _ := strings.Cut(rest, " ")
		bytes, err := strconv.ParseInt(size, 10, 64)
		if err != nil || bytes < 0 || !isHex(sum, 32) || name == "" {
			return nil, fmt.Errorf("its line %d is not hash, size and name of a file", i+5)
		}
		if i > 0 && m.Files[i-1].Name == name {
			return nil, fmt.Errorf("it names %s twice", name)
		}
		m.Files = append(m.Files, File{sum, bytes, name})
	}
	if !bytes.Equal(m.Text(), text) || !printable(text) {
		return nil, errors.New("it is not in the form in which it is published")
	}
	return m, nil
}

func isHex(s string, length int) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == length && hex.EncodeToString(b) == s
}

// printable refuses what could lead a terminal to show something else.
func printable(text []byte) bool {
	return utf8.Valid(text) && !bytes.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
}
