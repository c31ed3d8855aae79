package desk_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/hal/haltest"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
)

// flipNewestHead flips one bit of the newest of the vault's two head pages. Their transaction
// numbers lie at byte 64 of each, before the checksum.
func (b *bench) flipNewestHead() {
	b.Helper()
	path, page := filepath.Join(b.Config.Unit.Dir, "vault.db"), os.Getpagesize()
	raw, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(raw[at+64:]) }
	newest := either(number(page) > number(0), page, 0)
	raw[newest+72] ^= 1
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		b.Fatal(err)
	}
}

// TestDamagedHeadIsAFault: it shows at each start, on status and lamp, until an operator who may
// end it has been told; the door works meanwhile.
func TestDamagedHeadIsAFault(t *testing.T) {
	b := newBench(t)
	id := b.Someone(7)
	manager, auditor := b.Staff, b.Operator("cho", store.Auditor)
	shows := func(want bool) {
		t.Helper()
		fault := b.State().Faults["store"]
		if got := strings.Contains(fault, "head pages"); got != want ||
			want != (b.State().Resting == policy.SignalFault) {
			t.Errorf("shown: %v, wanted %v: %q, lamp %v", got, want, fault, b.State().Resting)
		}
		if want && !strings.Contains(fault, "'check'") {
			t.Errorf("no remedy: %q", fault)
		}
	}
	check := func(who desk.Session) (note string) {
		t.Helper()
		note, err := b.Desk.CheckVault(context.Background(), who)
		if err != nil {
			t.Fatal(err)
		}
		b.Mend()
		return note
	}
	again := func() {
		t.Helper()
		if err := b.Vault.Close(); err != nil {
			t.Fatal(err)
		}
		b.AnotherStart()
		manager, auditor = b.logIn("anna", catalogue.In("zh")), b.logIn("cho", i18n.English)
	}
	shows(false)
	if note := check(manager); note != "" {
		t.Errorf("of a whole file: %q", note)
	}

	b.Vault.Close()
	b.flipNewestHead()
	again()
	shows(true)
	b.Tap(7)
	if e := b.Last(); !e.Grant || e.Person != id {
		t.Errorf("a card: %+v", e)
	}
	b.Inputs["rex"] = &haltest.Input{Name: "rex"}
	b.Input("rex", true)
	if !b.Relay.On() {
		t.Error("the exit button did not open")
	}

	again() // both heads are whole by now
	shows(true)
	if note := check(auditor); !strings.Contains(note, "until a technician") {
		t.Errorf("an auditor is told: %q", note)
	}
	shows(true) // an auditor changes nothing
	if note := check(manager); !strings.Contains(note, "故障解除") {
		t.Errorf("a manager is told: %q", note)
	}
	shows(false)
	again()
	shows(false)

	var said []string
	for _, e := range b.Entries() {
		if strings.Contains(e.Detail["what"], "head page") {
			said = append(said, string(e.Kind)+" by "+string(e.Actor))
		}
	}
	slices.Sort(said)
	if want := []string{"fault by door", "fault over by " + manager.Operator}; !slices.Equal(said, want) {
		t.Errorf("on record: %q", said)
	}
}

func (b *bench) logIn(name string, lang i18n.Language) desk.Session {
	b.Helper()
	s, err := b.Desk.LogIn(context.Background(), "test", name, desk.Secret(boardtest.Secret), lang, nil)
	if err != nil {
		b.Fatal(err)
	}
	return s
}
