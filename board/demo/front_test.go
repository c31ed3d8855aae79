package demo

import (
	"bytes"
	"strings"
	"testing"

	"github.com/creack/pty"

	"menshen/hal/scene"
	"menshen/internal/screen"
)

// TestCardOfAScene: what the door tells stands in both languages, that of whoever is spoken with
// first, within the terminal; with frames only where they can be drawn.
func TestCardOfAScene(t *testing.T) {
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	defer near.Close()
	for _, width := range []uint16{50, 80, 120} {
		for _, moves := range []bool{true, false} {
			if err := pty.Setsize(near, &pty.Winsize{Cols: width, Rows: 24}); err != nil {
				t.Fatal(err)
			}
			s := &story{world: &world{}, narrator: &narrator{out: &bytes.Buffer{}, terminal: near, moves: moves}}
			lines := s.card(scene.Scene{Kind: scene.Opened, Lang: "zh", MayWithdraw: true, Done: 2, Wanted: 5})
			for _, l := range lines {
				if screen.Width(l) >= int(width) {
					t.Errorf("%d columns on %d: %q", screen.Width(l), width, l)
				}
			}
			all := strings.Join(lines, "\n")
			zh, en := strings.Index(all, "请进 ●●○○○"), strings.Index(all, "Please come in ●●○○○")
			if zh < 0 || en < zh || strings.Contains(all, "╭") != moves {
				t.Errorf("at %d columns:\n%s", width, all)
			}
		}
	}
}
