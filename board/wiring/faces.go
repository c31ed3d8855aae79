package wiring

import (
	"errors"

	"menshen/board/config"
	"menshen/recognizer/calibration"
	"menshen/recognizer/models"
)

// CheckFaces reads the files that faces need (the manifest, each model, the calibration),
// some 40 MB, and gives all that is wrong with them, joined, each with its remedy; nil
// where faces are not enabled.
func CheckFaces(c *config.Config) error {
	if !c.Faces.Enabled {
		return nil
	}
	m, err := models.Read(c.Camera.Manifest)
	if err != nil {
		return err
	}
	set, err := m.Load(c.Camera.Models)
	if err == nil {
		set.Release()
	}
	_, wrong := calibration.Open(c.Faces.Calibration, m.Embed.SHA256)
	return errors.Join(err, wrong)
}

// Scores gives the calibration in use; nil with an error. It must be of the model in use:
// thresholds of one model mean nothing with another.
func Scores(c *config.Config) (*calibration.Calibration, error) {
	m, err := models.Read(c.Camera.Manifest)
	if err != nil {
		return nil, err
	}
	scores, err := calibration.Open(c.Faces.Calibration, m.Embed.SHA256)
	if err != nil {
		return nil, err
	}
	return scores, nil
}
