package eye

import (
	"fmt"
	"image"
	"testing"
	"time"

	"menshen/hal"
	"menshen/recognizer"
)

// picture is a frame with detail; n makes it differ.
func picture(w, h, n int) *hal.Frame {
	f := &hal.Frame{Width: w, Height: h, BGR: make([]byte, w*h*3)}
	for i := range f.BGR {
		f.BGR[i] = byte(60 + i*7%90)
	}
	f.BGR[1000] = byte(n)
	return f
}

func TestCameraStates(t *testing.T) {
	begin := time.Unix(0, 0)
	dark := &hal.Frame{Width: 640, Height: 480, BGR: make([]byte, 640*480*3)}
	for i := range dark.BGR {
		dark.BGR[i] = byte(i * 31 % 9) // a covered sensor still has noise
	}
	gone := fmt.Errorf("read: %w", hal.ErrGone)
	for name, c := range map[string]struct {
		frame *hal.Frame // after a good picture at the beginning; nil: err instead
		err   error
		at    time.Duration
		want  CameraState
	}{
		"a new picture":      {picture(640, 480, 2), nil, 10 * time.Second, CameraOK},
		"the same, soon":     {picture(640, 480, 1), nil, 2 * time.Second, CameraOK},
		"the same, for long": {picture(640, 480, 1), nil, 4 * time.Second, CameraFrozen},
		"darkness":           {dark, nil, time.Second, CameraBlack},
		"too small":          {picture(120, 90, 1), nil, time.Second, CameraSize},
		"too large":          {picture(5000, 200, 1), nil, time.Second, CameraSize},
		"unplugged":          {nil, gone, time.Second, CameraGone},
		"a short wait":       {nil, hal.ErrNoFrame, time.Second, CameraOK},
		"a long wait":        {nil, hal.ErrNoFrame, 3 * time.Second, CameraSilent},
	} {
		h := newHealth(begin)
		if state, _ := h.frame(picture(640, 480, 1), begin); state != CameraOK {
			t.Fatalf("a good picture: %s", state)
		}
		last := func() (CameraState, string) { return h.frame(c.frame, begin.Add(c.at)) }
		if c.frame == nil {
			last = func() (CameraState, string) { return h.missing(c.err, begin.Add(c.at)) }
		}
		state, detail := last()
		if state != c.want || (detail == "") != (c.want == CameraOK) {
			t.Errorf("%s: %s, %q; want %s", name, state, detail, c.want)
		}
		if state, _ := h.frame(picture(640, 480, 77), begin.Add(time.Minute)); state != CameraOK {
			t.Errorf("%s: does not recover: %s", name, state)
		}
	}
}

// TestDimIsNotBlack: a corridor at night is dark, but it has detail.
func TestDimIsNotBlack(t *testing.T) {
	f := picture(640, 480, 1)
	for i := range f.BGR {
		f.BGR[i] /= 16
	}
	f.BGR[301*500] = 60
	if state, _ := newHealth(time.Unix(0, 0)).frame(f, time.Unix(0, 0)); state != CameraOK {
		t.Errorf("a dim picture: %s", state)
	}
}

func TestRate(t *testing.T) {
	h := newHealth(time.Unix(0, 0))
	for i := range 30 {
		h.frame(picture(640, 480, i), time.Unix(0, int64(i)*1e8))
	}
	if r := h.rate(time.Unix(3, 0)); r != 10 {
		t.Errorf("rate %v, want 10", r)
	}
	if r := h.rate(time.Unix(3, 0)); r != 0 {
		t.Errorf("rate over no time: %v", r)
	}
}

func TestShrink(t *testing.T) {
	f := picture(640, 480, 1)
	for i := range f.Width * f.Height {
		f.BGR[i*3+1] = byte(i % f.Width / 4) // green counts columns
	}
	p := shrink(f, image.Rect(250, 0, 750, 1000), &recognizer.Observation{Box: image.Rect(100, 80, 200, 240)})
	if p.Width != 160 || p.Height != 120 ||
		p.Box != image.Rect(25, 20, 50, 60) || p.Zone != image.Rect(40, 0, 120, 120) {
		t.Fatalf("%d×%d, face %v, zone %v", p.Width, p.Height, p.Box, p.Zone)
	}
	for x := range p.Width {
		if p.Grey[60*p.Width+x] != byte(x) {
			t.Fatalf("column %d is %d", x, p.Grey[60*p.Width+x])
		}
	}
	p.Wipe()
	for _, v := range p.Grey {
		if v != 0 {
			t.Fatal("not wiped")
		}
	}
}
