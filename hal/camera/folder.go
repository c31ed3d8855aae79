package camera

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"menshen/hal"
	"menshen/hal/camera/picture"
)

// folder shows the pictures of a folder in turn.
type folder struct {
	files []string
	next  int
	pace  pace
}

func openFolder(dir string, every time.Duration) (source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	s := &folder{pace: pace{every: every}}
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".jpg", ".jpeg", ".png":
			s.files = append(s.files, filepath.Join(dir, e.Name()))
		}
	}
	if len(s.files) == 0 {
		return nil, fmt.Errorf("%w: no .jpg or .png in the folder", hal.ErrGone)
	}
	return s, nil
}

func (s *folder) read(f *hal.Frame) error {
	s.pace.wait()
	path := s.files[s.next]
	s.next = (s.next + 1) % len(s.files)
	if err := picture.Load(path, f); err != nil {
		return fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	return nil
}

func (s *folder) close() error { return nil }
