package wiring

import (
	"os"
	"strings"
	"testing"

	"menshen/board/config"
	"menshen/hal/camera/v4l2"
)

func TestCheckCamera(t *testing.T) {
	devices := map[string]v4l2.Device{
		"/dev/video0": {Driver: "unicam", Formats: []string{"pRAA"}},
		"/dev/video1": {Driver: "uvcvideo", Formats: []string{"MJPG"}},
	}
	ask := func(path string) (v4l2.Device, error) {
		d, ok := devices[path]
		if !ok {
			return d, os.ErrNotExist
		}
		return d, nil
	}
	for _, c := range []struct{ source, missing, says string }{
		{"v4l2:/dev/video0", "", `driver unicam), whose raw frames only libcamera develops: write source =`},
		{"v4l2:/dev/video0@1280x720", "", "/dev/video0 is a camera module"},
		{"v4l2:/dev/video1", "", ""},
		{"v4l2:/dev/video7", "", ""},
		{"folder:/dev/video0", "", ""},
		{"libcamera", "", ""},
		{"libcamera", "gst-launch-1.0", "gst-launch-1.0 is not installed: apt-get install gstreamer1.0-tools"},
		{"v4l2:/dev/video1", "gst-launch-1.0", ""},
		{"", "gst-launch-1.0", ""},
	} {
		conf := &config.Config{Camera: config.Camera{Source: c.source}}
		err := checkCamera(conf, func() string { return c.missing }, ask)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, expected %q", c.source, err, c.says)
		}
	}
}
