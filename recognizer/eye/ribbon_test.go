//go:build vboard

package eye

import (
	"os"
	"testing"
	"time"

	"menshen/hal/camera/pipe"
)

// TestRibbonCamera runs on a virtual board with Debian 13 (scripts/vboard/camera.sh), beside the
// service menshen-camera as it is installed, which reads a camera that libcamera itself plays and
// that sees a portrait. Faces are measured too slowly there: TestGStreamerFaces has them.
func TestRibbonCamera(t *testing.T) {
	if _, err := os.Stat(pipe.Path); err != nil {
		t.Skip("no service menshen-camera here")
	}
	e := start(t, "eye", Config{Camera: "pipe:" + pipe.Path, Models: modelsDir(t),
		StartIn: 4 * time.Minute, Silence: 2 * time.Minute})
	e.SetMode(Idle)
	slowly := func(what string, ok func(Status) bool) Status { // an emulated processor is slow
		for began := time.Now(); time.Since(began) < 4*time.Minute; time.Sleep(time.Second) {
			if s := e.Status(); ok(s) {
				return s
			}
		}
		t.Fatalf("not %s: %+v", what, e.Status())
		return Status{}
	}
	slowly("running", func(s Status) bool { return s.State == Running })
	began := time.Now()
	s := slowly("seeing", func(s Status) bool { return s.State == Running && s.Camera == CameraOK && s.FPS > 0 })
	t.Logf("the first pictures after %.1f s, %.1f a second; %v", time.Since(began).Seconds(), s.FPS, s.Confined)
}
