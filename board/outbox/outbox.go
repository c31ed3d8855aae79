// Package outbox keeps the unit's folder for files that leave it and enter it: dossiers, exports,
// backups, letters, filled-in forms, and for a few days the encrypted copies of people's own pages
// and printed passes.
// It is beside the vault's folder, and an erasure scans it too.
package outbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"menshen/internal/safefile"
	"menshen/policy"
)

// Dir gives the folder of a unit whose vault is in unit.
func Dir(unit string) string { return unit + ".out" }

// Box is the folder of one unit.
type Box struct {
	Dir  string
	Zone *time.Location // of the times in file names
}

// ErrNoFolder means that the folder cannot be made.
var ErrNoFolder = errors.New("the folder for what leaves the unit cannot be made")

// Write writes a new file, named after what it is and the present time, whole or not at all. ending
// begins with a dot. Errors: [ErrNoFolder], and those of the disk.
func (b Box) Write(now time.Time, what, ending string, write func(io.Writer) error) (path string, err error) {
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return "", fmt.Errorf("writing the %s: %w: %w", what, ErrNoFolder, err)
	}
	path = filepath.Join(b.Dir, what+"-"+now.In(b.Zone).Format("20060102-150405")+ending)
	err = safefile.Fill(path, func(f io.Writer) error {
		w := bufio.NewWriter(f)
		return errors.Join(write(w), w.Flush())
	})
	if err != nil {
		return "", fmt.Errorf("writing the %s: %w", what, err)
	}
	return path, nil
}

// CopyKept is how long the encrypted copy of a person's page stays, for staff to hand it over, and
// a list of people or decisions, which is not encrypted.
const CopyKept = 7 * 24 * time.Hour

// ListEnding ends the names of lists.
const ListEnding = ".csv"

// WriteList writes a list that may have people in it. It is deleted after [CopyKept], and as soon
// as any person is erased.
func (b Box) WriteList(now time.Time, what string, write func(io.Writer) error) (path string, err error) {
	return b.Write(now, listName+what, ListEnding, write)
}

const listName = "list-"

const copyEnding = ".html.age"

// copyName begins the name of a copy with the person's handle, which says nothing about
// them and goes with their record.
func copyName(id policy.PersonID) string { return "page-" + id.String() }

// WriteCopy writes a copy of a person's page; the ones before are deleted.
func (b Box) WriteCopy(now time.Time, id policy.PersonID, write func(io.Writer) error) (path string, err error) {
	if err := b.drop(copyName(id) + "-*" + copyEnding); err != nil {
		return "", err
	}
	return b.Write(now, copyName(id), copyEnding, write)
}

// passName begins the name of a printed pass.
func passName(number string) string { return "pass-" + number }

const passEnding = ".html"

// IsPass reports whether a file's name is that of a printed pass.
func IsPass(name string) bool {
	return strings.HasPrefix(name, passName("")) && strings.HasSuffix(name, passEnding)
}

// SiteEnding ends the names of files that the doors of a site write for each other. Their content
// is sealed.
const SiteEnding = ".site"

// Put writes a file of that name, whole or not at all; one that was there is replaced. Errors:
// [ErrNoFolder], and those of the disk.
func (b Box) Put(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return fmt.Errorf("writing %s: %w: %w", name, ErrNoFolder, err)
	}
	return safefile.Replace(filepath.Join(b.Dir, name), 0o600, write)
}

// Drop deletes a file, where it is there.
func (b Box) Drop(name string) error {
	if err := os.Remove(filepath.Join(b.Dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("deleting what left the unit: %w", err)
	}
	return nil
}

// Names are the plain files of the box; not nil. A box that is not there has none.
func (b Box) Names() ([]string, error) {
	names := []string{}
	all, err := os.ReadDir(b.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing what leaves the unit: %w", err)
	}
	for _, e := range all {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// WritePass writes a visitor's pass to be printed. It opens the door, so it is deleted with the
// pass, and at the latest after [CopyKept], when any pass has ended.
func (b Box) WritePass(now time.Time, number string, write func(io.Writer) error) (path string, err error) {
	return b.Write(now, passName(number), passEnding, write)
}

// DropPass deletes the printed copies of a pass.
func (b Box) DropPass(number string) error { return b.drop(passName(number) + "-*" + passEnding) }

// DropCopies deletes the copies of a person's page, and the lists that may have them.
func (b Box) DropCopies(id policy.PersonID) error {
	return errors.Join(b.drop(copyName(id)+"-*"+copyEnding), b.drop(listName+"*"+ListEnding))
}

// DropOldCopies deletes copies, lists, printed passes and files for other doors older than
// [CopyKept], also lists that were put there to be imported. now must be of a clock by which data
// may be removed.
func (b Box) DropOldCopies(now time.Time) error {
	old := func(info os.FileInfo) bool { return now.Sub(info.ModTime()) > CopyKept }
	return errors.Join(b.drop("page-*"+copyEnding, old), b.drop("*"+ListEnding, old),
		b.drop(passName("*")+passEnding, old), b.drop("*"+SiteEnding, old))
}

// drop deletes the plain files of a pattern of which all is true.
func (b Box) drop(pattern string, all ...func(os.FileInfo) bool) error {
	found, err := filepath.Glob(filepath.Join(b.Dir, pattern))
	for _, path := range found {
		info, statErr := os.Lstat(path)
		if statErr != nil || !info.Mode().IsRegular() || len(all) > 0 && !all[0](info) {
			continue
		}
		err = errors.Join(err, safefile.Clean(path))
	}
	if err != nil {
		return fmt.Errorf("deleting copies of what is stored about people: %w", err)
	}
	return nil
}
