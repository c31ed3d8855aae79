package eval

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/recognizer/calibration"
)

func TestJob(t *testing.T) {
	faces, attacks := newPainter(t), newPainter(t)
	faces.people(0, 60, 4, .6)
	for i := range 5 {
		attacks.paint(Seen{Embedding: []float32{1}, Live: .99}, BonaFide, fmt.Sprint(i, ".jpg"))
		attacks.paint(Seen{Embedding: []float32{1}, Live: .01}, "print", fmt.Sprint(i, ".jpg"))
	}
	for path, s := range attacks.seen {
		faces.seen[path] = s
	}
	out := filepath.Join(t.TempDir(), "report.html")
	job := Job{
		Faces: faces.dir, Attacks: attacks.dir, Out: out,
		Model: calibration.Model{Name: "painter", SHA256: "00"},
	}
	var said bytes.Buffer
	if err := job.Run(context.Background(), faces, day, &said, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"60 people, 240 of 240", "1 in 100", "print: 0%", "refused: 0%", out} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not said:\n%s", want, said.String())
		}
	}
	page, err := os.ReadFile(out)
	if err != nil || !bytes.HasSuffix(page, []byte("</html>\n")) {
		t.Errorf("report: %v", err)
	}
	f, err := os.Open(job.CalibrationPath())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := calibration.Read(f)
	if err != nil || c.For("00") != nil {
		t.Errorf("calibration %+v, %v", c, err)
	}
	left, err := os.ReadDir(filepath.Dir(out))
	if err != nil || len(left) != 2 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestJobThatCannot(t *testing.T) {
	p := newPainter(t)
	p.people(0, 10, 2, .6)
	if err := (Job{}).Run(context.Background(), p, day, new(bytes.Buffer), nil); !errors.Is(err, ErrNothing) {
		t.Errorf("without folders: %v", err)
	}
	nowhere := Job{Faces: p.dir, Out: filepath.Join(p.dir, "absent", "report.html")}
	if err := nowhere.Run(context.Background(), p, day, new(bytes.Buffer), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no place for the report: %v", err)
	}
	// Twenty pictures carry a report and no calibration.
	few := Job{Faces: p.dir, Out: filepath.Join(t.TempDir(), "report.html")}
	var said bytes.Buffer
	err := few.Run(context.Background(), p, day, &said, nil)
	if err != nil || !strings.Contains(said.String(), "no calibration file") {
		t.Errorf("few pictures: %v\n%s", err, said.String())
	}
}
