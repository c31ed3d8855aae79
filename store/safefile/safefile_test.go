package safefile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
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

// The old content is overwritten where it lay, not only unlinked.
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

// A power cut between linking the present file to its .old name and replacing it leaves one file with two names.
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
