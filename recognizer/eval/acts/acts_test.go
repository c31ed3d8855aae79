package acts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"menshen/recognizer"
	"menshen/recognizer/eval"
	"menshen/recognizer/models"
)

func chain(t *testing.T) *recognizer.Chain {
	t.Helper()
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	set, err := models.Default().Load(dir)
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	c, err := recognizer.New(set, recognizer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// people is a folder with one person, whose picture the set-up fetches (scripts/pictures.sh).
func people(t *testing.T) string {
	t.Helper()
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(filepath.Dir(dir), "pictures", "collins.png"))
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	folder := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(folder, "p"), 0o700),
		os.WriteFile(filepath.Join(folder, "p", "1.png"), data, 0o600)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestActs: with the chain's own landmarks and eye model a head passes that does as asked; a photo
// does not, however it is held.
func TestActs(t *testing.T) {
	if testing.Short() {
		t.Skip("its videos take a minute under the race detector")
	}
	asked := []player{players[0], players[2]} // a head, and a photo that is turned as asked
	visits := 0
	rows, err := measure(context.Background(), people(t), 1, asked, chain(t), func(done, total int) { visits = total })
	if err != nil {
		t.Fatal(err)
	}
	if visits != 3*len(asked) || len(rows) != visits {
		t.Errorf("%d visits, %d rows", visits, len(rows))
	}
	for _, r := range rows {
		if r.Passed().Trials != 1 {
			t.Errorf("%s, %s: never asked", r.Player, r.Act)
		}
		if passed := r.Passed().Value == 1; passed != r.Living {
			t.Errorf("%s, %s: passed %v", r.Player, r.Act, passed)
		}
		if moved := r.Head().Value == 1; moved != (r.Living && r.Act != "close eyes") {
			t.Errorf("%s, %s: moved like a head: %v", r.Player, r.Act, moved)
		}
	}
}

func TestNoPortrait(t *testing.T) {
	if _, err := Measure(context.Background(), t.TempDir(), 1, chain(t), nil); !errors.Is(err, eval.ErrPictures) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := newPortrait(nil, [68]recognizer.Point{}); !errors.Is(err, errFace) {
		t.Errorf("no points: %v", err)
	}
}
