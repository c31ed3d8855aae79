package store

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// disk is a file system that knows what has arrived for good and what not.
type disk struct {
	root   string
	names  map[string]*file // as the program sees it
	safe   map[string]*file // as it is after a power cut
	moves  []move           // of directories, not synced yet
	fds    map[int]*handle
	events []event
	said   []string
	oneOf  int // of so many disks one is checked, drawn at random; zero: each is
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
