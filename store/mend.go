package store

import (
	"context"
	"errors"
	"fmt"
	"os"

	"menshen/internal/safefile"
	"menshen/store/audit"
)

// Await gives a vault that is not open yet, for a program that must go on whatever state the disk is in. Mend opens it. Until then, questions
// and acts answer ErrWaiting, and what is recorded waits in memory, in its order.
func Await(dir string, o Options) *Vault {
	v := newVault(dir, o)
	v.why = errors.New("it was not tried yet")
	return v
}

// Mend opens a vault that is not open, or that could only be read, and does what a power cut, a full or a failing disk left to do: wipe what an
// interrupted change left behind, forget the key before, count, migrate, sign receipts. To be called again after an error, and now and then; with nothing to do it costs nothing.
//
// Errors: ErrWaiting with one of Open's when it is still not open; ErrReadOnly; otherwise of what is left to do, or Condition's, and the vault is open and works.
func (v *Vault) Mend(ctx context.Context) error {
	v.renewing.Lock()
	defer v.renewing.Unlock()
	err := v.ensureOpen(ctx)
	if err == nil {
		err = v.swapped()
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
	for _, do := range []func(context.Context) error{v.settle, v.count, v.migrate, v.signReceipts, v.tellHead} {
		if err := do(ctx); err != nil && first == nil {
			first = fmt.Errorf("finish what was interrupted: %w", err)
		}
	}
	v.untidy.Store(first != nil)
	return first
}

// ensureOpen opens the file if it is not open, or again if it could only be read and can be written by now.
func (v *Vault) ensureOpen(ctx context.Context) error {
	v.mu.Lock()
	if v.db != nil && v.readOnly != nil && !v.reader && v.writable() {
		v.lastRev = v.db.rev.Load()
		v.why = errors.Join(v.readOnly, guard(v.db.Close), v.lock.Close())
		v.db, v.readOnly = nil, nil
		v.ring.wipe()
	}
	open, readOnly, closed := v.db != nil, v.readOnly, v.db == nil && v.why == nil
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

// writable reports whether the file could be opened for writing.
func (v *Vault) writable() bool {
	f, err := os.OpenFile(v.path(), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// swapped is ErrSwapped when the open file is not what it was any more, and what else keeps it from being read.
func (v *Vault) swapped() error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.notOpen()
	}
	return v.db.swapped(v.ring, v.path())
}

// settle is the last step of a change: what was before it goes, once the file that counts is sure to be found under its name after a power cut. It comes again before
// the next change, since staging a key drops one that is staged: that must never be the one in force. The caller holds renewing.
func (v *Vault) settle(ctx context.Context) error {
	v.mu.Lock()
	if v.db == nil || v.readOnly != nil {
		defer v.mu.Unlock()
		if v.db != nil {
			return v.readOnly
		}
		return v.notOpen()
	}
	err := errors.Join(v.db.swapped(v.ring, v.path()), v.syncName())
	root := v.ring.root
	v.mu.Unlock()
	defer root.Wipe()
	if err != nil {
		return err
	}
	err = errors.Join(v.drop(safefile.New), v.drop(safefile.Old)) // the files first: on a full disk that makes room
	return errors.Join(err, v.said(v.o.Key.Settle(ctx, root)))
}

// drop makes one of the names beside the vault's file free.
func (v *Vault) drop(suffix string) error { return v.said(safefile.Clean(v.path() + suffix)) }

// said records that something could only be unlinked, where that is all of an error: what it held is encrypted, and its key is forgotten.
func (v *Vault) said(err error) error {
	if !errors.Is(err, safefile.ErrNotWiped) {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // a change may be under way, which writing would wait for
	v.tell(ctx, err.Error())
	return nil
}

// tell records a fault of the vault's own; on a disk that takes nothing it waits in memory.
func (v *Vault) tell(ctx context.Context, what string) {
	_, _ = v.Record(ctx, Entry{Kind: audit.Fault, Actor: Door, Detail: map[string]string{"what": what}})
}
