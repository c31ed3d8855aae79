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
