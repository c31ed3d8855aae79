package unit_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"menshen/board/config"
	"menshen/board/unit"
	"menshen/board/wiring"
	"menshen/policy"
)

// TestDoorWithoutFaceFiles: files of faces that cannot be used switch faces off, with the reason in
// status and records; cards, REX and fire know nothing of it.
func TestDoorWithoutFaceFiles(t *testing.T) {
	for name, spoil := range map[string]func(*config.Config){
		"no calibration": func(c *config.Config) { c.Faces.Calibration = filepath.Join(t.TempDir(), "gone.toml") },
		"no manifest":    func(c *config.Config) { c.Camera.Manifest = filepath.Join(t.TempDir(), "gone.toml") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.Someone(7)
			spoil(b.Config)
			_, why := wiring.Scores(b.Config)
			if why == nil {
				t.Fatal("the files were taken")
			}
			b.Unit.Spoil(why)
			if off := b.FacesOff(); off.State != unit.OffFiles {
				t.Fatalf("faces off: %q", off)
			}
			b.Start()
			if e := b.TapAtReader(7); !e.Grant || e.Reason != policy.ReasonCard {
				t.Errorf("a card at a door without faces: %+v", e)
			}
			st, err := b.Desk.Status(context.Background(), b.Staff)
			if err != nil || !strings.Contains(st.FacesOff, "cannot be used") ||
				!strings.Contains(st.FacesFix, "menshen config check") {
				t.Errorf("the status says %q, %q, %v", st.FacesOff, st.FacesFix, err)
			}
			shown := false
			for _, f := range st.Others {
				shown = shown || f.Name == "face models" && strings.Contains(f.Fault, "gone.toml")
			}
			if !shown {
				t.Errorf("the status does not name the file: %+v", st.Others)
			}
			recorded := 0
			for _, e := range b.Entries() {
				if e.Kind == "fault" && e.Detail["device"] == "face models" {
					recorded++
				}
			}
			if recorded != 1 {
				t.Errorf("the fault is on record %d times", recorded)
			}
			if err := b.Desk.Aim(context.Background(), b.Staff, nil); err == nil ||
				!strings.Contains(err.Error(), "cannot be used") {
				t.Errorf("aiming an eye that shows nothing: %v", err)
			}
		})
	}
}
