package board

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/board/console"
	"menshen/policy"
	"menshen/store"
)

// TestREraseReceiptAndBackup goes through the desk: the receipt verifies with the unit's public key alone, and a backup made before the erasure does
// not bring the face back into this unit.
func TestREraseReceiptAndBackup(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(1)
	b.run()
	ctx := context.Background()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	path, err := b.desk.Backup(ctx, b.staff, key.Recipient().String(), true)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.advance(time.Minute)
	if _, err := b.desk.Withdraw(ctx, b.staff, id); err != nil {
		t.Fatal(err)
	}
	all, err := b.desk.Receipts(ctx, b.staff)
	if err != nil || len(all) != 1 || !all[0].Signed || all[0].Found != 0 || all[0].Sought == 0 {
		t.Fatalf("receipts: %+v, %v", all, err)
	}
	var r store.Receipt
	if err := json.Unmarshal([]byte(all[0].JSON), &r); err != nil || !r.Verify(b.vault.PublicKey()) {
		t.Errorf("the receipt as it leaves the unit does not verify: %v", err)
	}
	if r.Why = "another reason"; r.Verify(b.vault.PublicKey()) {
		t.Error("a changed receipt verifies")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := b.vault.Restore(ctx, store.Door, bytes.NewReader(raw), key, b.vault.PublicKey(), store.Since{})
	if err != nil || rep.Withdrawn != 1 || rep.Faces != 0 {
		t.Errorf("restored: %+v, %v", rep, err)
	}
}

// TestPassphraseLocksFaces: with a passphrase set, a restarted unit opens for cards and not for faces, until it is typed.
func TestPassphraseLocksFaces(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.run()
	ctx := context.Background()
	if err := b.desk.SetPassphrase(ctx, b.staff, console.Secret("eight or more")); err != nil {
		t.Fatal(err)
	}
	b.vault.LockFaces() // as after a restart
	status := func() string {
		st, err := b.desk.Status(ctx, b.staff)
		if err != nil {
			t.Fatal(err)
		}
		return st.FacesOff
	}
	if off := status(); off != string(offLocked) {
		t.Errorf("faces off: %q", off)
	}
	if e := b.tapAtReader(1); !e.Grant || e.Means != policy.ByCard {
		t.Errorf("the card while faces are locked: %+v", e)
	}
	if err := b.desk.UnlockFaces(ctx, b.staff, console.Secret("not the right one")); err == nil {
		t.Error("a wrong passphrase unlocked")
	}
	if err := b.desk.UnlockFaces(ctx, b.staff, console.Secret("eight or more")); err != nil {
		t.Fatal(err)
	}
	if off := status(); off != "" || b.faces.index.Len() != 1 {
		t.Errorf("after unlocking: off %q, %d in the index", off, b.faces.index.Len())
	}
}

// TestRRetainShown: what is overdue can be asked for, and removed.
func TestRRetainShown(t *testing.T) {
	b := newBench(t)
	b.run()
	ctx := context.Background()
	b.tapAtReader(99)
	b.clock.advance(keepDecisions * 2)
	r, err := b.desk.Retention(ctx, b.staff, false)
	if err != nil || r.Overdue == 0 || r.Events != keepDecisions {
		t.Fatalf("retention: %+v, %v", r, err)
	}
	if r, err = b.desk.Retention(ctx, b.staff, true); err != nil || r.Overdue != 0 || r.Removed == 0 || r.LastRun.IsZero() {
		t.Errorf("after the run: %+v, %v", r, err)
	}
	if rep, err := b.vault.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("the log after pruning: %v, %v", rep, err)
	}
	if _, err := b.desk.CheckVault(ctx, b.staff); err != nil {
		t.Error(err)
	}
}
