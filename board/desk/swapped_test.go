package desk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// TestRSafeWithASwappedVault: an older copy is put in the place of the running unit's vault, in
// which a card was not revoked yet. The card stays refused, exit and fire open, status and lamp
// show it, the log-in says it, nothing is written to the copy, and when the file is back it has all
// that happened.
func TestRSafeWithASwappedVault(t *testing.T) {
	for name, swap := range map[string]func(path string, old []byte) error{
		"another file": func(path string, old []byte) error {
			return errors.Join(os.WriteFile(path+".theirs", old, 0o600), os.Rename(path+".theirs", path))
		},
		"overwritten": func(path string, old []byte) error { return os.WriteFile(path, old, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			id, other := b.Someone(7), b.Someone(8)
			path := filepath.Join(b.Config.Unit.Dir, "vault.db")
			read := func() []byte {
				t.Helper()
				raw, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				return raw
			}
			old := read()
			p, err := b.Vault.Person(id)
			if err == nil {
				err = b.Vault.RevokeCredential("test", id, p.Credentials[0].ID)
			}
			kept := filepath.Join(filepath.Dir(path), "..", "kept") // on the same file system
			if err := errors.Join(err, os.Link(path, kept)); err != nil {
				t.Fatal(err)
			}
			whole := read()
			if err := swap(path, old); err != nil {
				t.Fatal(err)
			}

			b.Tap(7)
			if b.Relay.On() {
				t.Error("a revoked card works again")
			}
			opens := func(role string) {
				t.Helper()
				if b.Input(role, true); !b.Relay.On() {
					t.Errorf("%s did not open", role)
				}
				b.Input(role, false)
				b.Later(time.Minute)
				if b.Relay.On() {
					t.Errorf("still unlocked after %s", role)
				}
			}
			opens("rex")
			opens("fire")
			b.Mend()
			fault := b.State().Faults["store"]
			if !strings.Contains(fault, "exchanged for another") || !strings.Contains(fault, "put it back") ||
				b.State().Resting != policy.SignalFault {
				t.Errorf("not shown: %q", fault)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel() // the loop does not run
			var problem *i18n.Error
			_, err = b.Desk.LogIn(ctx, "test", "anna", desk.Secret(boardtest.Secret), i18n.English, nil)
			if !errors.As(err, &problem) || !strings.Contains(err.Error(), "no log-in is possible") {
				t.Errorf("log-in: %v", err)
			}
			if string(read()) != string(old) {
				t.Error("the copy was written to")
			}

			if name == "overwritten" {
				err = os.WriteFile(path, whole, 0o600)
			} else {
				err = errors.Join(os.Remove(path), os.Link(kept, path))
			}
			if err != nil {
				t.Fatal(err)
			}
			b.Mend()
			if fault := b.State().Faults["store"]; fault != "" || b.State().Resting != policy.SignalReady {
				t.Fatalf("the file is back: %s", fault)
			}
			b.Tap(8)
			if e := b.Last(); !e.Grant || e.Person != other {
				t.Errorf("a card, with the file back: %+v", e)
			}
			if n := b.Vault.Backlog(); n != 0 {
				t.Errorf("%d records wait", n)
			}
			granted := map[policy.Reason]bool{}
			for _, e := range b.Entries() {
				if e.Kind == "decision" {
					granted[e.Reason] = e.Grant
				}
			}
			if !granted[policy.ReasonREX] || granted[policy.ReasonRevoked] {
				t.Errorf("on record: %v", granted)
			}
		})
	}
}
