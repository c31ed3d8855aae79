package eye

import (
	"encoding/json"
	"fmt"
	"time"
)

// ready is what a child says once its models are loaded and it is confined.
type ready struct {
	Models   string
	Engine   string
	Confined Confinement
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

// ready takes a child's statement of its confinement, once. It comes before the first frame, and so
// before a frame can have taken the child over.
func (e *Eye) ready(c *child, payload []byte) error {
	if c.ready {
		return fmt.Errorf("%w: ready a second time", ErrProtocol)
	}
	c.ready = true
	var r ready
	if err := json.Unmarshal(payload, &r); err != nil {
		return fmt.Errorf("%w: ready: %w", ErrProtocol, err)
	}
	e.cfg.Options.Tried = printable(r.Engine) // a child that follows need not try both engines again
	e.update(func(s *Status) {
		s.State, s.Since = Running, time.Now()
		s.Models, s.Engine, s.Confined = printable(r.Models), printable(r.Engine), r.Confined
	})
	return nil
}

func (e *Eye) beat(c *child, payload []byte) error {
	var b beat
	if err := json.Unmarshal(payload, &b); err != nil {
		return fmt.Errorf("%w: beat: %w", ErrProtocol, err)
	}
	rss := c.rss()
	e.update(func(s *Status) {
		s.Camera, s.Detail, s.FPS, s.RSS = CameraState(printable(string(b.Camera))), printable(b.Detail), b.FPS, rss
		s.Infrared, s.Unlit = CameraState(printable(string(b.Infrared))), printable(b.Unlit)
	})
	return nil
}

// pace counts a child's messages. A camera of 120 frames a second gives 240 while it is aimed.
type pace struct {
	since time.Time
	n     int
}

const mostMessages = 300 // a second

func (p *pace) add(now time.Time) error {
	if now.Sub(p.since) >= time.Second {
		p.since, p.n = now, 0
	}
	if p.n++; p.n > mostMessages {
		return fmt.Errorf("%w: more than %d messages a second", ErrFlood, mostMessages)
	}
	return nil
}

// printable makes words of a process that may be taken over safe to show on a terminal, and short.
func printable(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r < ' ' || r == 0x7f || r > 0xffff || (r >= 0x80 && r < 0xa0) {
			r = '·'
		}
		if out = append(out, r); len(out) == 200 {
			break
		}
	}
	return string(out)
}
