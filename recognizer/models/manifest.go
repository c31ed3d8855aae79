// Package models says which neural networks a unit uses. A manifest has each file's hash, licence
// and pre-processing; loading fails for a file that is missing or is not the one in the manifest.
//
// A site can use its own ONNX models with its own manifest ([Read]). Shapes are those of the
// built-in set ([Default]): detector scores [1,N,2] and boxes [1,N,4] in 0…1; 68 landmarks [1,136]
// in units of the crop; embedding [1,512]; liveness and eye: one row of class scores before
// softmax. The manifest has no section for a model of age, sex, mood or anything but "is this an
// enrolled person, alive, here, now" (R-PURPOSE).
package models

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"
)

//go:embed default.toml
var defaultTOML []byte

// Manifest is a set of models that belong together. Thresholds and templates made with one set mean
// nothing with another.
type Manifest struct {
	Name    string `toml:"name"`
	Source  string `toml:"source"`
	Licence string `toml:"licence"`

	Detect   Model `toml:"detect"`
	Landmark Model `toml:"landmark"`
	Embed    Model `toml:"embed"`
	Live     Model `toml:"live"`
	Eye      Model `toml:"eye"`
}

// Model is one network: which file, and how to feed it. The input is one picture, NCHW, (pixel
// − Mean) / Divide.
type Model struct {
	File    string   `toml:"file"`
	SHA256  string   `toml:"sha256"`
	What    string   `toml:"what"`
	Licence string   `toml:"licence"` // where it differs from the set's
	Width   int      `toml:"width"`   // of the input, pixels
	Height  int      `toml:"height"`
	Colour  string   `toml:"colour"` // "rgb", "bgr" or "grey"
	Mean    float64  `toml:"mean"`
	Divide  float64  `toml:"divide"`
	Outputs []string `toml:"outputs"`
	Plain   bool     `toml:"plain"` // ONNX Runtime is quicker without its layout by 16 channels (docs/figures.md)

	Crop      float64       `toml:"crop"`      // side of the square crop, in heights of the face box; Eye: of the eye
	Shift     float64       `toml:"shift"`     // how far the crop's centre is below the box's, in heights of the box
	Class     int           `toml:"class"`     // index of the class whose probability is wanted
	Threshold float32       `toml:"threshold"` // Detect: least score of a face
	Overlap   float64       `toml:"overlap"`   // Detect: intersection over union above which two boxes are one face
	Template  [5][2]float64 `toml:"template"`  // Embed: where the five points go
}

// Default is the manifest built into the program.
func Default() Manifest {
	m, err := parse(defaultTOML)
	if err != nil {
		panic("built-in model manifest: " + err.Error()) // a test parses it: this cannot happen in a built program
	}
	return m
}

// Read reads a manifest file; with an empty path it returns Default.
func Read(path string) (Manifest, error) {
	if path == "" {
		return Default(), nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Manifest{}, fmt.Errorf("read model manifest: %w", err)
	}
	m, err := parse(text)
	if err != nil {
		return Manifest{}, fmt.Errorf("model manifest %s: %w", path, err)
	}
	return m, nil
}

func parse(text []byte) (Manifest, error) {
	var m Manifest
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&m)
	if strict := (*toml.StrictMissingError)(nil); errors.As(err, &strict) {
		row, _ := strict.Errors[0].Position()
		return Manifest{}, fmt.Errorf("line %d: unknown key %q", row, strict.Errors[0].Key())
	}
	if err != nil {
		return Manifest{}, err
	}
	if m.Name == "" {
		return Manifest{}, errors.New("the set has no name")
	}
	for _, part := range m.parts() {
		if err := part.check(); err != nil {
			return Manifest{}, fmt.Errorf("[%s]: %w", part.name, err)
		}
	}
	return m, nil
}

// part is one model with the name of its section.
type part struct {
	name    string
	outputs int // how many outputs the chain reads
	*Model
}

func (m *Manifest) parts() []part {
	return []part{
		{"detect", 2, &m.Detect}, {"landmark", 1, &m.Landmark}, {"embed", 1, &m.Embed},
		{"live", 1, &m.Live}, {"eye", 1, &m.Eye},
	}
}

// Files gives the SHA-256 of each file, in hex.
func (m *Manifest) Files() map[string]string {
	all := map[string]string{}
	for _, p := range m.parts() {
		all[p.File] = p.SHA256
	}
	return all
}

// check refuses what would make OpenCV abort the process, or load a file from elsewhere.
func (p part) check() error {
	hash, err := hex.DecodeString(p.SHA256)
	switch {
	case p.File == "" || p.File != filepath.Base(p.File):
		return fmt.Errorf("file %q must be a plain file name", p.File)
	case err != nil || len(hash) != 32:
		return fmt.Errorf("sha256 must be 64 hexadecimal digits")
	case p.Width < 8 || p.Width > 1024 || p.Height < 8 || p.Height > 1024:
		return fmt.Errorf("input of %d×%d pixels: must be between 8 and 1024", p.Width, p.Height)
	case p.Colour != "rgb" && p.Colour != "bgr" && p.Colour != "grey":
		return fmt.Errorf("colour %q is none of rgb, bgr, grey", p.Colour)
	case !(p.Divide > 0):
		return errors.New("divide must be above zero")
	case len(p.Outputs) != p.outputs:
		return fmt.Errorf("outputs must name %d", p.outputs)
	case (p.name == "landmark" || p.name == "live" || p.name == "eye") && !(p.Crop > 0 && p.Crop <= 10):
		return fmt.Errorf("crop must be above 0 and at most 10")
	case p.name == "detect" && !(p.Threshold > 0 && p.Threshold < 1 && p.Overlap > 0 && p.Overlap < 1):
		return errors.New("threshold and overlap must be between 0 and 1")
	case p.Class < 0 || p.Class > 15:
		return errors.New("class must be between 0 and 15")
	case p.name == "embed" && p.Template == [5][2]float64{}:
		return errors.New("template must give five points")
	}
	return nil
}
