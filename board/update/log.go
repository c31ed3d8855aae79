package update

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"menshen/board/release"
	"menshen/internal/safefile"
)

// maxKept is the largest log of releases that is kept, in bytes: the partition has 16 MB for all
// that both systems know. A release takes some 10 kB.
const maxKept = 4 << 20

// TakeLog keeps the publisher's log of releases that came with an update, if there is one, in what
// both systems know; [Root.Publish] gives it to the door, whose dossier proves by it what runs. A
// log that may not replace the one that is kept ([release.Replaces]) is left where it is. key is
// nil where the publisher's is not installed.
func (r Root) TakeLog(path string, key note.Verifier) error {
	file, err := readLog(path)
	if file == nil || err != nil {
		return err
	}
	to := filepath.Join(string(r.Machine.Shared), release.LogName)
	was, err := readLog(to)
	if err != nil {
		return err
	}
	if err := release.Replaces(file, was, key); err != nil {
		return fmt.Errorf("the log of releases of this update is not taken: %w", err)
	}
	return writeLog(to, file)
}

// giveLog copies the log that is kept to where the door reads it.
func (r Root) giveLog() error {
	file, err := readLog(filepath.Join(string(r.Machine.Shared), release.LogName))
	if file == nil || err != nil {
		return err
	}
	return writeLog(filepath.Join(r.Answered, release.LogName), file)
}

// readLog reads a log's file; nil: there is none.
func readLog(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the log of releases: %w", err)
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, maxKept+1))
	if err == nil && len(file) > maxKept {
		err = fmt.Errorf("%s has more than %d MB", path, maxKept>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the log of releases: %w", err)
	}
	return file, nil
}

func writeLog(path string, file []byte) error {
	err := safefile.Replace(path, 0o644, func(w io.Writer) error { _, err := w.Write(file); return err })
	if err != nil {
		return fmt.Errorf("keeping the log of releases: %w", err)
	}
	return nil
}
