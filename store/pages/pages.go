// Package pages reads a bbolt file without trusting it.
//
// [Check] checks a vault's file before bbolt opens it, and [Gather] finds what is left of a damaged
// one. bbolt maps its file into memory and follows what it finds there: a flipped bit can make it
// panic, loop, read beyond the end, or miss a key that is there.
//
// The layout (bbolt v1.4, version 2, little-endian): the file is pages of one size; each begins
// with its number (8 bytes), type (2), count of elements (2) and number of further pages it runs
// over (4). Pages 0 and 1 are meta pages, of which the one with the higher transaction number and a
// right checksum counts; they name the page of the root bucket and that of the list of free pages.
// Branch and leaf pages hold elements with the offset and lengths of keys and values; the value of
// a bucket is 16 bytes, followed by a whole leaf page when the bucket is small.
package pages

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

const (
	pageHeader = 16
	element    = 16
	bucketHead = 16
	metaLen    = 64 // of the meta without its page header; the last 8 bytes are the checksum

	branchType = 0x01
	leafType   = 0x02
	metaType   = 0x04
	freeType   = 0x10

	bucketFlag = 1

	magic   = 0xED0CDAED
	version = 2

	maxDepth  = 32
	maxPage   = 1 << 16
	maxInline = maxPage/4 + bucketHead // longest value of a bucket that holds its own page
)

// ErrNotBbolt means that neither meta page looks like one.
var ErrNotBbolt = errors.New("not a bbolt file")

// Problem is what is wrong with one page.
type Problem struct {
	Page uint64
	What string
}

func (p Problem) String() string { return fmt.Sprintf("page %d: %s", p.Page, p.What) }

// Report is the result of a check.
type Report struct {
	Problems []Problem // at most 100; none: bbolt may open the file
	// Fallback is set when only one of the meta pages is right. bbolt then uses that one, which
	// may be one transaction older.
	Fallback bool
	Pages    uint64 // in use
}

type meta struct {
	pageSize   int
	root       uint64
	freelist   uint64
	end        uint64 // first page number not in use
	txid       uint64
	recognised bool // magic and version are right
	right      bool // and so is the checksum
}

// File is a bbolt file.
type File struct {
	r    io.ReaderAt
	size int64
	meta meta
	rep  Report
	seen []bool
}

// Check walks the whole tree of a file of the given size in bytes. Damage is in the report; the
// error is [ErrNotBbolt] or one of reading.
func Check(r io.ReaderAt, size int64) (Report, error) {
	f, err := open(r, size)
	if err != nil {
		return Report{}, err
	}
	if !f.meta.right {
		f.bad(0, "neither meta page has a right checksum")
		return f.rep, nil
	}
	if f.meta.end < 2 || f.meta.end > uint64(size)/uint64(f.meta.pageSize) {
		f.bad(0, fmt.Sprintf("%d pages are in use, but the file ends before: it was cut off", f.meta.end))
		return f.rep, nil
	}
	f.rep.Pages = f.meta.end
	f.seen = make([]bool, f.meta.end)
	f.seen[0], f.seen[1] = true, true
	if err := f.tree(f.meta.root, bounds{}, 0, true); err != nil {
		return f.rep, err
	}
	return f.rep, f.free(f.meta.freelist)
}

func open(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, size: size}
	var ms [2]meta
	head := make([]byte, pageHeader+metaLen)
	if n, err := r.ReadAt(head, 0); n < len(head) {
		if err != io.EOF {
			return nil, err
		}
		return nil, ErrNotBbolt
	}
	ms[0] = parseMeta(head)
	// The second meta page follows the first: when that cannot say how
	// long it is, try the usual sizes.
	sizes := []int{ms[0].pageSize}
	if !ms[0].right {
		sizes = []int{4096, 8192, 16384, 65536}
	}
	for _, n := range sizes {
		if _, err := r.ReadAt(head, int64(n)); err != nil && err != io.EOF {
			return nil, err
		}
		if ms[1] = parseMeta(head); ms[1].right && ms[1].pageSize == n {
			break
		}
	}
	best, other := ms[0], ms[1]
	if !best.right || other.right && other.txid > best.txid {
		best, other = other, best
	}
	if !ms[0].recognised && !ms[1].recognised {
		return nil, ErrNotBbolt
	}
	f.meta, f.rep.Fallback = best, best.right && !other.right
	return f, nil
}

func parseMeta(page []byte) meta {
	b := page[pageHeader:]
	u32, u64 := binary.LittleEndian.Uint32, binary.LittleEndian.Uint64
	m := meta{pageSize: int(u32(b[8:])), root: u64(b[16:]), freelist: u64(b[32:]), end: u64(b[40:]), txid: u64(b[48:])}
	m.recognised = u32(b) == magic && u32(b[4:]) == version
	h := fnv.New64a()
	h.Write(b[:metaLen-8])
	m.right = m.recognised && h.Sum64() == u64(b[metaLen-8:]) && m.pageSize >= 512 && m.pageSize <= maxPage &&
		m.pageSize&(m.pageSize-1) == 0
	return m
}

// Newest gives the number of the last transaction, by the newest meta page that is right, and how
// many bytes of the file it uses: a shorter file was cut off. [ErrNotBbolt]: no meta page is right.
func Newest(r io.ReaderAt) (txid uint64, length int64, err error) {
	f, err := open(r, 0)
	if err == nil && !f.meta.right {
		err = ErrNotBbolt
	}
	if err != nil {
		return 0, 0, err
	}
	return f.meta.txid, int64(f.meta.end) * int64(f.meta.pageSize), nil
}

func (f *File) bad(page uint64, what string) {
	if len(f.rep.Problems) < 100 {
		f.rep.Problems = append(f.rep.Problems, Problem{page, what})
	}
}

// bounds are the limits of the keys below a branch: from ≤ key < to. An empty to is without limit.
type bounds struct{ from, to []byte }

func (b bounds) hold(key []byte) bool {
	return bytes.Compare(b.from, key) <= 0 && (len(b.to) == 0 || bytes.Compare(key, b.to) < 0)
}

// tree checks the page id and all below it.
func (f *File) tree(id uint64, in bounds, depth int, root bool) error {
	if depth > maxDepth {
		f.bad(id, "the tree is too deep")
		return nil
	}
	p, err := f.page(id, branchType|leafType)
	if p == nil || err != nil {
		return err
	}
	// bbolt keeps an empty bucket inside its parent, so only the root
	// of a new file has no elements.
	if count(p) == 0 && (!root || len(bytes.TrimLeft(p[pageHeader:], "\x00")) > 0) {
		f.bad(id, "a page without elements")
		return nil
	}
	return f.node(id, p, in, depth, root)
}

// node checks the elements of a branch or leaf page.
func (f *File) node(id uint64, p []byte, in bounds, depth int, root bool) error {
	branch := binary.LittleEndian.Uint16(p[8:]) == branchType
	es, _, err := elements(p, branch)
	switch {
	case err != nil:
		f.bad(id, err.Error())
		return nil
	case branch && len(es) == 0:
		f.bad(id, "a branch without children")
	}
	for i, e := range es {
		switch {
		case i > 0 && bytes.Compare(es[i-1].key, e.key) >= 0:
			f.bad(id, fmt.Sprintf("keys %d and %d are out of order", i-1, i))
		case !in.hold(e.key) && !(branch && i == 0):
			f.bad(id, fmt.Sprintf("key %d does not belong on this page", i))
		}
	}
	for i, e := range es {
		if branch {
			below := bounds{e.key, in.to}
			if i == 0 {
				below.from = in.from // a first key may be older than what is below it
			}
			if i+1 < len(es) {
				below.to = es[i+1].key
			}
			if err := f.tree(e.child, clone(below), depth+1, root); err != nil {
				return err
			}
		} else if root && e.flags == bucketFlag {
			if err := f.bucket(id, e.value, depth); err != nil {
				return err
			}
		} else if root || e.flags != 0 {
			f.bad(id, fmt.Sprintf("element %d is of the wrong kind", i))
		}
	}
	return nil
}

func clone(b bounds) bounds { return bounds{bytes.Clone(b.from), bytes.Clone(b.to)} }

// bucket checks the tree of a bucket, or the page inside its value.
func (f *File) bucket(id uint64, value []byte, depth int) error {
	if len(value) < bucketHead {
		f.bad(id, "a bucket's head is too short")
		return nil
	}
	if root := binary.LittleEndian.Uint64(value); root != 0 {
		return f.tree(root, bounds{}, depth+1, false)
	}
	inline := value[bucketHead:]
	if len(inline) < pageHeader || len(value) > maxInline || binary.LittleEndian.Uint16(inline[8:]) != leafType {
		f.bad(id, "a small bucket holds no leaf")
		return nil
	}
	if _, end, err := elements(inline, false); err == nil && end != len(inline) {
		f.bad(id, "a small bucket is longer than its records")
		return nil
	}
	return f.node(id, inline, bounds{}, depth+1, false)
}

// page reads a page of the wanted type with all it runs over, once. It
// gives nil when the page is bad.
func (f *File) page(id uint64, want uint16) ([]byte, error) {
	if id < 2 || id >= f.meta.end {
		f.bad(id, "is named, but not in use")
		return nil, nil
	}
	head := make([]byte, pageHeader)
	if _, err := f.r.ReadAt(head, int64(id)*int64(f.meta.pageSize)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	kind := binary.LittleEndian.Uint16(head[8:])
	over := uint64(binary.LittleEndian.Uint32(head[12:]))
	switch {
	case binary.LittleEndian.Uint64(head) != id:
		f.bad(id, "says that it is another page")
		return nil, nil
	case kind&want == 0 || kind&(kind-1) != 0:
		f.bad(id, fmt.Sprintf("is of type %#x where another is needed", kind))
		return nil, nil
	case over >= f.meta.end-id:
		f.bad(id, "runs beyond the end")
		return nil, nil
	}
	for i := id; i <= id+over; i++ {
		if f.seen[i] {
			f.bad(i, "is in use twice")
			return nil, nil
		}
		f.seen[i] = true
	}
	p := make([]byte, (over+1)*uint64(f.meta.pageSize))
	if _, err := f.r.ReadAt(p, int64(id)*int64(f.meta.pageSize)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	return p, nil
}

// free checks the list of free pages: none of them may be in use, or be listed twice.
func (f *File) free(id uint64) error {
	if id == ^uint64(0) {
		return nil // not kept on disk
	}
	p, err := f.page(id, freeType)
	if p == nil || err != nil {
		return err
	}
	n, at := uint64(binary.LittleEndian.Uint16(p[10:])), pageHeader
	if n == 0xFFFF {
		n, at = binary.LittleEndian.Uint64(p[pageHeader:]), pageHeader+8
	}
	if n > uint64(len(p)-at)/8 {
		f.bad(id, "the list of free pages runs beyond its page")
		return nil
	}
	for i := range n {
		x := binary.LittleEndian.Uint64(p[at+8*int(i):])
		switch {
		case x < 2 || x >= f.meta.end:
			f.bad(id, fmt.Sprintf("lists page %d as free, which does not exist", x))
		case f.seen[x]:
			f.bad(x, "is listed as free, and in use")
		default:
			f.seen[x] = true
		}
	}
	return nil
}

type elem struct {
	flags      uint32
	at         int // where its key begins in the page; its value follows, then the key of the next element
	key, value []byte
	child      uint64
}

// count is the number of elements that a page's header names.
func count(p []byte) int { return int(binary.LittleEndian.Uint16(p[10:])) }

// elements reads all elements of a branch or leaf page, and gives where their data end. bbolt
// leaves no room between the elements and the data, nor within the data, so an error also shows a
// wrong count in the header, or a wrong length.
func elements(p []byte, branch bool) (es []elem, end int, err error) {
	n := count(p)
	end = pageHeader + element*n
	for i := range n {
		e, ok := elementAt(p, i, branch)
		if !ok {
			return nil, 0, fmt.Errorf("element %d lies outside of the page", i)
		}
		if e.at != end {
			return nil, 0, fmt.Errorf("element %d of %d has its data at %d instead of %d", i, n, e.at, end)
		}
		end += len(e.key) + len(e.value)
		es = append(es, e)
	}
	return es, end, nil
}

// elementAt reads element i of a branch or leaf page; ok is false when it
// does not lie inside the page.
func elementAt(p []byte, i int, branch bool) (e elem, ok bool) {
	at := uint64(pageHeader + element*i)
	if at+element > uint64(len(p)) {
		return e, false
	}
	b := p[at:]
	u32 := func(o int) uint64 { return uint64(binary.LittleEndian.Uint32(b[o:])) }
	var pos, ksize, vsize uint64
	if branch {
		pos, ksize, e.child = u32(0), u32(4), binary.LittleEndian.Uint64(b[8:])
	} else {
		e.flags, pos, ksize, vsize = uint32(u32(0)), u32(4), u32(8), u32(12)
	}
	if pos+ksize+vsize > uint64(len(b)) || pos < element {
		return e, false
	}
	e.at, e.key, e.value = int(at+pos), b[pos:pos+ksize], b[pos+ksize:pos+ksize+vsize]
	return e, true
}
