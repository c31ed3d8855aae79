package store

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/crypto/argon2"

	"menshen/internal/safefile"
	"menshen/store/keys"
	"menshen/store/seal"
)

// KeySource keeps the root key while the unit is off: see package keys.
type KeySource = keys.Source

// KeyFile keeps the root key in a file of its own, mode 0600. Create makes it.
func KeyFile(path string) KeySource { return keys.File(path) }

// KeyCredential keeps the root key in a file at path that is sealed under the systemd credential of
// that name. Package keys says what it protects from.
func KeyCredential(name, path string) KeySource { return keys.Credential(name, path) }

// KeyTPM keeps the root key inside a TPM 2.0, from this NV index on; 0 is [keys.TPMIndex]. Package
// keys says what it protects from.
func KeyTPM(device string, index uint32) KeySource { return keys.TPM(device, index) }

// Options say how a vault is opened. Only Key must be set.
type Options struct {
	Key KeySource
	Now func() time.Time // the host's clock; nil: time.Now
	// Trusted reports whether something keeps the host's clock right. Where nothing does, or the
	// clock is more than FarJump ahead of the last time known, the vault uses that time and what
	// has passed since. nil: any time is believed that is not before the floor.
	Trusted func() bool
	Running func() time.Duration // time passed, by a clock that cannot be set; nil: Now's monotonic reading
	Busy    time.Duration        // how long Open waits for another process; zero: 1 s
	Cost    Cost                 // of operators' secrets; zero: DefaultCost
	// Hold reports whether an earlier layout must stay as it is: while a new version of the program
	// is on trial, the one before must be able to open the vault again. nil: it need not.
	Hold func() bool

	// Files are further files and directories that an erasure scans: logs, dumps, backups kept
	// here. Those of the vault are always scanned.
	Files []string

	// Random and Inline are for simulators, whose runs must be the same each time. Handles and root
	// keys are drawn from Random; nil: the kernel's source. With Inline the vault has no goroutine
	// of its own and is used from one alone: who waits for a change writes it, with all that waits
	// before it; what nobody waits for is written by the next, or by [Vault.Settle]. Inline is
	// asked before each transaction, with written false, and its error is the disk's; [ErrSlow]
	// says that the disk answers too late for a record. It is told after each, before anybody hears
	// of it.
	Random io.Reader
	Inline func(written bool) error

	argon argon
}

// mapped is how much address space the file gets from the start, in bytes: 1 GiB, or 128
// MiB on a 32-bit system. A mapping that had to grow would make writers wait for
// readers, such as a long export.
const mapped = 1 << (27 + 3*(strconv.IntSize/64))

const (
	vaultFile = "vault.db"
	lockFile  = "vault.lock"
)

// Vault is an open vault. Its methods may be called from any goroutine.
type Vault struct {
	dir        string
	o          Options
	lock       *os.File
	mu         sync.RWMutex // held for reading by every transaction, for writing while the file is exchanged
	db         *dbFile      // nil: not open
	ring       *ring
	counter    *counter // of the key source; nil: it has none
	unit       [16]byte
	pub        ed25519.PublicKey
	whyNotOpen error // why it is not open; nil with db nil: it was closed
	readOnly   error // why it can only be read; nil: it can be written
	reader     bool  // it was opened to be read: nothing is changed, not even mended

	renewing   sync.Mutex  // one change of epoch, or mending, at a time
	untidy     atomic.Bool // Mend has something to do
	headBad    atomic.Bool // the file was opened by the older of its two heads, and that was not recorded yet
	unseen     atomic.Bool // it was, now or earlier, and no operator has seen it
	delta      *delta      // set while one is under way; guarded by mu
	unsynced   atomic.Bool
	lastRev    uint64 // of the state that was open before: guarded by renewing
	writer     *writer
	time       timekeeper
	logins     logins
	news       news
	model      string // as of UseModel; guarded by mu
	toldBefore uint64 // so many records were told to the site before the vault was opened; guarded by mu
}

// build makes vault.db.new, complete and synced, with the records that fill puts into it.
func (v *Vault) build(r *ring, fill func(*dbFile) error) (*dbFile, error) {
	if err := v.drop(safefile.New); err != nil {
		return nil, err
	}
	db, err := v.openFile(v.path()+safefile.New, false)
	if err != nil {
		return nil, err
	}
	db.NoSync = true // one sync at the end is enough: until then the file has no name that counts
	err = guard(func() error {
		return db.Update(func(b *bolt.Tx) error {
			for _, name := range r.buckets() {
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
		return nil, errors.Join(err, db.Close(), v.drop(safefile.New))
	}
	return db, nil
}

func newVault(dir string, o Options) *Vault {
	o.defaults()
	v := &Vault{dir: dir, o: o, ring: &ring{}}
	v.writer = newWriter(v)
	return v
}

// start puts an open file to use, and has the records that wait for it written. readOnly says why
// it can only be read; nil: it can be written.
func (v *Vault) start(db *dbFile, r *ring, c *counter, readOnly error) {
	v.mu.Lock()
	r.model = v.model
	v.db, v.ring, v.counter, v.unit, v.whyNotOpen, v.readOnly = db, r, c, r.Unit, nil, readOnly
	v.pub = r.sign().Public().(ed25519.PublicKey)
	_ = db.view(r, func(t *tx) (err error) { v.toldBefore, err = t.told(); return err })
	v.mu.Unlock()
	_ = v.view(func(t *tx) error { v.time.learn(&t.st, v.o.Running()); return nil }) // the state was read a moment ago
	v.logins.setOpened(v.Clock().Now, v.o.Running())
	v.writer.nudge()
}

// notOpen says why there is no open file: ErrWaiting or ErrClosed. The caller holds mu.
func (v *Vault) notOpen() error {
	if v.whyNotOpen != nil {
		return fmt.Errorf("%w: %w", ErrWaiting, v.whyNotOpen)
	}
	return ErrClosed
}

// Close writes the records that still wait, closes the file and overwrites the keys. The error is
// that of the records that could not be written.
func (v *Vault) Close() error {
	err := v.writer.close()
	v.renewing.Lock() // a Mend that is under way opens nothing afterwards
	defer v.renewing.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.whyNotOpen = nil
	if v.db == nil {
		return err
	}
	err = errors.Join(err, v.db.Close(), v.release())
	v.db = nil
	v.ring.wipe()
	return err
}

// Unit is the vault's random name; zero before it was open.
func (v *Vault) Unit() [16]byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.unit
}

// Epoch counts the changes of root key: one at creation, and one more at each erasure and rotation.
func (v *Vault) Epoch() uint64 {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.ring.Epoch
}

// PublicKey verifies this unit's receipts, checkpoints and exports; nil before the vault was open.
func (v *Vault) PublicKey() ed25519.PublicKey {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.pub
}

func (v *Vault) path() string { return filepath.Join(v.dir, vaultFile) }

// view runs f over a consistent state of the vault.
func (v *Vault) view(f func(*tx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.notOpen()
	}
	return v.db.view(v.ring, f)
}

func (o *Options) defaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Running == nil {
		now, began := o.Now, o.Now()
		o.Running = func() time.Duration { return now().Sub(began) }
	}
	if o.Busy == 0 {
		o.Busy = time.Second
	}
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.argon == nil {
		o.argon = argon2.IDKey
	}
}

// Random is the source of what must not be guessed: the kernel's, but in a simulator.
func (v *Vault) Random() io.Reader { return v.o.Random }

// newKey draws a key.
func (o *Options) newKey() seal.Key { return seal.DrawKey(o.Random) }

// draw fills b with random bytes.
func (o *Options) draw(b []byte) {
	if _, err := io.ReadFull(o.Random, b); err != nil {
		panic(fmt.Sprintf("random source: %v", err)) // the kernel's never fails
	}
}
