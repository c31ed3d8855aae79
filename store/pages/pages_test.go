package pages

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

// file makes a bbolt file with a large bucket, a small one, deleted records and free pages.
func file(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: 4096})
	if err != nil {
		t.Fatal(err)
	}
	step := func(f func(*bolt.Bucket, int) error, from, to int) {
		err := db.Update(func(tx *bolt.Tx) error {
			large, err := tx.CreateBucketIfNotExists([]byte("large"))
			if err != nil {
				return err
			}
			small, err := tx.CreateBucketIfNotExists([]byte("small"))
			if err != nil {
				return err
			}
			for i := from; i < to; i++ {
				if err := f(large, i); err != nil {
					return err
				}
			}
			return small.Put([]byte("one"), []byte("value"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put := func(b *bolt.Bucket, i int) error {
		return b.Put(fmt.Appendf(nil, "key %04d", i), bytes.Repeat([]byte{byte(i)}, 100+i%7*1500))
	}
	step(put, 0, 100)
	step(put, 100, 150)
	step(func(b *bolt.Bucket, i int) error { return b.Delete(fmt.Appendf(nil, "key %04d", i)) }, 20, 60)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func check(b []byte) (Report, error) { return Check(bytes.NewReader(b), int64(len(b))) }

func TestWholeFilePasses(t *testing.T) {
	b := file(t)
	r, err := check(b)
	if err != nil || len(r.Problems) > 0 || r.Fallback || r.Pages < 50 {
		t.Errorf("%+v, %v", r, err)
	}
	found := gathered(t, b)
	for _, k := range []string{"key 0000", "key 0149", "one"} {
		if !found[k] {
			t.Errorf("%q was not gathered", k)
		}
	}
}

// Whatever bit is flipped: either the check complains, or bbolt itself still lists as many records
// as in the original, of which at most one has another key or another length.
func TestFlippedBitIsFoundOrHarmless(t *testing.T) {
	whole := file(t)
	want := content(t, whole)
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(whole)
		at := rapid.IntRange(0, len(b)-1).Draw(t, "byte")
		b[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		r, err := check(b)
		if err != nil || len(r.Problems) > 0 || r.Fallback {
			return
		}
		got := content(t, b)
		other := 0
		for k, n := range want {
			if m, ok := got[k]; !ok || m != n {
				other++
			}
		}
		if len(got) != len(want) || other > 1 {
			t.Fatalf("byte %d: %d records instead of %d, %d of them other ones, and nothing was found", at, len(got),
				len(want), other)
		}
	})
}

// Each bit of the head of each page in the tree counts: its number, its type, how many elements it
// has and how many pages it runs over. So does where an element's data begin. When one is flipped,
// the check complains, and what is on the page is still gathered.
func TestEachBitOfAPageHeadIsWatched(t *testing.T) {
	whole := file(t)
	want := gathered(t, whole)
	seen, root := inTree(t, whole)
	flips := 0
	for id, used := range seen {
		p := whole[id*4096:]
		kind := binary.LittleEndian.Uint16(p[8:])
		switch {
		case !used || binary.LittleEndian.Uint64(p) != uint64(id): // meta, free, or the rest of a longer page
			continue
		case kind == leafType && id != root && id%16 > 0: // most leaves are alike
			continue
		}
		for bit := range 8 * pageHeader {
			b := bytes.Clone(whole)
			b[id*4096+bit/8] ^= 1 << (bit % 8)
			if r, err := check(b); err != nil || len(r.Problems) == 0 {
				t.Errorf("page %d, bit %d of its head: %+v, %v", id, bit, r, err)
			}
			if flips++; bit/8 < 8 || bit/8 > 11 { // type and count are what gathering had to believe
				continue
			}
			if now := gathered(t, b); len(now) < len(want) {
				t.Errorf("page %d, bit %d of its head: %d records are gathered instead of %d", id, bit,
					len(now), len(want))
			}
		}
		for i := range count(p) {
			at := id*4096 + pageHeader + element*i
			if kind == leafType {
				at += 4
			}
			for bit := range 32 {
				b := bytes.Clone(whole)
				b[at+bit/8] ^= 1 << (bit % 8)
				if r, err := check(b); err != nil || len(r.Problems) == 0 {
					t.Errorf("page %d, element %d, bit %d of its place: %+v, %v", id, i, bit, r, err)
				}
				flips++
			}
		}
	}
	if flips < 500 {
		t.Errorf("%d flips did not reach everything", flips)
	}
}

// inTree tells which pages are neither meta pages nor free, and which is the root.
func inTree(t *testing.T, b []byte) (seen []bool, root int) {
	t.Helper()
	f, err := open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f.seen = make([]bool, f.meta.end)
	if err := f.tree(f.meta.root, bounds{}, 0, true); err != nil || len(f.rep.Problems) > 0 {
		t.Fatal(err, f.rep)
	}
	return f.seen, int(f.meta.root)
}

func gathered(t *testing.T, b []byte) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	if err := Gather(bytes.NewReader(b), int64(len(b)), func(k, _ []byte) { found[string(k)] = true }); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestNotBbolt(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("short"), bytes.Repeat([]byte("hello "), 3000), make([]byte, 1<<16)} {
		if _, err := check(b); !errors.Is(err, ErrNotBbolt) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
}

func TestCutOffFile(t *testing.T) {
	b := file(t)
	if r, err := check(b[:5*4096]); err != nil || len(r.Problems) == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func FuzzCheck(f *testing.F) {
	b := file(f)
	f.Add(b[:4*4096])
	f.Add(b[:12*4096])
	f.Fuzz(func(t *testing.T, b []byte) {
		check(b)
		Gather(bytes.NewReader(b), int64(len(b)), func([]byte, []byte) {})
		Newest(bytes.NewReader(b))
	})
}

type fataler interface{ Fatal(...any) }

// content reads a file through bbolt by looking up every key it lists.
func content(t fataler, b []byte) map[string]int {
	dir, err := os.MkdirTemp("", "pages")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	got := map[string]int{}
	err = db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, bk *bolt.Bucket) error {
			return bk.ForEach(func(k, v []byte) error {
				got[string(name)+"/"+string(k)] = len(bk.Get(k))
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
