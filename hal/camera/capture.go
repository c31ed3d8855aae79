package camera

import (
	"fmt"
	"os"
	"strings"

	"menshen/hal"
	"menshen/hal/camera/v4l2"

	"gocv.io/x/gocv"
)

// capture is a device read by OpenCV.
type capture struct {
	vc  *gocv.VideoCapture
	mat gocv.Mat
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

func (c *capture) read(f *hal.Frame) error {
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
