package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"time"

	"menshen/board/unit"
	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
)

const (
	fileDone     = "the reader has it"
	fileStopped  = "stopped"
	fileGone     = "the reader has it, and did not come back"
	fileTold     = 5                // per cent, between two steps
	fileLetGo    = 5 * time.Second  // that a reader may take to hear that a file is broken off
	fileRestarts = 10 * time.Second // until a reader that says so begins again
	fileReturns  = 2 * time.Minute  // until it is back
)

// ReaderFile is a file for a reader: in the unit's folder for what leaves and enters it, or on a
// stick.
type ReaderFile struct {
	Name  string
	Stick bool
	Type  int // as the reader's maker says, 1 to 255; 0: the usual one
}

// SendReaderFile sends a reader a file, such as its firmware, and waits until the reader is done
// with it; one that then begins again, until it is back. How far it is comes in steps. When ctx
// ends the reader is told to forget it. Begin, with the file's SHA-256, and end are in the audit
// log. Errors: of the file; why the reader does not have it.
func (d *Desk) SendReaderFile(ctx context.Context, s Session, name string, file ReaderFile, step Progress) error {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return err
	}
	r, err := readerThat[fileTaker](d, name, onlyOSDP())
	if err != nil {
		return err
	}
	if file.Type < 0 || file.Type > 255 {
		return i18n.Problem(i18n.E("desk.reader-file-type", "a file has no such type"),
			i18n.M("desk.reader-file-types", "1 to 255, as the reader's maker says; leave it out if nothing is said"))
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	f, err := d.openIn(ctx, s, OpensDoor, file.Name, file.Stick)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxBroughtIn+1))
	f.Close()
	switch {
	case err != nil:
		return err
	case len(data) > maxBroughtIn:
		return i18n.Problem(i18n.E("desk.reader-file-large", "no reader has such a large firmware"),
			i18n.M("desk.reader-file-right", "see that it is the right file: at most 8 MB"))
	}
	sum := sha256.Sum256(data)
	if err := d.recordAct(ctx, audit.ReaderFileBegun, by, map[string]string{"reader": name, "file": file.Name,
		"type": strconv.Itoa(file.Type), "bytes": strconv.Itoa(len(data)),
		"sha256": hex.EncodeToString(sum[:])}); err != nil {
		return explain(err)
	}
	how, err := d.sendFile(ctx, r, hal.File{Type: byte(file.Type), Data: data}, step, s.Lang)
	d.unit.Record(store.Entry{Kind: audit.ReaderFileEnded, Actor: by, Detail: map[string]string{"reader": name,
		"end": how}})
	return err
}

type fileTaker interface {
	hal.FileTaker
	hal.Installer // for its Link
}

// sendFile gives how it ended, as the audit log has it.
func (d *Desk) sendFile(ctx context.Context, r fileTaker, f hal.File, step Progress, lang i18n.Language) (how string,
	err error) {
	if err := r.SendFile(f); err != nil {
		return err.Error(), fileProblem(err)
	}
	look := time.NewTicker(installLook)
	defer look.Stop()
	told, alone, waits := -fileTold, false, false
	for {
		p := r.File()
		percent := int(100 * int64(p.Sent) / int64(max(p.Size, 1)))
		switch {
		case p.Ended && p.Err != nil:
			return p.Err.Error(), fileProblem(p.Err)
		case p.Ended:
			return d.afterFile(ctx, r, p.Restarts, step, lang)
		case p.Alone && !alone:
			alone = true
			step(Step{Text: lang.Say(i18n.M("desk.reader-file-alone", "the reader reads no cards meanwhile"))})
		case p.Waits && !waits:
			waits = true
			step(Step{Text: lang.Say(i18n.M("desk.reader-file-works", "the reader has all of it, and works on it"))})
		case percent >= told+fileTold:
			told = percent - percent%fileTold
			step(Step{Text: lang.Say(i18n.M("desk.reader-file-goes", "sending to the reader")), Done: percent,
				Wanted: 100})
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			letGo(r)
			return fileStopped, sessionEnd(ctx)
		case <-d.unit.Stopped():
			letGo(r)
			return fileStopped, unit.ErrStopped
		}
	}
}

// letGo has a reader forget a file.
func letGo(r hal.FileTaker) {
	r.EndFile()
	for end := time.Now().Add(fileLetGo); !r.File().Ended && time.Now().Before(end); {
		time.Sleep(installLook / 5)
	}
}

// afterFile waits for a reader that begins again to use its file.
func (d *Desk) afterFile(ctx context.Context, r hal.Installer, restarts bool, step Progress, lang i18n.Language) (
	string, error) {
	if !restarts {
		return fileDone, nil
	}
	step(Step{Text: lang.Say(i18n.M("desk.reader-file-restarts", "the reader has it, and begins again to use it"))})
	look := time.NewTicker(installLook)
	defer look.Stop()
	begun, left := time.Now(), false
	for {
		secure, since := r.Link().Secure, time.Since(begun)
		left = left || !secure
		switch {
		case secure && (left || since > fileRestarts):
			return fileDone, nil
		case since > fileReturns:
			return fileGone, i18n.Problem(
				i18n.E("desk.reader-file-away", "the reader has the file, and did not come back"),
				i18n.M("desk.reader-file-look",
					"'reader NAME' shows why; look at its power, and at what its maker says"))
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fileDone, sessionEnd(ctx)
		case <-d.unit.Stopped():
			return fileDone, unit.ErrStopped
		}
	}
}

// fileProblem says why a reader does not have a file.
func fileProblem(err error) error {
	why := inWords(fileErrors, err)
	if refused := (osdp.Refused{}); errors.As(err, &refused) {
		why = i18n.M("desk.reader-file-refused", "the reader takes no such file (%v)", refused.Reason)
	}
	return &i18n.Error{What: why, Remedy: i18n.M("desk.reader-file-again",
		"see that the file is the maker's for this model, and try again")}
}

var fileErrors = []knownError{
	{osdp.ErrNoSession, i18n.M("desk.file-no-session", "the reader has no secure channel")},
	{osdp.ErrFileBusy, i18n.M("desk.file-busy", "a file is on its way to this reader already")},
	{osdp.ErrFileEmpty, i18n.M("desk.file-empty", "the file is empty")},
	{osdp.ErrFileLost, i18n.M("desk.file-lost", "the reader was lost in the middle")},
	{osdp.ErrFileAborted, i18n.M("desk.file-aborted", "the reader broke it off")},
	{osdp.ErrFileUnknown, i18n.M("desk.file-unknown", "the reader does not know what this file is")},
	{osdp.ErrFileBad, i18n.M("desk.file-bad", "the reader says that the file is damaged")},
	{osdp.ErrFileOrder, i18n.M("desk.file-order", "the reader's answers are not those to a file")},
	{osdp.ErrFileRoom, i18n.M("desk.file-room", "the reader leaves no room for a part of a file")},
	{osdp.ErrFileNoEnd, i18n.M("desk.file-no-end", "the reader has all of the file, and did not say that it is done")},
	{osdp.ErrFileStopped, i18n.M("desk.file-stopped", "it was stopped")},
}
