package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/internal/safefile"
	"menshen/store/seal"
)

func TestOpeningRefusesWhatIsNotRight(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, u *unit)
		want  error
	}{
		"no vault":       {func(t *testing.T, u *unit) { os.Remove(filepath.Join(u.dir, vaultFile)) }, ErrMissing},
		"open directory": {func(t *testing.T, u *unit) { os.Chmod(u.dir, 0o755) }, ErrInsecurePermissions},
		"open file": {func(t *testing.T, u *unit) {
			os.Chmod(filepath.Join(u.dir, vaultFile), 0o640)
		}, ErrInsecurePermissions},
		"open key": {func(t *testing.T, u *unit) { os.Chmod(u.key, 0o644) }, ErrInsecurePermissions},
		"another key": {func(t *testing.T, u *unit) {
			os.WriteFile(u.key, []byte("menshen-key-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), 0o600)
		}, ErrWrongKey},
		"text": {func(t *testing.T, u *unit) {
			os.WriteFile(filepath.Join(u.dir, vaultFile), bytes.Repeat([]byte("hello "), 5000), 0o600)
		}, ErrForeign},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUnit(t)
			u.Close()
			c.spoil(t, u)
			v, err := Open(u.dir, u.o)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if v != nil {
				v.Close()
			}
		})
	}
}

func TestCreateTakesOverNothing(t *testing.T) {
	u := newUnit(t)
	o := u.o
	o.Key = KeyFile(filepath.Join(t.TempDir(), "another.key"))
	u.Close()
	if _, err := Create(u.dir, o); !errors.Is(err, ErrExists) {
		t.Errorf("over a vault: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := Create(dir, u.o); !errors.Is(err, ErrExists) {
		t.Errorf("with another vault's key: %v", err)
	}
	spoilt := o
	spoilt.Key = unmounting{o.Key, dir}
	if _, err := Create(dir, spoilt); err == nil {
		t.Error("created in spite of an obstacle")
	}
	v, err := Create(dir, o)
	if err != nil {
		t.Fatalf("after a failed attempt: %v", err)
	}
	v.Close()
}

// TestCreateForIsAllOrNothing: a secret that is too short leaves nothing behind, and the next try
// makes the unit with its operator.
func TestCreateForIsAllOrNothing(t *testing.T) {
	root := t.TempDir()
	dir, o := filepath.Join(root, "vault"), Options{Key: KeyFile(filepath.Join(root, "key")),
		Cost: Cost{Time: 1, Memory: 64, Lanes: 1}}
	if _, err := CreateFor(dir, o, "anna", []byte("short")); !errors.Is(err, ErrWeak) {
		t.Fatalf("a short secret: %v", err)
	}
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	v, err := CreateFor(dir, o, "anna", []byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if op, err := v.CheckOperator(Offline, "anna", []byte("correct horse")); err != nil || op.Role != Manager {
		t.Errorf("the first operator: %v, %v", op, err)
	}
	v.Close()

	// Power is cut after the key was kept and before the vault's file got its name.
	if err := os.Rename(filepath.Join(dir, vaultFile), filepath.Join(dir, vaultFile+safefile.New)); err != nil {
		t.Fatal(err)
	}
	another := o
	another.Key = KeyFile(filepath.Join(root, "another.key"))
	if err := another.Key.Stage(context.Background(), seal.NewKey()); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateFor(dir, another, "anna", []byte("correct horse")); !errors.Is(err, ErrExists) {
		t.Errorf("a key that may be of another vault was not kept: %v", err)
	}
	if v, err = CreateFor(dir, o, "eve", []byte("correct horse")); err != nil {
		t.Fatalf("after a power cut: %v", err)
	}
	if ops, err := v.Operators(); err != nil || len(ops) != 1 || ops[0].Name != "eve" {
		t.Errorf("%v, %v", ops, err)
	}
	v.Close()
}

// unmounting is a key source at whose staging the vault's directory goes away: building will fail.
type unmounting struct {
	KeySource
	dir string
}

func (u unmounting) Stage(ctx context.Context, k seal.Key) error {
	return errors.Join(u.KeySource.Stage(ctx, k), os.RemoveAll(u.dir))
}

func TestSecondProcessIsRefused(t *testing.T) {
	u := newUnit(t)
	if _, err := Open(u.dir, u.o); !errors.Is(err, ErrBusy) {
		t.Errorf("opened twice: %v", err)
	}
	if _, err := Create(u.dir, u.o); !errors.Is(err, ErrBusy) {
		t.Errorf("created over an open vault: %v", err)
	}
}

// TestClosedWhileAProgramStarts: a program that is being started has a copy of each descriptor
// until it runs. It must not keep the lock of a vault that was closed meanwhile.
func TestClosedWhileAProgramStarts(t *testing.T) {
	u := newUnit(t)
	copied, err := unix.Dup(int(u.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(copied)
	u.o.Busy = time.Millisecond
	u.reopen(t)
}
