package demo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/recognizer/eye"
	"menshen/recognizer/models"
)

// TestMain lets the eye be a child of this test, as it is one of the program.
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

// TestScenario tells the whole story: wires, pictures, the eye's process, the vault. The story itself fails when a record
// is not as it should be.
func TestScenario(t *testing.T) {
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	var out, log bytes.Buffer
	o := Options{Models: dir, Pictures: filepath.Join(filepath.Dir(dir), "pictures"), Log: &log}
	if err := Run(ctx, o, nil, &out); err != nil {
		t.Fatalf("%v (set-up missing? run 'make setup')\n%s\n%s", err, &out, &log)
	}
	for _, want := range []string{"\n 1  ", "\n10  ", "the audit log is whole", "person", "does not open"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the story does not say %q:\n%s", want, &out)
		}
	}
	for _, private := range []string{"Wei Webcam", "Grace Hopper", "4-201", "1071", "1072"} {
		if strings.Contains(out.String(), private) || strings.Contains(log.String(), private) {
			t.Errorf("a name, apartment or card number (%q) reached the log", private)
		}
	}
}
