package desk

import (
	"context"
	"encoding/hex"
	"io"
)

// Dossier writes the dossier into the unit's folder for what leaves it.
func (d *Desk) Dossier(ctx context.Context, s Session) (path, key string, err error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return "", "", err
	}
	file, err := d.law.SealedDossier(ctx, by, true)
	if err != nil {
		return "", "", err
	}
	path, err = d.writeOut("dossier", ".html", func(w io.Writer) error { _, err := w.Write(file); return err })
	return path, hex.EncodeToString(d.vault.PublicKey()), err
}
