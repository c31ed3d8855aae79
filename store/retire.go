package store

import (
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"menshen/internal/safefile"
)

// Retire clears the way for a backup where the vault in dir does not open: the key source forgets
// its key, and the vault's file is wiped. Then [Create] can make a new vault there, and
// [Vault.Restore] can fill it. Nothing can open the old vault or a copy of it afterwards. It can be
// repeated after a power cut.
//
// backup is the head of the backup, which the caller has read to its end ([ReadBackup]). Errors:
// those of [CanRetire], and those of the key source and the disk.
func Retire(ctx context.Context, dir string, o Options, backup BackupHead) error {
	if _, err := CanRetire(dir, o, backup); err != nil {
		return err
	}
	o.defaults()
	v := &Vault{dir: dir, o: o}
	if err := v.acquire(); err == nil {
		defer v.release()
	} else if !errors.Is(err, ErrMissing) {
		return fmt.Errorf("retire: %w", err)
	}
	// The key first: a power cut leaves a file that nothing opens, and
	// never a key without its file.
	if err := o.Key.Forget(ctx); err != nil && !errors.Is(err, safefile.ErrNotWiped) {
		return fmt.Errorf("retire: %w", err)
	}
	for _, suffix := range []string{safefile.New, safefile.Old, ""} {
		if err := safefile.Clean(v.path() + suffix); err != nil && !errors.Is(err, safefile.ErrNotWiped) {
			return fmt.Errorf("retire: wipe the old vault: %w", err)
		}
	}
	return nil
}

// CanRetire gives the reason why the vault in dir does not open, if [Retire] may destroy it; it
// changes nothing. [ErrNotAllowed]: the vault opens, or belongs to another unit than backup. Any
// other error says why the vault does not open, and must be mended in another way: [ErrBusy],
// [ErrNewer], [ErrForeign], [ErrInsecurePermissions], or one of the key source.
func CanRetire(dir string, o Options, backup BackupHead) (why, err error) {
	v, why := OpenToRead(dir, o)
	if why == nil {
		return nil, errors.Join(fmt.Errorf("retire: the vault in %s opens: %w", dir, ErrNotAllowed), v.Close())
	}
	for _, lost := range []error{ErrRolledBack, ErrWrongKey, ErrKeyMissing, ErrMissing, ErrCorrupt} {
		if !errors.Is(why, lost) {
			continue
		}
		if unit, ok := unitOf(dir, o); ok && unit != backup.Unit {
			return nil, fmt.Errorf("retire: the vault in %s is of unit %x, the backup of unit %x: %w",
				dir, unit[:4], backup.Unit[:4], ErrNotAllowed)
		}
		return why, nil
	}
	return nil, fmt.Errorf("retire: %w", why)
}

// unitOf reads the unit's name from the header of a vault that does not open; ok is false when the
// header cannot be read either.
func unitOf(dir string, o Options) (unit [16]byte, ok bool) {
	o.defaults()
	v := &Vault{dir: dir, o: o, reader: true}
	if safefile.Private(v.path()) != nil {
		return unit, false
	}
	if _, err := v.inspect(); err != nil { // bbolt must not map a damaged file
		return unit, false
	}
	db, err := v.openFile(v.path(), true)
	if err != nil {
		return unit, false
	}
	defer db.Close()
	err = guard(func() error {
		return db.View(func(b *bolt.Tx) error {
			h, err := readHeader(b)
			unit = h.Unit
			return err
		})
	})
	return unit, err == nil
}
