package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/store"
)

// drafts are papers that operators began and did not file, by operator and paper, in memory only.
type drafts map[store.Actor]map[string][]byte

// Limits of drafts: how many one operator has, and the size of one in bytes.
const (
	maxDrafts = 8
	maxDraft  = papers.MaxForm
)

// Draft gives what the operator wrote of a paper and did not file yet; nil: nothing.
func (d *Desk) Draft(_ context.Context, s Session, of string) ([]byte, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return bytes.Clone(d.drafts[by][of]), nil
}

// KeepDraft keeps a draft until it is filed or the unit restarts; a nil one forgets it.
func (d *Desk) KeepDraft(_ context.Context, s Session, of string, body []byte) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	own := d.drafts[by]
	_, there := own[of]
	switch {
	case body == nil:
		delete(own, of)
		return nil
	case len(body) > maxDraft || !there && len(own) >= maxDrafts:
		return i18n.Problem(i18n.E("desk.no-room-for-draft", "there is no room for this draft"),
			i18n.M("desk.finish-a-draft", "finish one of your drafts, or write less"))
	case own == nil:
		own = map[string][]byte{}
		d.drafts[by] = own
	}
	own[of] = bytes.Clone(body)
	return nil
}

// AssessmentForm reads a filled-in form from a stick, or from the unit's folder for what leaves and
// enters it.
func (d *Desk) AssessmentForm(ctx context.Context, s Session, name string, stick bool) (papers.Assessment, error) {
	f, err := d.openIn(ctx, s, KeepsPeople, name, stick)
	if err != nil {
		return papers.Assessment{}, err
	}
	defer f.Close()
	a, err := papers.ParseForm(f, d.cfg.Site.Location())
	if errors.Is(err, papers.ErrForm) {
		err = i18n.Problem(err, i18n.M("desk.assess-form-shows-how", "'assess form' shows how it is laid out"))
	}
	return a, err
}

// OpenList opens a list of people on a stick or in that folder, for [Desk.PlanImport].
func (d *Desk) OpenList(ctx context.Context, s Session, name string, stick bool) (io.ReadCloser, error) {
	return d.openIn(ctx, s, KeepsPeople, name, stick)
}

// maxBroughtIn is how large a file from a stick may be, in bytes: no list, no form and no reader's
// firmware is larger.
const maxBroughtIn = 8 << 20

// openIn opens a file of the folder for what leaves and enters the unit, or of a stick: only a
// plain file of that folder itself.
func (d *Desk) openIn(ctx context.Context, s Session, right Right, name string, stick bool) (io.ReadCloser, error) {
	by, err := d.allow(s, right)
	if err != nil {
		return nil, err
	}
	if stick {
		return d.openStick(ctx, by, name, maxBroughtIn)
	}
	return d.openHere(name)
}

// openHere opens a file of the folder for what leaves and enters the unit.
func (d *Desk) openHere(name string) (io.ReadCloser, error) {
	dir := d.out.Dir
	if name == "." || name != filepath.Base(name) {
		return nil, i18n.Problem(i18n.E("desk.not-a-file-name", "that is not the name of a file, or it names a folder"),
			i18n.M("desk.put-the-file-into", "put the file into %s, and give its name without a folder", dir))
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ELOOP) || errors.Is(err, fs.ErrPermission) {
		return nil, i18n.Problem(i18n.E("desk.file-cannot-be-read", "the file cannot be read: %v", err),
			i18n.M("desk.put-the-file-readable", "put it into %s, readable for the unit", dir))
	}
	if err != nil {
		return nil, fmt.Errorf("reading the file: %w", err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, i18n.Problem(i18n.E("desk.not-a-file", "that is not a file"),
			i18n.M("desk.put-the-file-into", "put the file into %s, and give its name without a folder", dir))
	}
	return f, nil
}
