package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"menshen/store/pages"
)

// dbFile is a vault's file that is open. It knows which file it is, and how far it had come when
// this process wrote to it last, so that another one, or an older state of it, is noticed before it
// is believed or written to (decision 0011).
type dbFile struct {
	*bolt.DB
	f  *os.File // bbolt's own: closed with it
	is os.FileInfo
	// rev is of the state that was read at the opening, or written last. After a write that failed
	// in its last sync it may be one more.
	rev atomic.Uint64
}

// openFile opens a bbolt file. The lock that counts is vault.lock, since the file itself is
// exchanged at each erasure.
func (v *Vault) openFile(path string, readOnly bool) (*dbFile, error) {
	f := &dbFile{}
	err := guard(func() (err error) {
		f.DB, err = bolt.Open(path, 0o600, &bolt.Options{
			ReadOnly: readOnly, Timeout: v.o.Busy, FreelistType: bolt.FreelistMapType, InitialMmapSize: mapped,
			OpenFile: func(path string, flags int, mode os.FileMode) (_ *os.File, err error) {
				if f.f, err = os.OpenFile(path, flags|unix.O_NOFOLLOW, mode); err == nil {
					f.is, err = f.f.Stat()
				}
				return f.f, err
			}})
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		f.AllocSize = 1 << 18
		return nil
	})
	return f, err
}

// view runs g over a consistent state.
func (f *dbFile) view(r *ring, g func(*tx) error) error {
	rev := f.rev.Load()
	if err := f.headless(); err != nil {
		return err
	}
	return guard(func() error {
		return f.View(func(b *bolt.Tx) error {
			t, err := begin(b, r)
			if err != nil {
				return err
			}
			if t.st.Rev < rev {
				return errOlder
			}
			return g(t)
		})
	})
}

// update runs one writing transaction, and gives the state after it.
func (f *dbFile) update(r *ring, g func(*tx) error) (st state, err error) {
	// Looked at first by reading: bbolt would take up the list of free pages of what was put there.
	if err := f.view(r, func(*tx) error { return nil }); err != nil {
		return st, err
	}
	err = guard(func() error {
		return f.Update(func(b *bolt.Tx) error {
			t, err := begin(b, r)
			if err != nil {
				return err
			}
			if err := g(t); err != nil {
				return err
			}
			err = t.finish()
			st = t.st
			return err
		})
	})
	if err == nil {
		f.rev.Store(st.Rev)
	}
	return st, err
}

var errOlder = fmt.Errorf("%w: %w: it holds an older state", ErrWaiting, ErrSwapped)

// headless says whether the file was overwritten with something that is none, or cut off. It asks
// the disk: bbolt would look for the heads in its mapping, fail there, and keep its locks.
func (f *dbFile) headless() error {
	for range 3 { // the writer may be at them meanwhile
		if _, err := pages.Newest(f.f); !errors.Is(err, pages.ErrNotBbolt) {
			return nil // where the disk does not tell, what it is asked for next says why
		}
	}
	return errOlder
}

// renamed says whether path leads to another file, or to none.
func (f *dbFile) renamed(path string) error {
	now, err := os.Lstat(path)
	switch {
	case err == nil && os.SameFile(f.is, now):
		return nil
	case err == nil || errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w: %s is not the file that was opened", ErrReadOnly, ErrSwapped, path)
	}
	return fmt.Errorf("look at the vault's file: %w", err)
}

// swapped says whether the file is not what it was any more.
func (f *dbFile) swapped(r *ring, path string) error {
	if err := f.view(r, func(*tx) error { return nil }); err != nil {
		return err
	}
	return f.renamed(path)
}
