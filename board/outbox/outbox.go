// Package outbox keeps the unit's folder for files that leave it and enter it: dossiers, exports,
// backups, letters, filled-in forms, and for a few days the encrypted copies of people's own pages.
// It is beside the vault's folder, and an erasure scans it too.
package outbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

// CopyKept is how long the encrypted copy of a person's page stays, for staff to hand it over.
const CopyKept = 7 * 24 * time.Hour

const copyEnding = ".html.age"

// copyName begins the name of a copy with the person's handle, which says nothing about
// them and goes with their record.
func copyName(id policy.PersonID) string { return "page-" + id.String() }

// WriteCopy writes a copy of a person's page; the ones before are deleted.
func (b Box) WriteCopy(now time.Time, id policy.PersonID, write func(io.Writer) error) (path string, err error) {
	if err := b.DropCopies(id); err != nil {
		return "", err
	}
	return b.Write(now, copyName(id), copyEnding, write)
}

// DropCopies deletes the copies of a person's page.
func (b Box) DropCopies(id policy.PersonID) error {
	found, err := filepath.Glob(filepath.Join(b.Dir, copyName(id)+"-*"+copyEnding))
	for _, path := range found {
		err = errors.Join(err, safefile.Clean(path))
	}
	if err != nil {
		return fmt.Errorf("deleting the copies of a person's page: %w", err)
	}
	return nil
}

// DropOldCopies deletes copies older than [CopyKept]. now must be of a clock
// by which data may be removed.
func (b Box) DropOldCopies(now time.Time) error {
	found, err := filepath.Glob(filepath.Join(b.Dir, "page-*"+copyEnding))
	for _, path := range found {
		if info, statErr := os.Stat(path); statErr == nil && now.Sub(info.ModTime()) > CopyKept {
			err = errors.Join(err, safefile.Clean(path))
		}
	}
	if err != nil {
		return fmt.Errorf("deleting old copies of people's pages: %w", err)
	}
	return nil
}
