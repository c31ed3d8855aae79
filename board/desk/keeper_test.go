package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/policy"
	"menshen/store"
)

// TestREraseReceiptAndBackup goes through the desk: the receipt verifies with the unit's public key
// alone, and a backup made before the erasure does not bring the face back into this unit.
func TestREraseReceiptAndBackup(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.Start()
	ctx := context.Background()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	path, err := b.Desk.Backup(ctx, b.Staff, key.Recipient().String(), true)
	if err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(time.Minute)
	if _, err := b.Desk.Withdraw(ctx, b.Staff, id); err != nil {
		t.Fatal(err)
	}
	all, err := b.Desk.Receipts(ctx, b.Staff)
	if err != nil || len(all) != 1 || !all[0].Signed || all[0].Found != 0 || all[0].Sought == 0 {
		t.Fatalf("receipts: %+v, %v", all, err)
	}
	var r store.Receipt
	if err := json.Unmarshal([]byte(all[0].JSON), &r); err != nil || !r.Verify(b.Vault.PublicKey()) {
		t.Errorf("the receipt as it leaves the unit does not verify: %v", err)
	}
	file, err := b.Desk.WriteReceipts(ctx, b.Staff)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); string(got) != all[0].JSON+"\n" || err != nil {
		t.Errorf("the file of receipts: %q, %v", got, err)
	}
	if r.Why = "another reason"; r.Verify(b.Vault.PublicKey()) {
		t.Error("a changed receipt verifies")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := b.Vault.Restore(ctx, store.Door, bytes.NewReader(raw), key, b.Vault.PublicKey(), store.Since{})
	if err != nil || rep.Withdrawn != 1 || rep.Faces != 0 {
		t.Errorf("restored: %+v, %v", rep, err)
	}
}

// TestPassphraseLocksFaces: with a passphrase set, a restarted unit opens for cards and not
// for faces, until it is typed.
func TestPassphraseLocksFaces(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Start()
	ctx := context.Background()
	if err := b.Desk.SetPassphrase(ctx, b.Staff, desk.Secret("eight or more")); err != nil {
		t.Fatal(err)
	}
	b.Vault.LockFaces() // as after a restart
	status := func() string {
		st, err := b.Desk.Status(ctx, b.Staff)
		if err != nil {
			t.Fatal(err)
		}
		return st.FacesOff
	}
	if off := status(); off != string(unit.OffLocked) {
		t.Errorf("faces off: %q", off)
	}
	if e := b.TapAtReader(1); !e.Grant || e.Means != policy.ByCard {
		t.Errorf("the card while faces are locked: %+v", e)
	}
	if err := b.Desk.UnlockFaces(ctx, b.Staff, desk.Secret("not the right one")); err == nil {
		t.Error("a wrong passphrase unlocked")
	}
	if err := b.Desk.UnlockFaces(ctx, b.Staff, desk.Secret("eight or more")); err != nil {
		t.Fatal(err)
	}
	if off := status(); off != "" || b.State().Faces.People != 1 {
		t.Errorf("after unlocking: off %q, %d in the index", off, b.State().Faces.People)
	}
}

// TestRRetainShown: what is overdue can be asked for, and removed.
func TestRRetainShown(t *testing.T) {
	b := newBench(t)
	b.Start()
	ctx := context.Background()
	b.TapAtReader(99)
	b.Clock.Advance(store.DefaultRetention.Events * 2)
	r, err := b.Desk.Retention(ctx, b.Staff, false)
	if err != nil || r.Overdue == 0 || r.Events != store.DefaultRetention.Events {
		t.Fatalf("retention: %+v, %v", r, err)
	}
	if r, err = b.Desk.Retention(ctx, b.Staff, true); err != nil || r.Overdue != 0 || r.Removed == 0 ||
		r.LastRun.IsZero() {
		t.Errorf("after the run: %+v, %v", r, err)
	}
	if rep, err := b.Vault.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("the log after pruning: %v, %v", rep, err)
	}
	if _, err := b.Desk.CheckVault(ctx, b.Staff); err != nil {
		t.Error(err)
	}
}
