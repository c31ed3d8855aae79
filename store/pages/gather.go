package pages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxRun is the longest leaf that is gathered, in bytes: records are far smaller.
const maxRun = 1 << 20

// Gather calls f with every key and value that can still be read, in any leaf of the file, whether
// the tree leads there or not. So it also finds older versions of records, and deleted ones; the
// caller must be able to distinguish them. Of the meta pages it needs only the page size, and it
// goes on after damage. Errors: those of reading.
func Gather(r io.ReaderAt, size int64, f func(key, value []byte)) error {
	pageSize := 4096
	if file, err := open(r, size); err == nil && file.meta.right {
		pageSize = file.meta.pageSize
	} else if err != nil && !errors.Is(err, ErrNotBbolt) {
		return err
	}
	head := make([]byte, pageHeader)
	for id := int64(0); id*int64(pageSize) < size; id++ {
		if _, err := r.ReadAt(head, id*int64(pageSize)); err != nil && err != io.EOF {
			return fmt.Errorf("read page %d: %w", id, err)
		}
		switch binary.LittleEndian.Uint16(head[8:]) {
		case branchType, metaType, freeType:
			continue
		} // any other type may be a leaf whose type was damaged
		p, err := readRun(r, id*int64(pageSize), int64(pageSize), size)
		if err != nil {
			return fmt.Errorf("read page %d: %w", id, err)
		}
		gatherLeaf(p, f, true)
	}
	return nil
}

// readRun reads the page at an offset and all that its elements reach into: the length
// in the header may be damaged.
func readRun(r io.ReaderAt, at, pageSize, size int64) ([]byte, error) {
	p := make([]byte, min(pageSize, size-at))
	if _, err := r.ReadAt(p, at); err != nil && err != io.EOF {
		return nil, err
	}
	reach := int64(len(p))
	for i := range elementCount(p) {
		b := p[pageHeader+element*i:]
		end := int64(pageHeader + element*i)
		for _, o := range []int{4, 8, 12} { // where its key begins, counted from here; lengths of key and value
			end += int64(binary.LittleEndian.Uint32(b[o:]))
		}
		if end <= maxRun {
			reach = max(reach, end)
		}
	}
	p = make([]byte, min(reach, size-at))
	_, err := r.ReadAt(p, at)
	if err == io.EOF {
		err = nil
	}
	return p, err
}

// elementCount gives how many elements a leaf may have on its first page: as many as its header
// says, or as fit before the data of the first element, whichever is more.
func elementCount(p []byte) int {
	if len(p) < pageHeader+element {
		return 0
	}
	n := max(count(p), int(binary.LittleEndian.Uint32(p[pageHeader+4:])/element))
	return min(n, (len(p)-pageHeader)/element)
}

func gatherLeaf(p []byte, f func(key, value []byte), root bool) {
	for i := range elementCount(p) {
		e, ok := elementAt(p, i, false)
		switch {
		case !ok:
			// damaged; the next may be whole
		case e.flags&bucketFlag == 0:
			f(e.key, e.value)
		case root && len(e.value) >= bucketHead+pageHeader && len(e.value) <= maxInline:
			gatherLeaf(e.value[bucketHead:], f, false)
		}
	}
}
