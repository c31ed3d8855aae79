package check_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"menshen/board/check"
	"menshen/board/commission"
	"menshen/store"
)

// TestKept: a session is found again as it was, and not when anything about it was changed.
func TestKept(t *testing.T) {
	dir := t.TempDir()
	v, err := store.Create(filepath.Join(t.TempDir(), "vault"),
		store.Options{Key: store.KeyFile(filepath.Join(t.TempDir(), "key")),
			Cost: store.Cost{Time: 1, Memory: 64, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	r := &check.Report{Format: commission.Format, Unit: "front", UnitID: "ab", Config: "cd", Software: "one",
		Operator: "anna",
		Steps:    []check.Result{{ID: "rex", Verdict: check.Failed}, {ID: "relay", Verdict: check.Passed}}}
	r.Began = time.Now().Add(-time.Hour)
	if was, err := check.Kept(dir, r, v.PublicKey()); was != nil || err != nil {
		t.Errorf("nothing kept: %v, %v", was, err)
	}
	if err := check.Keep(dir, r, v); err != nil {
		t.Fatal(err)
	}
	now := *r
	now.Began = time.Now()
	if was, err := check.Kept(dir, &now, v.PublicKey()); err != nil || was == nil || len(was.Steps) != len(r.Steps) {
		t.Fatalf("kept %v, %v", was, err)
	}
	for name, change := range map[string]func(*check.Report){
		"configuration": func(r *check.Report) { r.Config = "other" },
		"software":      func(r *check.Report) { r.Software = "other" },
		"unit":          func(r *check.Report) { r.UnitID = "other" },
		"operator":      func(r *check.Report) { r.Operator = "bert" },
		"age":           func(r *check.Report) { r.Began = r.Began.Add(8 * 24 * time.Hour) },
	} {
		other := now
		change(&other)
		if was, err := check.Kept(dir, &other, v.PublicKey()); !errors.Is(err, check.ErrOld) || was != nil {
			t.Errorf("another %s: %v, %v", name, was, err)
		}
	}
	path := filepath.Join(dir, "check.part")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(raw, []byte("failed"), []byte("passed"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := check.Kept(dir, &now, v.PublicKey()); !errors.Is(err, check.ErrOld) {
		t.Errorf("a failure that was edited away: %v", err)
	}
	if err := check.Drop(dir); err != nil {
		t.Fatal(err)
	}
	if was, err := check.Kept(dir, &now, v.PublicKey()); was != nil || err != nil {
		t.Errorf("after Drop: %v, %v", was, err)
	}
}
