package eye

import (
	"encoding/json"
	"fmt"
	"time"

	"menshen/internal/child"
	"menshen/internal/confine"
)

// ready is what a child says once its models are loaded and it is confined.
type ready struct {
	Models   string
	Engine   string
	Confined confine.Report
}

// beat is a child's sign of life, sent by the loop that looks, so that a hang there is noticed.
type beat struct {
	Camera   CameraState
	Detail   string
	Infrared CameraState
	Unlit    string
	FPS      float64
}

// beatEvery is the pause between two beats; a camera that gives nothing must not silence them.
const beatEvery = 500 * time.Millisecond

// ready takes a child's statement of its confinement. It comes before the first frame, and so
// before a frame can have taken the child over.
func (e *Eye) ready(payload []byte) error {
	var r ready
	if err := json.Unmarshal(payload, &r); err != nil {
		return fmt.Errorf("%w: ready: %w", ErrProtocol, err)
	}
	e.cfg.Options.Tried = child.Printable(r.Engine) // a child that follows need not try both engines again
	e.update(func(s *Status) {
		s.Models, s.Engine, s.Confined = child.Printable(r.Models), child.Printable(r.Engine), r.Confined
	})
	return nil
}

func (e *Eye) beat(c *child.Child, payload []byte) error {
	var b beat
	if err := json.Unmarshal(payload, &b); err != nil {
		return fmt.Errorf("%w: beat: %w", ErrProtocol, err)
	}
	rss, state := c.RSS(), func(s CameraState) CameraState { return CameraState(child.Printable(string(s))) }
	e.update(func(s *Status) {
		s.Camera, s.Detail, s.FPS, s.RSS = state(b.Camera), child.Printable(b.Detail), b.FPS, rss
		s.Infrared, s.Unlit = state(b.Infrared), child.Printable(b.Unlit)
	})
	return nil
}
