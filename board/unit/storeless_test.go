package unit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/hal/haltest"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// spoilt are ways in which a vault does not open, and back how each is mended.
var spoilt = map[string]func(dir, key string) (back func() error, err error){
	"not mounted": func(dir, _ string) (func() error, error) {
		return func() error { return os.Rename(dir+".away", dir) }, os.Rename(dir, dir+".away")
	},
	"a foreign file": replaced("vault/vault.db", func([]byte) []byte { return []byte(strings.Repeat("hello ", 5000)) }),
	"an empty file":  replaced("vault/vault.db", func([]byte) []byte { return nil }),
	"damaged": replaced("vault/vault.db", func(b []byte) []byte {
		return append(slices.Clone(b[:8192]), make([]byte, len(b)-8192)...)
	}),
	"cut off": replaced("vault/vault.db", func(b []byte) []byte { return b[:8192] }),
	"another's key": replaced("key", func(b []byte) []byte {
		return append(append(slices.Clone(b[:20]), b[20]^1), b[21:]...)
	}),
	"no key": replaced("key", func([]byte) []byte { return nil }),
	"open to others": func(dir, _ string) (func() error, error) {
		return func() error { return os.Chmod(dir, 0o700) }, os.Chmod(dir, 0o755)
	},
	"a folder of a file": replacedByFolder("vault/vault.db"),
}

func replaced(name string, by func([]byte) []byte) func(dir, key string) (func() error, error) {
	return func(dir, key string) (func() error, error) {
		path := filepath.Join(filepath.Dir(dir), name)
		if name == "key" {
			path = key
		}
		was, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return func() error { return os.WriteFile(path, was, 0o600) }, os.WriteFile(path, by(slices.Clone(was)), 0o600)
	}
}

func replacedByFolder(name string) func(dir, key string) (func() error, error) {
	return func(dir, _ string) (func() error, error) {
		path := filepath.Join(filepath.Dir(dir), name)
		back := func() error { return errors.Join(os.Remove(path), os.Rename(path+".away", path)) }
		return back, errors.Join(os.Rename(path, path+".away"), os.Mkdir(path, 0o700))
	}
}

// TestRSafeWithoutAVault: whatever keeps the vault from opening, exit, fire and the staffed release
// work, cards are refused as what they are, the fault is shown in each place, and what happened is
// in the log, in its order, when the vault is back.
func TestRSafeWithoutAVault(t *testing.T) {
	for name, spoil := range spoilt {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.Inputs["staff"] = &haltest.Input{Name: "staff"}
			b.Wires.Inputs["staff"] = b.Inputs["staff"]
			id := b.Someone(7)
			b.Vault.Close()
			back, err := spoil(b.Config.Unit.Dir, b.Key)
			if err != nil {
				t.Fatal(err)
			}
			b.AnotherStart()

			opens := func(role string) {
				t.Helper()
				b.Input(role, true)
				if !b.Relay.On() {
					t.Errorf("%s did not open", role)
				}
				b.Input(role, false)
				b.Later(time.Minute)
				if b.Relay.On() {
					t.Errorf("still unlocked after %s", role)
				}
			}
			opens("rex")
			opens("staff")
			opens("fire")
			b.Tap(7)
			if b.Relay.On() {
				t.Error("a card opened, and nobody knows whose it is")
			}
			if st := b.State(); st.Faults["store"] == "" || !st.Storeless || b.State().Resting != policy.SignalFault {
				t.Errorf("not shown: %+v", st)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel() // the loop does not run
			_, err = b.Desk.LogIn(ctx, "test", "anna", desk.Secret(boardtest.Secret), i18n.English, nil)
			var p *i18n.Error
			if !errors.As(err, &p) || !strings.Contains(err.Error(), "no log-in is possible") || p.Remedy.IsZero() {
				t.Errorf("log-in: %v", err)
			}

			if err := back(); err != nil {
				t.Fatal(err)
			}
			b.Mend()
			if fault := b.State().Faults["store"]; fault != "" || b.State().Resting != policy.SignalReady {
				t.Fatalf("the vault is back: %s", fault)
			}
			b.Tap(7)
			if e := b.Last(); !e.Grant || e.Person != id {
				t.Errorf("a card, with the vault back: %+v", e)
			}
			var kinds []string
			for _, e := range slices.Backward(b.Entries()) {
				switch {
				case e.Kind == "decision":
					kinds = append(kinds, string(e.Reason))
				case e.Kind == "relay" && e.Detail["to"] == string(policy.DoUnlock):
					kinds = append(kinds, "relay")
				}
			}
			if got := strings.Join(kinds, " "); got != "rex relay staff relay relay no vault card relay" {
				t.Errorf("the log has: %s", got)
			}
		})
	}
}

// TestOverridesHoldFromTheMomentTheVaultOpens: a lockdown that was set before the
// restart holds before the first card, and free passage does not begin while nobody
// can tell whether there is one.
func TestOrdersHoldFromTheMomentTheVaultOpens(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Site.Free.Hours = policy.Always })
	b.Someone(7)
	if err := b.Vault.SetOverrides("test", store.Overrides{Lockdown: true}); err != nil {
		t.Fatal(err)
	}
	b.Vault.Close()
	dir := b.Config.Unit.Dir
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	b.AnotherStart()
	b.Later(time.Second)
	if b.Unit.Free() || b.Relay.On() {
		t.Error("free passage began, and the overrides are not known")
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	err := b.Vault.Mend(context.Background())
	b.Tap(7) // the vault is open, and the loop was not told yet
	if b.Relay.On() {
		t.Error("a card opened before the overrides were taken up")
	}
	b.Driver.Mended(err)
	b.Later(time.Second)
	b.Tap(7)
	if e := b.Last(); e.Grant || e.Reason != policy.ReasonLockdown || b.Unit.Free() {
		t.Errorf("after the overrides were taken up: %+v", e)
	}
}

// TestFacesComeBackWithTheVault: they are off without it, and known again once it opens.
func TestFacesComeBackWithTheVault(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(7)
	b.Vault.Close()
	dir := b.Config.Unit.Dir
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	b.AnotherStart()
	if !b.FacesOff().Is() || b.State().Faces.People != 0 {
		t.Error("faces work without a vault")
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	b.Mend()
	if err := b.Law.CountAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	if e := b.WalkUp(7); !e.Grant || e.Person != id {
		t.Errorf("%+v", e)
	}
}
