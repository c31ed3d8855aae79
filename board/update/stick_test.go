package update

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"menshen/board/slots"
)

// withOutbox is a unit with these files in the folder for what leaves it, and the stick's folder.
func withOutbox(t *testing.T, files map[string]string) (u *unit, stick string) {
	t.Helper()
	u = newTwoSystems(t)
	u.outbox = t.TempDir()
	for name, content := range files {
		put(t, u.outbox, name, content)
	}
	return u, filepath.Join(u.Machine.Root, "stick")
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// holds are the files in a folder with their content.
func holds(t *testing.T, dir string) map[string]string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range all {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[f.Name()] = string(raw)
	}
	return found
}

// TestGive copies what leaves the unit, once, and nothing that a link in its folder leads to.
func TestGive(t *testing.T) {
	u, stick := withOutbox(t, map[string]string{"backup-1.age": "sealed", "audit-1.jsonl": "signed", ".half": "x"})
	secret := filepath.Join(t.TempDir(), "root's")
	put(t, filepath.Dir(secret), "root's", "secret")
	if err := os.Symlink(secret, filepath.Join(u.outbox, "link")); err != nil {
		t.Fatal(err)
	}
	put(t, stick, "audit-0.jsonl"+partEnding, "half")
	a, _ := u.ask(Request{Do: Give})
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("sealed")))
	if want := (File{Name: "backup-1.age", Size: 6, SHA256: sum}); a.Refused != "" || a.Files != 2 ||
		len(a.Went) != 2 || a.Went[1] != want {
		t.Fatalf("%+v", a)
	}
	if a, _ := u.ask(Request{Do: Give}); a.Refused != "" || a.Files != 2 || len(a.Went) != 0 {
		t.Fatalf("again: %+v", a)
	}
	if got := holds(t, stick); len(got) != 2 || got["backup-1.age"] != "sealed" || got["audit-1.jsonl"] != "signed" {
		t.Errorf("on the stick: %v", got)
	}
	u.outbox = filepath.Join(u.outbox, "none")
	if a, _ := u.ask(Request{Do: Give}); a.Refused != Failed || a.Detail == "" {
		t.Errorf("a folder that is not there: %+v", a)
	}
}

// TestGiveSome copies the files that were asked for. A file of that name that is another one is not
// touched: a number is added.
func TestGiveSome(t *testing.T) {
	u, stick := withOutbox(t, map[string]string{"a.csv": "new", "b.csv": "other"})
	put(t, stick, "a.csv", "old")
	put(t, stick, "a-2.csv", "older")
	if a, _ := u.ask(Request{Do: Give, Names: []string{"a.csv"}}); len(a.Went) != 1 || a.Went[0].As != "a-3.csv" {
		t.Fatalf("%+v", a)
	}
	if a, _ := u.ask(Request{Do: Give, Names: []string{"a.csv"}}); a.Files != 1 || len(a.Went) != 0 {
		t.Fatalf("again: %+v", a)
	}
	if got := holds(t, stick); len(got) != 3 || got["a.csv"] != "old" || got["a-3.csv"] != "new" {
		t.Errorf("on the stick: %v", got)
	}
	for _, name := range []string{"c.csv", "../" + filepath.Base(stick), ".", ""} {
		if a, _ := u.ask(Request{Do: Give, Names: []string{name}}); a.Refused != NoFile {
			t.Errorf("%q: %+v", name, a)
		}
	}
}

// TestGiveReplaces: what a door tells the others takes the place of what it told before, and of
// nothing else.
func TestGiveReplaces(t *testing.T) {
	u, stick := withOutbox(t, map[string]string{"door-1.site": "longer", "door-2.site": "new", "a.csv": "new"})
	for name, content := range map[string]string{"door-1.site": "old", "door-2.site": "old", "a.csv": "old"} {
		put(t, stick, name, content)
	}
	if a, _ := u.ask(Request{Do: Give, Replace: true}); a.Refused != "" || len(a.Went) != 3 {
		t.Fatalf("%+v", a)
	}
	want := map[string]string{"door-1.site": "longer", "door-2.site": "new", "a.csv": "old", "a-2.csv": "new"}
	if got := holds(t, stick); !maps.Equal(got, want) {
		t.Errorf("on the stick: %v", got)
	}
	if a, _ := u.ask(Request{Do: Give, Replace: true}); a.Files != 3 || len(a.Went) != 0 {
		t.Errorf("again: %+v", a)
	}
}

// TestStickFails: a stick that lies, is full, protected or pulled out leaves no file that looks
// whole, and the reason is told.
func TestStickFails(t *testing.T) {
	for name, c := range map[string]struct {
		mount func(n int, dir string) error // at the n-th mount
		want  slots.Refusal
	}{
		"another content read back": {func(n int, dir string) error {
			if n != 1 {
				return nil
			}
			return os.WriteFile(filepath.Join(dir, "a.csv"+partEnding), []byte("nex"), 0o600)
		}, Differs},
		"pulled out before it is read back": {func(n int, dir string) error {
			if n != 1 {
				return nil
			}
			return NoStick
		}, NoStick},
		"pulled out while it is renamed": {func(n int, dir string) error {
			if n != 2 {
				return nil
			}
			return os.Remove(filepath.Join(dir, "a.csv"+partEnding))
		}, Failed},
		"write-protected": {func(int, string) error { return Protected }, Protected},
	} {
		u, stick := withOutbox(t, map[string]string{"a.csv": "new"})
		u.Tools = &failing{u, c.mount, 0}
		a, _ := u.ask(Request{Do: Give})
		if a.Refused != c.want || a.Files != 0 || len(a.Went) != 0 {
			t.Errorf("%s: %+v", name, a)
		}
		if _, whole := holds(t, stick)["a.csv"]; whole {
			t.Errorf("%s: the file looks whole", name)
		}
	}
}

// failing are tools with a stick to which something happens at each mount.
type failing struct {
	*unit
	happens func(n int, dir string) error
	n       int
}

func (f *failing) Stick() (string, func() error, error) { return f.StickToWrite() }

func (f *failing) StickToWrite() (string, func() error, error) {
	dir, free, _ := f.unit.StickToWrite()
	err := f.happens(f.n, dir)
	f.n++
	return dir, free, err
}

// TestFaultsOfDisks have a name that says what to do.
func TestFaultsOfDisks(t *testing.T) {
	for n, want := range map[unix.Errno]slots.Refusal{unix.ENOSPC: Full, unix.EROFS: Protected, unix.EIO: Broken,
		unix.ENODEV: Broken} {
		var why slots.Refusal
		if err := fault(&os.PathError{Op: "write", Err: n}); !errors.As(err, &why) || why != want {
			t.Errorf("%v: %v", n, err)
		}
	}
	if err := fault(fmt.Errorf("%w: %w", Differs, unix.EIO)); !errors.Is(err, Differs) || errors.Is(err, Broken) {
		t.Error(err)
	}
	if err := makeRoom(t.TempDir(), 1<<60); !errors.Is(err, Full) {
		t.Error(err)
	}
}

// TestList names plain files that can be shown, the newest first, and counts the others.
func TestList(t *testing.T) {
	u, stick := withOutbox(t, nil)
	for n, name := range []string{"tenants.csv", "名单.csv", "an \x1b[31mescape.csv", ".hidden", "a\\b",
		"a \u202egpj.exe", strings.Repeat("x", maxName+1), "bad\xffutf"} {
		put(t, stick, name, strings.Repeat("x", n+1))
	}
	if err := errors.Join(os.Symlink("/etc/passwd", stick+"/link"), os.Mkdir(stick+"/folder", 0o700),
		unix.Mkfifo(stick+"/pipe", 0o600)); err != nil {
		t.Fatal(err)
	}
	a, _ := u.ask(Request{Do: List})
	slices.SortFunc(a.Found, func(x, y File) int { return strings.Compare(x.Name, y.Name) })
	if a.Refused != "" || len(a.Found) != 2 || a.Found[0].Name != "tenants.csv" || a.Found[1].Size != 2 ||
		a.Found[1].At.IsZero() || a.Left != 6 {
		t.Errorf("%+v", a)
	}
	for n := range 2 * MaxListed {
		put(t, stick, fmt.Sprintf("file-%d%s", n, strings.Repeat("&", 100)), "")
	}
	if a, _ := u.ask(Request{Do: List}); len(a.Found) != MaxListed || a.Left != 8+MaxListed {
		t.Errorf("%d found, %d left", len(a.Found), a.Left)
	}
}

// TestTake brings one plain file into the door's own folder, and nothing else of the stick.
func TestTake(t *testing.T) {
	u, stick := withOutbox(t, nil)
	secret := filepath.Join(t.TempDir(), "secret")
	put(t, filepath.Dir(secret), "secret", "root's")
	put(t, stick, "tenants.csv", "name\nLi")
	put(t, stick, "huge", strings.Repeat("x", 101))
	err := errors.Join(os.Symlink(secret, stick+"/link"), os.Mkdir(stick+"/folder", 0o700),
		os.WriteFile(stick+"/folder/in", nil, 0o600), unix.Mkfifo(stick+"/pipe", 0o600),
		// The door has put a link where root is to write.
		os.Symlink(secret, filepath.Join(u.Asked, takenFile)),
		os.Symlink(secret, filepath.Join(u.Asked, takenFile+partEnding)))
	if err != nil {
		t.Fatal(err)
	}
	door := Client{Folders: u.Folders}
	take := func(names ...string) Answer { a, _ := u.ask(Request{Do: Take, Names: names, Limit: 100}); return a }
	if a := take("tenants.csv"); a.Refused != "" || a.Taken == nil || a.Taken.Size != 7 ||
		a.Taken.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte("name\nLi"))) {
		t.Fatalf("%+v", a)
	}
	f, err := door.OpenTaken()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if raw, err := io.ReadAll(f); string(raw) != "name\nLi" || err != nil {
		t.Errorf("%q, %v", raw, err)
	}
	if _, err := door.OpenTaken(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is there still: %v", err)
	}
	if raw, _ := os.ReadFile(secret); string(raw) != "root's" {
		t.Errorf("root wrote through a link of the door's: %q", raw)
	}
	for want, all := range map[slots.Refusal][][]string{
		NoFile: {{"none"}}, TooLarge: {{"huge"}},
		NotPlain: {{"link"}, {"folder"}, {"pipe"}, {"folder/in"}, {"../root/etc/os-release"}, {".."}, {"/etc/passwd"},
			{""}, {}, {"tenants.csv", "huge"}},
	} {
		for _, names := range all {
			if a := take(names...); a.Refused != want {
				t.Errorf("%q: %+v", names, a)
			}
		}
	}
	if got := holds(t, u.Asked); len(got) != 0 {
		t.Errorf("left in the door's folder: %v", got)
	}
}

// TestStickOff: by the configuration no file leaves, none is named, none enters; the stick is not
// even mounted.
func TestStickOff(t *testing.T) {
	u, _ := withOutbox(t, map[string]string{"a.csv": "new"})
	u.Files = func() (string, error) { return "", StickOff }
	u.Tools = &failing{u, func(int, string) error { t.Error("it was mounted"); return nil }, 0}
	for _, q := range []Request{{Do: Give}, {Do: List}, {Do: Take, Names: []string{"a.csv"}, Limit: 1}} {
		if a, _ := u.ask(q); a.Refused != StickOff {
			t.Errorf("%s: %+v", q.Do, a)
		}
	}
}

// TestStickWithOneSystem: a unit from packages has a stick and no second system.
func TestStickWithOneSystem(t *testing.T) {
	u, stick := withOutbox(t, map[string]string{"a.csv": "new"})
	u.put("proc/cmdline", "quiet\n")
	if a, _ := u.ask(Request{Do: Give}); a.Refused != "" || a.Files != 1 || holds(t, stick)["a.csv"] != "new" {
		t.Errorf("%+v", a)
	}
	if s, err := u.State(); !errors.Is(err, slots.ErrOneSystem) {
		t.Errorf("%+v, %v", s, err)
	}
	if a, _ := u.ask(Request{Do: Look}); a.Refused != Failed || !strings.Contains(a.Detail, "update it with apt") {
		t.Errorf("%+v", a)
	}
}

// FuzzName: a name that is taken for a plain one is that of an entry of the folder itself, and safe
// to show.
func FuzzName(f *testing.F) {
	for _, s := range []string{"tenants.csv", "名单.csv", "..", "a/b", "a\x1b[2J", "\u202e", "a\x00b", " a", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if plainName(s) && (filepath.Base(s) != s || !filepath.IsLocal(s) || len(s) > maxName || s[0] == '.' ||
			strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e })) {
			t.Errorf("%q is a plain name", s)
		}
	})
}

// FuzzRequest: whatever the door writes is answered with a refusal, or done; root does not stop.
func FuzzRequest(f *testing.F) {
	for _, s := range []string{`{"do":"take","names":["a.csv"],"limit":9}`, `{"do":"give","names":["a.csv"]}`,
		`{"do":"list"}`, `{"do":"take","names":["../x"],"limit":-1}`, `[]`, `{"id":1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, stick := withOutbox(t, map[string]string{"a.csv": "new"})
		put(t, stick, "a.csv", "on the stick")
		u.put("proc/cmdline", "quiet\n")
		put(t, u.Asked, requestFile, string(raw))
		_ = u.Serve(t.Context())
		if _, err := os.Lstat(filepath.Join(u.Asked, requestFile)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the request is there still: %v", err)
		}
		if got := holds(t, u.outbox); len(got) != 1 || got["a.csv"] != "new" {
			t.Errorf("the door's files: %v", got)
		}
	})
}
