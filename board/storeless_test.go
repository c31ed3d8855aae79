package board

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/host"
	"menshen/hal/haltest"
	"menshen/policy"
	"menshen/store"
)

// anotherStart starts the bench's unit anew, on the vault as it is now, and looks once whether it opens.
func (b *bench) anotherStart() {
	b.Helper()
	source := &TimeSource{conf: b.cfg, machine: func() string { return "" }}
	o := vaultOptions(b.cfg, source)
	o.Key, o.Now, o.Running, o.Busy, o.Cost = store.KeyFile(b.key), b.clock.now, b.clock.running, time.Millisecond, store.Cost{Time: 1, Memory: 64, Lanes: 1}
	v := store.Await(b.cfg.Unit.Dir, o)
	b.Cleanup(func() { v.Close() })
	u, err := New(Parts{Config: b.cfg, Vault: v, Wires: b.hw, Eye: b.eye, Time: source, Look: func(host.Where) (host.Facts, error) { return b.found, nil }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(u.faces.index.Close)
	b.Unit, b.desk = u, u.Desk()
	b.door = policy.StartDoor(b.doorConf, false, b.clock.now())
	b.mend()
}

// mend is a round of keepVault.
func (b *bench) mend() { b.vaultIs(b.vault.Mend(context.Background())) }

// spoilt are ways in which a vault does not open, and back how each is mended.
var spoilt = map[string]func(dir, key string) (back func() error, err error){
	"not mounted": func(dir, _ string) (func() error, error) {
		return func() error { return os.Rename(dir+".away", dir) }, os.Rename(dir, dir+".away")
	},
	"a foreign file": replaced("vault/vault.db", func([]byte) []byte { return []byte(strings.Repeat("hello ", 5000)) }),
	"an empty file":  replaced("vault/vault.db", func([]byte) []byte { return nil }),
	"damaged":        replaced("vault/vault.db", func(b []byte) []byte { return append(slices.Clone(b[:8192]), make([]byte, len(b)-8192)...) }),
	"cut off":        replaced("vault/vault.db", func(b []byte) []byte { return b[:8192] }),
	"another's key":  replaced("key", func(b []byte) []byte { return append(append(slices.Clone(b[:20]), b[20]^1), b[21:]...) }),
	"no key":         replaced("key", func([]byte) []byte { return nil }),
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

// TestRSafeWithoutAVault: whatever keeps the vault from opening, exit, fire and the staffed release work, cards are refused as what they are, the
// fault is shown in each place, and what happened is in the log, in its order, when the vault is back.
func TestRSafeWithoutAVault(t *testing.T) {
	for name, spoil := range spoilt {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.inputs["staff"] = &haltest.Input{Name: "staff"}
			b.hw.Inputs["staff"] = b.inputs["staff"]
			id := b.someone(7)
			b.vault.Close()
			back, err := spoil(b.cfg.Unit.Dir, b.key)
			if err != nil {
				t.Fatal(err)
			}
			b.anotherStart()

			opens := func(role string) {
				t.Helper()
				b.input(role, true)
				if !b.relay.On() {
					t.Errorf("%s did not open", role)
				}
				b.input(role, false)
				b.later(time.Minute)
				if b.relay.On() {
					t.Errorf("still unlocked after %s", role)
				}
			}
			opens("rex")
			opens("staff")
			opens("fire")
			b.tapped(7)
			if b.relay.On() {
				t.Error("a card opened, and nobody knows whose it is")
			}
			st := b.status("en")
			if st.Store.Fault == "" || st.Store.State != "" || b.resting() != policy.SignalFault || !strings.Contains(b.oneLine(), "no vault") {
				t.Errorf("not shown: %+v, %q", st.Store, b.oneLine())
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel() // the loop does not run
			_, err = b.desk.LogIn(ctx, "test", "anna", console.Secret(secret), "en", nil)
			var p *console.Problem
			if !errors.As(err, &p) || !strings.Contains(err.Error(), "nobody can log in") || p.Remedy == "" {
				t.Errorf("log-in: %v", err)
			}

			if err := back(); err != nil {
				t.Fatal(err)
			}
			b.mend()
			if fault := b.faults["store"]; fault != "" || b.resting() != policy.SignalReady {
				t.Fatalf("the vault is back: %s", fault)
			}
			b.tapped(7)
			if e := b.last(); !e.Grant || e.Person != id {
				t.Errorf("a card, with the vault back: %+v", e)
			}
			var kinds []string
			for _, e := range slices.Backward(b.entries()) {
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

// TestOverridesHoldFromTheMomentTheVaultOpens: a lockdown that was set before the restart holds before the first card, and free passage does not begin
// while nobody can tell whether there is one.
func TestOrdersHoldFromTheMomentTheVaultOpens(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Site.Free.Hours = policy.Always })
	b.someone(7)
	if err := b.vault.SetOverrides("test", store.Overrides{Lockdown: true}); err != nil {
		t.Fatal(err)
	}
	b.vault.Close()
	dir := b.cfg.Unit.Dir
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	b.anotherStart()
	b.later(time.Second)
	if b.door.Free || b.relay.On() {
		t.Error("free passage began, and the overrides are not known")
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	err := b.vault.Mend(context.Background())
	b.tapped(7) // the vault is open, and the loop was not told yet
	if b.relay.On() {
		t.Error("a card opened before the overrides were taken up")
	}
	b.vaultIs(err)
	b.later(time.Second)
	b.tapped(7)
	if e := b.last(); e.Grant || e.Reason != policy.ReasonLockdown || b.door.Free {
		t.Errorf("after the overrides were taken up: %+v", e)
	}
}

// TestFacesComeBackWithTheVault: they are off without it, and known again once it opens.
func TestFacesComeBackWithTheVault(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(7)
	b.vault.Close()
	dir := b.cfg.Unit.Dir
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	b.anotherStart()
	if b.facesOff() == (off{}) || b.faces.index.Len() != 0 {
		t.Error("faces work without a vault")
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	b.mend()
	if err := b.countAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	if e := b.walkUp(7); !e.Grant || e.Person != id {
		t.Errorf("%+v", e)
	}
}

// TestDiskThatHangsAtTheStart is waited for no longer than a moment.
func TestDiskThatHangsAtTheStart(t *testing.T) {
	hangs := make(chan struct{})
	defer close(hangs)
	if err := within(time.Millisecond, func() error { <-hangs; return nil }); !errors.Is(err, errNoAnswer) {
		t.Errorf("got %v", err)
	}
	if err := within(time.Minute, func() error { return store.ErrBusy }); !errors.Is(err, store.ErrBusy) {
		t.Errorf("got %v", err)
	}
}
