// Package store is the vault: the only place of a unit where people, credentials, templates,
// operators, notices, papers and the audit log are kept. [Create] makes one, [Open] opens it, and
// [Await] is for a program that must run before it can be opened. It survives a power cut at any
// moment, and what is erased cannot be read again.
//
// # Layout
//
// A vault is a directory (mode 0700) with vault.db, a bbolt file, and vault.lock. Every record is
// sealed (package seal) with its bucket, key, revision, schema and unit as associated data, so
// that no record can be moved, swapped between people or exchanged for an older one. [Open] also
// checks a sum over all live records, which shows a missing or older one. Bucket keys are random
// handles, counters and keyed hashes.
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
// bbolt keeps deleted bytes in its free pages, so deleting is not enough. An erasure copies
// everything but the person's key and records to a new file under a new root key, makes the
// key source forget the old root key, and overwrites the old file. Then it searches every
// file of the unit for the old ciphertext, byte by byte, and signs a receipt with the
// result. The door works meanwhile.
//
// # Durability
//
// An act and its entry in the audit log are one transaction. A method that writes returns when the
// transaction is on the disk. Only [Vault.RecordDecision] and [Vault.Record] may give up waiting
// ([ErrSlow]); the record is then written later.
//
// # Limits
//
// README.md beside this file says what the vault withstands, with the command that shows it, and
// what it does not (flash, a key file on the same card, root on the running unit, backups, a whole
// vault put back). How fast it is: docs/figures.md.
package store
