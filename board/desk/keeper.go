package desk

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"menshen/board/outbox"
	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
)

// UnlockFaces unlocks the templates with their passphrase and loads them into memory.
func (d *Desk) UnlockFaces(ctx context.Context, s Session, pass Secret) error {
	by, err := d.allow(s, UnlocksFaces)
	if err != nil {
		return err
	}
	err = d.vault.UnlockFaces(by, pass)
	switch {
	case errors.Is(err, store.ErrDenied):
		return i18n.Problem(i18n.E("desk.not-passphrase", "that is not the passphrase"),
			i18n.M("desk.try-passphrase-again", "try again; cards still work"))
	case errors.Is(err, store.ErrUnknown):
		return i18n.Problem(i18n.E("desk.no-passphrase-set", "no passphrase is set"),
			i18n.M("desk.nothing-locked", "nothing is locked"))
	case err != nil:
		return err
	}
	return d.unit.LoadFaces(ctx)
}

// SetPassphrase puts the templates behind a passphrase; an empty one takes it away.
func (d *Desk) SetPassphrase(_ context.Context, s Session, pass Secret) error {
	by, err := d.allow(s, TakesFaces)
	if err != nil {
		return err
	}
	err = d.vault.SetPassphrase(by, pass)
	if errors.Is(err, store.ErrFacesLocked) {
		return i18n.Problem(i18n.E("desk.faces-locked", "the faces are locked"),
			i18n.M("desk.unlock-first", "type 'unlock' and the present passphrase first"))
	}
	return err
}

// Backup writes a backup for the holder of an age key into the unit's
// out folder, and gives its path.
func (d *Desk) Backup(_ context.Context, s Session, recipient string, faces bool) (string, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return "", err
	}
	to, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return "", i18n.Problem(i18n.E("desk.not-an-age-key", "that is not an age public key"),
			i18n.M("desk.make-age-key", "make one on the manager's own machine with age-keygen; it begins with age1"))
	}
	return d.writeOut("backup", ".age", func(w io.Writer) error { return d.vault.Backup(by, w, faces, to) })
}

// ExportAudit writes the signed audit log into the unit's out folder, and gives its path and the
// public key that verifies it, in hex.
func (d *Desk) ExportAudit(_ context.Context, s Session) (path, key string, err error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return "", "", err
	}
	d.unit.Record(store.Entry{Kind: audit.LogExported, Actor: by})
	path, err = d.writeOut("audit", ".txt", d.vault.ExportAudit)
	return path, hex.EncodeToString(d.vault.PublicKey()), err
}

// writeOut writes a new file into the unit's out folder, and gives its path.
func (d *Desk) writeOut(what, ending string, write func(io.Writer) error) (path string, err error) {
	path, err = d.out.Write(d.now(), what, ending, write)
	return path, d.adviseOut(err)
}

// adviseOut adds the remedy where the folder cannot be made.
func (d *Desk) adviseOut(err error) error {
	if errors.Is(err, outbox.ErrNoFolder) {
		return i18n.Problem(err, i18n.M("desk.let-service-write", "let the service write beside %s", d.cfg.Unit.Dir))
	}
	return err
}

// Rotate moves the vault to a new root key.
func (d *Desk) Rotate(ctx context.Context, s Session, why string) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	return d.vault.Rotate(ctx, by, why)
}

// Retention tells what is kept for how long. With run, what is overdue is removed first.
func (d *Desk) Retention(ctx context.Context, s Session, run bool) (Retention, error) {
	by, err := d.allow(s, either(run, KeepsPeople, ReadsPeople))
	if err != nil {
		return Retention{}, err
	}
	if run {
		if _, err := d.vault.Prune(ctx, by); err != nil {
			return Retention{}, fmt.Errorf("removing what is overdue: %w", err)
		}
	}
	r, err := d.vault.RetentionReport()
	return Retention{Events: r.Retention.Events, Acts: r.Retention.Acts, LastRun: r.LastRun, Removed: r.Removed,
		Overdue: r.Overdue, Oldest: r.Oldest}, err
}

// Receipts gives the signed receipts of all erasures.
func (d *Desk) Receipts(_ context.Context, s Session) ([]Erasure, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return nil, err
	}
	all, err := d.vault.Receipts()
	if err != nil {
		return nil, fmt.Errorf("reading the receipts: %w", err)
	}
	var out []Erasure
	for _, r := range all {
		raw, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("writing a receipt: %w", err)
		}
		out = append(out, Erasure{Number: r.Seq, At: r.At, What: r.What, Why: r.Why, Sought: r.Sought, Found: r.Found,
			Signed: r.Verify(d.vault.PublicKey()), JSON: string(raw)})
	}
	return out, nil
}

// WriteReceipts writes the receipts of all erasures into the out folder, one a line, as a restore
// takes them, and gives the file's path.
func (d *Desk) WriteReceipts(ctx context.Context, s Session) (path string, err error) {
	all, err := d.Receipts(ctx, s)
	if err != nil {
		return "", err
	}
	return d.writeOut("receipts", ".jsonl", func(w io.Writer) error {
		for _, r := range all {
			if _, err := fmt.Fprintln(w, r.JSON); err != nil {
				return err
			}
		}
		return nil
	})
}

// CheckVault reads every record of the vault. note tells of a damaged head page; that fault ends
// once an operator with the right [EndsFaults] has read it.
func (d *Desk) CheckVault(_ context.Context, s Session) (note string, err error) {
	by, err := d.allow(s, SeesStatus)
	if err != nil {
		return "", err
	}
	if err := d.vault.Check(); err != nil {
		return "", i18n.Problem(err, i18n.M("desk.back-up-and-salvage",
			"back up what is whole, then run 'menshen vault salvage'"))
	}
	if !errors.Is(d.vault.Condition(), store.ErrHead) {
		return "", nil
	}
	note = s.Lang.Say(i18n.M("desk.head-page-damaged", "One of the two head pages of the vault's file was damaged "+
		"at a start: what was written last before it may be missing. Compare 'decisions' with what really "+
		"happened; if the damage comes again, replace the board's memory."))
	if _, err := d.allow(s, EndsFaults); err != nil {
		return note + " " + s.Lang.Say(i18n.M("desk.fault-stands",
			"The fault stands until a technician or a manager has read this.")), nil
	}
	return note + " " + s.Lang.Say(i18n.M("desk.fault-seen",
		"You have read it, and the fault has ended.")), d.vault.ConfirmHead(by)
}
