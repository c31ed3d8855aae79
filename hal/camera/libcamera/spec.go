package libcamera

import (
	"fmt"
	"regexp"
	"strings"

	"menshen/hal/camera/pipe"
)

// Kind is how a specification of such a camera begins.
const Kind = "libcamera"

// Camera is which camera, and which size of picture is asked of it.
type Camera struct {
	ID            string // libcamera's, as "cam --list" tells; empty: the first one
	Width, Height int    // pixels
}

// named is what an ID may consist of; gst-launch has a meaning for other characters.
var (
	named = regexp.MustCompile(`^[A-Za-z0-9/_@.,:+-]+$`)
	sized = regexp.MustCompile(`^(.*)@(\d+)x(\d+)$`)
)

// Parse reads "libcamera", "libcamera:ID", "libcamera:@1280x720" or "libcamera:ID@1280x720". An ID
// may hold @ itself. The size is 640×480 when it is left out.
func Parse(spec string) (Camera, error) {
	kind, id, _ := strings.Cut(spec, ":")
	if kind != Kind {
		return Camera{}, fmt.Errorf("camera %q is none of libcamera: write \"libcamera\", or \"libcamera:ID\"", spec)
	}
	c := Camera{ID: id, Width: 640, Height: 480}
	if m := sized.FindStringSubmatch(id); m != nil {
		c.ID = m[1]
		if _, err := fmt.Sscan(m[2]+" "+m[3], &c.Width, &c.Height); err != nil {
			return Camera{}, fmt.Errorf("camera %q: size %sx%s: %w", spec, m[2], m[3], err)
		}
	}
	if c.ID != "" && !named.MatchString(c.ID) {
		return Camera{}, fmt.Errorf("camera %q: that is no name of a camera: write one that 'cam --list' tells", spec)
	}
	if err := pipe.CheckSize(c.Width, c.Height); err != nil {
		return Camera{}, fmt.Errorf("camera %q: %w", spec, err)
	}
	if c.Width%4 != 0 { // GStreamer pads rows to four bytes
		return Camera{}, fmt.Errorf("camera %q: width %d: write a multiple of 4", spec, c.Width)
	}
	return c, nil
}
