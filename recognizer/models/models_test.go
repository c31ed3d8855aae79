package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRPurposeSections: the built-in manifest parses, and names only the five networks that
// the door may have.
func TestRPurposeSections(t *testing.T) {
	m := Default()
	want := map[string]bool{
		"fr_detect.onnx": true, "fr_landmark.onnx": true, "fr_feature.onnx": true,
		"fr_liveness.onnx": true, "fr_eye.onnx": true,
	}
	for _, p := range m.parts() {
		if !want[p.File] {
			t.Errorf("unexpected model %s", p.File)
		}
		delete(want, p.File)
	}
	if len(want) != 0 {
		t.Errorf("models not named: %v", want)
	}
	_, err := parse([]byte(string(defaultTOML) + "\n[age]\nfile = \"fr_age.onnx\"\n"))
	if err == nil || !strings.Contains(err.Error(), `unknown key`) {
		t.Errorf("a section for an age model was accepted: %v", err)
	}
}

func TestManifestRefused(t *testing.T) {
	for name, edit := range map[string][2]string{
		"path":      {`file = "fr_eye.onnx"`, `file = "../fr_eye.onnx"`},
		"hash":      {`sha256 = "1afc`, `sha256 = "zzzz`},
		"size":      {"width = 320", "width = 0"},
		"colour":    {`colour = "rgb"`, `colour = "yuv"`},
		"divide":    {"divide = 256.0", "divide = 0.0"},
		"outputs":   {`outputs = ["scores", "boxes"]`, `outputs = ["scores"]`},
		"crop":      {"crop = 2.7", "crop = 0.0"},
		"threshold": {"threshold = 0.65", "threshold = 1.5"},
		"class":     {"class = 1 ", "class = -1 "},
		"name":      {`name = "faceplugin-0.0.1"`, ""},
		"syntax":    {`name = "`, `name = `},
	} {
		text := strings.Replace(string(defaultTOML), edit[0], edit[1], 1)
		if text == string(defaultTOML) {
			t.Fatalf("%s: nothing edited", name)
		}
		if _, err := parse([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	m := Default()
	if _, err := m.Load(dir); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "make models") {
		t.Fatalf("missing file: %v", err)
	}
	for _, p := range m.parts() {
		data := []byte("contents of " + p.File)
		sum := sha256.Sum256(data)
		p.SHA256 = hex.EncodeToString(sum[:])
		if err := os.WriteFile(filepath.Join(dir, p.File), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, err := m.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(set.Bytes(m.Live)); got != "contents of fr_liveness.onnx" {
		t.Errorf("liveness model is %q", got)
	}
	if err := os.WriteFile(filepath.Join(dir, m.Eye.File), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Load(dir); !errors.Is(err, ErrHash) || !strings.Contains(err.Error(), m.Eye.File) {
		t.Fatalf("wrong hash: %v", err)
	}
}

func FuzzManifest(f *testing.F) {
	f.Add(defaultTOML)
	f.Add([]byte("name = \"x\"\n[detect]\nfile = \"a\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parse(text)
		if err != nil {
			return
		}
		for _, p := range m.parts() {
			if p.File != filepath.Base(p.File) || p.Divide <= 0 || p.Width <= 0 {
				t.Errorf("accepted %+v", p.Model)
			}
		}
	})
}
