package eye

import (
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"menshen/hal"
)

const (
	silentAfter = 2 * time.Second // no frame for so long
	frozenAfter = 3 * time.Second // every pixel the same for so long: a living sensor has noise
	blackMean   = 8               // mean of a picture, 0…255, at and below which, and without detail, it is black
	blackSpread = 6               // difference of brightest and darkest sample of a picture without detail
	smallest    = 160             // least side of a usable frame, pixels
	largest     = 4096
)

// health tells a camera's state from its frames and errors.
type health struct {
	lastFrame  time.Time
	lastChange time.Time
	sum        uint32
	frames     int // since the last rate
	rateFrom   time.Time
}

func newHealth(now time.Time) *health {
	return &health{lastFrame: now, lastChange: now, rateFrom: now}
}

// frame looks at a frame.
func (h *health) frame(f *hal.Frame, now time.Time) (CameraState, string) {
	h.lastFrame = now
	h.frames++
	if min(f.Width, f.Height) < smallest || max(f.Width, f.Height) > largest || len(f.BGR) != f.Width*f.Height*3 {
		return CameraSize, fmt.Sprintf("frames of %d×%d pixels; sides must be %d to %d",
			f.Width, f.Height, smallest, largest)
	}
	if sum := crc32.Checksum(f.BGR, crc32.MakeTable(crc32.Castagnoli)); sum != h.sum {
		h.sum, h.lastChange = sum, now
	}
	if black(f.BGR) {
		return CameraBlack, "no light: is the lens covered?"
	}
	if still := now.Sub(h.lastChange); still >= frozenAfter {
		return CameraFrozen, fmt.Sprintf("the same picture for %v", still.Round(time.Second))
	}
	return CameraOK, ""
}

// black reports a picture without light and without detail, by some thousand of its samples.
func black(bgr []byte) bool {
	sum, n, low, high := 0, 0, 255, 0
	for i := 0; i < len(bgr); i += 301 { // odd, so that columns and colours change
		v := int(bgr[i])
		sum, n, low, high = sum+v, n+1, min(low, v), max(high, v)
	}
	return n > 0 && sum/n <= blackMean && high-low <= 4*blackSpread
}

// missing is the state after an error of Next.
func (h *health) missing(err error, now time.Time) (CameraState, string) {
	if errors.Is(err, hal.ErrGone) {
		return CameraGone, err.Error()
	}
	if silent := now.Sub(h.lastFrame); silent >= silentAfter {
		return CameraSilent, fmt.Sprintf("no frame for %v", silent.Round(time.Second))
	}
	return CameraOK, ""
}

// rate is the frames a second since it was asked last.
func (h *health) rate(now time.Time) float64 {
	seconds := now.Sub(h.rateFrom).Seconds()
	if seconds <= 0 {
		return 0
	}
	r := float64(h.frames) / seconds
	h.frames, h.rateFrom = 0, now
	return r
}
