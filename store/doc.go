// Package store is the vault: the one place of a unit where people, credentials, templates, operators, notices, papers and the audit log lie. It
// survives a power cut at any moment, and it forgets for good.
//
// # Layout
//
// A vault is a directory (mode 0700) with vault.db, a bbolt file, and vault.lock. Every record is sealed (package seal) with its
// bucket, key, revision, schema and unit as associated data, so that none can be moved, swapped between people or exchanged for an
// older one; the sum over all live records, checked by Open, tells when one is missing or rolled back. Bucket keys are random handles,
// counters and keyed hashes.
//
// # Keys
//
//	key source ─ root ─ epoch ┬ what belongs to the unit
//	                          └ a key a person ┬ their record
//	                                           ├ their part of the audit log
//	                                           └ (a key of its own) their templates
//
// # Forgetting
//
// bbolt keeps deleted bytes in its free pages, so deleting is not erasing. An erasure leaves the person's key behind, moves everything
// else to a new file under a new root key, makes the key source forget the old root key, and overwrites the old file. Then it reads
// every file of the unit, byte by byte, for the old ciphertext, and signs a receipt with what it found. While it runs the door goes on
// working.
//
// # Durability
//
// An act is recorded in the audit log in the same transaction that does it. A method that writes returns when the transaction is on the disk; only
// RecordDecision and Record may give up waiting (ErrSlow), and then the record is written later.
//
// # Limits
//
// README.md beside this file says what the vault withstands and how that is shown, and what it does not (flash, a key file on the same card, root on
// the running unit, backups, a whole vault put back). How fast it is: docs/figures.md.
package store
