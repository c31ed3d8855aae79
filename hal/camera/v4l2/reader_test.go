package v4l2

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"menshen/hal"

	"golang.org/x/sys/unix"
)

// TestChoose: which format is taken of those that a camera gives. MJPG only where nothing else
// reaches the size or ten frames a second.
func TestChoose(t *testing.T) {
	type sizes = map[string][2]int
	type rates = map[string][]uint32
	for name, c := range map[string]struct {
		formats       []string
		largest       sizes
		rates         rates
		width, height int
		want          string
	}{
		"YUYV":                {[]string{"MJPG", "YUYV"}, nil, nil, 640, 480, "YUYV 640×480"},
		"only compressed":     {[]string{"MJPG"}, nil, nil, 640, 480, "MJPG 640×480"},
		"size by MJPG alone":  {[]string{"YUYV", "MJPG"}, sizes{"MJPG": {1920, 1080}}, nil, 1280, 720, "MJPG 1280×720"},
		"size by neither":     {[]string{"YUYV", "MJPG"}, sizes{"MJPG": {800, 600}}, nil, 1280, 720, "MJPG 800×600"},
		"a little slow":       {[]string{"YUYV", "MJPG"}, nil, rates{"YUYV": {5, 10}}, 640, 480, "YUYV 640×480"},
		"too slow":            {[]string{"YUYV", "MJPG"}, nil, rates{"YUYV": {5}}, 640, 480, "MJPG 640×480"},
		"slow, nothing else":  {[]string{"YUYV"}, nil, rates{"YUYV": {5}}, 640, 480, "YUYV 640×480"},
		"colours before grey": {[]string{"GREY", "NV12"}, nil, nil, 640, 480, "NV12 640×480"},
	} {
		k := usb(c.formats...)
		k.largest, k.rates = c.largest, c.rates
		r, err := open(k, known, c.width, c.height)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := fmt.Sprintf("%s %d×%d", r.Mode.Format, r.Mode.Width, r.Mode.Height); got != c.want {
			t.Errorf("%s: %s instead of %s", name, got, c.want)
		}
		r.Close()
	}
}

func TestOpenRefuses(t *testing.T) {
	busy, noMemory, raw, silent, planes := usb("YUYV"), usb("YUYV"), usb("pRAA"), usb("YUYV"), usb("NV12")
	planes.can, planes.planes = canCapturePlanes|canStream, map[string]int{"NV12": 2}
	busy.fails[setFmt] = unix.EBUSY
	noMemory.fails[requestBufs] = unix.ENOMEM
	raw.driver = "unicam"
	silent.can = canCapture
	for want, k := range map[string]*fake{
		"in use by another program": busy, "buffers": noMemory, `source = "libcamera"`: raw,
		"several devices": silent, `"H264"`: usb("H264"), "comes in 2 planes": planes,
	} {
		_, err := open(k, known, 640, 480)
		if !errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), want) || !k.closed {
			t.Errorf("%q: %v, closed %v", want, err, k.closed)
		}
	}
}

// next takes a frame and gives its first byte.
func next(r *Reader) (first byte, seen Frame, err error) {
	err = r.Next(context.Background(), time.Second, func(f *Frame) error {
		first, seen = f.Data[0], *f
		return nil
	})
	return first, seen, err
}

// TestNewest: of the frames that are there, the last whole one; the others go back to the driver.
func TestNewest(t *testing.T) {
	k := usb("YUYV")
	k.gap = 32
	r := opened(t, k)
	for i := range byte(3) {
		k.shoot(i+1, 50, stampMonotonic)
	}
	k.shoot(9, 50, stampMonotonic|broken)
	k.clock += 20 * time.Millisecond
	first, f, err := next(r)
	if err != nil || first != 3 || f.Seq != 3 || len(f.Data) != 50 || f.Stride != 2*640+32 {
		t.Errorf("%d, %+v, %v", first, f, err)
	}
	if age := time.Since(f.At); age < 20*time.Millisecond || age > time.Minute {
		t.Errorf("taken %v ago by its date, 20 ms by the driver's", age)
	}
	if len(k.queued) != buffers || k.left > 0 {
		t.Errorf("%d buffers queued, %d bytes left in them", len(k.queued), k.left)
	}
}

// TestPlanes: of a device that gives frames in planes, the formats with one plane are read, from
// where the frame begins in it; all of the plane is overwritten.
func TestPlanes(t *testing.T) {
	k := usb("NV12", "YUYV")
	k.can, k.planes, k.gap, k.begin = canCapturePlanes|canStream, map[string]int{"NV12": 2}, 32, 10
	r := opened(t, k)
	k.shoot(1, 50, stampMonotonic)
	k.shoot(2, 50, stampMonotonic)
	first, f, err := next(r)
	if err != nil || first != 2 || len(f.Data) != 40 || f.Format != "YUYV" || f.Stride != 2*640+32 {
		t.Errorf("%d, %+v, %v", first, f, err)
	}
	if len(k.queued) != buffers || k.left > 0 {
		t.Errorf("%d buffers queued, %d bytes left in them", len(k.queued), k.left)
	}
}

// TestPast: a frame that waited, or may have, is not shown; the next one is.
func TestPast(t *testing.T) {
	for name, c := range map[string]struct {
		flags uint32
		wait  time.Duration
	}{
		"waited": {stampMonotonic, 150 * time.Millisecond}, "without a date": {0, 0},
		"dated wrongly": {stampMonotonic, time.Minute},
	} {
		k := usb("YUYV")
		r := opened(t, k)
		k.shoot(1, 50, c.flags)
		k.clock += c.wait
		k.waiting = func() { k.shoot(2, 50, c.flags) }
		if first, f, err := next(r); err != nil || first != 2 || time.Since(f.At) > 30*time.Second {
			t.Errorf("%s: frame %d of %v, %v", name, first, f.At, err)
		}
	}
}

// TestLost: frames that no buffer was free for are counted.
func TestLost(t *testing.T) {
	k := usb("YUYV")
	r := opened(t, k)
	for range 10 {
		k.shoot(1, 50, stampMonotonic)
	}
	if _, f, err := next(r); err != nil || f.Seq != buffers {
		t.Errorf("%d, %v", f.Seq, err)
	}
	k.shoot(1, 50, stampMonotonic)
	if _, f, err := next(r); err != nil || f.Seq != 11 {
		t.Errorf("%d, %v", f.Seq, err)
	}
}

// TestSilent: no frame for a while, and a person who does not wait for it.
func TestSilent(t *testing.T) {
	r := opened(t, usb("YUYV"))
	none := func(*Frame) error { t.Error("a frame"); return nil }
	if err := r.Next(t.Context(), 20*time.Millisecond, none); !errors.Is(err, hal.ErrNoFrame) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Next(ctx, time.Second, none); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestPulled: what each request says of a device that is not there any more.
func TestPulled(t *testing.T) {
	for _, request := range []uintptr{dequeueBuf, queueBuf} {
		k := usb("YUYV")
		r := opened(t, k)
		k.shoot(1, 50, stampMonotonic)
		k.fails[request] = unix.ENODEV
		_, _, err := next(r)
		if err == nil { // this frame was there; it could not be given back
			_, _, err = next(r)
		}
		if !errors.Is(err, hal.ErrGone) || !errors.Is(err, unix.ENODEV) {
			t.Error(err)
		}
	}
}

// TestBadDriver: a buffer that is not there, or is longer than it is.
func TestBadDriver(t *testing.T) {
	k := usb("YUYV")
	r := opened(t, k)
	k.shoot(1, 65, stampMonotonic)
	if _, _, err := next(r); !errors.Is(err, hal.ErrGone) {
		t.Error(err)
	}
	k = usb("YUYV")
	r = opened(t, k)
	k.shoot(1, 50, stampMonotonic)
	k.filled[0].put(0, buffers)
	if _, _, err := next(r); !errors.Is(err, hal.ErrGone) {
		t.Error(err)
	}
}

// TestRStrangerBuffers: closing takes the buffers from the driver, and then overwrites them.
func TestRStrangerBuffers(t *testing.T) {
	k := usb("YUYV")
	r := opened(t, k)
	for range buffers {
		k.shoot(7, 64, stampMonotonic)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if k.left > 0 || k.count(streamOff) != 1 || !k.closed {
		t.Errorf("%d bytes left, stopped %d times, closed %v", k.left, k.count(streamOff), k.closed)
	}
	if _, _, err := next(r); !errors.Is(err, hal.ErrGone) {
		t.Errorf("after Close: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// TestSetControl: a control is set by its number and value, and an error names both.
func TestSetControl(t *testing.T) {
	k := usb("GREY")
	r, err := open(k, []string{"GREY"}, 640, 480)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SetControl(0x9c0901, -2); err != nil || k.controls[0x9c0901] != -2 {
		t.Errorf("%v, %v", k.controls, err)
	}
	k.fails[setControl] = unix.ERANGE
	if err := r.SetControl(0x9c0901, 9); !errors.Is(err, unix.ERANGE) ||
		!strings.Contains(err.Error(), "control 0x009c0901 to 9") {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.SetControl(0x9c0901, 1); !errors.Is(err, hal.ErrGone) {
		t.Errorf("after the end: %v", err)
	}
}
