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

// dbFile is the open file of a vault. It knows which file that is, and at which revision this
// process wrote to it last. So another file, or an older state of it, is noticed before it is
// believed or written to (decision 0011).
type dbFile struct {
	*bolt.DB
	f  *os.File // bbolt's own: closed with it
	is os.FileInfo
	// rev is the revision read at the opening, or written last. After a write whose last sync
	// failed the file may be one ahead of it.
	rev atomic.Uint64
	// stuck is set when bbolt failed where it leaves its locks taken: whoever uses it again waits
	// for ever. The file is then to be opened again.
	stuck atomic.Bool
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
	if err := f.checkHeads(); err != nil {
		return err
	}
	return f.run(f.View, func(b *bolt.Tx) error {
		t, err := begin(b, r)
		if err != nil {
			return err
		}
		if t.st.Rev < rev {
			return errOlder
		}
		return g(t)
	})
}

// update runs one writing transaction, and gives the state after it.
func (f *dbFile) update(r *ring, g func(*tx) error) (st state, err error) {
	// Read first: for writing, bbolt would take over the list of free pages of a file put there.
	if err := f.view(r, func(*tx) error { return nil }); err != nil {
		return st, err
	}
	err = f.run(f.Update, func(b *bolt.Tx) error {
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
	if err == nil {
		f.rev.Store(st.Rev)
	}
	return st, err
}

// run runs one transaction of bbolt, its View or Update, with g in it. It finds out whether a
// failure left the transaction open: when the file is cut off while it is used, bbolt may fail as
// it begins, or again as it rolls back.
func (f *dbFile) run(transaction func(func(*bolt.Tx) error) error, g func(*bolt.Tx) error) error {
	var b *bolt.Tx
	ended := false
	err := guard(func() error {
		err := transaction(func(t *bolt.Tx) error { b = t; return g(t) })
		ended = true
		return err
	})
	if !ended && (b == nil || b.DB() != nil) {
		f.stuck.Store(true)
	}
	return err
}

// Close closes the file. Of a stuck one the mapping is left, and would keep the file's lock:
// bbolt's own Close would wait for ever.
func (f *dbFile) Close() error {
	if f.stuck.Load() {
		return errors.Join(unix.Flock(int(f.f.Fd()), unix.LOCK_UN), f.f.Close())
	}
	return guard(f.DB.Close)
}

// errStuckFile means that the file must be opened again: see Mend.
var errStuckFile = fmt.Errorf("%w: the vault's file is %w: it could not be read to its end while it was in use",
	ErrWaiting, ErrCorrupt)

var errOlder = fmt.Errorf("%w: %w: it holds an older state", ErrWaiting, ErrSwapped)

// checkHeads gives errOlder when the file was cut off, or overwritten with something else. It reads
// from the disk: bbolt would look for the heads in its mapping, fail there, and keep its locks. Of
// a stuck file it gives errStuckFile.
func (f *dbFile) checkHeads() error {
	if f.stuck.Load() {
		return errStuckFile
	}
	for range 3 { // the writer may be writing them
		_, length, err := pages.Newest(f.f)
		if errors.Is(err, pages.ErrNotBbolt) {
			continue
		}
		// An error of the disk shows at the next read.
		if info, unknown := f.f.Stat(); err != nil || unknown != nil || info.Size() >= length {
			return nil
		}
	}
	return errOlder
}

// checkName gives [ErrSwapped] when path leads to another file, or to none.
func (f *dbFile) checkName(path string) error {
	now, err := os.Lstat(path)
	switch {
	case err == nil && os.SameFile(f.is, now):
		return nil
	case err == nil || errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w: %s is not the file that was opened", ErrReadOnly, ErrSwapped, path)
	}
	return fmt.Errorf("look at the vault's file: %w", err)
}

// checkSwapped gives [ErrSwapped] when the file is no longer the one that was opened.
func (f *dbFile) checkSwapped(r *ring, path string) error {
	if err := f.view(r, func(*tx) error { return nil }); err != nil {
		return err
	}
	return f.checkName(path)
}
