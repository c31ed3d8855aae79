// Package golden compares what a test made with files that are kept beside it.
//
// A golden file is what the present program writes: [Compare]. A vector is what some version wrote,
// and every later version must read: [Vector]. The flag -update of a test that uses this package
// writes golden files again, and vectors that are missing; it never changes a vector.
//
//	go test ./policy -run Rules -update
package golden

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write golden files again, and vectors that are missing")

// Compare fails the test unless the file at path is got. With -update it writes got there instead.
func Compare(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		write(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: write it with 'go test -run %s -update' in this folder", err, t.Name())
	}
	if bytes.Equal(got, want) {
		return
	}
	was, is := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	for i := 0; i < max(len(was), len(is)); i++ {
		if a, b := line(was, i), line(is, i); a != b {
			t.Fatalf("%s is stale at line %d:\n  file: %s\n  now:  %s\nlook at the change, then 'go test -run %s "+
				"-update' in this folder", path, i+1, a, b, t.Name())
		}
	}
}

func line(all [][]byte, i int) string {
	if i < len(all) {
		return string(all[i])
	}
	return "(the end)"
}

// Vector gives the bytes of the file at path. With -update, a file that is missing is written
// first, with what create gives.
func Vector(t testing.TB, path string, create func() []byte) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && *update {
		b, err = create(), nil
		write(t, path, b)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
