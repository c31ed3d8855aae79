package camera

import (
	"context"
	"fmt"
	"strings"

	"menshen/hal"
	"menshen/hal/camera/picture"
	"menshen/hal/camera/v4l2"
)

// device is a camera of the kernel. It needs no stream: the driver keeps the newest frames, and
// only those that are asked for are converted.
type device struct {
	name   string
	reader *v4l2.Reader
	tight  []byte // a frame without the ends of its rows
}

// openDevice opens a V4L2 device, "/dev/video0" or "/dev/video0@1280x720".
func openDevice(spec, where string) (*device, error) {
	w, h := Width, Height
	path, size, sized := strings.Cut(where, "@")
	if sized {
		if _, err := fmt.Sscanf(size, "%dx%d", &w, &h); err != nil || w <= 0 || h <= 0 {
			return nil, fmt.Errorf("size %q: want WIDTHxHEIGHT", size)
		}
	}
	r, err := v4l2.Open(path, readable(), w, h)
	if err != nil {
		return nil, err
	}
	return &device{name: spec, reader: r}, nil
}

// Next implements hal.Camera.
func (d *device) Next(ctx context.Context, f *hal.Frame) error {
	return d.reader.Next(ctx, patience, func(from *v4l2.Frame) error { return d.take(from, f) })
}

// take makes a frame of one in the driver's buffer.
func (d *device) take(from *v4l2.Frame, f *hal.Frame) error {
	f.At, f.Seq = from.At, from.Seq
	if from.Format == jpeg {
		return picture.JPEG(from.Data, from.Width, from.Height, f)
	}
	return d.convert(from, f)
}

// Close implements hal.Camera.
func (d *device) Close() error {
	clear(d.tight[:cap(d.tight)])
	return d.reader.Close()
}

func (d *device) String() string { return d.name }
