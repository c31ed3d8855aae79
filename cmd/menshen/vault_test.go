package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/board"
	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/sim"
	"menshen/store"
	"menshen/store/audit"
)

// tapping is a standard error at which a card is tapped once the program asks for one.
type tapping struct {
	bytes.Buffer
	asked chan bool
}

func (p *tapping) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "Tap your own card") {
		close(p.asked)
	}
	return p.Buffer.Write(b)
}

// taps taps a card again and again, once it is asked for, until ctx ends.
func (p *tapping) taps(ctx context.Context, tap func()) {
	select {
	case <-p.asked:
	case <-ctx.Done():
	}
	for again := time.NewTicker(50 * time.Millisecond); ctx.Err() == nil; {
		tap()
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
		}
	}
}

// TestROperatorOfflineCard: an operator who acts on the vault of a unit that is not running needs
// their card where a reader answers. Where none does, they are told, and it is recorded.
func TestROperatorOfflineCard(t *testing.T) {
	t.Setenv("LANG", "en_US.UTF-8")
	door, err := sim.New(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	raw, err := os.ReadFile("../../board/demo/door.toml")
	if err != nil {
		t.Fatal(err)
	}
	simulated := "kind = \"wiegand\"\nd0   = \"SIM_D0\"\nd1   = \"SIM_D1\"\nkeypad = 8\n"
	own, another := func() { door.Tap(42, 7) }, func() { door.Tap(42, 8) }
	for name, c := range map[string]struct {
		reader string
		tap    func()
		says   string
		fails  string
		last   audit.Kind // of the log-in
	}{
		"own card":     {simulated, own, "Tap your own card", "", audit.LogInCard},
		"another card": {simulated, another, "Tap your own card", "name or secret is wrong", audit.LogInCardRefused},
		"reader gone": {"kind = \"rdm6300\"\ndevice = \"/dev/none\"\n", own, "not asked for: no reader answers",
			"", audit.LogInWithoutCard},
		"none at all": {"", own, "not asked for: there is no reader here", "", audit.LogInWithoutCard},
		"another machine": {strings.ReplaceAll(simulated, "SIM_", "NONE_"), own, "not asked for: no reader answers",
			"", audit.LogInWithoutCard},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "door.toml")
			text := strings.Replace(string(raw), "enabled     = true", "enabled = false", 1)
			before, after, ok := strings.Cut(text, "[[reader]]\nname = \"outside\"\n"+simulated)
			if !ok {
				t.Fatal("the demo's reader is not where it was")
			}
			if c.reader != "" {
				c.reader = "[[reader]]\nname = \"outside\"\n" + c.reader
			}
			if err := os.WriteFile(path, []byte(before+c.reader+after), 0o600); err != nil {
				t.Fatal(err)
			}
			conf, err := config.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := board.Init(conf, "anna", []byte("correct horse")); err != nil {
				t.Fatal(err)
			}
			inVault(t, conf, func(v *store.Vault) {
				all, err := v.Operators()
				if err != nil {
					t.Fatal(err)
				}
				card := hal.Card{Bits: 26, Raw: make([]byte, 4)}
				for i, one := range sim.H10301(42, 7) {
					if one {
						card.Raw[i/8] |= 0x80 >> (i % 8)
					}
				}
				if err := v.SetOperatorCard(store.Door, all[0].ID, card.Credential()); err != nil {
					t.Fatal(err)
				}
			})
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			said := &tapping{asked: make(chan bool)}
			var tapper sync.WaitGroup
			tapper.Go(func() { said.taps(ctx, c.tap) })
			verb := root()
			verb.SetArgs([]string{"vault", "key", "file:" + filepath.Join(dir, "key2"), "--config", path,
				"--operator", "anna"})
			verb.SetIn(strings.NewReader("correct horse\n"))
			verb.SetErr(said)
			verb.SetOut(new(bytes.Buffer))
			err = verb.ExecuteContext(ctx)
			cancel()
			tapper.Wait()
			if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) {
				t.Errorf("it ended with %v; said\n%s", err, said)
			}
			if !strings.Contains(said.String(), c.says) {
				t.Errorf("it said %q, not %q", said, c.says)
			}
			if c.fails == "" {
				conf.Key.Source = "file:" + filepath.Join(dir, "key2")
			}
			inVault(t, conf, func(v *store.Vault) {
				es, err := v.Entries(0, 100, true)
				if err != nil {
					t.Fatal(err)
				}
				at := slices.IndexFunc(es, func(e store.Entry) bool {
					return strings.HasPrefix(string(e.Kind), "log-in")
				})
				if at < 0 || es[at].Kind != c.last || c.last == audit.LogInWithoutCard && es[at].Detail["why"] == "" {
					t.Errorf("recorded: %+v", es)
				}
			})
		})
	}
}

// inVault opens a unit's vault for a moment.
func inVault(t *testing.T, conf *config.Config, f func(*store.Vault)) {
	t.Helper()
	v, err := board.OpenVault(conf)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	f(v)
}
