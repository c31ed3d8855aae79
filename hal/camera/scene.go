package camera

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"menshen/internal/safefile"
)

// Kind is what stands before the simulated camera.
type Kind string

// The kinds.
const (
	Person Kind = "person" // walks up, stops, sways
	Photo  Kind = "photo"  // a printed picture with a white border, held up
	Screen Kind = "screen" // the picture on a telephone or tablet, held up
)

// Scene is who stands at the door now. The zero value is an empty corridor.
type Scene struct {
	Picture string `toml:"picture"` // path of a picture of one person
	Kind    Kind   `toml:"kind"`    // empty: Person
	Seed    uint64 `toml:"seed"`    // another seed: another walk, light and noise
	Face    [4]int `toml:"face"`    // left, top, right, bottom in the picture, in pixels; zeros: about its middle
	Stands  bool   `toml:"stands"`  // there from the beginning, without a walk
	Turn    bool   `toml:"turn"`    // the person turns the head left and right, as asked by a challenge
	Light   int    `toml:"light"`   // brightness in percent; 0: 100

	Sun    int  `toml:"sun"`    // infrared light that is not of the emitter, in percent of the emitter's
	Blinks bool `toml:"blinks"` // the infrared camera lights every other frame itself
}

const sceneFile = "scene"

// SetScene begins a scene in front of the simulated camera of dir. It copies the picture
// into dir, so that a confined process that reads the camera needs no other folder, and
// removes the picture before.
func SetScene(dir string, s Scene) error {
	switch s.Kind {
	case "":
		s.Kind = Person
	case Person, Photo, Screen:
	default:
		return fmt.Errorf("scene: %q is none of person, photo, screen", s.Kind)
	}
	if s.Picture != "" {
		data, err := os.ReadFile(s.Picture)
		if err != nil {
			return fmt.Errorf("scene: %w", err)
		}
		sum := sha256.Sum256(data)
		s.Picture = "picture-" + hex.EncodeToString(sum[:6]) + filepath.Ext(s.Picture)
		if err := replace(filepath.Join(dir, s.Picture), data); err != nil {
			return fmt.Errorf("scene: %w", err)
		}
	}
	text, err := toml.Marshal(s)
	if err != nil {
		return fmt.Errorf("scene: %w", err)
	}
	if err := replace(filepath.Join(dir, sceneFile), text); err != nil {
		return fmt.Errorf("scene: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(dir, "picture-*"))
	if err != nil {
		return fmt.Errorf("scene: %w", err)
	}
	for _, path := range old {
		if filepath.Base(path) != s.Picture {
			os.Remove(path)
		}
	}
	return nil
}

// readScene reads dir's scene. A missing or empty file is an empty corridor.
// Picture is made a full path.
func readScene(dir string) (Scene, error) {
	text, err := os.ReadFile(filepath.Join(dir, sceneFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Scene{}, nil
	}
	if err != nil {
		return Scene{}, err
	}
	return parseScene(dir, text)
}

func parseScene(dir string, text []byte) (Scene, error) {
	var s Scene
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&s); err != nil {
		return Scene{}, fmt.Errorf("scene: %w", err)
	}
	if s.Picture != "" {
		if s.Picture != filepath.Base(s.Picture) {
			return Scene{}, fmt.Errorf("scene: picture %q is not in the camera's folder", s.Picture)
		}
		s.Picture = filepath.Join(dir, s.Picture)
	}
	return s, nil
}

// replace writes a file so that a reader sees the old or the new one, whole.
func replace(path string, data []byte) error {
	return safefile.Replace(path, 0o600, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
