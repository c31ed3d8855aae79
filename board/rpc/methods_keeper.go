package rpc

import (
	"context"
	"slices"
)

// keeperMethods keep the unit's data: backup, proof, retention, key.
var keeperMethods = map[string]handler{
	"keeper.backup":    method(backup),
	"keeper.audit":     method(exportAudit),
	"keeper.retention": method(retention),
	"keeper.receipts":  method(receipts),
	"keeper.proof":     method(writeReceipts),
	"keeper.check":     method(checkVault),
	"keeper.rotate": method(func(ctx context.Context, c *call, p rotateParams) (nothing, error) {
		return nothing{}, c.desk.Rotate(ctx, c.who, p.Why)
	}),
}

type backupParams struct {
	Key   string `json:"key"`   // the age public key of whoever may read it: "age1…"
	Faces bool   `json:"faces"` // with the templates
}

// backup writes a backup that only the holder of a key can read.
func backup(ctx context.Context, c *call, p backupParams) (made, error) {
	path, err := c.desk.Backup(ctx, c.who, p.Key, p.Faces)
	return made{File: fileAt(path)}, err
}

// exportAudit writes the signed log; the key verifies it.
func exportAudit(ctx context.Context, c *call, _ nothing) (made, error) {
	path, key, err := c.desk.ExportAudit(ctx, c.who)
	return made{fileAt(path), key}, err
}

type retentionParams struct {
	Run bool `json:"run"` // remove what is overdue first
}

type kept struct {
	Events  float64 `json:"events"` // seconds for which they are kept
	Acts    float64 `json:"acts"`   // those of staff
	Oldest  string  `json:"oldest,omitempty"`
	LastRun string  `json:"lastRun,omitempty"`
	Removed uint64  `json:"removed"` // then
	Overdue uint64  `json:"overdue"` // 0 is the lawful state
}

func retention(ctx context.Context, c *call, p retentionParams) (kept, error) {
	r, err := c.desk.Retention(ctx, c.who, p.Run)
	return kept{r.Events.Seconds(), r.Acts.Seconds(), c.time(r.Oldest), c.time(r.LastRun), r.Removed, r.Overdue}, err
}

// erasure is the signed receipt of an erasure, in short.
type erasure struct {
	Number uint64 `json:"number"`
	At     string `json:"at"`
	What   coded  `json:"what"`
	Why    coded  `json:"why"`
	Sought int    `json:"sought"` // blocks of the erased ciphertext, in all files
	Found  int    `json:"found"`  // 0 is the proof
	Signed bool   `json:"signed"` // with a signature that verifies
}

type receiptList struct {
	Receipts []erasure `json:"receipts"`
	All      int       `json:"all"`
}

// receipts gives those of all erasures, the newest first.
func receipts(ctx context.Context, c *call, p rangeParams) (receiptList, error) {
	found, err := c.desk.Receipts(ctx, c.who)
	if err != nil {
		return receiptList{}, err
	}
	slices.Reverse(found)
	shown, all, err := part(found, p)
	out := receiptList{Receipts: []erasure{}, All: all}
	for _, r := range shown {
		out.Receipts = append(out.Receipts, erasure{r.Number, c.time(r.At), word(c, r.What), word(c, r.Why), r.Sought,
			r.Found, r.Signed})
	}
	return out, err
}

// writeReceipts writes all receipts into a file, as a restore takes them.
func writeReceipts(ctx context.Context, c *call, _ nothing) (made, error) {
	path, err := c.desk.WriteReceipts(ctx, c.who)
	return made{File: fileAt(path)}, err
}

type checked struct {
	Note string `json:"note,omitempty"` // what to look at, though every record is whole
}

// checkVault reads every record. Errors: some are damaged, with the remedy.
func checkVault(ctx context.Context, c *call, _ nothing) (checked, error) {
	note, err := c.desk.CheckVault(ctx, c.who)
	return checked{note}, err
}

type rotateParams struct {
	Why string `json:"why"`
}
