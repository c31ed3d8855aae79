package config

import (
	"fmt"
	"slices"

	"menshen/policy"
)

// Passes says whether visitors come in by passes: by digits where there is a keypad, by a QR code
// where there is a scanner or the camera reads codes.
type Passes struct {
	Enabled bool `toml:"enabled"`
	Camera  bool `toml:"camera"` // the camera reads codes while a pass is valid, without models and without faces
}

func (c *Config) checkPasses(m *misfits) {
	switch {
	case !c.Passes.Enabled && c.Passes.Camera:
		m.add("passes.camera", fmt.Errorf("[passes] camera is set and passes are not enabled: write enabled = true, "+
			"or leave camera out"))
	case !c.Passes.Enabled:
		return
	case c.Passes.Camera && c.Camera.Source == "":
		m.add("passes.camera", fmt.Errorf("[passes] camera is set and [camera] has no source: "+
			"write source = \"v4l2:/dev/video0\""))
	case c.Passes.Camera && !policy.Place(c.Unit.Location).Public():
		m.add("passes.camera", fmt.Errorf("[passes] camera: write what the door leads to as [unit] location; "+
			"in a private space no camera is used (R-NOPRIVATE)"))
	case !c.Passes.Camera && !slices.ContainsFunc(c.Readers, func(r Reader) bool { return r.Takes(policy.PassKind) }):
		m.add("passes.enabled", fmt.Errorf("[passes] nothing at this door takes a pass: wire a keypad or a scanner, "+
			"or write camera = true"))
	}
}

// Looks reports whether the unit needs its camera.
func (c *Config) Looks() bool { return c.Faces.Enabled || c.Passes.Camera }
