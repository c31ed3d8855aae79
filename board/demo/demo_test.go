package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/recognizer/eye"
	"menshen/recognizer/models"
)

// TestMain lets the eye run as a child of this test, as it does of the program.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "eye" {
		if err := eye.Main(3); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestScenario tells the whole story: wires, pictures, the eye's process, the vault. The story
// itself fails when a record is not as it should be.
func TestScenario(t *testing.T) {
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	var out, log bytes.Buffer
	o := Options{Dir: boardtest.Folder(t), Models: dir, Pictures: filepath.Join(filepath.Dir(dir), "pictures"),
		Log: &log}
	if err := Run(ctx, o, nil, &out); err != nil {
		t.Fatalf("%v (set-up missing? run 'make setup')\n%s\n%s", err, &out, &log)
	}
	for _, want := range []string{"\n 1  ", "\n11  ", "used 1 of 1", "the audit log is whole", "person",
		"door Please come in · 请进", "door 请进 · Please come in", "door Somebody is coming", "您的人脸已存好",
		"door 您同意吗", "door What this door would do",
		"does not open"} {
		// lines are broken to the terminal
		if !strings.Contains(out.String(), want) &&
			!strings.Contains(strings.Join(strings.Fields(out.String()), " "), want) {
			t.Errorf("the story does not say %q:\n%s", want, &out)
		}
	}
	for _, private := range []string{"Wei Webcam", "Grace Hopper", "4-201", "1071", "1072"} {
		// As a whole word: a handle, a hash or a folder's name may hold any four digits.
		whole := regexp.MustCompile(`\b` + private + `\b`)
		if whole.MatchString(out.String()) || whole.MatchString(log.String()) {
			t.Errorf("a name, apartment or card number (%q) reached the log", private)
		}
	}
}

// TestTraffic is a short piece of the soak: people come and go, and the
// figures of both processes are told.
func TestTraffic(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	o := Options{Dir: boardtest.Folder(t), Models: dir, Pictures: filepath.Join(filepath.Dir(dir), "pictures"),
		Traffic: 21 * time.Second, Every: 5 * time.Second}
	if err := Run(t.Context(), o, nil, &out); err != nil {
		t.Fatal(err, &out)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	rows, visited := 0, 0 // a row is late, or left out, where the machine is slow
	for _, line := range lines {
		var after, faces, cards int
		var door, eye, doorCPU, eyeCPU, looking float64
		line = strings.NewReplacer("|", "", "MiB", "", "%", "", ",", "", ";", "").Replace(line)
		if _, err := fmt.Sscanf(strings.Join(strings.Fields(line), " "), "%ds %g %g %g %g %g %d %d", &after, &door,
			&doorCPU, &eye, &eyeCPU, &looking, &faces, &cards); err != nil {
			continue // a heading
		}
		if rows++; door < 20 || eye < 20 || looking > eyeCPU {
			t.Errorf("impossible figures after %d s", after)
		}
		if looking > 0 && faces+cards > 0 {
			visited++
		}
	}
	if rows < 2 || visited == 0 {
		t.Errorf("no figures of a door at which people come and go:\n%s", &out)
	}
}

func TestSlope(t *testing.T) {
	if got := slope([]float64{1, 3, 5, 7, 9}); got != 2 {
		t.Errorf("slope %v", got)
	}
	m := meter{out: io.Discard, every: time.Minute}
	for i := range 30 {
		m.door, m.eye = append(m.door, 100), append(m.eye, 100+float64(i%2))
	}
	if err := m.sum(); err != nil {
		t.Error(err)
	}
	for i := range m.eye {
		m.eye[i] += float64(i) / 3 // 20 MiB an hour
	}
	if err := m.sum(); !errors.Is(err, errGrows) {
		t.Errorf("growth was not noticed: %v", err)
	}
}
