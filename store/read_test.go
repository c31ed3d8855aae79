package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"menshen/internal/safefile"
	"menshen/policy"
)

// disk is all that lies in a folder: names, kinds, and what is in files and links.
func diskOf(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		out[path] = info.Mode().String() + " " + info.ModTime().String()
		var what []byte
		switch {
		case d.Type().IsRegular():
			what, err = os.ReadFile(path)
		case d.Type() == fs.ModeSymlink:
			var to string
			to, err = os.Readlink(path)
			what = []byte(to)
		}
		out[path] += " " + string(what)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestReadingChangesNothing: a vault that is opened for questions answers them, and not a name on
// the disk is made, removed or written, whatever the unit's user put beside it.
func TestReadingChangesNothing(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	u.decide(t, li)
	u.Close()
	root := filepath.Dir(u.dir)
	target := filepath.Join(root, "target")
	err := errors.Join(
		os.WriteFile(target, []byte("target"), 0o600),
		os.WriteFile(filepath.Join(u.dir, vaultFile+safefile.Old), []byte("left over"), 0o600),
		os.Symlink(target, filepath.Join(u.dir, vaultFile+safefile.New)),
		os.Symlink(target, u.key+safefile.Old),
		os.Symlink(target, u.key+safefile.New),
		os.Remove(filepath.Join(u.dir, lockFile)),
		os.Symlink(filepath.Join(root, "made"), filepath.Join(u.dir, lockFile)))
	if err != nil {
		t.Fatal(err)
	}
	before := diskOf(t, root)
	v, err := OpenToRead(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(u.dir, u.o); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one opens: %v", err)
	}
	var export bytes.Buffer
	if err := errors.Join(v.Check(), v.ExportAudit(&export)); err != nil {
		t.Error(err)
	}
	if rep, err := VerifyExport(&export, v.PublicKey()); err != nil || !rep.OK {
		t.Errorf("%+v, %v", rep, err)
	}
	ctx := context.Background()
	for what, act := range map[string]func() error{
		"record": func() error { _, err := v.PutNotice("op", "text", "en"); return err },
		"erase":  func() error { _, err := v.EraseFace("op", li, "withdrawn"); return err },
		"remove": func() error { _, err := v.RemovePerson("op", li, "moved out"); return err },
		"rotate": func() error { return v.Rotate(ctx, "op", "yearly") },
		"mend":   func() error { return v.Mend(ctx) },
		"prune":  func() error { _, err := v.Prune(ctx, Door); return err },
	} {
		if err := act(); !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if p, err := v.Person(li); err != nil || p.Face.State != policy.FaceEnrolled {
		t.Errorf("%+v, %v", p, err)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
	after := diskOf(t, root)
	for path, what := range after {
		if before[path] != what {
			t.Errorf("%s was %.80q, is %.80q", path, before[path], what)
		}
	}
	if len(before) != len(after) {
		t.Errorf("%d names, were %d", len(after), len(before))
	}
	os.Remove(filepath.Join(u.dir, lockFile))
	if u.Vault, err = Open(u.dir, u.o); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(target); err != nil || string(b) != "target" {
		t.Errorf("cleaning up followed a link: %q, %v", b, err)
	}
}

// TestLinksAreNotFollowed: a link in the place of the vault, its file or its key is refused. One in
// the place of its lock file makes no file where it leads to; then the folder is locked instead.
func TestLinksAreNotFollowed(t *testing.T) {
	u := newUnit(t)
	u.Close()
	for _, name := range []string{u.key, filepath.Join(u.dir, vaultFile), u.dir} {
		elsewhere := u.dir + ".elsewhere"
		if err := errors.Join(os.Rename(name, elsewhere), os.Symlink(elsewhere, name)); err != nil {
			t.Fatal(err)
		}
		if v, err := Open(u.dir, u.o); err == nil {
			v.Close()
			t.Errorf("%s is a link, and opens", filepath.Base(name))
		}
		if err := errors.Join(os.Remove(name), os.Rename(elsewhere, name)); err != nil {
			t.Fatal(err)
		}
	}
	lock := filepath.Join(u.dir, lockFile)
	made := u.dir + ".made"
	if err := errors.Join(os.Remove(lock), os.Symlink(made, lock)); err != nil {
		t.Fatal(err)
	}
	if v, err := Open(u.dir, u.o); err == nil {
		v.Close()
	}
	if _, err := os.Lstat(made); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was made where a link led to")
	}
	os.Remove(lock)
	v, err := Open(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	u.Vault = v
}
