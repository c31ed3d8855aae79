package eye

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"menshen/internal/confine"

	"golang.org/x/sys/unix"
)

// keeps is what an eye goes on using: its models and its cameras.
func keeps(cfg Config) confine.Keep {
	keep := confine.Keep{
		Off:  cfg.Unconfined,
		Read: []string{cfg.Models, cfg.Manifest, cfg.Options.Engine.Library()}, Requests: "V", Memory: cfg.Memory,
	}
	for _, spec := range []string{cfg.Camera, cfg.Infrared.Camera} {
		if strings.HasPrefix(spec, "v4l2:") {
			keep.Devices = append(keep.Devices, cameraPath(spec))
		} else {
			keep.Read = append(keep.Read, cameraPath(spec))
		}
	}
	return keep
}

// cameraPath is the device, file or folder of a camera's specification.
func cameraPath(spec string) string {
	_, where, _ := strings.Cut(spec, ":")
	if strings.HasPrefix(spec, "v4l2:") {
		where, _, _ = strings.Cut(where, "@")
	}
	return where
}

// shutOut reports whether the camera is there and may not be opened. Either it came after the child
// was confined, so that another child is needed, or the user has no right to it.
func shutOut(spec string) bool {
	f, err := os.OpenFile(cameraPath(spec), os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe without a writer must not hang
	if err == nil {
		f.Close()
	}
	return errors.Is(err, fs.ErrPermission)
}
