package wiring

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"menshen/board/config"
	"menshen/recognizer/models"
)

// TestCheckFacesFindsAll: everything that is wrong is reported at once.
func TestCheckFacesFindsAll(t *testing.T) {
	c, err := config.Parse(strings.NewReader(config.Example))
	if err != nil {
		t.Fatal(err)
	}
	if c.Camera.Models, err = models.Dir(); err != nil {
		t.Fatal(err)
	}
	if err := CheckFaces(c); err != nil {
		t.Errorf("the shipped models: %v", err)
	}
	c.Camera.Models, c.Faces.Calibration = t.TempDir(), filepath.Join(t.TempDir(), "gone.toml")
	err = CheckFaces(c)
	if !errors.Is(err, models.ErrMissing) || !strings.Contains(err.Error(), "gone.toml") ||
		strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("five models and a calibration are missing: %v", err)
	}
	c.Faces.Enabled = false
	if err := CheckFaces(c); err != nil {
		t.Errorf("a door without faces needs none of them: %v", err)
	}
}
