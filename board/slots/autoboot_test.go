package slots

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestAutobootIsWhatTheFirmwareReads(t *testing.T) {
	want := "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n"
	if got := string(bytes.TrimRight(Autoboot(A), "\n")) + "\n"; got != want {
		t.Errorf("%q", got)
	}
	for _, s := range []Slot{A, B} {
		if n := len(Autoboot(s)); n != AutobootSize {
			t.Errorf("slot %s: %d bytes", s, n)
		}
		if got, err := ParseAutoboot(Autoboot(s)); got != s || err != nil {
			t.Errorf("slot %s read as %q, %v", s, got, err)
		}
	}
}

// FuzzParseAutoboot: what is taken for a slot is exactly what is written for it.
func FuzzParseAutoboot(f *testing.F) {
	f.Add(Autoboot(A))
	f.Add(Autoboot(B))
	f.Add([]byte("[all]\ntryboot_a_b=1\nboot_partition=2\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := ParseAutoboot(raw)
		if err == nil && !bytes.Equal(raw, Autoboot(s)) || err != nil && (s != "" || !errors.Is(err, ErrAutoboot)) {
			t.Errorf("%q, %v", s, err)
		}
	})
}

// cuts is a file that notes what is done with it.
type cuts struct {
	content []byte
	after   [][]byte // the content after each write that the disk may have been given
	synced  int
}

func (c *cuts) WriteAt(p []byte, off int64) (int, error) {
	copy(c.content[off:], p)
	c.after = append(c.after, bytes.Clone(c.content))
	return len(p), nil
}

func (c *cuts) Sync() error { c.synced++; return nil }

// TestCutAtEachWriteOfACommit: however far a commit came, one of the two systems starts.
func TestCutAtEachWriteOfACommit(t *testing.T) {
	f := cuts{content: Autoboot(A)}
	if err := overwrite(&f, B); err != nil || f.synced != 1 || len(f.after) != 1 {
		t.Fatalf("%v, %d writes, synced %d times", err, len(f.after), f.synced)
	}
	for i, content := range f.after {
		if _, err := ParseAutoboot(content); err != nil {
			t.Errorf("after write %d: %v", i, err)
		}
	}
	if s, err := ParseAutoboot(f.content); s != B || err != nil {
		t.Errorf("%q, %v", s, err)
	}
}

func TestCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "autoboot.txt")
	put := func(raw []byte) {
		t.Helper()
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(Autoboot(A))
	before, _ := os.Stat(path)
	for range 2 {
		if err := Commit(path, B); err != nil {
			t.Fatal(err)
		}
	}
	after, _ := os.Stat(path)
	if s, err := ReadAutoboot(path); s != B || err != nil || !os.SameFile(before, after) {
		t.Errorf("%q, %v, in place: %t", s, err, os.SameFile(before, after))
	}
	for name, raw := range map[string][]byte{
		"empty": nil, "short": Autoboot(A)[:511], "long": append(Autoboot(A), '\n'),
		"another": bytes.ReplaceAll(Autoboot(A), []byte("=3"), []byte("=9"))} {
		put(raw)
		if err := Commit(path, B); !errors.Is(err, ErrAutoboot) {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := os.ReadFile(path); !bytes.Equal(now, raw) {
			t.Errorf("%s: it was written all the same", name)
		}
	}
	if err := Commit(filepath.Join(t.TempDir(), "none"), B); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestCommitIsOneSectorOnFAT: on the file system that the image has, autoboot.txt lies in one
// sector of the disk, and with that sector exchanged, and no other, the file is the new one.
func TestCommitIsOneSectorOnFAT(t *testing.T) {
	t.Setenv("PATH", os.Getenv("PATH")+":/sbin:/usr/sbin")
	dir := t.TempDir()
	image, file := filepath.Join(dir, "image"), filepath.Join(dir, "autoboot.txt")
	run := func(name string, words ...string) string {
		t.Helper()
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs mtools and dosfstools")
		}
		out, err := exec.Command(name, words...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		return string(out)
	}
	if err := errors.Join(os.WriteFile(file, Autoboot(A), 0o600), os.WriteFile(image, nil, 0o600),
		os.Truncate(image, 32<<20)); err != nil {
		t.Fatal(err)
	}
	run("mkfs.vfat", "-F", "16", "-n", "MENSHEN", image)
	run("mcopy", "-i", image, file, "::")
	raw, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(raw, Autoboot(A))
	if at < 0 || at%AutobootSize != 0 || bytes.Count(raw, Autoboot(A)[:64]) != 1 {
		t.Fatalf("the file lies at byte %d", at)
	}
	copy(raw[at:], Autoboot(B))
	if err := os.WriteFile(image, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run("mtype", "-i", image, "::autoboot.txt"); got != string(Autoboot(B)) {
		t.Errorf("%q", got)
	}
	run("fsck.vfat", "-n", image)
}
