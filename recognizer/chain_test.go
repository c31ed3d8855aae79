package recognizer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"menshen/hal"
	"menshen/recognizer/models"

	"gocv.io/x/gocv"
)

// loadSet gives the models, or skips the test where they have not been fetched.
func loadSet(t testing.TB) *models.Set {
	t.Helper()
	dir, err := models.Dir()
	if err != nil {
		t.Skip(err)
	}
	set, err := models.Default().Load(dir)
	if err != nil {
		t.Skip(err)
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
		t.Skip("go list: ", err)
	}
	return picture(t, filepath.Join(strings.TrimSpace(string(dir)), "images", name))
}

// astronaut is the public-domain picture in Debian's python3-skimage.
func astronaut(t testing.TB) *hal.Frame {
	t.Helper()
	for _, path := range []string{os.Getenv("MENSHEN_ASTRONAUT"), "/usr/lib/python3/dist-packages/skimage/data/astronaut.png"} {
		if _, err := os.Stat(path); err == nil {
			return picture(t, path)
		}
	}
	t.Skip("no astronaut.png: install python3-skimage or set MENSHEN_ASTRONAUT")
	return nil
}

func picture(t testing.TB, path string) *hal.Frame {
	t.Helper()
	m := gocv.IMRead(path, gocv.IMReadColor)
	defer m.Close()
	if m.Empty() {
		t.Fatalf("cannot read %s", path)
	}
	return &hal.Frame{Width: m.Cols(), Height: m.Rows(), BGR: m.ToBytes()}
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

// TestChainFigures: the figures published for these pictures, which a wrong crop, colour order or alignment would miss.
func TestChainFigures(t *testing.T) {
	c := newChain(t, Options{MinHeight: 40, MinSharpness: 1})
	one := observe(t, c, gocvPicture(t, "face.jpg"))
	two := observe(t, c, gocvPicture(t, "face-detect.jpg"))
	for _, obs := range []Observation{one, two} {
		if obs.Embedding == nil || obs.Detection < 0.99 || obs.Live < 0.95 || obs.Evidence.EyesOpen < 0.5 {
			t.Errorf("%+v", obs)
		}
	}
	if got := cosine(one.Embedding, two.Embedding); got < 0.88 {
		t.Errorf("cosine of the same man is %.3f, expected 0.893", got)
	}
	other := observe(t, c, astronaut(t))
	for _, obs := range []Observation{one, two} {
		if got := cosine(obs.Embedding, other.Embedding); got > 0.1 {
			t.Errorf("cosine with another person is %.3f", got)
		}
	}
}
