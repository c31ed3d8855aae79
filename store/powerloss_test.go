package store

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"menshen/internal/attack"
)

// The power cut tests let strace write down what the kernel was really asked: each write with its
// bytes, each sync, rename and unlink. From that they make up what a disk may hold when the power
// goes at any of these moments. Until a file is synced each of its writes may have arrived or not,
// in any order, whole or in part (by 512-byte sectors); until a directory is synced, its changes
// may have arrived up to any point, but in order, as with a journalling file system. The vault must
// open from each such disk and hold all that was acknowledged.

// TestPowerLoss covers put, enrol, erase, rotate, prune and backup. A round is a load, cut
// at each moment that matters.
func TestPowerLoss(t *testing.T) {
	attack.Run(t, "vault: the power cut at each sync, rename and unlink", 1, func(c *attack.Campaign) {
		trace(t, newLoad(t), "all").cuts(t, c, 1, func(image string, said []string) error {
			return verify(image, said)
		})
	})
}

// TestPowerLossDuringMigration cuts the power while an old layout is brought up to date.
func TestPowerLossDuringMigration(t *testing.T) {
	attack.Run(t, "vault: the power cut while an old layout is brought up to date", 1, func(c *attack.Campaign) {
		dir, _ := unpack(t, "layout-1")
		trace(t, filepath.Dir(dir), "open").cuts(t, c, 3, func(image string, said []string) error {
			if err := verify(image, said); err != nil {
				return err
			}
			dir, o := loadOptions(image, startClock().now)
			v, err := Open(dir, o)
			if err != nil {
				return err
			}
			defer v.Close()
			checkFixture(t, v)
			return nil
		})
	})
}

// disk is a file system that knows what has arrived for good and what not.
type disk struct {
	root   string
	names  map[string]*file // as the program sees it
	safe   map[string]*file // as it is after a power cut
	moves  []move           // of directories, not synced yet
	fds    map[int]*handle
	events []event
	said   []string
}

type file struct {
	safe    []byte
	pending []change
}

// change is a write at off, or with no data a truncation to off.
type change struct {
	off  int64
	data []byte
}

type move struct {
	name string
	to   *file // nil: the name is gone
}

type handle struct {
	f   *file // nil: a directory, or a file of no concern
	dir bool
	pos int64

	path string
}

// event is one system call that matters.
type event struct {
	call string
	args []string
	ret  int
}

// trace runs a load under strace.
func trace(t *testing.T, root, kind string) *disk {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed (apt-get install strace)")
	}
	d := &disk{root: root, names: map[string]*file{}, fds: map[int]*handle{}}
	for _, name := range []string{"root.key", "vault/vault.db", "vault/vault.lock"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil && name != "vault/vault.lock" {
			t.Fatal(err)
		}
		d.names[filepath.Join(root, name)] = &file{safe: b}
	}
	d.safe = maps.Clone(d.names)
	out := filepath.Join(t.TempDir(), "trace")
	run := child(root, kind, 1)
	cmd := exec.Command(strace, "-f", "-qq", "-e", "trace=openat,close,pwrite64,write,ftruncate,fsync,fdatasync,"+
		"renameat,renameat2,rename,link,linkat,unlink,unlinkat",
		"-e", "signal=none", "-xx", "-s", "64000000", "-o", out, run.Path)
	cmd.Env = run.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(string(out), "ptrace") {
			t.Skipf("strace may not trace here: %s", out)
		}
		t.Fatalf("%v: %s", err, out)
	} else if strings.Contains(string(out), "failed") {
		t.Fatalf("%s", out)
	}
	d.events = parseTrace(t, out)
	return d
}

var (
	straceLine    = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += (-?\d+)`)
	straceBegun   = regexp.MustCompile(`^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$`)
	straceResumed = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)`)
)

func parseTrace(t *testing.T, name string) []event {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []event
	begun := map[string]string{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<30)
	for s.Scan() {
		line := s.Text()
		var m []string
		if b := straceBegun.FindStringSubmatch(line); b != nil {
			begun[b[1]] = b[3]
			continue
		} else if m = straceResumed.FindStringSubmatch(line); m != nil {
			m[3] = begun[m[1]] + m[3]
		} else if m = straceLine.FindStringSubmatch(line); m == nil {
			continue
		}
		ret, err := strconv.Atoi(m[4])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, event{m[2], strings.Split(m[3], ", "), ret})
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func bytesOf(arg string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(arg, `"`), `\x`, ""))
	if err != nil {
		panic(err)
	}
	return b
}

func number(arg string) int64 {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// at is the path of a name in an open folder.
func (d *disk) at(folder, name string) string {
	path := string(bytesOf(name))
	if folder == "AT_FDCWD" || filepath.IsAbs(path) {
		return path
	}
	if h := d.fds[int(number(folder))]; h != nil {
		return filepath.Join(h.path, path)
	}
	return path
}

// ours reports whether a path belongs to the vault.
func (d *disk) ours(path string) bool { return strings.HasPrefix(path, d.root+"/") }

func (d *disk) move(name string, to *file) {
	d.moves = append(d.moves, move{name, to})
	if to == nil {
		delete(d.names, name)
	} else {
		d.names[name] = to
	}
}

// apply does one system call. cut is true when the power may go before it (a sync) or right
// after it (a rename and the like).
func (d *disk) apply(e event) {
	if e.ret < 0 {
		return
	}
	fd := func() *handle { return d.fds[int(number(e.args[0]))] }
	switch e.call {
	case "openat":
		path := d.at(e.args[0], e.args[1])
		h := &handle{path: path}
		d.fds[e.ret] = h
		if !d.ours(path) && path != d.root {
			return
		}
		if h.f = d.names[path]; h.f == nil {
			if h.dir = !strings.Contains(e.args[2], "O_CREAT"); h.dir {
				return
			}
			h.f = &file{}
			d.move(path, h.f)
		}
		if strings.Contains(e.args[2], "O_TRUNC") {
			h.f.pending = append(h.f.pending, change{})
		}
	case "close":
		delete(d.fds, int(number(e.args[0])))
	case "write":
		if e.args[0] == "1" {
			d.said = append(d.said, strings.TrimSpace(string(bytesOf(e.args[1]))))
		} else if h := fd(); h != nil && h.f != nil {
			h.f.pending = append(h.f.pending, change{h.pos, bytesOf(e.args[1])[:e.ret]})
			h.pos += int64(e.ret)
		}
	case "pwrite64":
		if h := fd(); h != nil && h.f != nil {
			h.f.pending = append(h.f.pending, change{number(e.args[3]), bytesOf(e.args[1])[:e.ret]})
		}
	case "ftruncate":
		if h := fd(); h != nil && h.f != nil {
			h.f.pending = append(h.f.pending, change{off: number(e.args[1])})
		}
	case "fsync", "fdatasync":
		h := fd()
		if h != nil && h.f != nil {
			h.f.safe, h.f.pending = h.f.after(h.f.pending), nil
		} else if h != nil && h.dir {
			d.safe, d.moves = maps.Clone(d.names), nil
		}
	case "renameat", "renameat2":
		from, to := d.at(e.args[0], e.args[1]), d.at(e.args[2], e.args[3])
		if d.ours(from) {
			f := d.names[from]
			delete(d.names, from)
			d.names[to] = f
			d.moves = append(d.moves, move{to, f}, move{from, nil}) // atomic: see image
		}
	case "linkat":
		if from := d.at(e.args[0], e.args[1]); d.ours(from) {
			d.move(d.at(e.args[2], e.args[3]), d.names[from])
		}
	case "unlinkat":
		if path := d.at(e.args[0], e.args[1]); d.ours(path) {
			d.move(path, nil)
		}
	case "rename", "link", "unlink":
		panic("strace: unexpected " + e.call)
	}
}

// after is the content with some changes made.
func (f *file) after(changes []change) []byte {
	b := slices.Clone(f.safe)
	for _, c := range changes {
		end := c.off + int64(len(c.data))
		if c.data == nil && end < int64(len(b)) {
			b = b[:end]
		}
		if end > int64(len(b)) {
			b = append(b, make([]byte, end-int64(len(b)))...)
		}
		copy(b[c.off:], c.data)
	}
	return b
}

// cuts goes through all events and checks a number of disks at each moment that
// matters, so many of them at random.
func (d *disk) cuts(t *testing.T, c *attack.Campaign, random int, check func(image string, said []string) error) {
	t.Helper()
	base := t.TempDir()
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		dir, err := os.MkdirTemp("/dev/shm", "menshen")
		if err == nil {
			base = dir
			defer os.RemoveAll(dir)
		}
	}
	n := 0
	for i, e := range d.events {
		sync := e.call == "fsync" || e.call == "fdatasync"
		if !sync {
			d.apply(e)
		}
		moved := e.ret == 0 && (strings.HasPrefix(e.call, "rename") || strings.HasPrefix(e.call, "link") ||
			strings.HasPrefix(e.call, "unlink"))
		if sync && len(d.said) > 0 || moved {
			for kind := range 3 + random {
				image := filepath.Join(base, fmt.Sprint("cut", n))
				if err := d.image(image, kind, c.Rand); err != nil {
					t.Fatal(err)
				}
				if err := check(image, d.said); err != nil {
					t.Fatalf("power cut at system call %d (%s), disk %d, after %q: %v", i, e.call, kind,
						d.said[max(0, len(d.said)-3):], err)
				}
				os.RemoveAll(image)
				c.Count("disks with nothing lost")
				n++
			}
		}
		if sync {
			d.apply(e)
		}
	}
	if n < 10 {
		t.Fatalf("only %d moments were found: was anything recorded?", n)
	}
}

// image writes what the disk may hold: kind 0, nothing but what was synced; 1, all that was
// written; 2, directories changed, but no data; above, something at random.
func (d *disk) image(to string, kind int, rnd *rand.Rand) error {
	names := maps.Clone(d.safe)
	moves := d.moves
	switch {
	case kind == 0:
		moves = nil
	case kind > 2:
		moves = moves[:rnd.IntN(len(moves)+1)]
		if n := len(moves); n < len(d.moves) && n > 0 && d.moves[n].to == nil && moves[n-1].to != nil {
			moves = d.moves[:n+1] // a rename is one step
		}
	}
	for _, m := range moves {
		if m.to == nil {
			delete(names, m.name)
		} else {
			names[m.name] = m.to
		}
	}
	if err := os.MkdirAll(filepath.Join(to, "vault"), 0o700); err != nil {
		return err
	}
	contents := map[*file][]byte{}
	for name, f := range names {
		b, done := contents[f]
		if !done {
			b = f.after(f.some(kind, rnd))
			contents[f] = b
		}
		rel, err := filepath.Rel(d.root, name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, rel), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// some chooses which changes arrived: none, all, or some sectors of some of them in any order.
func (f *file) some(kind int, rnd *rand.Rand) []change {
	switch kind {
	case 0, 2:
		return nil
	case 1:
		return f.pending
	}
	var out []change
	for _, c := range f.pending {
		if c.data == nil {
			if rnd.IntN(2) == 0 {
				out = append(out, c)
			}
			continue
		}
		whole := rnd.IntN(2) == 0
		for off := 0; off < len(c.data); off += 512 {
			if whole || rnd.IntN(2) == 0 {
				out = append(out, change{c.off + int64(off), c.data[off:min(off+512, len(c.data))]})
			}
		}
	}
	rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
