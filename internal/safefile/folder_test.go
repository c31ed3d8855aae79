package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestFolderStaysTheOneThatWasOpened: when the folder is exchanged for a link meanwhile, an act
// that was begun goes on in the folder that was opened.
func TestFolderStaysTheOneThatWasOpened(t *testing.T) {
	root := t.TempDir()
	ours, moved, theirs := filepath.Join(root, "ours"), filepath.Join(root, "moved"), filepath.Join(root, "theirs")
	for _, dir := range []string{ours, theirs} {
		if err := errors.Join(os.Mkdir(dir, 0o700),
			os.WriteFile(filepath.Join(dir, "f"), []byte("content"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	d, name, err := openFolder(filepath.Join(ours, "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := errors.Join(os.Rename(ours, moved), os.Symlink(theirs, ours)); err != nil {
		t.Fatal(err)
	}
	if err := d.wipe(name); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(moved, "f")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the file in the folder itself is left")
	}
	if b, err := os.ReadFile(filepath.Join(theirs, "f")); err != nil || string(b) != "content" {
		t.Errorf("the link was followed: %q, %v", b, err)
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	put := func() error { return Write(path, []byte("secret")) }
	for name, c := range map[string]struct {
		put  func() error
		want error
	}{
		"nothing":             {func() error { return nil }, fs.ErrNotExist},
		"a file of one's own": {put, nil},
		"a link to one": {func() error {
			return errors.Join(put(), os.Rename(path, path+"2"), os.Symlink(path+"2", path))
		}, ErrLink},
		"one that others may read": {func() error {
			return errors.Join(put(), os.Chmod(path, 0o640))
		}, ErrInsecurePermissions},
	} {
		if err := c.put(); err != nil {
			t.Fatal(err)
		}
		if b, err := Read(path); !errors.Is(err, c.want) || (string(b) == "secret") != (c.want == nil) {
			t.Errorf("%s: %q, %v", name, b, err)
		}
		os.Remove(path)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if b, err := Read(path); err == nil {
		t.Errorf("a folder: %q", b)
	}
}

// TestRootTouchesNoFileOfAnotherUser in a folder that is not that user's: it is
// unlinked, and not written to.
func TestRootTouchesNoFileOfAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	path, other := filepath.Join(dir, "f"), 54321
	if err := errors.Join(os.WriteFile(path, []byte("theirs"), 0o600), os.Chown(path, other, other)); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := Read(path); !errors.Is(err, ErrOwner) {
		t.Errorf("read: %v", err)
	}
	if err := Clean(path); !errors.Is(err, ErrNotWiped) || !errors.Is(err, ErrOwner) {
		t.Errorf("clean: %v", err)
	}
	b := make([]byte, 6)
	if _, err := f.ReadAt(b, 0); err != nil || string(b) != "theirs" {
		t.Errorf("it was written to: %q, %v", b, err)
	}
	// In that user's own folder it is the unit's file, and root may.
	if err := errors.Join(os.Chown(dir, other, other), os.WriteFile(path, []byte("theirs"), 0o600),
		os.Chown(path, other, other)); err != nil {
		t.Fatal(err)
	}
	if b, err := Read(path); err != nil || string(b) != "theirs" {
		t.Errorf("read in their folder: %q, %v", b, err)
	}
	if err := Clean(path); err != nil {
		t.Errorf("clean in their folder: %v", err)
	}
}
