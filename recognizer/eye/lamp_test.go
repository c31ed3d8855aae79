package eye

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/hal/camera"
	"menshen/recognizer"
	"menshen/recognizer/fusion"
	"menshen/recognizer/infrared"
)

// beside is an eye with an infrared camera, before the scene of its folder. line is how the unit
// switches the emitter; nil: it has no line.
func beside(t *testing.T, emitter string, line func(dir string, on bool) error) (e *Eye, dir string) {
	t.Helper()
	from := modelsDir(t)
	dir = filepath.Join(t.TempDir(), "camera")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg := Config{Camera: "sim:" + dir, Models: from, Options: recognizer.Options{Engine: recognizer.OpenCV},
		Infrared: Infrared{Camera: "infrared:" + dir, Emitter: emitter}}
	if line != nil {
		cfg.Light = func(on bool) error { return line(dir, on) }
	}
	return start(t, "eye", cfg), dir
}

// pairs gathers what the infrared camera says until there are so many pairs, or two minutes
// are over.
func pairs(t *testing.T, e *Eye, n int) (all []fusion.Infrared) {
	t.Helper()
	end := time.After(2 * time.Minute)
	var first time.Time // usable frame
	for len(all) < n {
		select {
		case obs := <-e.Observations():
			if first.IsZero() && obs.Embedding != nil {
				first = obs.At
			}
			if p := obs.Evidence.Infrared; p.Pair {
				if len(all) == 0 && !first.IsZero() {
					t.Logf("the first pair comes %v after the first usable frame", obs.At.Sub(first))
				}
				all = append(all, p)
			}
			obs.Wipe()
		case <-end:
			t.Fatalf("%d pairs of %d: %+v; %+v", len(all), n, all, e.Status())
		}
	}
	return all
}

// judge is what a visit makes of pairs, by the one thing that tells: the evidence for a living head
// against that without them.
func judge(all []fusion.Infrared) string {
	frame := fusion.Frame{Live: .8}
	frames := []fusion.Frame{frame}
	for _, p := range all {
		f := frame
		f.Signs.Infrared = p
		frames = append(frames, f)
	}
	switch with, without := fusion.Live(frames...), fusion.Live(frame); {
	case with > without:
		return "head"
	case with < without:
		return "none"
	}
	return "silent"
}

// TestInfrared: the eye takes pairs with the emitter on and off, by each way to switch it. A person
// is a head. A screen is none, though the visible camera sees the same face there. In the sun, and
// with an emitter that does not light, nothing is said.
func TestInfrared(t *testing.T) {
	works := camera.SetEmitter
	for _, c := range []struct {
		name, emitter string
		line          func(string, bool) error
		scene         camera.Scene
		want          string
		state         CameraState
	}{
		{"person, line", "line", works, camera.Scene{}, "head", CameraOK},
		{"person, control", "control 0x009c0901=2/0", nil, camera.Scene{}, "head", CameraOK},
		{"person, alternating", "alternating", nil, camera.Scene{Blinks: true}, "head", CameraOK},
		{"screen, line", "line", works, camera.Scene{Kind: camera.Screen}, "none", CameraOK},
		{"person in the sun", "line", works, camera.Scene{Sun: 400}, "silent", CameraOK},
		{"emitter without effect", "line", func(string, bool) error { return nil }, camera.Scene{Sun: 60}, "silent",
			CameraUnlit},
		{"not alternating", "alternating", nil, camera.Scene{Sun: 60}, "silent", CameraUnlit},
		{"line that fails", "line", func(string, bool) error { return errors.New("no line") }, camera.Scene{}, "silent",
			CameraUnlit},
		{"no line", "line", nil, camera.Scene{}, "silent", CameraUnlit},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, dir := beside(t, c.emitter, c.line)
			c.scene.Picture, c.scene.Seed, c.scene.Stands = collins(t), 3, true
			if err := camera.SetScene(dir, c.scene); err != nil {
				t.Fatal(err)
			}
			e.SetMode(Looking)
			all := pairs(t, e, 3)
			if got := judge(all); got != c.want {
				t.Errorf("%s, want %s: %+v", got, c.want, all)
			}
			until(t, e, string(c.state), func(s Status) bool { return s.Infrared == c.state })
		})
	}
}

// TestInfraredWithoutControl: a camera that has no control for its emitter is a fault that is told,
// and the eye goes on.
func TestInfraredWithoutControl(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "camera")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := camera.SetScene(dir, camera.Scene{Picture: collins(t), Stands: true}); err != nil {
		t.Fatal(err)
	}
	e := start(t, "eye", Config{Camera: "sim:" + dir, Models: modelsDir(t),
		Options:  recognizer.Options{Engine: recognizer.OpenCV},
		Infrared: Infrared{Camera: "folder:" + filepath.Dir(collins(t)), Emitter: "control 1=1/0"}})
	e.SetMode(Looking)
	if got := judge(pairs(t, e, 4)); got != "silent" {
		t.Error(got)
	}
	s := until(t, e, "unlit", func(s Status) bool { return s.Infrared == CameraUnlit })
	if !strings.Contains(s.Unlit, "has no controls") || s.Restarts != 0 {
		t.Errorf("%q, %d restarts, %v", s.Unlit, s.Restarts, s.LastError)
	}
}

// TestInfraredEmitterRests: the emitter is off before a face comes, once it has gone, when the
// eye looks for none, and when the child has been killed.
func TestInfraredEmitterRests(t *testing.T) {
	var mu sync.Mutex
	lit, switched := false, 0
	e, dir := beside(t, "line", func(dir string, on bool) error {
		mu.Lock()
		defer mu.Unlock()
		lit, switched = on, switched+1
		return camera.SetEmitter(dir, on)
	})
	is := func() (bool, int) {
		mu.Lock()
		defer mu.Unlock()
		return lit, switched
	}
	dark := func(when string) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			on, n := is()
			time.Sleep(600 * time.Millisecond) // longer than a pair takes
			if later, m := is(); !on && !later && n == m {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("the emitter goes on ", when)
			}
		}
	}
	e.SetMode(Looking)
	until(t, e, "running", func(s Status) bool { return s.State == Running && s.Camera == CameraOK })
	dark("before anyone has come")
	walk := camera.Scene{Picture: collins(t), Seed: 3, Stands: true}
	if err := camera.SetScene(dir, walk); err != nil {
		t.Fatal(err)
	}
	pairs(t, e, 2)
	if err := camera.SetScene(dir, camera.Scene{}); err != nil {
		t.Fatal(err)
	}
	dark("after the face has gone")
	for _, end := range []struct {
		name string
		do   func()
	}{
		{"in mode enrol", func() { e.SetMode(Enrol) }},
		{"in mode off", func() { e.SetMode(Off) }},
	} {
		e.SetMode(Looking)
		if err := camera.SetScene(dir, walk); err != nil {
			t.Fatal(err)
		}
		pairs(t, e, 2)
		end.do()
		dark(end.name)
	}
	e.SetMode(Looking)
	pairs(t, e, 2)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	dark("after the end")
}

// TestInfraredAim: who aims sees both pictures, where the face is in each, and what the emitter
// does, also while the place is empty.
func TestInfraredAim(t *testing.T) {
	e, dir := beside(t, "line", camera.SetEmitter)
	e.SetMode(Aim)
	end := time.After(2 * time.Minute)
	look := func(what string, enough func(*Picture) bool) {
		t.Helper()
		for {
			select {
			case p := <-e.Pictures():
				ok := p.Infrared != nil && enough(p.Infrared)
				p.Wipe()
				if ok {
					return
				}
			case <-end:
				t.Fatal("no picture ", what)
			}
		}
	}
	look("of an empty corridor", func(p *Picture) bool { return p.Light.Changed > .5 && p.Box.Empty() })
	if err := camera.SetScene(dir, camera.Scene{Picture: collins(t), Seed: 3, Stands: true}); err != nil {
		t.Fatal(err)
	}
	look("of a face", func(p *Picture) bool {
		middle := p.Box.Min.Add(p.Box.Max).Div(2)
		near := func(v, want int) bool { return v > want-60 && v < want+60 }
		return p.Light.Face > 0 && middle.In(p.Zone) && near(p.View.Min.X, infrared.Whole.Min.X) &&
			near(p.View.Max.X, infrared.Whole.Max.X)
	})
}
