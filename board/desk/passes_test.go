package desk_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/policy"
	"menshen/site/fact"
)

// TestPrintedPass: the page has the code, names no person, and goes with the pass. A host's
// open passes are those that open or will.
func TestPrintedPass(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Passes = config.Passes{Enabled: true, Camera: true} })
	host := b.Someone(1)
	b.Start()
	now := b.Clock.Now()
	make1 := func(of policy.PersonID, from time.Duration) desk.Pass {
		p, err := b.Desk.AddPass(t.Context(), b.Staff, of, now.Add(from), now.Add(from+time.Hour), 2)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p, later, ended := make1(host, 0), make1(host, 2*time.Hour), make1(host, 0)
	make1(policy.PersonID{}, 0)
	if err := b.Desk.EndPass(t.Context(), b.Staff, ended.ID); err != nil {
		t.Fatal(err)
	}
	open, err := b.Desk.PassesOf(t.Context(), b.Staff, host)
	if err != nil || len(open) != 2 || open[0].ID != p.ID || open[1].ID != later.ID {
		t.Errorf("%+v, %v", open, err)
	}
	path, err := b.Desk.PrintPass(t.Context(), b.Staff, p, false)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(page), "<path") || !strings.Contains(string(page), p.ID) ||
		strings.Contains(string(page), "tenant") {
		t.Errorf("%v\n%s", err, page)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	if err := b.Desk.EndPass(t.Context(), b.Staff, p.ID); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Dir(path) + "/pass-*"); len(left) != 0 {
		t.Errorf("left of a pass that was ended: %q", left)
	}
}

// TestPassForTwoDoors: what staff see of a pass for two doors, at each of them, and what is
// refused.
func TestPassForTwoDoors(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			h := newBuildingWith(t, func(c *config.Config) { c.Passes = config.Passes{Enabled: true, Camera: true} },
				lang, "gate", "lobby")
			gate, lobby := h.doors["gate"], h.doors["lobby"]
			const other = "--doors"
			if shown := gate.do("pass"); strings.Contains(shown, other) {
				t.Errorf("a door without others speaks of them:\n%s", shown)
			}
			gate.do("site found", "yes")
			h.join("lobby", "gate")
			h.carry("gate", "lobby", "gate")
			if shown := gate.do("pass"); !strings.Contains(shown, other) {
				t.Errorf("nothing is said of the other door:\n%s", shown)
			}
			if shown := gate.do("pass --uses 6 --doors gate,lobby"); !strings.Contains(shown, "gate 5, lobby 1") {
				t.Errorf("where the uses are:\n%s", shown)
			}
			h.carry("gate", "lobby")
			if shown := lobby.do("passes"); !strings.Contains(shown, "lobby 1") || !strings.Contains(shown, "gate 5") {
				t.Errorf("at the lobby:\n%s", shown)
			}
			if _, err := lobby.Vault.TellState(fact.State{Version: "1", NoPasses: true}); err != nil {
				t.Fatal(err)
			}
			h.carry("lobby", "gate")
			if shown := gate.do("pass --uses 6 --doors gate,lobby"); !strings.Contains(shown, "! lobby") ||
				strings.Contains(shown, "! gate") {
				t.Errorf("nothing is said of a door that takes no passes:\n%s", shown)
			}
			for _, wrong := range []string{"pass --doors gate,lobby", "pass --doors attic"} {
				if shown := gate.do(wrong); strings.Contains(shown, "#") {
					t.Errorf("%s:\n%s", wrong, shown)
				}
			}
		})
	}
}
