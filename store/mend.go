package store

import (
	"context"
	"errors"
	"fmt"
	"os"

	"menshen/internal/safefile"
	"menshen/store/audit"
)

// Await gives a vault that is not open yet, for a program that must run whatever state the
// disk is in. [Vault.Mend] opens it. Until then questions and acts answer [ErrWaiting], and
// records wait in memory, in order.
func Await(dir string, o Options) *Vault {
	v := newVault(dir, o)
	v.whyNotOpen = errors.New("it was not tried yet")
	return v
}

// Mend opens a vault that is not open, or that could only be read, and does what a power cut, a
// full or a failing disk left to do: wipe what an interrupted change left behind, forget the
// previous key, count, migrate, sign receipts. It is to be called again after an error, and from
// time to time; with nothing to do it costs nothing.
//
// Errors: [ErrWaiting], with one of [Open], when the vault is still not open; [ErrReadOnly]; any
// other is of what is left to do, or of [Vault.Condition], and the vault is open and works.
func (v *Vault) Mend(ctx context.Context) error {
	v.renewing.Lock()
	defer v.renewing.Unlock()
	err := v.ensureOpen(ctx)
	if err == nil {
		err = v.checkSwapped()
	}
	if err == nil {
		err = v.tidy(ctx)
	}
	return errors.Join(err, v.Condition())
}

// tidy does what is left to do. The caller holds renewing.
func (v *Vault) tidy(ctx context.Context) error {
	if !v.untidy.Load() {
		return nil
	}
	var first error
	for _, do := range []func(context.Context) error{v.settle, v.count, v.migrate, v.signReceipts, v.tellFaces,
		v.tellHead} {
		if err := do(ctx); err != nil && first == nil {
			first = fmt.Errorf("finish what was interrupted: %w", err)
		}
	}
	v.untidy.Store(first != nil || v.ring.Schema != schema) // a layout that is held is still to be migrated
	return first
}

// ensureOpen opens the file if it is not open. It opens it again if it could only be
// read and can be written by now, and if bbolt is stuck in it.
func (v *Vault) ensureOpen(ctx context.Context) error {
	v.mu.Lock()
	if why := v.whyOpenAgain(); why != nil {
		v.lastRev = v.db.rev.Load()
		v.whyNotOpen = errors.Join(why, v.db.Close(), v.release())
		v.db, v.readOnly = nil, nil
		v.ring.wipe()
	}
	open, readOnly, closed := v.db != nil, v.readOnly, v.db == nil && v.whyNotOpen == nil
	v.mu.Unlock()
	switch {
	case closed:
		return ErrClosed
	case open:
		return readOnly
	}
	if err := v.open(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrWaiting, err)
	}
	return v.readOnly
}

// whyOpenAgain says why an open file is to be opened again; nil: it is not. The caller holds mu.
func (v *Vault) whyOpenAgain() error {
	switch {
	case v.db == nil:
		return nil
	case v.db.stuck.Load():
		return errStuckFile
	case v.readOnly != nil && !v.reader && v.writable():
		return v.readOnly
	}
	return nil
}

// writable reports whether the file could be opened for writing.
func (v *Vault) writable() bool {
	f, err := os.OpenFile(v.path(), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// checkSwapped gives [ErrSwapped] when the open file is no longer the one that was opened, or
// another error that keeps it from being read.
func (v *Vault) checkSwapped() error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.notOpen()
	}
	return v.db.checkSwapped(v.ring, v.path())
}

// settle is the last step of a change: it removes the old files and keys, once the new file is sure
// to be found under its name after a power cut. It runs again before the next change, since staging
// a key drops one that is staged, which must never be the one in force. The caller holds renewing.
func (v *Vault) settle(ctx context.Context) error {
	v.mu.Lock()
	if v.db == nil || v.readOnly != nil {
		defer v.mu.Unlock()
		if v.db != nil {
			return v.readOnly
		}
		return v.notOpen()
	}
	err := errors.Join(v.db.checkSwapped(v.ring, v.path()), v.syncName())
	root := v.ring.root
	v.mu.Unlock()
	defer root.Wipe()
	if err != nil {
		return err
	}
	err = errors.Join(v.drop(safefile.New), v.drop(safefile.Old)) // the files first: on a full disk that makes room
	return errors.Join(err, v.recordUnwiped(v.o.Key.Settle(ctx, root)))
}

// drop removes the file with this suffix beside the vault's file.
func (v *Vault) drop(suffix string) error { return v.recordUnwiped(safefile.Clean(v.path() + suffix)) }

// recordUnwiped records an error which only says that a file was unlinked and not wiped, and gives
// nil: the file was encrypted, and its key is forgotten.
func (v *Vault) recordUnwiped(err error) error {
	if !errors.Is(err, safefile.ErrNotWiped) {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // do not wait: a change may be under way
	v.recordFault(ctx, err.Error())
	return nil
}

// recordFault records a fault of the vault. On a disk that cannot be
// written the record waits in memory.
func (v *Vault) recordFault(ctx context.Context, what string) {
	_, _ = v.Record(ctx, Entry{Kind: audit.Fault, Actor: Door, Detail: map[string]string{"what": what}})
}
