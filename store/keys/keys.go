// Package keys keeps a vault's root key while the unit is switched off.
//
// A [Source] keeps one key, and two for the short time in which a vault moves from one key to
// the next. A move is Stage(next), rewrite the vault under next, Settle(next). After a power
// cut at any point the source can still open whichever vault file is in place. Settle forgets
// every other key: what was encrypted under a forgotten key cannot be read, wherever copies of
// it are. Erasure rests on this.
//
// How well each source keeps and forgets:
//
//   - File: a text file, for the bench or on a medium that is kept elsewhere. On the card that has
//     the vault it protects nothing: whoever takes the card has both. It forgets as well as its
//     medium does; flash may keep an overwritten key until the cell is reused (package safefile).
//   - Credential: a file sealed under a systemd credential. With the host key of systemd-creds it
//     protects no more than File from a thief who has the whole disk; bound to a TPM, the disk
//     alone cannot be read. It forgets like File: with an old key file from the flash's spare
//     cells, and the credential from the unit, old copies can be read.
//   - TPM: inside the chip. Nothing on the disk opens anything; a forgotten key is gone even where
//     flash keeps old blocks; and the counter shows that a whole vault was put back to an older
//     state.
//
// A passphrase is not a Source, since a door must open for cards after a power cut at night. The
// store's Vault.SetPassphrase locks the faces alone.
package keys

import (
	"context"
	"errors"

	"menshen/store/seal"
)

// Source keeps the root key of one vault. Implementations may be used from one goroutine at a time.
type Source interface {
	// Load gives the keys that are kept: one, or two (the older first) when a change was cut short.
	// [ErrNone]: there is none yet.
	Load(ctx context.Context) ([]seal.Key, error)
	// Stage keeps next beside the key in force, durably. The first key of all needs no Settle. A
	// key staged earlier and never settled is dropped.
	Stage(ctx context.Context, next seal.Key) error
	// Settle keeps only the given key, which must be one that Load would
	// give, and forgets every other.
	Settle(ctx context.Context, keep seal.Key) error
	// Forget forgets every key. What they sealed is lost.
	Forget(ctx context.Context) error
	// String names the kind of source and where it is, without secrets.
	String() string
}

// Counter is a [Source] with a counter that cannot be turned back. Its methods may be called beside
// those of Source, by one goroutine at a time.
type Counter interface {
	// Count gives the counter, and does not change it; 0 when there is none yet.
	Count(ctx context.Context) (uint64, error)
	// Advance adds one. Where there is no counter yet it makes one, which begins
	// anywhere above 0. After an error it may have counted or not. In a TPM it may take
	// half a second, and wears the chip.
	Advance(ctx context.Context) error
}

// Errors of every source.
var (
	ErrNone    = errors.New("no key yet")
	ErrUnknown = errors.New("no such key staged")
	// ErrNoDevice means that the device which keeps the key is not there, or may not be opened:
	// soon after power-on udev may not have made it ready yet.
	ErrNoDevice = errors.New("the device with the key is not there, or may not be opened")
)
