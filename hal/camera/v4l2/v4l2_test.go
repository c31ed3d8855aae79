package v4l2

import (
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// kernel answers as the kernel does for a device.
func kernel(driver string, can uint32, formats ...string) func(uintptr, []byte) error {
	return func(request uintptr, arg []byte) error {
		switch {
		case request == queryCap && len(arg) == capSize:
			copy(arg, driver)
			copy(arg[16:], "a card")
			binary.NativeEndian.PutUint32(arg[88:], can)
			return nil
		case request == enumFmt && len(arg) == fmtSize:
			i, kind := int(binary.NativeEndian.Uint32(arg)), binary.NativeEndian.Uint32(arg[4:])
			if i >= len(formats) || kind == capture && can&canCapture == 0 {
				return unix.EINVAL
			}
			copy(arg[44:], formats[i])
			return nil
		}
		return unix.ENOTTY
	}
}

func TestRaw(t *testing.T) {
	for name, c := range map[string]struct {
		ask func(uintptr, []byte) error
		raw bool
	}{
		"a USB camera":             {kernel("uvcvideo", canCapture, "YUYV", "MJPG"), false},
		"a module on a Pi 4":       {kernel("unicam", canCapture, "pRAA", "RG10"), true},
		"a module on a Pi 5":       {kernel("rp1-cfe", canCapture, "YUYV", "RGB3", "pRAA"), true},
		"a sensor of any board":    {kernel("some-csi", canCapture, "BA81", "pBAA"), true},
		"one in several planes":    {kernel("some-csi", canCapturePlanes, "RG10"), true},
		"the legacy camera stack":  {kernel("bm2835 mmal", canCapture, "YU12", "YUYV"), false},
		"raw frames beside others": {kernel("vivid", canCapture, "YUYV", "RGGB"), false},
		"nothing to capture":       {kernel("codec", 0x2, "RG10"), false},
	} {
		d, err := ask(c.ask)
		if err != nil || d.Raw() != c.raw || d.Card != "a card" {
			t.Errorf("%s: %+v, raw %v, %v", name, d, d.Raw(), err)
		}
	}
}

func TestEndless(t *testing.T) {
	all := slices.Repeat([]string{"RG10"}, 10_000)
	if d, err := ask(kernel("some-csi", canCapture, all...)); err != nil || len(d.Formats) != mostFormats {
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
