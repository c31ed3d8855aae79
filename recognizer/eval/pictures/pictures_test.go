package pictures

import (
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"menshen/recognizer"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eval"
	"menshen/recognizer/models"
)

func looker(t *testing.T, opts recognizer.Options) *Looker {
	t.Helper()
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	set, err := models.Default().Load(dir)
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	chain, err := recognizer.New(set, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(chain.Close)
	return &Looker{Chain: chain}
}

func TestPicturesThatCannotBeRead(t *testing.T) {
	l := new(Looker)
	if _, err := l.Look(filepath.Join(t.TempDir(), "absent.png")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	path := filepath.Join(t.TempDir(), "text.png")
	if err := os.WriteFile(path, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Look(path); err == nil {
		t.Error("text was read as a picture")
	}
}

func TestNoFace(t *testing.T) {
	l := looker(t, recognizer.Options{})
	grey := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range grey.Pix {
		grey.Pix[i] = 90
	}
	path := filepath.Join(t.TempDir(), "grey.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, grey), f.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := l.Look(path)
	if err != nil || s.Embedding != nil || s.Reason != "no face" || len(s.Took) == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	l.Wipe()
	if slices.Max(l.frame.BGR) != 0 {
		t.Error("the picture is still there")
	}
}

// TestMeasureFaces runs the whole evaluation on the folder of faces, and keeps the report where
// $MENSHEN_REPORT says. What the calibration shipped promises must hold.
func TestMeasureFaces(t *testing.T) {
	set := lookedAt(t)
	shipped, err := calibration.Default()
	if err != nil {
		t.Fatal(err)
	}
	f, err := eval.MeasureFaces(context.Background(), set.dir, set, shipped, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Verification.Points {
		t.Logf("FMR %g at %.3f: TAR %v", p.Wanted, p.Threshold, p.TAR)
	}
	for _, p := range f.Promises {
		t.Logf("one in %g: %v; strangers %v, missed %v", p.Asked, p.Operating, p.FPIR, p.FNIR)
		if !p.Kept() {
			t.Errorf("one stranger in %.0f was promised, found %v", p.Operating.OneIn, p.FPIR)
		}
	}
	c, err := f.Calibration(shipped.Model, "the folder of this test", shipped.Limits.Margin)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v %+v", c.Limits, c.Points)
	if path := os.Getenv("MENSHEN_REPORT"); path != "" {
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if err := (eval.Report{Faces: f, Model: shipped.Model.Name}).WriteHTML(out); err != nil {
			t.Fatal(err)
		}
		if err := c.Write(t.Output()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestInfraredBeside: the pictures of the infrared camera that lie beside a portrait are compared,
// and they are no portraits of their own.
func TestInfraredBeside(t *testing.T) {
	cache, _ := os.UserCacheDir()
	raw, err := os.Open(filepath.Join(cache, "menshen", "pictures", "collins.png"))
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	defer raw.Close()
	portrait, err := png.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, shade func(uint8) uint8) {
		grey := image.NewGray(portrait.Bounds())
		for y := range grey.Rect.Dy() {
			for x := range grey.Rect.Dx() {
				at := grey.Rect.Min.Add(image.Pt(x, y))
				_, g, _, _ := portrait.At(at.X, at.Y).RGBA()
				grey.Pix[grey.PixOffset(at.X, at.Y)] = shade(uint8(g >> 8))
			}
		}
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, grey); err != nil {
			t.Fatal(err)
		}
	}
	write("head.png", func(v uint8) uint8 { return v })
	write("head.lit.png", func(v uint8) uint8 { return v / 5 * 4 })
	write("head.dark.png", func(v uint8) uint8 { return v / 20 })
	write("alone.png", func(v uint8) uint8 { return v })
	l := looker(t, recognizer.Options{Engine: recognizer.OpenCV})
	defer l.Wipe()
	for name, pair := range map[string]bool{"head.png": true, "alone.png": false} {
		s, err := l.Look(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if i := s.Signs.Infrared; i.Pair != pair || pair && (i.Face == 0 || !i.Lights() || i.Unlit()) {
			t.Errorf("%s: %+v", name, i)
		}
	}
}
