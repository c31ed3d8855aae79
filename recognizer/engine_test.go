package recognizer

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"menshen/recognizer/models"
)

// library is the ONNX Runtime that the set-up brings for tests (scripts/onnxruntime.sh), or skips
// the test.
func library(t testing.TB) Engine {
	t.Helper()
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(dir), "onnxruntime", "libonnxruntime.so.1")
	if _, err := os.Stat(path); err != nil {
		t.Skip("no ONNX Runtime: run scripts/onnxruntime.sh")
	}
	return Engine(path)
}

// TestEnginesAgree: each model's outputs, and the embedding of a face, are within 1e-4 of each
// other by both engines, and by either layout of the liveness model.
func TestEnginesAgree(t *testing.T) {
	set := loadSet(t)
	ort, err := onnxRuntime(string(library(t)), 1)
	if err != nil {
		t.Fatal(err)
	}
	other := set.Live
	other.Plain = !other.Plain
	for _, m := range []models.Model{set.Detect, set.Landmark, set.Embed, set.Live, other, set.Eye} {
		var by [2][][]float32
		for i, in := range []engine{openCV(1), ort} {
			n, err := newNetwork(in, set, m)
			if err != nil {
				t.Fatal(err)
			}
			defer n.close()
			for k := range n.input {
				n.input[k] = float32(math.Sin(float64(k)))
			}
			if err := n.run(); err != nil {
				t.Fatal(err)
			}
			by[i] = n.outputs
		}
		for i := range m.Outputs {
			if d := furthest(by[0][i], by[1][i]); d > 1e-4 {
				t.Errorf("%s of %s differs by %g", m.Outputs[i], m.File, d)
			}
		}
	}
	f := gocvPicture(t, "face.jpg")
	a := observe(t, newChain(t, Options{Engine: OpenCV}), f)
	b := observe(t, newChain(t, Options{Engine: library(t)}), f)
	if d := furthest(a.Embedding[:], b.Embedding[:]); d > 1e-4 || a.Box != b.Box {
		t.Errorf("embeddings differ by %g, boxes are %v and %v", d, a.Box, b.Box)
	}
}

// furthest is the largest difference between numbers at one place; infinite where there are none.
func furthest(a, b []float32) (d float64) {
	if len(a) != len(b) || len(a) == 0 {
		return math.Inf(1)
	}
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}

// TestEngineChosen: a library that is named must be there. Of two engines the quicker computes; a
// library that cannot be opened leaves OpenCV, and is named.
func TestEngineChosen(t *testing.T) {
	set := loadSet(t)
	if _, err := New(set, Options{Engine: "/none/libonnxruntime.so.1"}); err == nil {
		t.Error("a library that is not there was opened")
	}
	if c := newChain(t, Options{Engine: OpenCV}); !strings.HasPrefix(c.Engine(), "OpenCV 4.") {
		t.Error(c.Engine())
	}
	broken, err := quicker(set, Options{}, "/none/libonnxruntime.so.1")
	if err != nil {
		t.Fatal(err)
	}
	defer broken.Close()
	if !strings.HasPrefix(broken.Engine(), "OpenCV 4.") || !strings.Contains(broken.Engine(), "(ONNX Runtime") {
		t.Error(broken.Engine())
	}
	if c := newChain(t, Options{Engine: library(t)}); !strings.HasPrefix(c.Engine(), "ONNX Runtime 1.") {
		t.Error(c.Engine())
	}
	c, err := quicker(set, Options{}, string(library(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	compared := `^(ONNX Runtime|OpenCV) [0-9.]+ \((ONNX Runtime|OpenCV) [0-9.]+: [0-9]+\.[0-9]×\)$`
	if !regexp.MustCompile(compared).MatchString(c.Engine()) {
		t.Error(c.Engine())
	}
}

// TestEngineRemembered: the engine that an earlier trial took is taken without one, whatever it
// was; where it says nothing of these versions, both are tried.
func TestEngineRemembered(t *testing.T) {
	set, library := loadSet(t), library(t)
	ort := newChain(t, Options{Engine: library}).Engine()
	openCV := newChain(t, Options{Engine: OpenCV}).Engine()
	for tried, taken := range map[string]bool{
		ort + " (" + openCV + ": 99.0×)": true,
		openCV + " (" + ort + ": 99.0×)": true,
		"":                               false,
		ort:                              false,
		openCV + " (ONNX Runtime, which must be 1.21 or later: no)": false,
		"OpenCV 3.0 (" + ort + ": 99.0×)":                           false,
		"ONNX Runtime 1.0 (" + openCV + ": 99.0×)":                  false,
	} {
		c, err := quicker(set, Options{Tried: tried}, string(library))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if said := c.Engine(); (said == tried) != taken || strings.Contains(said, "99.0×") != taken {
			t.Errorf("tried: %q; taken: %q", tried, said)
		}
	}
	broken, err := quicker(set, Options{Tried: ort + " (" + openCV + ": 99.0×)"}, "/none/libonnxruntime.so.1")
	if err != nil {
		t.Fatal(err)
	}
	defer broken.Close()
	if !strings.HasPrefix(broken.Engine(), openCV+" (ONNX Runtime") {
		t.Errorf("a library that is gone: %q", broken.Engine())
	}
}
