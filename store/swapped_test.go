package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"os"
	"path/filepath"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store/pages"
)

// swaps are ways to put something else in the place of an open vault's file, by an older copy of
// it. gone: what was opened cannot be read any more.
var swaps = map[string]struct {
	gone bool
	by   func(path string, old []byte) error
}{
	"another file": {false, func(path string, old []byte) error {
		return errors.Join(os.WriteFile(path+".theirs", old, 0o600), os.Rename(path+".theirs", path))
	}},
	"no file": {false, func(path string, _ []byte) error { return os.Remove(path) }},
	"a link": {false, func(path string, _ []byte) error {
		return errors.Join(os.Remove(path), os.Symlink("/dev/null", path))
	}},
	"a folder": {false, func(path string, _ []byte) error {
		return errors.Join(os.Remove(path), os.Mkdir(path, 0o700))
	}},
	"another folder": {false, func(path string, old []byte) error {
		dir := filepath.Dir(path)
		return errors.Join(os.Rename(dir, dir+".away"), os.Mkdir(dir, 0o700), os.WriteFile(path, old, 0o600))
	}},
	"overwritten": {true, func(path string, old []byte) error { return os.WriteFile(path, old, 0o600) }},
	"overwritten, heads forged": {true, func(path string, old []byte) error {
		return os.WriteFile(path, forged(old), 0o600)
	}},
	"overwritten with words": {true, func(path string, _ []byte) error {
		return os.WriteFile(path, bytes.Repeat([]byte("hello "), 5000), 0o600)
	}},
	"cut off": {true, func(path string, _ []byte) error { return os.Truncate(path, 0) }},
	"cut off behind its heads": {true, func(path string, _ []byte) error {
		return os.Truncate(path, 2*int64(os.Getpagesize()))
	}},
	"its last page cut off": {true, func(path string, old []byte) error {
		_, length, err := pages.Newest(bytes.NewReader(old))
		return errors.Join(err, os.Truncate(path, length-1))
	}},
}

// forged gives a bbolt file whose heads name transactions far ahead, with right checksums: they are
// not sealed.
func forged(b []byte) []byte {
	b = bytes.Clone(b)
	for _, page := range []int{0, os.Getpagesize()} {
		meta := b[page+16:]
		binary.LittleEndian.PutUint64(meta[48:], 1_000_000+uint64(page))
		h := fnv.New64a()
		h.Write(meta[:56])
		binary.LittleEndian.PutUint64(meta[56:], h.Sum64())
	}
	return b
}

// TestSwappedWhileOpen: nothing is written to what was put in the place of an open vault's file,
// and nothing in it is believed. What is recorded waits, and is written when the file is back.
func TestSwappedWhileOpen(t *testing.T) {
	for name, swap := range swaps {
		t.Run(name, func(t *testing.T) {
			u := newUnit(t)
			li := u.tenant(t, "li")
			wang := u.enrolled(t, "wang", face(5))
			path := filepath.Join(u.dir, vaultFile)
			read := func() []byte { // nil: there is no plain file
				t.Helper()
				if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
					return nil
				}
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			old := read()
			_, key, err := u.FindCredential(policy.CardKind, cardOf["li"])
			if err = errors.Join(err, u.RevokeCredential("op", li, key)); err != nil {
				t.Fatal(err)
			}
			kept, whole := filepath.Join(t.TempDir(), "kept"), read()
			if err := os.Link(path, kept); err != nil {
				t.Fatal(err)
			}
			if err := swap.by(path, old); err != nil {
				t.Fatal(err)
			}
			theirs := read()

			as := ErrReadOnly
			if swap.gone {
				as = ErrWaiting
			}
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			_, recorded := u.RecordDecision(ctx, policy.Decision{At: start, Door: "front", Grant: true})
			_, erased := u.EraseFace("op", wang, "withdrawn")
			for what, err := range map[string]error{
				"record": recorded, "erase": erased, "act": u.RevokeCredential("op", wang, "x"),
				"rotate": u.Rotate(context.Background(), "op", "test"),
				"mend":   u.Mend(context.Background()), "ping": u.Ping(),
			} {
				if !errors.Is(err, ErrSwapped) || !errors.Is(err, as) || what == "record" && !errors.Is(err, ErrSlow) {
					t.Errorf("%s: %v", what, err)
				}
			}
			switch p, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); {
			case swap.gone && !errors.Is(err, ErrSwapped):
				t.Errorf("a card is found in what was put there: %v", err)
			case !swap.gone && (err != nil || !p.Credentials[0].Revoked):
				t.Errorf("the file that was opened can be read: %v", err)
			}
			if !bytes.Equal(theirs, read()) {
				t.Error("what was put there was written to")
			}

			if swap.gone {
				err = os.WriteFile(path, whole, 0o600)
			} else {
				if os.RemoveAll(path); filepath.Dir(path) != u.dir {
					t.Fatal("not the vault's")
				}
				err = os.Link(kept, path)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(u.Mend(context.Background()), u.Ping()); err != nil {
				t.Errorf("the file is back: %v", err)
			}
			if n := u.Backlog(); n != 0 {
				t.Errorf("%d records still wait", n)
			}
			for range 5 { // on pages that were free before, and not on others
				if _, err := u.AddPerson("op", policy.Person{Name: "x", From: start}); err != nil {
					t.Error(err)
				}
			}
			if _, err := u.inspect(); err != nil {
				t.Error(err)
			}
			if err := errors.Join(u.Check(), u.Rotate(context.Background(), "op", "test")); err != nil {
				t.Error(err)
			}
			u.reopen(t)
			es, err := u.Entries(1, 1000, false)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, e := range es {
				if e.Kind == "decision" {
					found++
				}
			}
			if found != 1 {
				t.Errorf("%d decisions in the log", found)
			}
		})
	}
}

// TestCutOffInATransaction: a file that is cut off while a transaction reads and writes it gives an
// error, whatever bbolt does then. Nothing waits for it for ever, and when the file is back it is
// opened again.
func TestCutOffInATransaction(t *testing.T) {
	half, stuck := int64(os.Getpagesize())/2, 0
	for size := int64(0); size < 20*half; size += half {
		for _, writes := range []bool{false, true} {
			u := newUnit(t)
			u.tenant(t, "li")
			path := filepath.Join(u.dir, vaultFile)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			do := u.view
			if writes {
				do = u.writer.act
			}
			err = do(func(t *tx) error {
				if err := os.Truncate(path, size); err != nil {
					return err
				}
				for _, name := range buckets {
					if b := t.b.Bucket([]byte(name)); b != nil {
						b.Cursor().First()
					}
				}
				return nil
			})
			if u.db.stuck.Load() {
				stuck++
			}
			if err != nil {
				if err := u.Ping(); err == nil {
					t.Errorf("cut at %d: the vault is whole", size)
				}
				if err := os.WriteFile(path, whole, 0o600); err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(u.Mend(context.Background()), u.Ping(), u.Check()); err != nil {
					t.Errorf("cut at %d, and back: %v", size, err)
				}
				if _, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); err != nil {
					t.Errorf("cut at %d, and back: %v", size, err)
				}
			}
			u.Close()
		}
	}
	if stuck == 0 {
		t.Error("bbolt never left its locks taken, which is what this test is about")
	}
}

// TestOlderCopyIsNotTakenUpByMend: a vault that could only be read is opened again when it can be
// written, and only if no older one was put there.
func TestOlderCopyIsNotTakenUpByMend(t *testing.T) {
	u := newUnit(t)
	path := filepath.Join(u.dir, vaultFile)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	u.tenant(t, "li")
	u.mu.Lock()
	u.readOnly = ErrReadOnly // as when the disk refused it at the start
	u.mu.Unlock()
	if err := errors.Join(os.Rename(path, path+".kept"), os.WriteFile(path, old, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := u.Mend(context.Background()); !errors.Is(err, ErrSwapped) || !errors.Is(err, ErrWaiting) {
		t.Errorf("an older copy is taken up: %v", err)
	}
	if err := os.Rename(path+".kept", path); err != nil {
		t.Fatal(err)
	}
	if err := u.Mend(context.Background()); err != nil {
		t.Error(err)
	}
	if _, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); err != nil {
		t.Error(err)
	}
}
