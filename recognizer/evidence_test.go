package recognizer

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"menshen/hal"
	"menshen/hal/camera"
)

// scenery is a grey square with soft hills and noise.
func scenery(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	grey := make([]float32, n*n)
	a, b := rng.Float64()*6, rng.Float64()*6
	for y := range n {
		for x := range n {
			hill := 40*math.Sin(float64(x)/23+a)*math.Cos(float64(y)/17+b) + 30*math.Sin(float64(x+2*y)/31+b)
			grey[y*n+x] = float32(110 + hill + rng.NormFloat64()*4)
		}
	}
	return grey
}

// TestScenes: on the simulated camera a person and a sheet differ in what the chain measures. It
// shows that the figures are wired up, not how they do on real attacks.
func TestScenes(t *testing.T) {
	cache, _ := os.UserCacheDir()
	path := filepath.Join(cache, "menshen", "pictures", "face-detect.jpg")
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	c := newChain(t, Options{})
	median := map[camera.Kind]float32{}
	for _, kind := range []camera.Kind{camera.Person, camera.Photo} {
		dir := t.TempDir()
		if err := camera.SetScene(dir, camera.Scene{Picture: path, Kind: kind, Seed: 3}); err != nil {
			t.Fatal(err)
		}
		cam, err := camera.Open("sim:" + dir)
		if err != nil {
			t.Fatal(err)
		}
		defer cam.Close()
		var live []float32
		for range 30 {
			var f hal.Frame
			if err := cam.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			obs := observe(t, c, &f)
			live = append(live, obs.Live)
		}
		slices.Sort(live)
		median[kind] = live[15]
	}
	if live := median[camera.Person]; live < 0.8 {
		t.Errorf("person: %.2f", live)
	}
	if live := median[camera.Photo]; live > 0.5 {
		t.Errorf("photo: %.2f", live)
	}
}

// BenchmarkQuality measures what the chain does with a frame besides feeding and running the
// networks.
func BenchmarkQuality(b *testing.B) {
	aligned := scenery(112, 2)
	start, n := processorTime(b), 0
	for b.Loop() {
		light(aligned, 112, 112)
		covering(aligned, 112, 112)
		n++
	}
	b.ReportMetric(float64((processorTime(b)-start).Microseconds())/1000/float64(n), "cpu-ms")
}
