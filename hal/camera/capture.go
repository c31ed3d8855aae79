package camera

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"menshen/hal"
	"menshen/hal/camera/v4l2"

	"gocv.io/x/gocv"
)

// capture is a device or a video file read by OpenCV.
type capture struct {
	vc   *gocv.VideoCapture
	mat  gocv.Mat
	pace *pace // nil: the device sets the pace
}

// openDevice opens a V4L2 device, "/dev/video0" or "/dev/video0@1280x720". OpenCV's default
// would try GStreamer first.
func openDevice(where string) (source, error) {
	w, h := Width, Height
	device, size, sized := strings.Cut(where, "@")
	if sized {
		if _, err := fmt.Sscanf(size, "%dx%d", &w, &h); err != nil || w <= 0 || h <= 0 {
			return nil, fmt.Errorf("size %q: want WIDTHxHEIGHT", size)
		}
	}
	if _, err := os.Stat(device); err != nil {
		return nil, fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	if d, err := v4l2.Ask(device); err == nil && d.Raw() {
		return nil, fmt.Errorf("%w: a camera module on a ribbon cable (driver %s), whose raw frames "+
			"only libcamera develops: write source = \"libcamera\" into [camera]", hal.ErrGone, d.Driver)
	}
	vc, err := gocv.OpenVideoCaptureWithAPI(device, gocv.VideoCaptureV4L2)
	if err != nil {
		vc.Close()
		return nil, fmt.Errorf("%w: not a camera, or in use by another program", hal.ErrGone)
	}
	vc.Set(gocv.VideoCaptureFrameWidth, float64(w))
	vc.Set(gocv.VideoCaptureFrameHeight, float64(h))
	vc.Set(gocv.VideoCaptureBufferSize, 1)
	return &capture{vc: vc, mat: gocv.NewMat()}, nil
}

// openFile opens a video file. It is shown at its own speed; frames that were not read in time
// are lost, as on a camera.
func openFile(path string) (source, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	vc, err := gocv.VideoCaptureFile(path)
	if err != nil {
		vc.Close()
		return nil, fmt.Errorf("%w: OpenCV cannot read this video", hal.ErrGone)
	}
	rate := vc.Get(gocv.VideoCaptureFPS)
	if !(rate >= 1 && rate <= 240) {
		rate = Rate
	}
	return &capture{vc: vc, mat: gocv.NewMat(), pace: &pace{every: time.Duration(float64(time.Second) / rate)}}, nil
}

func (c *capture) read(f *hal.Frame) error {
	if c.pace != nil {
		c.pace.wait()
	}
	if !c.vc.Read(&c.mat) || c.mat.Empty() {
		return hal.ErrGone
	}
	return fill(f, c.mat)
}

func (c *capture) close() error {
	wipe(c.mat)
	c.mat.Close()
	return c.vc.Close()
}

// fill copies a BGR Mat.
func fill(f *hal.Frame, m gocv.Mat) error {
	if m.Type() != gocv.MatTypeCV8UC3 {
		return fmt.Errorf("%w: picture has type %v instead of BGR", hal.ErrNoFrame, m.Type())
	}
	pixels, err := m.DataPtrUint8()
	if err != nil {
		return fmt.Errorf("%w: %w", hal.ErrNoFrame, err)
	}
	f.Width, f.Height = m.Cols(), m.Rows()
	f.BGR = append(f.BGR[:0], pixels...)
	return nil
}

func wipe(m gocv.Mat) {
	if pixels, err := m.DataPtrUint8(); err == nil {
		clear(pixels)
	}
}

// load decodes a picture file.
func load(path string, f *hal.Frame) error {
	m := gocv.IMRead(path, gocv.IMReadColor)
	defer m.Close()
	defer wipe(m)
	if m.Empty() {
		return fmt.Errorf("picture %s cannot be read", path)
	}
	return fill(f, m)
}

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
		case ".jpg", ".jpeg", ".png", ".bmp":
			s.files = append(s.files, filepath.Join(dir, e.Name()))
		}
	}
	if len(s.files) == 0 {
		return nil, fmt.Errorf("%w: no .jpg, .png or .bmp in the folder", hal.ErrGone)
	}
	return s, nil
}

func (s *folder) read(f *hal.Frame) error {
	s.pace.wait()
	path := s.files[s.next]
	s.next = (s.next + 1) % len(s.files)
	if err := load(path, f); err != nil {
		return fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	return nil
}

func (s *folder) close() error { return nil }
