//go:build vboard

package eye

import (
	"os"
	"testing"
	"time"

	"menshen/hal/camera/pipe"
	"menshen/recognizer"
)

// TestRibbonCamera runs on a virtual board with Debian 13 (scripts/vboard/camera.sh), beside the
// service menshen-camera as it is installed, which reads a camera that libcamera itself plays and
// that sees a portrait.
func TestRibbonCamera(t *testing.T) {
	if _, err := os.Stat(pipe.Path); err != nil {
		t.Skip("no service menshen-camera here")
	}
	anyFace := recognizer.Options{
		MinHeight: 1, MaxHeight: 5000, MinSharpness: 0.01, MinBrightness: 1, MaxBrightness: 256,
		MaxYaw: 90, MaxPitch: 90, MaxRoll: 180, MinMouth: -1, MinEyes: -1, Rival: 2,
	}
	e := start(t, "eye", Config{Camera: "pipe:" + pipe.Path, Models: modelsDir(t), Options: anyFace,
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
	e.SetMode(Looking)
	timeout := time.After(4 * time.Minute)
	for {
		select {
		case o := <-e.Observations():
			if o.Embedding == nil {
				continue
			}
			t.Logf("a face of %d pixels in a picture of %d×%d, seen after %v", o.Quality.Height, o.Width, o.Height,
				o.Took.Capture.Round(time.Millisecond))
			o.Wipe()
			return
		case <-timeout:
			t.Fatalf("no face: %+v", e.Status())
		}
	}
}
