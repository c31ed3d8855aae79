package recognizer

import (
	"errors"
	"image"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/camera/picture"
	"menshen/hal/scene"
	"menshen/recognizer/models"

	"golang.org/x/sys/unix"
)

// loadSet gives the models, or skips the test where they have not been fetched.
func loadSet(t testing.TB) *models.Set {
	t.Helper()
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	set, err := models.Default().Load(dir)
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	return set
}

func newChain(t testing.TB, opts Options) *Chain {
	t.Helper()
	c, err := New(loadSet(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// gocvPicture is a picture that gocv's module carries.
func gocvPicture(t testing.TB, name string) *hal.Frame {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "gocv.io/x/gocv").Output()
	if err != nil {
		t.Fatal("go list: ", err)
	}
	return load(t, filepath.Join(strings.TrimSpace(string(dir)), "images", name))
}

// astronaut is the public-domain picture of Eileen Collins that the set-up
// fetches (scripts/pictures.sh).
func astronaut(t testing.TB) *hal.Frame {
	t.Helper()
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err)
	}
	return load(t, filepath.Join(filepath.Dir(dir), "pictures", "collins.png"))
}

func load(t testing.TB, path string) *hal.Frame {
	t.Helper()
	f := new(hal.Frame)
	if err := picture.Load(path, f); err != nil {
		t.Fatal(err)
	}
	return f
}

func observe(t testing.TB, c *Chain, f *hal.Frame) Observation {
	t.Helper()
	obs, err := c.Observe(f)
	if err != nil {
		t.Fatal(err)
	}
	return obs
}

func cosine(a, b *Embedding) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// TestChainFigures: the figures published for these pictures, which a wrong crop, colour order or
// alignment would miss.
func TestChainFigures(t *testing.T) {
	c := newChain(t, Options{MinHeight: 40, MinSharpness: 1})
	one := observe(t, c, gocvPicture(t, "face.jpg"))
	two := observe(t, c, gocvPicture(t, "face-detect.jpg"))
	for _, obs := range []Observation{one, two} {
		if obs.Embedding == nil || obs.Detection < 0.99 || obs.Live < 0.95 || obs.Evidence.EyesOpen < 0.5 {
			t.Errorf("%+v", obs)
		}
	}
	if got := cosine(one.Embedding, two.Embedding); got < 0.87 {
		t.Errorf("cosine of the same man is %.3f, expected 0.879 (0.893 with libjpeg, which smooths colours)", got)
	}
	other := observe(t, c, astronaut(t))
	for _, obs := range []Observation{one, two} {
		if got := cosine(obs.Embedding, other.Embedding); got > 0.1 {
			t.Errorf("cosine with another person is %.3f", got)
		}
	}
}

// TestRPurposeRefusedIsNotMeasured: of a face that will not be embedded no liveness is measured,
// and nothing at all where its place is why.
func TestRPurposeRefusedIsNotMeasured(t *testing.T) {
	f := gocvPicture(t, "face.jpg")
	far := observe(t, newChain(t, Options{MinHeight: 5000, MaxHeight: 6000}), f)
	if far.Quality.Advice != scene.ComeCloser || far.Evidence != (Evidence{}) || far.Quality.Brightness != 0 ||
		far.Live != 0 || far.Embedding != nil {
		t.Errorf("too far: %+v", far)
	}
	blurred := observe(t, newChain(t, Options{MinSharpness: 1e6}), f)
	if blurred.Quality.Advice != scene.HoldStill || blurred.Evidence.Points == [5]Point{} || blurred.Live != 0 ||
		blurred.Evidence.EyesOpen != 0 || blurred.Embedding != nil {
		t.Errorf("blurred: %+v", blurred)
	}
}

func TestFrameRefused(t *testing.T) {
	c := newChain(t, Options{})
	for name, f := range map[string]*hal.Frame{
		"empty":     {},
		"too small": {Width: 32, Height: 32, BGR: make([]byte, 32*32*3)},
		"too large": {Width: 5000, Height: 100, BGR: make([]byte, 5000*100*3)},
		"short":     {Width: 640, Height: 480, BGR: make([]byte, 640*480*3-1)},
	} {
		if _, err := c.Observe(f); !errors.Is(err, ErrFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestShapes: a face is found at the same place in frames of other shapes, with black around it.
func TestShapes(t *testing.T) {
	c := newChain(t, Options{})
	f := gocvPicture(t, "face-detect.jpg") // 400×320
	want := observe(t, c, f).Box
	for _, size := range [][2]int{{1280, 720}, {480, 640}, {2000, 330}} {
		wide := &hal.Frame{Width: size[0], Height: size[1], BGR: make([]byte, size[0]*size[1]*3)}
		for y := range f.Height {
			copy(wide.BGR[y*wide.Width*3:], f.BGR[y*f.Width*3:(y+1)*f.Width*3])
		}
		obs := observe(t, c, wide)
		centre := obs.Box.Min.Add(obs.Box.Max).Div(2)
		if obs.Faces != 1 || !centre.In(want.Inset(want.Dx()/4)) {
			t.Errorf("%v: %d faces, at %v, want about %v", size, obs.Faces, obs.Box, want)
		}
	}
}

func TestZoneOutside(t *testing.T) {
	f := gocvPicture(t, "face-detect.jpg")
	c := newChain(t, Options{Zone: image.Rect(700, 700, 1000, 1000)})
	if obs := observe(t, c, f); obs.Faces != 0 || obs.Embedding != nil || !obs.Box.Empty() {
		t.Errorf("a person outside the zone was looked at: %+v", obs)
	}
}

// TestRPurposeLessThanObserve: Find measures nothing of a face, Inspect neither
// liveness nor embedding.
func TestRPurposeLessThanObserve(t *testing.T) {
	c, f := newChain(t, Options{}), gocvPicture(t, "face.jpg")
	found, err := c.Find(f)
	if err != nil || found.Faces != 1 || found.Quality.Brightness != 0 || found.Evidence != (Evidence{}) ||
		found.Embedding != nil || found.Live != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	seen, err := c.Inspect(f)
	if err != nil || seen.Quality.Brightness == 0 || seen.Quality.Advice != scene.Fine ||
		seen.Embedding != nil || seen.Live != 0 {
		t.Errorf("%+v, %v", seen, err)
	}
}

// TestRStrangerForget: after Forget the chain's own memory holds nothing of a face.
func TestRStrangerForget(t *testing.T) {
	c := newChain(t, Options{})
	observe(t, c, gocvPicture(t, "face.jpg"))
	if err := c.Forget(); err != nil {
		t.Fatal(err)
	}
	for _, n := range c.networks() {
		for _, buffer := range append(n.outputs, n.input) {
			for _, v := range buffer {
				if v != 0 {
					t.Fatalf("%s remembers", n.File)
				}
			}
		}
	}
	for _, v := range c.grey {
		if v != 0 {
			t.Fatal("the aligned face is remembered")
		}
	}
}

func TestFlip(t *testing.T) {
	f := gocvPicture(t, "face.jpg")
	plain, flipped := observe(t, newChain(t, Options{}), f), observe(t, newChain(t, Options{Flip: true}), f)
	if got := cosine(plain.Embedding, flipped.Embedding); got < 0.9 || got > 0.9999 {
		t.Errorf("cosine of an embedding with its flip average is %.4f", got)
	}
	if got := cosine(flipped.Embedding, flipped.Embedding); got < 0.999 || got > 1.001 {
		t.Errorf("length %.4f", got)
	}
}

// processorTime is that of all threads of the process.
func processorTime(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

// BenchmarkObserve reports the median and the fastest tenth of frames, which a busy machine
// disturbs less than the mean, in real time and in processor time: of frames that are good, that
// are refused for the face's place, and for its quality.
func BenchmarkObserve(b *testing.B) {
	for name, engine := range map[string]func(testing.TB) Engine{
		"OpenCV": func(testing.TB) Engine { return OpenCV }, "ONNX Runtime": library,
	} {
		for kind, opts := range map[string]Options{
			"good": {}, "too far": {MinHeight: 5000}, "blurred": {MinSharpness: 1e6},
		} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				opts.Engine, opts.Threads = engine(b), 1
				benchObserve(b, opts)
			})
		}
	}
}

func benchObserve(b *testing.B, opts Options) {
	c, f := newChain(b, opts), gocvPicture(b, "face.jpg")
	runtime.LockOSThread() // as the eye does: OpenCV keeps memory a thread
	defer runtime.UnlockOSThread()
	observe(b, c, f)
	var took, cpu []float64
	var stages Stages
	for b.Loop() {
		start, startCPU := time.Now(), processorTime(b)
		obs := observe(b, c, f)
		took = append(took, float64(time.Since(start).Microseconds())/1000)
		cpu = append(cpu, float64((processorTime(b)-startCPU).Microseconds())/1000)
		stages = obs.Took
		obs.Wipe()
	}
	slices.Sort(took)
	slices.Sort(cpu)
	b.ReportMetric(took[len(took)/2], "median-ms")
	b.ReportMetric(cpu[len(cpu)/2], "cpu-median-ms")
	b.ReportMetric(cpu[len(cpu)/10], "cpu-tenth-ms")
	for name, d := range map[string]time.Duration{
		"detect": stages.Detect, "landmark": stages.Landmark, "align": stages.Align,
		"live": stages.Live, "embed": stages.Embed,
	} {
		b.ReportMetric(float64(d.Microseconds())/1000, name+"-ms")
	}
}
