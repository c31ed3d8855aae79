package pictures

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"menshen/recognizer"
	"menshen/recognizer/eval"
)

// faces is a folder of folders of pictures, one a person, each picture looked at once for all tests
// of this process. It is an eval.Looker.
type faces struct {
	dir   string
	paths []string
	seen  map[string]eval.Seen
}

// lookedAt gives the faces of $MENSHEN_FACES, or of shared/faces beside the repository. The quality
// gate is the door's; what it refuses is embedded all the same (eval.Seen). It skips the test
// where there are none, and in short runs.
func lookedAt(t *testing.T) *faces {
	t.Helper()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	dir := os.Getenv("MENSHEN_FACES")
	if dir == "" {
		dir = "../../../../shared/faces"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no folder of faces: set MENSHEN_FACES")
	}
	whole.once.Do(func() { whole.faces = look(t, dir) })
	if whole.faces == nil {
		t.Fatal("the folder was not looked at to its end")
	}
	return whole.faces
}

// whole is what was seen of the folder. It is face data, and overwritten when the tests have ended.
var whole struct {
	once  sync.Once
	faces *faces
}

func TestMain(m *testing.M) {
	code := m.Run()
	if whole.faces != nil {
		whole.faces.wipe()
	}
	os.Exit(code)
}

func look(t *testing.T, dir string) *faces {
	l := looker(t, recognizer.Options{Refused: true})
	defer l.Wipe()
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	f := &faces{dir: dir, paths: paths, seen: make(map[string]eval.Seen, len(paths))}
	for _, path := range paths {
		if f.seen[path], err = l.Look(path); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// Look gives a copy, which is the caller's.
func (f *faces) Look(path string) (eval.Seen, error) {
	s, ok := f.seen[path]
	if !ok {
		return s, os.ErrNotExist
	}
	s.Embedding, s.Refused = slices.Clone(s.Embedding), slices.Clone(s.Refused)
	return s, nil
}

func (f *faces) wipe() {
	for _, s := range f.seen {
		clear(s.Embedding)
		clear(s.Refused)
	}
}
