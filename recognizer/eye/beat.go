package eye

import (
	"encoding/json"
	"fmt"
	"time"
)

// ready is what a child says once its models are loaded and it is confined.
type ready struct {
	Models   string
	Confined Confinement
}

// beat is a child's sign of life, sent by the loop that looks, so that a hang there is noticed.
type beat struct {
	Camera CameraState
	Detail string
	FPS    float64
}

// beatEvery is the pause between two beats; a camera that gives nothing must not silence them.
const beatEvery = 500 * time.Millisecond

func (e *Eye) ready(payload []byte) error {
	var r ready
	if err := json.Unmarshal(payload, &r); err != nil {
		return fmt.Errorf("%w: ready: %w", ErrProtocol, err)
	}
	e.update(func(s *Status) {
		s.State, s.Since = Running, time.Now()
		s.Models, s.Confined = printable(r.Models), r.Confined
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
	})
	if rss > e.cfg.Memory {
		return fmt.Errorf("%w: %d MiB, at most %d", ErrMemory, rss>>20, e.cfg.Memory>>20)
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
