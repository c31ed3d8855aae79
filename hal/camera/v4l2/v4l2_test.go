package v4l2

import (
	"slices"
	"testing"
)

func TestRaw(t *testing.T) {
	for name, c := range map[string]struct {
		driver  string
		can     uint32
		formats []string
		raw     bool
	}{
		"a USB camera":             {"uvcvideo", canCapture, []string{"YUYV", "MJPG"}, false},
		"a module on a Pi 4":       {"unicam", canCapture, []string{"pRAA", "RG10"}, true},
		"a module on a Pi 5":       {"rp1-cfe", canCapture, []string{"YUYV", "RGB3", "pRAA"}, true},
		"a sensor of any board":    {"some-csi", canCapture, []string{"BA81", "pBAA"}, true},
		"one in several planes":    {"some-csi", canCapturePlanes, []string{"RG10"}, true},
		"the legacy camera stack":  {"bm2835 mmal", canCapture, []string{"YU12", "YUYV"}, false},
		"raw frames beside others": {"vivid", canCapture, []string{"YUYV", "RGGB"}, false},
		"nothing to capture":       {"codec", 0x2, []string{"RG10"}, false},
	} {
		d, err := ask(&fake{driver: c.driver, can: c.can, formats: c.formats})
		if err != nil || d.Raw() != c.raw || d.Card != "a card" {
			t.Errorf("%s: %+v, raw %v, %v", name, d, d.Raw(), err)
		}
	}
}

func TestEndless(t *testing.T) {
	d, err := ask(&fake{driver: "some-csi", can: canCapture, formats: slices.Repeat([]string{"RG10"}, 10_000)})
	if err != nil || len(d.Formats) != mostFormats {
		t.Errorf("%d formats, %v", len(d.Formats), err)
	}
}

func TestNoCamera(t *testing.T) {
	for _, path := range []string{"/dev/null", "/dev/no-such-camera", t.TempDir()} {
		if d, err := Ask(path); err == nil {
			t.Errorf("%s: %+v", path, d)
		}
	}
}
