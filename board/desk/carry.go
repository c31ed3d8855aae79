package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"menshen/board/outbox"
	"menshen/board/update"
	"menshen/internal/i18n"
	"menshen/store/audit"
)

// OutFile is a file of the out folder.
type OutFile struct {
	Name string
	Size int64 // bytes
	At   time.Time
}

// OutFiles lists the files of the out folder that the operator may take along, the newest first.
func (d *Desk) OutFiles(_ context.Context, s Session) ([]OutFile, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return nil, err
	}
	names, err := d.out.Names()
	if err != nil {
		return nil, err
	}
	all := []OutFile{}
	for _, name := range names {
		info, err := os.Lstat(filepath.Join(d.out.Dir, name))
		if err == nil && (KeepsPeople.Of(s.Role) || !outbox.IsPass(name)) {
			all = append(all, OutFile{Name: name, Size: info.Size(), At: info.ModTime()})
		}
	}
	slices.SortStableFunc(all, func(a, b OutFile) int { return b.At.Compare(a.At) })
	return all, nil
}

// Carried is a file that an operator takes along over their line.
type Carried struct {
	*os.File
	Size   int64
	SHA256 string // in hex
}

// TakeFile opens a file of the out folder, for the operator to take along. That it leaves is
// recorded, with its SHA-256, before it is given. The caller closes it. Errors: there is no such
// file; it is a printed pass, and the operator may make none.
func (d *Desk) TakeFile(ctx context.Context, s Session, name string) (Carried, error) {
	right := ReadsPeople
	if isPage(name) {
		right = SeesStatus // who may have it written may take it
	}
	by, err := d.allow(s, right)
	if err != nil {
		return Carried{}, err
	}
	if _, err := d.mayCarry(s, []string{name}); err != nil {
		return Carried{}, err
	}
	names, err := d.out.Names()
	if err != nil {
		return Carried{}, err
	}
	if !slices.Contains(names, name) {
		return Carried{}, i18n.Problem(i18n.E("desk.no-such-file", "there is no such file"),
			i18n.M("desk.make-it-again", "have it written again: lists and passes are deleted after some days"))
	}
	f, err := os.Open(filepath.Join(d.out.Dir, name))
	if err != nil {
		return Carried{}, fmt.Errorf("opening what leaves the unit: %w", err)
	}
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	c := Carried{File: f, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if err == nil {
		err = d.recordCarried(ctx, audit.FileCarriedOut, by, update.File{Name: name, Size: size, SHA256: c.SHA256})
	}
	if err != nil {
		return Carried{}, errors.Join(fmt.Errorf("reading what leaves the unit: %w", err), f.Close())
	}
	return c, nil
}
