// Package keys is where a vault's root key lives when the unit is switched off.
//
// A Source keeps one key, and for the short time in which a vault moves from one key to the next it keeps two. Moving always goes
// Stage(next), rewrite the vault under next, Settle(next): a power cut at any point leaves a source that can still open whichever vault file is in place.
// Settle forgets every other key. That is what makes erasure real: what was encrypted under a forgotten key stays unreadable,
// wherever copies of it may be.
//
// How well a source keeps and forgets:
//
//   - File: a text file. Protects nothing by itself when it lies on the same card as the vault: whoever takes the card has both. For the bench,
//     or on a medium that is kept elsewhere. Forgets as well as its medium, and flash may keep an overwritten key until the cell is reused
//     (package safefile).
//   - Credential: a file sealed under a systemd credential. With systemd-creds' host key the same as File, for somebody with the whole disk; with
//     its TPM binding the disk alone is worth nothing. Forgets like File: somebody who finds an old key file in the flash's spare cells and can also get the credential
//     from the unit reads old copies.
//   - TPM: inside the chip. Nothing on the disk opens anything; a forgotten key is gone whatever the flash remembers; and its counter tells
//     when the whole vault was put back to an older state.
//
// A passphrase is not a Source, since a door must open for cards after a power cut at night: see Vault.SetPassphrase, which locks
// the faces alone.
package keys

import (
	"context"
	"errors"

	"menshen/store/seal"
)

// Source keeps the root key of one vault. Implementations may be used from one goroutine at a time.
type Source interface {
	// Load gives the keys that are kept: one, or two (the older first) when a change was cut short. ErrNone when there is none yet.
	Load(ctx context.Context) ([]seal.Key, error)
	// Stage keeps next beside the key in force, durably. The first key of all needs no Settle. A key staged earlier and never settled is dropped.
	Stage(ctx context.Context, next seal.Key) error
	// Settle keeps only the given key, which must be one that Load would give, and forgets every other.
	Settle(ctx context.Context, keep seal.Key) error
	// Forget forgets every key. What they sealed is lost.
	Forget(ctx context.Context) error
	// String names the kind of source and where it is, without secrets.
	String() string
}

// Counter is a Source that can also count where nobody can turn it back. It may be called beside the methods of Source, by one goroutine at a time.
type Counter interface {
	// Count gives the counter, and changes nothing; 0 when there is none yet.
	Count(ctx context.Context) (uint64, error)
	// Advance adds one. Where there is no counter yet it makes one, which begins anywhere above 0. After an error it may have counted or not.
	// A TPM may take half a second, and bears some hundred thousand of them.
	Advance(ctx context.Context) error
}

// Errors of every source.
var (
	ErrNone    = errors.New("no key yet")
	ErrUnknown = errors.New("no such key staged")
)
