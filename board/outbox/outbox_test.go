package outbox_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"menshen/board/outbox"
	"menshen/policy"
)

// TestRRetainLists: a list goes after a week, whoever put it there; those that the unit wrote go as
// soon as any person is erased. Nothing else goes, and no link is followed.
func TestRRetainLists(t *testing.T) {
	root := t.TempDir()
	box := outbox.Box{Dir: filepath.Join(root, "unit.out"), Zone: time.UTC}
	now := time.Now()
	put := func(name string, age time.Duration) string {
		t.Helper()
		path := filepath.Join(box.Dir, name)
		if err := os.WriteFile(path, []byte("name\nLi\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path, err := box.WriteList(now, "people", func(w io.Writer) error {
		_, err := w.Write([]byte("name\n"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	put("list-visitors-20260101-000000.csv", outbox.CopyKept+time.Minute)
	put("pass-8c1f-20260101-000000.html", outbox.CopyKept+time.Minute)
	put("dossier-20260101-000000.html", outbox.CopyKept+time.Minute)
	put("tenants.csv", outbox.CopyKept+time.Minute)
	put("new.csv", time.Hour)
	put("backup-20260101-000000.age", 100*outbox.CopyKept)
	outside := filepath.Join(root, "outside.csv")
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(box.Dir, "link.csv")); err != nil {
		t.Fatal(err)
	}
	there := func(want ...string) {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(box.Dir, "*"))
		for i := range found {
			found[i] = filepath.Base(found[i])
		}
		slices.Sort(want)
		if !slices.Equal(found, want) || err != nil {
			t.Errorf("%q, want %q, %v", found, want, err)
		}
	}
	if err := box.DropOldCopies(now); err != nil {
		t.Error(err)
	}
	there(filepath.Base(path), "new.csv", "backup-20260101-000000.age", "dossier-20260101-000000.html", "link.csv")
	if err := box.DropCopies(policy.PersonID{1}); err != nil {
		t.Error(err)
	}
	there("new.csv", "backup-20260101-000000.age", "dossier-20260101-000000.html", "link.csv")
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}
