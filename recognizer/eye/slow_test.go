package eye

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/camera"
	"menshen/hal/camera/pipe"
	"menshen/recognizer"
	"menshen/recognizer/fusion"
	"menshen/recognizer/index"
)

// TestSlowDecision: how soon a slow processor decides on a person who walks up. The eye has
// $MENSHEN_PERCENT of one core (scripts/bench/share.sh, root); the camera, as a pipe, and the
// decision have the rest of the machine. It comes within a second of the third good frame.
func TestSlowDecision(t *testing.T) {
	percent := os.Getenv("MENSHEN_PERCENT")
	if percent == "" {
		t.Skip("set MENSHEN_PERCENT, for instance 10")
	}
	withEachEngine(t, func(t *testing.T, engine recognizer.Engine) {
		path, scene := fifo(t), t.TempDir()
		film(t, scene, path)
		command := []string{"../../scripts/bench/share.sh", percent, os.Args[0], "eye"}
		e, err := Start(t.Context(), Config{Camera: "pipe:" + path, Models: modelsDir(t), Command: command,
			StartIn: time.Minute, Silence: time.Minute, Options: recognizer.Options{Engine: engine, Threads: 1}})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		until(t, e, "running", func(s Status) bool { return s.State == Running })
		faces, err := index.New(recognizer.Dim)
		if err != nil {
			t.Fatal(err)
		}
		walksUp(t, e, scene, 0, faces) // is enrolled
		var whole, third, rate []float64
		for seed := range uint64(8) {
			w := walksUp(t, e, scene, seed+1, faces)
			whole, third = append(whole, w.whole.Seconds()), append(third, w.third.Seconds())
			rate = append(rate, w.rate)
		}
		for _, of := range [][]float64{whole, third, rate} {
			slices.Sort(of)
		}
		n := len(whole)
		t.Logf("%s, %s%% of a core, %d walks of 2 s: %.1f frames/s; decided %.2f s (%.2f … %.2f) after the "+
			"walk began, %.2f s (at most %.2f) after the third good frame", e.Status().Engine, percent, n,
			rate[n/2], whole[n/2], whole[0], whole[n-1], third[n/2], third[n-1])
		if third[n-1] > 1 {
			t.Error("a decision took more than a second from the third good frame on")
		}
	})
}

// film shows the simulated camera of a folder through a pipe.
func film(t *testing.T, scene, path string) {
	cam, err := camera.Open("sim:" + scene)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cam.Close()
		var f hal.Frame
		for ctx.Err() == nil {
			w, err := pipe.Await(ctx, path)
			if err != nil {
				return
			}
			for err == nil && ctx.Err() == nil {
				if err = cam.Next(ctx, &f); err == nil {
					err = w.Write(&f, 0)
				}
			}
			w.Close()
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
}

// walkUp is what one walk came to.
type walkUp struct {
	whole, third time.Duration // to the decision, since it began and since the third good frame
	rate         float64       // frames a second while a face was seen
}

// walksUp lets a person walk up to an eye that rests, until the visit has decided, and go. The
// first is enrolled by their good frames.
func walksUp(t *testing.T, e *Eye, scene string, seed uint64, faces *index.Index) walkUp {
	t.Helper()
	e.SetMode(Idle)
	cfg := fusion.Defaults()
	cfg.Threshold = 0.5
	visit, enrols := fusion.NewVisit(cfg, faces), faces.Len() == 0
	began := time.Now()
	man := filepath.Join(filepath.Dir(collins(t)), "face-detect.jpg")
	show(t, scene, camera.Scene{Picture: man, Face: [4]int{155, 77, 260, 234}, Seed: seed})
	var seen, good []time.Time
	for {
		select {
		case <-time.After(30 * time.Second):
			t.Fatalf("nothing is decided: %+v, %d good frames", e.Status(), len(good))
		case o := <-e.Observations():
			defer o.Wipe()
			if o.Faces == 0 {
				continue
			}
			if seen = append(seen, time.Now()); len(seen) == 1 {
				e.SetMode(Looking)
			}
			if o.Embedding != nil {
				good = append(good, o.At)
			}
			if enrols && o.Embedding != nil {
				faces.Insert(index.ID{1}, o.Embedding[:])
			}
			now := time.Now()
			if v := visit.Add(o.Frame(), now); !v.Due || len(good) < 3 {
				continue
			}
			show(t, scene, camera.Scene{})
			time.Sleep(3 * time.Second) // until the eye rests
			return walkUp{now.Sub(began), now.Sub(good[2]), float64(len(seen)-1) / now.Sub(seen[0]).Seconds()}
		}
	}
}

func show(t *testing.T, dir string, scene camera.Scene) {
	t.Helper()
	if err := camera.SetScene(dir, scene); err != nil {
		t.Fatal(err)
	}
}
