package board

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"os"

	"menshen/board/config"
	"menshen/board/service"
	"menshen/hal"
	"menshen/store"
)

// DossierAtRest makes the dossier of a unit that does not run. It marks as not known what
// only a running unit can tell.
func DossierAtRest(ctx context.Context, c *config.Config) (file []byte, err error) {
	v, err := OpenVault(c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	d, err := New(Parts{Config: c, Vault: v, Wires: &hal.Wires{}})
	if err != nil {
		return nil, err
	}
	defer d.Unit.Close()
	return d.Law.SealedDossier(ctx, service.LocalUser(uint32(os.Getuid())), false)
}

// Records gives up to 1000 entries of the audit log after number seq, oldest
// first, for simulations and tests.
func (d *Door) Records(seq uint64) ([]store.Entry, error) { return d.vault.Entries(seq+1, 1000, false) }

// ExportAudit writes the signed audit log, and gives the public key that verifies it.
func (d *Door) ExportAudit(w io.Writer) (ed25519.PublicKey, error) {
	return d.vault.PublicKey(), d.vault.ExportAudit(w)
}
