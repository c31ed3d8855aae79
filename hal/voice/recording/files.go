package recording

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// Files are folders of recordings, in each LANG/ID.wav; a phrase is taken from the first that has
// it, so that a site's own stand before the ones that are shipped. An empty name is no folder.
type Files []string

// ErrName: no phrase and no language is called like that.
var ErrName = errors.New("not the name of a phrase")

var names = regexp.MustCompile(`^[a-z][a-z0-9.-]{0,63}$`)

// Name is the file of a phrase in a folder of recordings.
func Name(lang, id string) string { return filepath.Join(lang, id+".wav") }

// Read gives a phrase. A file that cannot be used is told by the error, and the next folder's is
// given all the same. Errors: none has it ([os.ErrNotExist]); [ErrFormat]; [ErrName].
func (f Files) Read(lang, id string) (r *Recording, err error) {
	if !names.MatchString(lang) || !names.MatchString(id) {
		return nil, ErrName
	}
	for _, folder := range f {
		if folder == "" {
			continue
		}
		got, wrong := readFile(filepath.Join(folder, Name(lang, id)))
		if wrong == nil {
			return got, err
		}
		if err == nil && !errors.Is(wrong, os.ErrNotExist) {
			err = fmt.Errorf("%s: %w", Name(lang, id), wrong)
		}
	}
	if err == nil {
		err = fmt.Errorf("%s: %w", Name(lang, id), os.ErrNotExist)
	}
	return nil, err
}

func readFile(path string) (*Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, MostBytes+1))
	if err != nil {
		return nil, err
	}
	return Parse(raw)
}
