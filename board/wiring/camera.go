package wiring

import (
	"strings"

	"menshen/board/config"
	"menshen/hal/camera/libcamera"
	"menshen/hal/camera/v4l2"
	"menshen/internal/i18n"
)

// CheckCamera tells what this machine lacks for the configured camera, or that it cannot be read
// in the way that is configured. It takes no picture. A device that is not there is no error: it
// may be plugged in later.
func CheckCamera(c *config.Config) error { return checkCamera(c, libcamera.Missing, v4l2.Ask) }

func checkCamera(c *config.Config, missing func() string, ask func(string) (v4l2.Device, error)) error {
	if c.Camera.OfLibcamera() {
		if part := missing(); part != "" {
			return i18n.E("wiring.no-gstreamer", "[camera] source is libcamera, and %s is not installed: "+
				"apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-libcamera", part)
		}
		return nil
	}
	device, ok := strings.CutPrefix(c.Camera.Source, "v4l2:")
	if !ok {
		return nil
	}
	device, _, _ = strings.Cut(device, "@")
	if d, err := ask(device); err == nil && d.Raw() {
		return i18n.E("wiring.raw-camera", "[camera] source: %s is a camera module on a ribbon cable (driver %s), "+
			"whose raw frames only libcamera develops: write source = \"libcamera\"", device, d.Driver)
	}
	return nil
}
