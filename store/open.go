package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"menshen/internal/safefile"
	"menshen/store/audit"
	"menshen/store/keys"
	"menshen/store/pages"
)

// Create makes a new vault in dir, with a new root key in the key source. dir is made, with mode
// 0700, when it does not exist. [ErrExists]: there is a vault in dir, or the key source holds a key
// already, which a new vault never takes over.
func Create(dir string, o Options) (*Vault, error) {
	return create(dir, o, func(*tx) error { return nil })
}

// CreateFor is [Create] for a unit with its first operator, a manager: both are made, or neither
// is. Errors: those of Create, and [ErrWeak] before anything is touched.
func CreateFor(dir string, o Options, name string, secret []byte) (*Vault, error) {
	o.defaults()
	acc, err := newAccount(name, Manager, secret, &o)
	if err != nil {
		return nil, fmt.Errorf("first operator: %w", err)
	}
	return create(dir, o, func(t *tx) error { return t.addOperator(acc, Door, o.Now().UTC()) })
}

func create(dir string, o Options, fill func(*tx) error) (*Vault, error) {
	o.defaults()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create vault: %w", err)
	}
	v := newVault(dir, o)
	if err := v.acquire(); err != nil {
		return nil, errors.Join(err, v.writer.close())
	}
	if err := v.create(fill); err != nil {
		return nil, errors.Join(fmt.Errorf("create vault in %s: %w", dir, err), v.release(), v.writer.close())
	}
	return v, nil
}

// create builds the vault's file under another name, stores its key, then gives the file its name.
// The next create removes what a power cut leaves of this.
func (v *Vault) create(fill func(*tx) error) error {
	ctx := context.Background()
	if _, err := os.Stat(v.path()); err == nil {
		return ErrExists
	}
	if err := v.forgetUnfinished(ctx); err != nil {
		return err
	}
	h := header{Magic: magic, Schema: schema, Epoch: 1}
	v.o.draw(h.Unit[:])
	r := newRing(h, v.o.newKey())
	r.secrets.Lookup = v.o.newKey()
	v.o.draw(r.secrets.Sign[:])
	c, err := newCounter(ctx, v.o.Key)
	if err != nil {
		return fmt.Errorf("begin to count: %w", err)
	}
	now := v.o.Now().UTC()
	db, err := v.build(r, func(db *dbFile) error {
		_, err := db.update(r, func(t *tx) error {
			if _, err := t.log(Entry{At: now, Kind: audit.VaultCreated, Actor: Door}); err != nil {
				return err
			}
			t.st.Count = c.current()
			return fill(t)
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := v.o.Key.Stage(ctx, r.root); err != nil {
		return errors.Join(fmt.Errorf("keep the new key: %w", err), db.Close(), v.drop(safefile.New))
	}
	if err := safefile.Swap(v.path()); err != nil {
		return errors.Join(err, v.o.Key.Forget(ctx), db.Close(), v.drop(safefile.New), v.drop(""))
	}
	v.start(db, r, c, nil)
	return nil
}

// forgetUnfinished makes sure that the key source is empty. A key whose vault never got
// its name, as power was cut in between, is forgotten. Any other key may be needed by a
// vault elsewhere: [ErrExists].
func (v *Vault) forgetUnfinished(ctx context.Context) error {
	held, err := v.o.Key.Load(ctx)
	switch {
	case errors.Is(err, keys.ErrNone):
		return nil
	case err != nil:
		return err
	case len(held) == 1 && v.hasUnfinished(held[0].ID()):
		return v.o.Key.Forget(ctx)
	}
	return fmt.Errorf("%s holds a key: %w: if the vault that it was made for is lost, "+
		"'menshen vault retire' makes the source forget it", v.o.Key, ErrExists)
}

// hasUnfinished reports whether an unfinished create left its file, made with the key of this ID.
func (v *Vault) hasUnfinished(id [8]byte) bool {
	path := v.path() + safefile.New
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	db, err := v.openFile(path, true)
	if err != nil {
		return false
	}
	defer db.Close()
	var h header
	err = guard(func() error {
		return db.View(func(b *bolt.Tx) (err error) {
			h, err = readHeader(b)
			return err
		})
	})
	return err == nil && h.KeyID == id
}

// Open opens the vault in dir, checks that no record was exchanged, dropped or rolled back since
// the last transaction, and does what [Vault.Mend] does. A vault whose data are whole opens: what
// the disk refuses of the mending, such as wiping when it is full, is left to the next Mend.
//
// Errors: ErrMissing, ErrBusy, ErrInsecurePermissions, ErrForeign, ErrNewer, ErrKeyMissing,
// ErrWrongKey, ErrCorrupt, ErrRolledBack, and those of the key source.
func Open(dir string, o Options) (*Vault, error) {
	v := Await(dir, o)
	if err := v.Mend(context.Background()); errors.Is(err, ErrWaiting) {
		if v.whyNotOpen != nil {
			err = v.whyNotOpen
		}
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

// OpenToRead opens the vault in dir for questions only. It makes, changes and cleans up
// nothing on the disk, so root may use it on the files of the unit's user. Acts answer
// [ErrReadOnly]. Errors: those of [Open].
func OpenToRead(dir string, o Options) (*Vault, error) {
	v := newVault(dir, o)
	v.reader = true
	if err := v.open(context.Background()); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

// open opens the file for writing, or only for reading where it cannot be
// written. The caller holds renewing.
func (v *Vault) open(ctx context.Context) error {
	err := v.acquire()
	if err == nil {
		if err = v.openVault(ctx); err != nil {
			err = errors.Join(fmt.Errorf("open vault in %s: %w", v.dir, err), v.release())
		}
	}
	if err != nil {
		v.mu.Lock()
		v.whyNotOpen = err
		v.mu.Unlock()
	}
	return err
}

func (v *Vault) openVault(ctx context.Context) error {
	if err := safefile.Private(v.path()); errors.Is(err, fs.ErrNotExist) {
		return ErrMissing
	} else if err != nil {
		return err
	}
	fallback, err := v.inspect()
	if err != nil {
		return err
	}
	db, readOnly, err := v.openBest()
	if err != nil {
		return err
	}
	var c *counter
	r, st, err := v.unlock(ctx, db)
	if err == nil {
		if c, err = v.checkCount(ctx, st); err == nil && st.Rev < v.lastRev {
			err = errOlder
		}
		if err != nil {
			r.wipe()
		}
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	v.headBad.Store(fallback)
	v.unseen.Store(fallback || !st.Head.IsZero())
	v.untidy.Store(true)
	v.unsynced.Store(true) // the file may have got its name just before a power cut
	v.start(db, r, c, readOnly)
	return nil
}

// openBest opens the vault's file. readOnly says why it can only be read, if so.
func (v *Vault) openBest() (db *dbFile, readOnly, err error) {
	if v.reader {
		db, err = v.openFile(v.path(), true)
		return db, fmt.Errorf("%w: it was opened for that alone", ErrReadOnly), err
	}
	if db, err = v.openFile(v.path(), false); err == nil || errors.Is(err, ErrCorrupt) {
		return db, nil, err
	}
	readOnly = fmt.Errorf("%w: %w", ErrReadOnly, err)
	if errors.Is(err, unix.EROFS) {
		readOnly = fmt.Errorf("%w: the disk may be failing; look at dmesg, then mount -o remount,rw", readOnly)
	}
	if db, roErr := v.openFile(v.path(), true); roErr == nil {
		return db, readOnly, nil
	}
	return nil, nil, err
}

// inspect checks the file's pages before bbolt maps them. fallback means that bbolt will go on
// from the older of two states.
func (v *Vault) inspect() (fallback bool, err error) {
	f, err := os.OpenFile(v.path(), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	rep, err := pages.Check(f, info.Size())
	switch {
	case errors.Is(err, pages.ErrNotBbolt):
		return false, fmt.Errorf("%s is not a bbolt file: %w", v.path(), ErrForeign)
	case err != nil:
		return false, err
	case len(rep.Problems) > 0:
		return false, fmt.Errorf("%s is %w at %d places; first, %s", v.path(), ErrCorrupt, len(rep.Problems),
			rep.Problems[0])
	}
	return rep.Fallback, nil
}

// unlock finds the key for the vault's header, checks the sum over the
// records, and gives the state.
func (v *Vault) unlock(ctx context.Context, db *dbFile) (r *ring, st state, err error) {
	var h header
	err = guard(func() error {
		return db.View(func(b *bolt.Tx) (err error) {
			h, err = readHeader(b)
			return err
		})
	})
	if err != nil {
		return nil, st, err
	}
	roots, err := v.o.Key.Load(ctx)
	if errors.Is(err, keys.ErrNone) {
		return nil, st, fmt.Errorf("%s: %w", v.o.Key, ErrKeyMissing)
	}
	if err != nil {
		return nil, st, fmt.Errorf("load the key: %w", err)
	}
	for _, root := range roots {
		if root.ID() != h.KeyID {
			continue
		}
		r := newRing(h, root)
		err := guard(func() error {
			return db.View(func(b *bolt.Tx) error {
				t, err := begin(b, r)
				if err != nil {
					return err
				}
				st = t.st
				db.rev.Store(st.Rev)
				return t.check()
			})
		})
		if err != nil {
			r.wipe()
			return nil, st, err
		}
		return r, st, nil
	}
	return nil, st, fmt.Errorf("%s: %w", v.o.Key, ErrWrongKey)
}

// acquire locks the directory for this process.
func (v *Vault) acquire() error {
	if v.o.Key == nil {
		return errors.New("open vault: no key source")
	}
	if err := safefile.Private(v.dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open vault in %s: %w", v.dir, ErrMissing)
	} else if err != nil {
		return fmt.Errorf("open vault: %w", err)
	}
	f, err := openLockFile(filepath.Join(v.dir, lockFile), !v.reader)
	if err != nil {
		return fmt.Errorf("open vault: %w", err)
	}
	for end := time.Now().Add(v.o.Busy); ; time.Sleep(20 * time.Millisecond) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			v.lock = f
			return nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Now().After(end) {
			if errors.Is(err, unix.EWOULDBLOCK) {
				err = ErrBusy
			}
			return errors.Join(fmt.Errorf("open vault in %s: %w", v.dir, err), f.Close())
		}
	}
}

// release gives the directory up. It unlocks before it closes: a program that another goroutine is
// starting just now has a copy of the descriptor until it runs, and would keep the lock so long.
func (v *Vault) release() error {
	return errors.Join(unix.Flock(int(v.lock.Fd()), unix.LOCK_UN), v.lock.Close())
}

// openLockFile opens the lock file, and makes it where that is allowed and possible. Otherwise it
// opens an old one, or the directory itself. A link is not followed: it could make a file anywhere.
func openLockFile(path string, make bool) (*os.File, error) {
	err := error(unix.ENOENT)
	if make {
		var f *os.File
		if f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0o600); err == nil {
			return f, nil
		}
	}
	for _, there := range []string{path, filepath.Dir(path)} {
		if f, err := os.OpenFile(there, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0); err == nil {
			return f, nil
		}
	}
	return nil, err
}
