package camera

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"menshen/hal"
	"menshen/hal/camera/picture"
)

// sim is the simulated camera of a folder. Its frames follow from the scene and the number of
// frames since the scene began.
type sim struct {
	dir    string
	stamp  time.Time // of the scene file last read
	scene  Scene
	show   *show
	n      int
	pace   pace
	seeing hal.Frame // the scene's picture

	infrared bool
	lamp     bool // the emitter, by its control
}

func openSim(dir string, infrared bool) (source, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%w: not a folder", hal.ErrGone)
	}
	s := &sim{dir: dir, show: newShow(), pace: pace{every: time.Second / Rate}, infrared: infrared}
	if infrared {
		s.pace.every /= 2
	}
	return s, nil
}

func (s *sim) read(f *hal.Frame) error {
	s.pace.wait()
	if _, err := os.Stat(s.dir); err != nil { // removing the folder unplugs the camera
		return hal.ErrGone
	}
	if err := s.look(); err != nil {
		return err
	}
	if s.infrared {
		// The two cameras begin at different times, and see the same walk.
		at := int(time.Since(s.stamp).Seconds() * Rate)
		s.show.renderInfrared(s.scene, &s.seeing, at, s.lit(), f)
	} else {
		s.show.render(s.scene, &s.seeing, s.n, f)
	}
	s.n++
	return nil
}

// lit reports whether the emitter lights the frame at hand.
func (s *sim) lit() bool {
	if s.scene.Blinks {
		return s.n%2 == 0
	}
	_, err := os.Stat(filepath.Join(s.dir, emitterFile))
	return err == nil || s.lamp
}

// setControl takes any control for that of the emitter.
func (s *sim) setControl(_ uint32, value int32) error {
	s.lamp = value != 0
	return nil
}

const emitterFile = "emitter"

// SetEmitter switches the emitter of the simulated infrared camera of dir, as its line does.
func SetEmitter(dir string, on bool) error {
	path := filepath.Join(dir, emitterFile)
	if on {
		return os.WriteFile(path, nil, 0o600)
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// look notices a new scene.
func (s *sim) look() error {
	var stamp time.Time
	if info, err := os.Stat(filepath.Join(s.dir, sceneFile)); err == nil {
		stamp = info.ModTime()
	}
	if stamp.Equal(s.stamp) {
		return nil
	}
	scene, err := readScene(s.dir)
	if err != nil {
		return fmt.Errorf("%w: %w", hal.ErrNoFrame, err)
	}
	s.seeing.Wipe()
	if scene.Picture != "" {
		if err := picture.Load(scene.Picture, &s.seeing); err != nil {
			return fmt.Errorf("%w: %w", hal.ErrNoFrame, err)
		}
	}
	s.stamp, s.scene, s.n = stamp, scene, 0
	return nil
}

func (s *sim) close() error {
	s.seeing.Wipe()
	return nil
}
