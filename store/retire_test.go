package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"menshen/policy"
	"menshen/store/keys"
)

// TestRetireClearsTheWay: a vault that was put back to an older state is replaced by a backup, with
// the same key source. Neither the older copy nor the newest one opens afterwards.
func TestRetireClearsTheWay(t *testing.T) {
	u, chip := counting(t)
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	older := copyDir(t, u.dir)
	u.tenant(t, "li")
	b := u.backup(t, id, false)
	head, err := ReadBackup(bytes.NewReader(b), id, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Retire(context.Background(), u.dir, u.o, head); !errors.Is(err, ErrBusy) {
		t.Errorf("an open vault: %v", err)
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Retire(context.Background(), u.dir, u.o, head); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a vault that opens: %v", err)
	}
	newest := copyDir(t, u.dir)
	u.dir = copyDir(t, older)
	other := head
	other.Unit[0]++
	if err := Retire(context.Background(), u.dir, u.o, other); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a backup of another unit: %v", err)
	}
	if why, err := CanRetire(u.dir, u.o, head); err != nil || !errors.Is(why, ErrRolledBack) || len(chip.ks) != 1 {
		t.Fatalf("an older copy: %v, %v", why, err)
	}
	if err := Retire(context.Background(), u.dir, u.o, head); err != nil {
		t.Fatal(err)
	}
	if _, err := chip.Load(context.Background()); !errors.Is(err, keys.ErrNone) {
		t.Errorf("the key is still there: %v", err)
	}
	for what, copied := range map[string]string{"older": older, "newest": newest} {
		if err := u.opens(copied); !errors.Is(err, ErrKeyMissing) {
			t.Errorf("the %s copy: %v", what, err)
		}
	}

	v, err := Create(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	rep, err := v.Restore(context.Background(), "op", bytes.NewReader(b), id, nil, WithoutReceipts())
	if err != nil || rep.People != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if _, _, err := v.FindCredential(policy.CardKind, cardOf["li"]); err != nil {
		t.Error(err)
	}
	for what, copied := range map[string]string{"older": older, "newest": newest} {
		if err := u.opens(copied); !errors.Is(err, ErrWrongKey) {
			t.Errorf("the %s copy, beside the new vault: %v", what, err)
		}
	}
}

// TestRetireAfterALostDisk: the key source still has the key of a vault that is gone, or the vault
// is there and the key is gone, as after a power cut in the middle. A new vault can be made.
func TestRetireAfterALostDisk(t *testing.T) {
	for name, lose := range map[string]func(u *unit) error{
		"file":   func(u *unit) error { return os.Remove(filepath.Join(u.dir, vaultFile)) },
		"folder": func(u *unit) error { return os.RemoveAll(u.dir) },
		"key":    func(u *unit) error { return os.Remove(u.key) },
	} {
		t.Run(name, func(t *testing.T) {
			u := newUnit(t)
			head := BackupHead{Unit: u.Unit()}
			if err := errors.Join(u.Close(), lose(u)); err != nil {
				t.Fatal(err)
			}
			if _, err := Create(u.dir, u.o); !errors.Is(err, ErrExists) {
				t.Errorf("before: %v", err)
			}
			if err := Retire(context.Background(), u.dir, u.o, head); err != nil {
				t.Fatal(err)
			}
			v, err := Create(u.dir, u.o)
			if err != nil {
				t.Fatal(err)
			}
			v.Close()
		})
	}
}

// TestRetireDestroysNothingThatCanBeMended: a vault that does not open for another reason keeps its
// key and its file.
func TestRetireDestroysNothingThatCanBeMended(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(path string) error
		err   error
	}{
		"open to others": {func(path string) error { return os.Chmod(path, 0o644) }, ErrInsecurePermissions},
		"another file": {func(path string) error {
			return os.WriteFile(path, make([]byte, 1<<16), 0o600)
		}, ErrForeign},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUnit(t)
			head := BackupHead{Unit: u.Unit()}
			path := filepath.Join(u.dir, vaultFile)
			if err := errors.Join(u.Close(), c.spoil(path)); err != nil {
				t.Fatal(err)
			}
			if err := Retire(context.Background(), u.dir, u.o, head); !errors.Is(err, c.err) {
				t.Errorf("%v", err)
			}
			for _, kept := range []string{path, u.key} {
				if _, err := os.Stat(kept); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
