package eye

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"menshen/internal/confine"
	"menshen/internal/confine/confinetest"
)

func init() { children["escape"] = escape }

// escape tries everything once it is confined as an eye is, which sees its camera.
func escape() error {
	dir := filepath.Join(os.TempDir(), "camera")
	err := confinetest.Refused(func() error {
		force, err := confine.Process(keeps(Config{Camera: "sim:" + dir, Models: dir}.withDefaults()))
		fmt.Println(force)
		return err
	}, confinetest.Escapes, confinetest.Reaches)
	if _, unseen := os.ReadFile(filepath.Join(dir, "scene")); unseen != nil {
		err = errors.Join(err, fmt.Errorf("cannot see its camera: %w", unseen))
	}
	return err
}

// TestRLocalConfined: an eye that has been taken over reaches no network, program, file or process.
func TestRLocalConfined(t *testing.T) {
	dir := t.TempDir()
	scene := filepath.Join(dir, "camera", "scene")
	if err := errors.Join(os.Mkdir(filepath.Dir(scene), 0o700), os.WriteFile(scene, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, skip, err := confinetest.Run("escape", dir); skip != "" {
		t.Skip(skip)
	} else if err != nil {
		t.Error(err)
	}
}
