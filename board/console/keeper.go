package console

import (
	"context"

	"menshen/board/desk"
)

// Keeper keeps the vault while the door works. Files are written into the unit's out folder.
type Keeper interface {
	// UnlockFaces unlocks the faces with their passphrase; until then cards work and faces do not.
	UnlockFaces(ctx context.Context, s desk.Session, pass desk.Secret) error
	// SetPassphrase puts the faces behind a passphrase, or with an empty one takes it away.
	SetPassphrase(ctx context.Context, s desk.Session, pass desk.Secret) error
	// Backup writes a backup for the holder of an age public key, and gives its path.
	Backup(ctx context.Context, s desk.Session, recipient string, faces bool) (path string, err error)
	// ExportAudit writes the signed audit log, and gives its path and the public
	// key that verifies it, in hex.
	ExportAudit(ctx context.Context, s desk.Session) (path, key string, err error)
	// Rotate moves the vault to a new root key and a new file.
	Rotate(ctx context.Context, s desk.Session, why string) error
	// Retention tells what is kept for how long; with run, what is overdue
	// is removed first (R-RETAIN).
	Retention(ctx context.Context, s desk.Session, run bool) (desk.Retention, error)
	// Receipts gives the receipts of all erasures (R-ERASE).
	Receipts(ctx context.Context, s desk.Session) ([]desk.Erasure, error)
	// WriteReceipts writes them into the out folder, as a restore takes them.
	WriteReceipts(ctx context.Context, s desk.Session) (path string, err error)
	// CheckVault reads every record. Its error names each damaged one; note is what else the
	// operator must know, in their language, or empty.
	CheckVault(ctx context.Context, s desk.Session) (note string, err error)
}
