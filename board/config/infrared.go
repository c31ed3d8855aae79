package config

import (
	"fmt"
	"image"
	"strings"

	"menshen/recognizer/infrared"
)

// Infrared is a second camera, which sees infrared light, as evidence that a head is there. A door
// with an empty source has none.
type Infrared struct {
	Source  string `toml:"source"`  // "v4l2:/dev/video2", "infrared:DIR" (simulated)
	Emitter string `toml:"emitter"` // who switches the light (infrared.ParseEmitter)
	// left, top, right, bottom in per cent of the visible picture: what this camera sees of it, and
	// beyond it; empty: the same
	View []int `toml:"view"`
}

// EmitterRole is the [[signal]] of an emitter that is wired to the unit.
const EmitterRole = "infrared"

var infraredKinds = []string{"v4l2", "infrared"}

// Rect is the view in thousandths of the visible picture.
func (i *Infrared) Rect() image.Rectangle {
	if len(i.View) != 4 {
		return image.Rectangle{}
	}
	return image.Rect(10*i.View[0], 10*i.View[1], 10*i.View[2], 10*i.View[3])
}

func (c *Config) checkInfrared(m *misfits) {
	i := &c.Infrared
	if i.Source == "" {
		m.when(i.Emitter != "" || i.View != nil || c.signals(EmitterRole), "infrared.source",
			"there is an infrared emitter, and [infrared] has no source: write source = \"v4l2:/dev/video2\", the "+
				"device of the camera that sees its light")
		return
	}
	kind, _, _ := strings.Cut(i.Source, ":")
	m.add("infrared.source", oneOf("[infrared] source", kind, infraredKinds))
	m.when(i.Source == c.Camera.Source, "infrared.source",
		"[infrared] source is the camera of [camera] too: write the device of the second one")
	e, err := infrared.ParseEmitter(i.Emitter)
	if err != nil {
		m.add("infrared.emitter", fmt.Errorf("[infrared] emitter %w", err))
	}
	line := e.Kind == infrared.Line
	m.when(line && !c.signals(EmitterRole), "infrared.emitter",
		"[infrared] emitter = \"line\" needs the line: wire a [[signal]] with role = \"infrared\"")
	m.when(err == nil && !line && c.signals(EmitterRole), "infrared.emitter",
		"[infrared] emitter = %q, and a [[signal]] with role = \"infrared\" is wired: write \"line\", or leave the "+
			"signal out", i.Emitter)
	v := i.View
	if len(v) != 0 && (len(v) != 4 || v[0] >= v[2] || v[1] >= v[3] || min(v[0], v[1]) < -200 || max(v[2], v[3]) > 300) {
		m.add("infrared.view", fmt.Errorf("[infrared] view %v: write what the infrared camera sees of the visible "+
			"picture: left, top, right and bottom in per cent, as 'aim' shows it, such as view = [-10, 0, 110, 95]", v))
	}
}

// signals reports whether an output has the role.
func (c *Config) signals(role string) bool {
	for _, s := range c.Signals {
		if s.Role == role {
			return true
		}
	}
	return false
}
