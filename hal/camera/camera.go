// Package camera gives frames as BGR, always the newest one.
//
// Open takes a specification:
//
//	v4l2:/dev/video0            a camera of the kernel (Video4Linux2), asked for 640×480
//	v4l2:/dev/video0@1280x720   the same, asked for another size
//	folder:DIR                  the pictures of a folder by name, one a second, over and over
//	pipe:PATH                   a named pipe, into which another process writes (package pipe)
//	sim:DIR                     a simulated camera that sees what DIR's scene file says (SetScene)
//	infrared:DIR                a simulated infrared camera, which sees the same (SetEmitter)
//
// The frames of a camera of the kernel are taken from its driver's buffers when they are asked
// for, and converted by OpenCV, or by Go where the camera compresses them (MJPG). Any other source
// is read by a goroutine all the time, which keeps only the last frame, so that a late reader sees
// the present and not the past. Frames are overwritten when they are replaced and when the camera
// is closed, a driver's buffers each time they have been used.
//
// V4L2 has been tested with the kernel's test camera (vivid, Linux 6.1, emulated PC), with frames
// in planes and without (scripts/vboard/run.sh camera/v4l2), and through the eye under its whole
// confinement: a picture that freezes, no frames, a device that is pulled out while it is read and
// comes back (scripts/vboard/run.sh eye). It has not been tested with a real camera.
package camera

import (
	"fmt"
	"strings"
	"time"

	"menshen/hal"
)

// The size asked for where the specification names none, in pixels, and the rate of pictures that
// have none of their own.
const (
	Width  = 640
	Height = 480
	Rate   = 15 // frames a second
)

// source is a device that is read by one goroutine. read blocks until the next frame and fills f;
// f.At too, where the source knows better than its reader when the frame was taken. It returns
// hal.ErrGone when the device is not there any more.
type source interface {
	read(f *hal.Frame) error
	close() error
}

// Open opens the camera that the specification names. Errors wrap hal.ErrGone when it is not there.
func Open(spec string) (hal.Camera, error) {
	kind, where, ok := strings.Cut(spec, ":")
	if !ok || where == "" {
		return nil, fmt.Errorf("camera %q: want v4l2:DEVICE, pipe:PATH, folder:DIR or sim:DIR", spec)
	}
	if kind == "v4l2" {
		d, err := openDevice(spec, where)
		if err != nil {
			return nil, fmt.Errorf("open camera %s: %w", spec, err)
		}
		return d, nil
	}
	var src source
	var err error
	switch kind {
	case "pipe":
		src, err = openPipe(where)
	case "folder":
		src, err = openFolder(where, time.Second)
	case "sim":
		src, err = openSim(where, false)
	case "infrared":
		src, err = openSim(where, true)
	default:
		return nil, fmt.Errorf("camera %q: %q is none of v4l2, pipe, folder, sim, infrared", spec, kind)
	}
	if err != nil {
		return nil, fmt.Errorf("open camera %s: %w", spec, err)
	}
	return newStream(spec, src), nil
}
