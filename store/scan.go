package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// block is the length of the pieces that a scan looks for, in bytes: short enough to find the rest
// of a record whose other pages were reused, long enough that random bytes do not match by chance.
const block = 16

// Hit is a place where a scan found something.
type Hit struct {
	File   string
	Offset int64
}

// Scanned is the result of a scan.
type Scanned struct {
	Files  int
	Bytes  int64
	Sought int // blocks
	Hits   []Hit
}

// Scan searches the raw bytes of files, at every offset, for each whole 16-byte block of the
// needles. A shorter needle is sought as it is, down to 4 bytes. Files that are gone are left out.
// At most 1000 hits are noted.
func Scan(files []string, needles [][]byte) (Scanned, error) {
	n := newNeedles(needles)
	s := Scanned{Sought: n.count}
	for _, name := range files {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // wiped meanwhile
		}
		if err != nil {
			return s, fmt.Errorf("scan: %w", err)
		}
		err = s.read(f, n)
		f.Close()
		if err != nil {
			return s, fmt.Errorf("scan %s: %w", name, err)
		}
		s.Files++
	}
	return s, nil
}

func (s *Scanned) read(f *os.File, n *needleSet) error {
	buf := make([]byte, 0, 1<<20)
	var base int64
	for {
		m, err := f.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+m]
		s.Bytes += int64(m)
		end := len(buf) - block
		if err == io.EOF {
			end = len(buf)
		} else if err != nil {
			return err
		}
		i := 0
		for ; i < end; i++ {
			if n.at(buf[i:]) && len(s.Hits) < 1000 {
				s.Hits = append(s.Hits, Hit{f.Name(), base + int64(i)})
			}
		}
		if err == io.EOF {
			return nil
		}
		base += int64(i)
		buf = buf[:copy(buf, buf[i:])]
	}
}

// needleSet finds whole blocks by their bytes and shorter ones by their first four, and rules out
// almost every place by the first two.
type needleSet struct {
	first [1 << 16]bool
	whole map[[block]byte]bool
	short map[[4]byte][][]byte
	count int
}

func newNeedles(needles [][]byte) *needleSet {
	n := &needleSet{whole: map[[block]byte]bool{}, short: map[[4]byte][][]byte{}}
	for _, whole := range needles {
		for len(whole) >= 4 {
			b := whole[:min(block, len(whole))]
			if whole = whole[len(b):]; len(whole) < block {
				whole = nil
			}
			n.first[int(b[0])<<8|int(b[1])] = true
			if len(b) == block {
				n.whole[[block]byte(b)] = true
			} else {
				n.short[[4]byte(b)] = append(n.short[[4]byte(b)], b)
			}
			n.count++
		}
	}
	return n
}

func (n *needleSet) at(b []byte) bool {
	switch {
	case len(b) < 4 || !n.first[int(b[0])<<8|int(b[1])]:
		return false
	case len(b) >= block && n.whole[[block]byte(b)]:
		return true
	}
	for _, needle := range n.short[[4]byte(b)] {
		if bytes.HasPrefix(b, needle) {
			return true
		}
	}
	return false
}
