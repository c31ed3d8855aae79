package store

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"menshen/store/keys"
	"menshen/store/pages"
	"menshen/store/safefile"
	"menshen/store/seal"
)

// KeySource keeps the root key while the unit is off: see package keys.
type KeySource = keys.Source

// KeyFile keeps the root key in a file of its own, mode 0600. Create makes it.
func KeyFile(path string) KeySource { return keys.File(path) }

// Options are how a vault is opened. Only Key is needed.
type Options struct {
	Key  KeySource
	Now  func() time.Time // the host's clock; nil: time.Now
	Busy time.Duration    // how long Open waits for another process to let go; zero: 1 s
	Cost Cost             // of operators' secrets; zero: DefaultCost

	// Files are further files and directories of the unit that an erasure scans: logs, dumps, backups kept here. The vault's own are always scanned.
	Files []string

	// OpenFile opens the vault's file for bbolt, so that tests can lie between the two. nil: os.OpenFile.
	OpenFile func(name string, flag int, perm os.FileMode) (*os.File, error)
}

// mapped is how much address space the file gets from the start. Growing the mapping would have to wait for readers, such as a long export,
// and writers with it. It is address space only: 1 GiB, or 128 MiB on a 32-bit system.
const mapped = 1 << (27 + 3*(strconv.IntSize/64))

const (
	vaultFile = "vault.db"
	lockFile  = "vault.lock"
)

// Vault is an open vault. Its methods may be called from any goroutine.
type Vault struct {
	dir  string
	o    Options
	lock *os.File
	unit [16]byte
	pub  ed25519.PublicKey

	mu   sync.RWMutex // held for reading by every transaction, for writing while the file is exchanged
	db   *bolt.DB     // nil: closed
	ring *ring

	renewing sync.Mutex // one change of epoch at a time
	delta    *delta     // set while one is under way; guarded by mu
	unsynced atomic.Bool
	writer   *writer
}

// Create makes a new vault in dir, which is made with mode 0700 when it is not there, with a new root key in the key source.
// ErrExists when there is a vault already, or when the key source holds a key already (a new vault never takes over an old key).
func Create(dir string, o Options) (*Vault, error) {
	o.defaults()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create vault: %w", err)
	}
	v := &Vault{dir: dir, o: o}
	if err := v.acquire(); err != nil {
		return nil, err
	}
	if err := v.create(); err != nil {
		return nil, errors.Join(fmt.Errorf("create vault in %s: %w", dir, err), v.lock.Close())
	}
	return v, nil
}

func (v *Vault) create() error {
	ctx := context.Background()
	if _, err := os.Stat(v.path()); err == nil {
		return ErrExists
	}
	if _, err := v.o.Key.Load(ctx); !errors.Is(err, keys.ErrNone) {
		if err == nil {
			err = fmt.Errorf("%s holds a key: %w", v.o.Key, ErrExists)
		}
		return err
	}
	h := header{Magic: magic, Schema: schema, Epoch: 1}
	rand.Read(h.Unit[:])
	r := newRing(h, seal.NewKey())
	r.secrets.Lookup = seal.NewKey()
	rand.Read(r.secrets.Sign[:])
	if err := v.o.Key.Stage(ctx, r.root); err != nil {
		return fmt.Errorf("keep the new key: %w", err)
	}
	now := v.o.Now().UTC()
	db, err := v.build(r, func(db *bolt.DB) error {
		return update(db, r, func(t *tx) error {
			_, err := t.log(Entry{At: now, Kind: "vault created", Actor: Door})
			return err
		})
	})
	if err != nil {
		return err
	}
	if err := safefile.Swap(v.path()); err != nil {
		return errors.Join(err, db.Close())
	}
	v.start(db, r)
	return nil
}

// build makes vault.db.new, complete and synced, with what fill puts into it.
func (v *Vault) build(r *ring, fill func(*bolt.DB) error) (*bolt.DB, error) {
	if err := safefile.Clean(v.path() + safefile.New); err != nil {
		return nil, err
	}
	db, err := v.bolt(v.path() + safefile.New)
	if err != nil {
		return nil, err
	}
	db.NoSync = true // one sync at the end is enough: until then the file has no name that counts
	err = guard(func() error {
		return db.Update(func(b *bolt.Tx) error {
			for _, name := range buckets {
				if _, err := b.CreateBucket([]byte(name)); err != nil {
					return err
				}
			}
			t := &tx{b: b, r: r}
			if err := writeHeader(b, &r.header); err != nil {
				return err
			}
			if err := t.put(metaBucket, []byte("secrets"), &r.seal, &r.secrets); err != nil {
				return err
			}
			return t.finish()
		})
	})
	if err == nil {
		err = fill(db)
	}
	if err == nil {
		db.NoSync = false
		err = db.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close(), safefile.Clean(v.path()+safefile.New))
	}
	return db, nil
}

// update runs one writing transaction.
func update(db *bolt.DB, r *ring, f func(*tx) error) error {
	return guard(func() error {
		return db.Update(func(b *bolt.Tx) error {
			t, err := begin(b, r)
			if err != nil {
				return err
			}
			if err := f(t); err != nil {
				return err
			}
			return t.finish()
		})
	})
}

// Open opens the vault in dir. It finishes or undoes what a power cut interrupted, and checks that no record was exchanged,
// dropped or rolled back since the last transaction.
//
// Errors: ErrMissing, ErrBusy, ErrTooOpen, ErrForeign, ErrNewer, ErrWrongKey, ErrCorrupt, and those of the key source.
func Open(dir string, o Options) (*Vault, error) {
	o.defaults()
	v := &Vault{dir: dir, o: o}
	if err := v.acquire(); err != nil {
		return nil, err
	}
	if err := v.opened(); err != nil {
		return nil, errors.Join(fmt.Errorf("open vault in %s: %w", dir, err), v.lock.Close())
	}
	return v, nil
}

func (v *Vault) opened() error {
	ctx := context.Background()
	if err := safefile.Private(v.path()); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: make one with menshen init", ErrMissing)
	} else if err != nil {
		return err
	}
	fallback, err := v.inspect()
	if err != nil {
		return err
	}
	db, err := v.bolt(v.path())
	if err != nil {
		return err
	}
	r, err := v.unlock(ctx, db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	// From here on it is certain which file and which key count. What is left over from an interrupted change goes.
	err = errors.Join(
		safefile.Clean(v.path()+safefile.New),
		safefile.Clean(v.path()+safefile.Old),
		v.o.Key.Settle(ctx, r.root))
	if err != nil {
		r.wipe()
		return errors.Join(fmt.Errorf("clean up after an interrupted change: %w", err), db.Close())
	}
	v.start(db, r)
	if err := errors.Join(v.migrate(), v.count(ctx)); err != nil {
		return errors.Join(err, v.Close())
	}
	if err := v.signReceipts(); err != nil {
		return errors.Join(err, v.Close())
	}
	if fallback {
		_, err := v.Record(ctx, Entry{Kind: "fault", Actor: Door, Detail: map[string]string{
			"what": "one of the file's two head pages is damaged: what was written last before this start may be missing"}})
		return err
	}
	return nil
}

// inspect checks the file's pages, before bbolt maps them. fallback means that bbolt will go on from the older of two states.
func (v *Vault) inspect() (fallback bool, err error) {
	f, err := os.Open(v.path())
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
		return false, fmt.Errorf("%s is %w at %d places; first, %s: restore a backup, or save what is left with menshen store salvage", v.path(), ErrCorrupt, len(rep.Problems), rep.Problems[0])
	}
	return rep.Fallback, nil
}

// unlock finds the key for the vault's header and checks the sum over the records.
func (v *Vault) unlock(ctx context.Context, db *bolt.DB) (*ring, error) {
	var h header
	err := guard(func() error {
		return db.View(func(b *bolt.Tx) (err error) {
			h, err = readHeader(b)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	roots, err := v.o.Key.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the key: %w", err)
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
				return t.check()
			})
		})
		if err != nil {
			r.wipe()
			return nil, err
		}
		return r, nil
	}
	return nil, fmt.Errorf("%s: %w: use the key this vault was made with, or restore a backup", v.o.Key, ErrWrongKey)
}

// check reads the secrets and compares the sum over all live records with the stored one.
func (t *tx) check() error {
	if err := t.needed(metaBucket, []byte("secrets"), &t.r.seal, &t.r.secrets); err != nil {
		return err
	}
	t.r.lockable = t.b.Bucket([]byte(settingBucket)) != nil && t.b.Bucket([]byte(settingBucket)).Get(faceLockKey) != nil
	var s sum
	for _, name := range t.r.buckets() {
		if name == auditBucket {
			continue
		}
		err := t.each(name, func(key, value []byte) error {
			if counted(name, key) {
				s.add(t.mark(name, key, value))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if s != t.st.Sum {
		return fmt.Errorf("the live records are not those of the last transaction: %w, exchanged or rolled back: restore a backup", ErrCorrupt)
	}
	return t.checkEnd()
}

// checkEnd sees to it that the audit log goes up to where the state says.
func (t *tx) checkEnd() error {
	c := t.st.Audit
	if key, _ := t.b.Bucket([]byte(auditBucket)).Cursor().Last(); c.Seq < c.First || len(key) == 8 && be(key) == c.Seq {
		return nil
	}
	gaps, err := t.gaps()
	for _, g := range gaps {
		if g.To == c.Seq {
			return err
		}
	}
	return errors.Join(err, fmt.Errorf("the end of the audit log is missing: %w", ErrCorrupt))
}

// bolt opens a bbolt file. The lock that counts is vault.lock, since the file itself is exchanged at each erasure.
func (v *Vault) bolt(path string) (*bolt.DB, error) {
	var db *bolt.DB
	err := guard(func() (err error) {
		db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: v.o.Busy, FreelistType: bolt.FreelistMapType, InitialMmapSize: mapped, OpenFile: v.o.OpenFile})
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		db.AllocSize = 1 << 18
		return nil
	})
	return db, err
}

// acquire takes the directory for this process.
func (v *Vault) acquire() error {
	if v.o.Key == nil {
		return errors.New("open vault: no key source")
	}
	if err := safefile.Private(v.dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open vault in %s: %w: make one with menshen init", v.dir, ErrMissing)
	} else if err != nil {
		return fmt.Errorf("open vault: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(v.dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, unix.EROFS) {
		return fmt.Errorf("open vault: %w: the disk may be failing; look at dmesg, then mount -o remount,rw", err)
	}
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
				err = fmt.Errorf("%w: stop it (systemctl stop menshen), or use menshen console", ErrBusy)
			}
			return errors.Join(fmt.Errorf("open vault in %s: %w", v.dir, err), f.Close())
		}
	}
}

func (v *Vault) start(db *bolt.DB, r *ring) {
	v.db, v.ring, v.unit = db, r, r.Unit
	v.pub = r.sign().Public().(ed25519.PublicKey)
	v.writer = newWriter(v)
}

// Close writes what still waits, closes the file and overwrites the keys. The error is of the records that could not be written.
func (v *Vault) Close() error {
	err := v.writer.close()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		return nil
	}
	err = errors.Join(err, guard(v.db.Close), v.lock.Close())
	v.db = nil
	v.ring.wipe()
	return err
}

// Unit is the vault's random name.
func (v *Vault) Unit() [16]byte { return v.unit }

// Epoch counts the changes of root key: one at creation, and one more at each erasure and rotation.
func (v *Vault) Epoch() uint64 {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.ring.Epoch
}

// PublicKey is what this unit's receipts, checkpoints and exports are verified with.
func (v *Vault) PublicKey() ed25519.PublicKey { return v.pub }

func (v *Vault) path() string { return filepath.Join(v.dir, vaultFile) }

// view runs f over a consistent state of the vault.
func (v *Vault) view(f func(*tx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return ErrClosed
	}
	return guard(func() error {
		return v.db.View(func(b *bolt.Tx) error {
			t, err := begin(b, v.ring)
			if err != nil {
				return err
			}
			return f(t)
		})
	})
}

// act runs f in a writing transaction and returns when it is durable.
func (v *Vault) act(f func(*tx) error) error { return v.writer.do(context.Background(), f, false) }

// now is the host's time, or the floor when the clock is behind it.
func (v *Vault) now(t *tx) time.Time {
	now := v.o.Now().UTC()
	if now.Before(t.st.Floor) {
		return t.st.Floor
	}
	return now
}

// Floor is the last time that is known to be past: of the newest record. A clock that shows less is wrong (design decision 7).
func (v *Vault) Floor() (time.Time, error) {
	var at time.Time
	err := v.view(func(t *tx) error { at = t.st.Floor; return nil })
	return at, err
}

// SetFloor puts the floor where an operator says that the time is, also backwards: a clock that was once wrong by years would otherwise
// hold the floor in the future for good.
func (v *Vault) SetFloor(a Actor, at time.Time, why string) error {
	err := v.act(func(t *tx) error {
		was := t.st.Floor
		t.st.Floor = at.UTC()
		_, err := t.log(Entry{At: at, Kind: "time floor set", Actor: a, Detail: map[string]string{"was": was.Format(time.RFC3339), "why": why}})
		return err
	})
	if err != nil {
		return fmt.Errorf("set time floor: %w", err)
	}
	return nil
}

func (o *Options) defaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Busy == 0 {
		o.Busy = time.Second
	}
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost
	}
}
