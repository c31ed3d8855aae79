package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Errors of loading.
var (
	ErrMissing = errors.New("model file is missing")
	ErrHash    = errors.New("model file is not the one the manifest names")
)

// remedy brings the files: into the user's cache folder, or with the program onto a board.
const remedy = `run "make models" (on a board "make install"), or copy the model files there`

// maxFile is the largest model that is read: a wrong path must not fill the memory.
const maxFile = 256 << 20

// Set is a manifest with the contents of its files, each checked against its hash.
type Set struct {
	Manifest
	bytes map[string][]byte
}

// Load reads all models of the manifest from dir. The error joins one for each file that cannot be
// used, which wraps ErrMissing or ErrHash, names the file and says what to do.
func (m Manifest) Load(dir string) (*Set, error) {
	s := &Set{Manifest: m, bytes: map[string][]byte{}}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no folder %s; %s", ErrMissing, dir, remedy)
	}
	var errs []error
	for _, p := range m.parts() {
		data, err := read(filepath.Join(dir, p.File), p.SHA256)
		s.bytes[p.File] = data
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// Bytes is the content of a model's file.
func (s *Set) Bytes(m Model) []byte { return s.bytes[m.File] }

// Release lets go of the files' contents once the networks are built.
func (s *Set) Release() { s.bytes = nil }

func read(path, want string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %s; %s", ErrMissing, path, remedy)
	case err != nil:
		return nil, fmt.Errorf("read model: %w", err)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%w: %s has %d bytes, more than any model", ErrHash, path, info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != want {
		return nil, fmt.Errorf("%w: %s has SHA-256 %s…, expected %s…; remove it, then %s",
			ErrHash, path, got[:12], want[:12], remedy)
	}
	return data, nil
}

// Dir is where the set-up puts the models: $MENSHEN_MODELS, or menshen/models in the
// user's cache folder.
func Dir() (string, error) {
	if dir := os.Getenv("MENSHEN_MODELS"); dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("where are the models: %w; set MENSHEN_MODELS", err)
	}
	return filepath.Join(cache, "menshen", "models"), nil
}
