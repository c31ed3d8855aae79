package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"menshen/internal/safefile"
	"menshen/policy"
	"menshen/store/seal"
)

// TestLeftoversDoNotKeepAVaultShut: whatever lies under the names of what a change
// leaves behind, a start goes on.
func TestLeftoversDoNotKeepAVaultShut(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	for _, path := range []string{filepath.Join(u.dir, vaultFile), u.key} {
		for _, suffix := range []string{safefile.New, safefile.Old} {
			for what, put := range map[string]func(string) error{
				"a folder": func(p string) error { return os.MkdirAll(filepath.Join(p, "theirs"), 0o700) },
				"a link":   func(p string) error { return os.Symlink(u.key, p) },
			} {
				if err := put(path + suffix); err != nil {
					t.Fatal(err)
				}
				u.reopen(t)
				if _, err := u.Person(li); err != nil {
					t.Errorf("%s %s: %v", what, path+suffix, err)
				}
				if _, err := os.Lstat(path + suffix); !os.IsNotExist(err) {
					t.Errorf("%s %s is left", what, path+suffix)
				}
			}
		}
	}
	if err := u.Rotate(context.Background(), "op", "test"); err != nil {
		t.Error(err)
	}
	lock := filepath.Join(u.dir, lockFile)
	if err := errors.Join(os.Remove(lock), os.Mkdir(lock, 0o700)); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	if _, err := Open(u.dir, u.o); !errors.Is(err, ErrBusy) {
		t.Errorf("a folder cannot be locked: %v", err)
	}
}

// TestAwaitedVault keeps what is recorded before it can be opened, and
// writes it in its order once it is.
func TestAwaitedVault(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	away := u.dir + ".away"
	if err := os.Rename(u.dir, away); err != nil { // the card that it lies on is not mounted
		t.Fatal(err)
	}
	v := Await(u.dir, u.o)
	ctx := context.Background()
	_, err := v.People()
	for _, err := range []error{err, v.Mend(ctx), v.Ping()} {
		if !errors.Is(err, ErrWaiting) {
			t.Errorf("got %v", err)
		}
	}
	u.clock.set(time.Unix(0, 0)) // a board without a clock chip
	for _, door := range []string{"1", "2", "3"} {
		_, err := v.RecordDecision(ctx, policy.Decision{At: u.clock.now(), Door: door, Means: policy.ByREX,
			Grant: true, Reason: policy.ReasonREX})
		if !errors.Is(err, ErrSlow) || !errors.Is(err, ErrMissing) {
			t.Errorf("got %v", err)
		}
	}
	if v.FacesLocked() || v.Epoch() != 0 || v.PublicKey() != nil || v.Backlog() != 3 {
		t.Errorf("a vault that is not open: backlog %d", v.Backlog())
	}
	if err := os.Rename(away, u.dir); err != nil {
		t.Fatal(err)
	}
	if err := v.Mend(ctx); err != nil {
		t.Fatal(err)
	}
	u.Vault = v
	seq := u.decide(t, li)
	es, err := v.Entries(seq, 4, true)
	if err != nil || len(es) != 4 || es[1].Door != "3" || es[2].Door != "2" || es[3].Door != "1" ||
		es[3].At.Before(start) {
		t.Errorf("%+v, %v", es, err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if err := v.Mend(ctx); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed vault was opened again: %v", err)
	}

	lost := Await(u.dir+".nowhere", u.o)
	_, _ = lost.Record(ctx, Entry{Kind: "bell"})
	if err := lost.Close(); err == nil {
		t.Error("a record was lost without a word")
	}
}

// TestEarlierLayoutServesBeforeItIsMigrated: on a full disk a vault of an earlier layout cannot be
// migrated; its cards open all the same.
func TestEarlierLayoutServesBeforeItIsMigrated(t *testing.T) {
	for _, layout := range []string{"layout-1", "layout-2", "layout-3"} {
		dir, o := unpack(t, layout)
		o.Key = stuck{o.Key}
		v, err := Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		if p, _, err := v.FindCredential(policy.CardKind, cardOf["li"]); err != nil || p.ID.IsZero() {
			t.Errorf("%s: %v", layout, err)
		}
		_, passes := v.Passes()
		_, papers := v.Papers("")
		_, err = v.Tombstones()
		if err := errors.Join(passes, papers, err); err != nil {
			t.Errorf("%s: %v", layout, err)
		}
		if _, err := v.RecordDecision(context.Background(), policy.Decision{At: start, Door: "front"}); err != nil {
			t.Errorf("%s: %v", layout, err)
		}
		if _, err := v.AddPass("op", policy.Pass{Door: "front", Uses: 1, From: start, Until: start.Add(time.Hour)},
			policy.PersonID{}, []byte("123456789")); !errors.Is(err, ErrNotMigrated) {
			t.Errorf("%s: %v", layout, err)
		}
		if err := v.Mend(context.Background()); !errors.Is(err, errStuck) {
			t.Errorf("%s: mended: %v", layout, err)
		}
		v.o.Key = v.o.Key.(stuck).KeySource
		if err := v.Mend(context.Background()); err != nil || v.ring.Schema != schema {
			t.Errorf("%s: %v", layout, err)
		}
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
}

// stuck is a key source that takes no further key, as on a full disk.
type stuck struct{ KeySource }

func (stuck) Stage(context.Context, seal.Key) error { return errStuck }

var errStuck = errors.New("no space left on device")
