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

// scenery is a grey square with soft hills and noise, and no line in it.
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

// lighten draws a bright frame along the rectangle, leaning by tilt pixels over its height. sides
// says which sides to draw: left, right, top, bottom.
func lighten(grey []float32, n int, l, t, r, b, tilt int, sides [4]bool) {
	for y := t; y <= b; y++ {
		lean := tilt * (2*(y-t) - (b - t)) / (2 * (b - t))
		for k := range 3 {
			if sides[0] {
				grey[y*n+l+lean+k] = 240
			}
			if sides[1] {
				grey[y*n+r+lean-k] = 240
			}
		}
	}
	for x := l; x <= r; x++ {
		for k := range 3 {
			if sides[2] {
				grey[(t+k)*n+x] = 240
			}
			if sides[3] {
				grey[(b-k)*n+x] = 240
			}
		}
	}
}

func TestBorder(t *testing.T) {
	const n = 128
	face := [4]float64{45, 40, 83, 88}
	for seed := range uint64(20) {
		for what, c := range map[string]struct {
			sides    [4]bool
			tilt     int
			min, max float32
		}{
			"nothing":            {max: 0.2},
			"a door's two posts": {sides: [4]bool{true, true, false, false}, max: 0.2},
			"one side hidden":    {sides: [4]bool{true, true, true, false}, min: 0.8, max: 1},
			"a sheet":            {sides: [4]bool{true, true, true, true}, min: 0.8, max: 1},
			"a sheet that leans": {sides: [4]bool{true, true, true, true}, tilt: 4, min: 0.7, max: 1},
		} {
			grey := scenery(n, seed)
			lighten(grey, n, 20, 12, 108, 116, c.tilt, c.sides)
			if got := border(grey, n, face); got < c.min || got > c.max {
				t.Errorf("%s (%d): %.2f", what, seed, got)
			}
		}
	}
	if got := border(scenery(n, 1), n, [4]float64{0, 0, 128, 128}); got != 0 {
		t.Errorf("a face that fills the square: %.2f", got)
	}
}

func TestPattern(t *testing.T) {
	const n = 100
	draw := func(seed uint64, add func(x, y int) float64) view {
		v := view{make([]byte, n*n*3), n, n}
		for i, g := range scenery(n, seed) {
			p := byte(math.Min(math.Max(float64(g)+add(i%n, i/n), 0), 255))
			v.pix[i*3], v.pix[i*3+1], v.pix[i*3+2] = p, p, p
		}
		return v
	}
	var s spectrum
	for seed := range uint64(20) {
		for what, c := range map[string]struct {
			add      func(x, y int) float64
			min, max float32
		}{
			"skin":          {func(x, y int) float64 { return 0 }, 0, 0.1},
			"an edge":       {func(x, y int) float64 { return 60 * float64(min(max(x-50, 0), 1)) }, 0, 0.1},
			"JPEG's blocks": {func(x, y int) float64 { return float64(x%8)*1.5 - float64(y%8) }, 0, 0.1},
			"a screen":      {func(x, y int) float64 { return 8 * math.Sin(2.2*float64(x)+0.6*float64(y)) }, 0.5, 1},
			"a raster": {func(x, y int) float64 {
				return 12 * math.Sin(1.7*float64(x)) * math.Sin(1.7*float64(y))
			}, 0.5, 1},
		} {
			if got := s.pattern(draw(seed, c.add), 50, 50); got < c.min || got > c.max {
				t.Errorf("%s (%d): %.2f", what, seed, got)
			}
		}
	}
	if got := s.pattern(draw(1, func(x, y int) float64 { return 0 }), 10, 50); got != 0 {
		t.Error("a patch that does not fit was looked at")
	}
	for i := range s.f {
		if s.f[i] != 0 || i < len(s.power) && s.power[i] != 0 {
			t.Fatal("the patch is remembered")
		}
	}
}

// TestScenes: on the simulated camera a person, a sheet and a screen differ in what the chain
// measures. It shows that the figures are wired up, not how they do on real attacks.
func TestScenes(t *testing.T) {
	cache, _ := os.UserCacheDir()
	path := filepath.Join(cache, "menshen", "pictures", "face-detect.jpg")
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	c := newChain(t, Options{})
	median := map[camera.Kind]Observation{}
	for _, kind := range []camera.Kind{camera.Person, camera.Photo, camera.Screen} {
		dir := t.TempDir()
		if err := camera.SetScene(dir, camera.Scene{Picture: path, Kind: kind, Seed: 3}); err != nil {
			t.Fatal(err)
		}
		cam, err := camera.Open("sim:" + dir)
		if err != nil {
			t.Fatal(err)
		}
		defer cam.Close()
		var live, edges, fine []float32
		for range 30 {
			var f hal.Frame
			if err := cam.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			obs := observe(t, c, &f)
			live = append(live, obs.Live)
			edges, fine = append(edges, obs.Evidence.Border), append(fine, obs.Evidence.Pattern)
		}
		for _, v := range [][]float32{live, edges, fine} {
			slices.Sort(v)
		}
		median[kind] = Observation{Live: live[15], Evidence: Evidence{Border: edges[15], Pattern: fine[15]}}
	}
	if p := median[camera.Person]; p.Live < 0.8 || p.Evidence.Border > 0.2 || p.Evidence.Pattern > 0.2 {
		t.Errorf("person: %+v", p)
	}
	if p := median[camera.Photo]; p.Live > 0.5 || p.Evidence.Border < 0.8 {
		t.Errorf("photo: %+v", p)
	}
	if p := median[camera.Screen]; p.Evidence.Pattern < 0.8 {
		t.Errorf("screen: %+v", p)
	}
}

// BenchmarkQualityAndEvidence measures what the chain does with a frame besides feeding and
// running the networks.
func BenchmarkQualityAndEvidence(b *testing.B) {
	square, aligned := scenery(128, 1), scenery(112, 2)
	v := view{make([]byte, 640*480*3), 640, 480}
	var s spectrum
	start, n := processorTime(b), 0
	for b.Loop() {
		light(aligned, 112, 112)
		covering(aligned, 112, 112)
		border(square, 128, [4]float64{45, 40, 83, 88})
		s.pattern(v, 320, 240)
		n++
	}
	b.ReportMetric(float64((processorTime(b)-start).Microseconds())/1000/float64(n), "cpu-ms")
}
