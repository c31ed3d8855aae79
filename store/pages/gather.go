package pages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxRun is the longest leaf that is gathered, in bytes: records are far smaller.
const maxRun = 1 << 20

// Gather calls f with every key and value that can still be made out, in any leaf of the file, whether the tree leads there or not. So it also finds older versions of
// records, and records that were deleted; the caller must be able to tell. It asks nothing of the meta pages but the page size, and goes on after what it cannot read.
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
		if binary.LittleEndian.Uint16(head[8:]) != leafType {
			continue
		}
		n := (int64(binary.LittleEndian.Uint32(head[12:])) + 1) * int64(pageSize)
		n = min(n, size-id*int64(pageSize), maxRun)
		p := make([]byte, n)
		if _, err := r.ReadAt(p, id*int64(pageSize)); err != nil && err != io.EOF {
			return fmt.Errorf("read page %d: %w", id, err)
		}
		leaf(p, f, true)
	}
	return nil
}

func leaf(p []byte, f func(key, value []byte), root bool) {
	if len(p) < pageHeader {
		return
	}
	for i := range int(binary.LittleEndian.Uint16(p[10:])) {
		e, ok := elementAt(p, i, false)
		switch {
		case !ok:
			// damaged; the next may be whole
		case e.flags&bucketFlag == 0:
			f(e.key, e.value)
		case root && len(e.value) >= bucketHead+pageHeader && len(e.value) <= maxInline:
			leaf(e.value[bucketHead:], f, false)
		}
	}
}
