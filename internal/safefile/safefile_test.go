package safefile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWriteReplacesAndWipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, content := range []string{"first", "second, longer"} {
		if err := Write(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != content {
			t.Errorf("%q, %v", b, err)
		}
		if left, _ := filepath.Glob(path + ".*"); left != nil {
			t.Errorf("left over: %v", left)
		}
	}
	failed := errors.New("failed")
	if err := Fill(path, func(w io.Writer) error { w.Write([]byte("half")); return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "second, longer" {
		t.Errorf("a failed write left %q", b)
	}
}

// TestReplaceSparesReaders: a process that has the old file open reads it to its end, and a
// leftover of a power cut does not matter.
func TestReplaceSparesReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	put := func(content string) error {
		return Replace(path, 0o644, func(w io.Writer) error { _, err := io.WriteString(w, content); return err })
	}
	if err := errors.Join(put("old"), os.WriteFile(path+New, []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := put("new"); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(f); err != nil || string(b) != "old" {
		t.Errorf("the reader of the old file read %q, %v", b, err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "new" {
		t.Errorf("%q, %v", b, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	failed := errors.New("failed")
	if err := Replace(path, 0o644, func(io.Writer) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

// The old content is overwritten in its place, not only unlinked.
func TestWipeOverwritesInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	secret := bytes.Repeat([]byte("secret "), 1000)
	if err := Write(path, secret); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := Wipe(path); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil || len(b) != len(secret) || bytes.Contains(b, []byte("secret")) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

// A power cut between linking the present file to its .old name and replacing it
// leaves one file with two names.
func TestCleaningUpSparesAFileThatStillCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := Write(path, []byte("present")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(path, path+Old); err != nil {
		t.Fatal(err)
	}
	if err := Clean(path + Old); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "present" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := os.Stat(path + Old); !os.IsNotExist(err) {
		t.Error("the second name is left")
	}
}

// TestCleanMakesRoom: whatever lies under the name of a leftover, the name is free afterwards, and
// nothing that a link points to is touched.
func TestCleanMakesRoom(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"an empty folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"a folder with something in it": func(path string) error {
			return errors.Join(os.Mkdir(path, 0o700),
				os.WriteFile(filepath.Join(path, "theirs"), []byte("theirs"), 0o600))
		},
		"a pipe":            func(path string) error { return unix.Mkfifo(path, 0o600) },
		"a link":            func(path string) error { return os.Symlink("target", path) },
		"a link to nothing": func(path string) error { return os.Symlink("nothing", path) },
		"a file with holes": func(path string) error {
			return errors.Join(os.WriteFile(path, []byte("x"), 0o600), os.Truncate(path, 1<<40))
		},
		"a file without bytes": func(path string) error { return os.WriteFile(path, nil, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			target, path := filepath.Join(dir, "target"), filepath.Join(dir, "f")
			if err := errors.Join(os.WriteFile(target, []byte("target"), 0o600), put(path+New)); err != nil {
				t.Fatal(err)
			}
			if err := Write(path, []byte("content")); err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(path); err != nil || string(b) != "content" {
				t.Errorf("%q, %v", b, err)
			}
			if b, err := os.ReadFile(target); err != nil || string(b) != "target" {
				t.Errorf("the link was followed: %q, %v", b, err)
			}
			kept, _ := filepath.Glob(filepath.Join(dir, "f.new.aside-*", "theirs"))
			if folder := name == "a folder with something in it"; (len(kept) == 1) != folder {
				t.Errorf("kept: %v", kept)
			}
		})
	}
}
