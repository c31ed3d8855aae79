package store

import (
	"errors"
	"fmt"
	"runtime/debug"

	"menshen/internal/safefile"
)

// Errors of opening a vault. They say what is wrong; the caller, who
// knows the unit, says what to do.
var (
	ErrExists  = errors.New("a vault is here already")
	ErrMissing = errors.New("no vault here")
	ErrBusy    = errors.New("vault is in use by another process")
	ErrForeign = errors.New("not a menshen vault")
	ErrNewer   = errors.New("vault was written by a newer version of menshen")
	// ErrKeyMissing means that the vault is there and its key source holds no key.
	ErrKeyMissing = errors.New("the vault's key is not there")
	ErrWrongKey   = errors.New("the key source's key does not fit this vault")
	// ErrRolledBack means that the whole vault is an older copy than the one that was open last, by
	// the key source's counter.
	ErrRolledBack = errors.New("vault was put back to an older state")
	// ErrInsecurePermissions means that others than the owner may read
	// the directory or a file in it.
	ErrInsecurePermissions = safefile.ErrInsecurePermissions
)

// ErrCorrupt means that stored bytes are damaged, or were exchanged for others. The message names
// the record. See Salvage.
var ErrCorrupt = errors.New("damaged")

// Errors of acts and questions.
var (
	ErrUnknown     = errors.New("unknown")
	ErrTaken       = errors.New("already in use")
	ErrMeanwhile   = errors.New("changed meanwhile")
	ErrStays       = errors.New("the lease has not ended, or was extended")
	ErrClosed      = errors.New("vault is closed")
	ErrNotAllowed  = errors.New("not allowed")
	ErrConsent     = errors.New("no consent to face entry on record (R-CONSENT)")
	ErrAlternative = errors.New("no working card or PIN; a face is never the only way in (R-ALT)")
)

// ErrWaiting means that the vault is not open yet, for the reason that is wrapped: see Await.
var ErrWaiting = errors.New("the vault is not open")

// ErrReadOnly means that the vault can be read and not written, for the reason that is wrapped.
var ErrReadOnly = errors.New("the vault can only be read")

// ErrSwapped means that the vault's file was exchanged for another, or overwritten with an older
// state, while it was open. Nothing is written to it. With ErrReadOnly the file that was opened is
// still there to be read; with ErrWaiting its content is gone. It ends when the file is back as it
// was.
var ErrSwapped = errors.New("the vault's file was exchanged for another while it was open")

// ErrHead means that one of the two head pages of the vault's file was damaged at a start. The
// vault works; what was written last before that start may be missing. The error remains, after
// restarts too, until [Vault.ConfirmHead].
var ErrHead = errors.New("one of the two head pages of the vault's file was damaged at a start: " +
	"what was written last before it may be missing")

// ErrNotMigrated means that something cannot be kept in a vault of an earlier layout, which could
// not be migrated yet.
var ErrNotMigrated = errors.New("the vault is not migrated yet")

// ErrFull means that so many records wait for the disk that no more are taken.
var ErrFull = errors.New("too many records wait for the disk")

// ErrSlow means that the disk did not take a record in time. The record is kept in memory and will
// be written when the disk answers.
var ErrSlow = errors.New("the disk did not take the record in time; it is kept in memory")

// guard keeps what a damaged file can make bbolt do (panic, or read beyond the end of the mapped
// file) inside this package.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("vault file is %w: %v", ErrCorrupt, r)
		}
	}()
	return f()
}
