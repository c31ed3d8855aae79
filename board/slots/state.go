package slots

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"menshen/internal/safefile"
)

// Shared is the folder that both systems know: /state. Each of its files is replaced whole and
// durably. The first root counts starts in it too.
type Shared string

const (
	floorFile = "floor" // the version floor and a newline; absent: none
	trialFile = "trial" // a [Trial]; absent: none
	maxShared = 4096    // bytes of a file
)

func startsFile(s Slot) string { return "starts." + string(s) }

// Starts reads how often a slot was started since it was healthy last; trials are not counted. A
// damaged file counts as 0, as it does for the first root.
func (d Shared) Starts(s Slot) (int, error) {
	raw, err := d.read(startsFile(s))
	if err != nil || raw == nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(raw[:max(len(raw)-1, 0)]))
	if err != nil || n < 0 || n > Bad || raw[len(raw)-1] != '\n' {
		return 0, nil
	}
	return n, nil
}

// SetStarts writes it. 0 says that the slot is in order; [Bad] that it is not to be started.
func (d Shared) SetStarts(s Slot, n int) error {
	return d.write(startsFile(s), []byte(strconv.Itoa(n)+"\n"))
}

// Floor reads the version below which nothing is installed.
func (d Shared) Floor() (Version, error) {
	raw, err := d.read(floorFile)
	if err != nil || raw == nil {
		return "", err
	}
	v := Version(raw[:max(len(raw)-1, 0)])
	if v.Check() != nil || raw[len(raw)-1] != '\n' {
		return "", fmt.Errorf("the version floor in %s is damaged: write the version of the newest update that was "+
			"kept into it", filepath.Join(string(d), floorFile))
	}
	return v, nil
}

// RaiseFloor raises it to a version. It never falls.
func (d Shared) RaiseFloor(v Version) error {
	was, err := d.Floor()
	if err != nil || v.Check() != nil || v.Compare(was) <= 0 {
		return err
	}
	return d.write(floorFile, []byte(string(v)+"\n"))
}

// Trial reads the newest update; nil: there was none, or what is kept of it is damaged, which costs
// a trial and nothing else.
func (d Shared) Trial() (*Trial, error) {
	raw, err := d.read(trialFile)
	if err != nil || raw == nil {
		return nil, err
	}
	var t Trial
	if json.Unmarshal(raw, &t) != nil || t.Slot != A && t.Slot != B {
		return nil, nil
	}
	return &t, nil
}

// SetTrial keeps it.
func (d Shared) SetTrial(t Trial) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return d.write(trialFile, append(raw, '\n'))
}

// read reads a file; nil: there is none.
func (d Shared) read(name string) ([]byte, error) {
	raw, err := readSmall(filepath.Join(string(d), name), maxShared)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what both systems know: %w", err)
	}
	if len(raw) == 0 {
		raw = []byte{0} // a damaged file is not a missing one
	}
	return raw, nil
}

func (d Shared) write(name string, raw []byte) error {
	err := safefile.Replace(filepath.Join(string(d), name), 0o644, func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing what both systems know: %w", err)
	}
	return nil
}

// Is reports whether the folder is there: it is on a storage with two systems, and nowhere else.
func (d Shared) Is() bool {
	info, err := os.Stat(string(d))
	return err == nil && info.IsDir()
}
