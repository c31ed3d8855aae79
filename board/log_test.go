package board_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"menshen/board/boardtest"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// screenful is a log that a test reads.
type screenful struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screenful) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screenful) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestRStrangerLog: after people, cards, codes, faces, wrong tries, faults and a vault that fails,
// what the unit wrote to its log names no person, no card, no code and no handle.
func TestRStrangerLog(t *testing.T) {
	out := &screenful{}
	b := boardtest.New(t)
	b.Log = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.Reassemble()
	const name, home, pin = "Wu Xiaolan", "17-2-1203", "481516"
	id, err := b.Vault.AddPerson(store.Door, policy.Person{Name: name, Apartment: home})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Vault.AddCredential(store.Door, id, policy.PINKind, []byte(pin), "PIN", false); err != nil {
		t.Fatal(err)
	}
	other, enrolled := b.Someone(7654321), b.Enrolled(3)
	b.Tap(7654321)
	b.Tap(7654322)
	b.WalkUp(3)
	for _, key := range pin + "#999999#" {
		b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Button: hal.Button(key)})
	}
	for _, fault := range []hal.ReaderEvent{
		{Fault: errors.New("parity is wrong"), Frame: true}, {Fault: errors.New("gone")},
	} {
		fault.At, fault.Reader = b.Clock.Now(), "outside"
		b.Driver.Device(fault)
	}
	b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: "rex", Fault: &hal.LineFault{State: hal.LineCut}})
	_, _ = b.Desk.LogIn(context.Background(), "test", "anna", []byte("a wrong secret"), i18n.English, nil)
	b.Driver.Mended(fmt.Errorf("writing the vault: %w", errors.New("no space left on device")))
	b.Driver.Mended(nil)

	log := out.String()
	if !strings.Contains(log, "the vault is not in order") {
		t.Fatalf("nothing was logged: %q", log)
	}
	card := boardtest.CardOf(7654321)
	for what, secret := range map[string]string{
		"name": name, "home": home, "PIN": pin, "wrong PIN": "999999", "card": "7654321", "unknown card": "7654322",
		"credential": string(card.Credential()), "credential in hex": fmt.Sprintf("%x", card.Credential()),
		"handle": id.String(), "another handle": other.String(), "handle of a face": enrolled.String(),
		"operator's secret": boardtest.Secret, "wrong secret": "a wrong secret",
	} {
		if secret != "" && strings.Contains(log, secret) {
			t.Errorf("the log holds the %s: %s", what, log)
		}
	}
}
