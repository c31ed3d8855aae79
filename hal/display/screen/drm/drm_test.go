package drm

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"menshen/hal"
)

const hdmi, dsi = 11, 16 // kinds of connectors

// TestLayout: each structure has the size that its request's number says.
func TestLayout(t *testing.T) {
	for request, size := range map[uintptr]uintptr{
		getCap: unsafe.Sizeof(capability{}), getResources: unsafe.Sizeof(resources{}), getCRTC: unsafe.Sizeof(crtc{}),
		setCRTC: unsafe.Sizeof(crtc{}), getEncoder: unsafe.Sizeof(encoder{}), getConnector: unsafe.Sizeof(connector{}),
		addFB: unsafe.Sizeof(framebuffer{}), pageFlip: unsafe.Sizeof(flip{}), createDumb: unsafe.Sizeof(dumb{}),
		mapDumb: unsafe.Sizeof(dumbMap{}), removeFB: 4, destroyDumb: 4,
	} {
		if request>>16&0x3fff != size {
			t.Errorf("request %#x has %d bytes", request, size)
		}
	}
}

// opened opens the screen of some cards, which are tried in their order.
func opened(t *testing.T, name string, cards ...*fake) (*Screen, error) {
	t.Helper()
	dir := t.TempDir()
	for i := range cards {
		if err := os.WriteFile(filepath.Join(dir, "card"+string(rune('0'+i))), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return open(name, dir, func(path string) (kernel, error) {
		k := cards[path[len(path)-1]-'0']
		if k == nil {
			return nil, &fs.PathError{Op: "open", Path: path, Err: unix.EACCES}
		}
		return k, nil
	})
}

// TestFinds: the first screen that is plugged in, or the one that is named, and whatever drives it.
func TestFinds(t *testing.T) {
	full := size(1920, 1080, preferred)
	off := monitor(hdmi, 1, full)
	off.state = 2
	memory := monitor(writeback, 1, full)
	second := monitor(hdmi, 2, size(640, 480, 0), full)
	second.crtcs = 2
	for _, c := range []struct {
		name  string
		cards []*fake
		want  string
		crtc  uint32
	}{
		{"", []*fake{newFake(off, second)}, "HDMI-A-2, 1920×1080", 32},
		{"", []*fake{newFake(memory, monitor(dsi, 1, size(800, 480, 0)))}, "DSI-1, 800×480", 31},
		{"", []*fake{{noDumb: true}, newFake(off), newFake(monitor(dsi, 1, size(800, 480, 0)))}, "DSI-1, 800×480", 31},
		{"HDMI-A-2", []*fake{newFake(monitor(dsi, 1, size(800, 480, 0)), second)}, "HDMI-A-2, 1920×1080", 32},
		{"", []*fake{nil, newFake(second)}, "HDMI-A-2, 1920×1080", 32},
		{"", []*fake{newFake(monitor(hdmi, 1, size(3840, 2160, preferred), size(1920, 1080, 0), size(1280, 720, 0)))},
			"HDMI-A-1, 1920×1080", 31},
		{"", []*fake{newFake(monitor(hdmi, 1, size(3840, 2160, 0)))}, "HDMI-A-1, 3840×2160", 31},
	} {
		s, err := opened(t, c.name, c.cards...)
		if err != nil {
			t.Errorf("%s: %v", c.want, err)
			continue
		}
		if s.String() != c.want || s.out.crtc != c.crtc || s.Millimetres() != image.Pt(520, 290) {
			t.Errorf("%s by %d, want %s by %d", s, s.out.crtc, c.want, c.crtc)
		}
		for _, k := range c.cards[:len(c.cards)-1] {
			if k != nil && !k.closed {
				t.Errorf("%s: a card that is not used was kept", c.want)
			}
		}
	}
}

// TestFindsNone: without a screen the error says what there is, and whether to wait or to ask root.
func TestFindsNone(t *testing.T) {
	off := monitor(hdmi, 1)
	off.state = 2
	for name, c := range map[string]struct {
		cards        []*fake
		connector    string
		gone, denied bool
		says         string
	}{
		"no card":       {nil, "", true, false, "no graphics"},
		"nothing there": {[]*fake{newFake(off)}, "", true, false, "nothing at HDMI-A-1"},
		"another name":  {[]*fake{newFake(off)}, "DSI-1", true, false, "it has HDMI-A-1"},
		"computes":      {[]*fake{{noDumb: true}}, "", false, false, "no memory for pictures"},
		"not allowed":   {[]*fake{nil}, "", false, true, "group video"},
		"one of two":    {[]*fake{nil, newFake(off)}, "", true, true, "group video"},
	} {
		_, err := opened(t, c.connector, c.cards...)
		if errors.Is(err, hal.ErrGone) != c.gone || errors.Is(err, fs.ErrPermission) != c.denied ||
			!strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDraw: whatever is drawn, the screen shows the whole picture after each step, and never the
// memory that is drawn into.
func TestDraw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := newFake(monitor(hdmi, 1, size(50, 30, 0)))
		k.noFlip, k.late = rapid.Bool().Draw(t, "noFlip"), rapid.Bool().Draw(t, "late")
		out, err := find(k, "")
		if err != nil {
			t.Fatal(err)
		}
		s, err := begin(k, out)
		if err != nil {
			t.Fatal(err)
		}
		img := image.NewRGBA(image.Rectangle{Max: s.Size()})
		draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{9, 99, 199, 255}), image.Point{}, draw.Src)
		number := rapid.IntRange(-9, 60)
		for i := range rapid.IntRange(1, 8).Draw(t, "steps") {
			dirty := image.Rect(number.Draw(t, "x"), number.Draw(t, "y"), number.Draw(t, "x"), number.Draw(t, "y"))
			c := color.RGBA{byte(i * 31), byte(i * 7), byte(255 - i), 255}
			draw.Draw(img, dirty, image.NewUniform(c), image.Point{}, draw.Src)
			if err := s.Draw(img, dirty); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(k.seen(31).Pix, img.Pix) {
				t.Fatalf("after step %d another picture is shown", i)
			}
			if k.scanned[31].fb != s.bufs[s.shown].fb {
				t.Fatal("the memory that is shown is drawn into")
			}
		}
		if err := s.Close(); err != nil || !k.closed || len(k.fbs)+len(k.dumbs) > 0 {
			t.Fatalf("%v; left: %v %v", err, k.fbs, k.dumbs)
		}
	})
}

// TestFlips: the mode is set once; later pictures are exchanged between frames.
func TestFlips(t *testing.T) {
	k := newFake(monitor(hdmi, 1, size(50, 30, 0)))
	s, err := opened(t, "", k)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rectangle{Max: s.Size()})
	for range 5 {
		if err := s.Draw(img, img.Rect); err != nil {
			t.Fatal(err)
		}
	}
	if k.sets != 1 || k.flips != 4 {
		t.Errorf("set %d times, exchanged %d times", k.sets, k.flips)
	}
}

// TestFaults: a screen that is pulled out, a driver that goes, and another program's card are told
// apart.
func TestFaults(t *testing.T) {
	m := monitor(hdmi, 1, size(50, 30, 0))
	k := newFake(m)
	s, err := opened(t, "", k)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rectangle{Max: s.Size()})
	if err := errors.Join(s.Draw(img, img.Rect), s.Check()); err != nil {
		t.Error(err)
	}
	m.state = 2
	if err := s.Check(); !errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), "plugged in at HDMI-A-1") {
		t.Error(err)
	}
	k.other = true
	if err := s.Draw(img, img.Rect); errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), "another program") {
		t.Error(err)
	}
	k.gone = true
	if err := s.Draw(img, img.Rect); !errors.Is(err, hal.ErrGone) {
		t.Error(err)
	}
	if err := s.Check(); !errors.Is(err, hal.ErrGone) {
		t.Error(err)
	}
}

// BenchmarkDraw is a whole picture of 1920×1080, and the clock on it.
func BenchmarkDraw(b *testing.B) {
	for name, dirty := range map[string]image.Rectangle{
		"whole": image.Rect(0, 0, 1920, 1080), "clock": image.Rect(1600, 20, 1900, 120),
	} {
		b.Run(name, func(b *testing.B) {
			k := newFake(monitor(hdmi, 1, size(1920, 1080, preferred)))
			out, err := find(k, "")
			if err != nil {
				b.Fatal(err)
			}
			s, err := begin(k, out)
			if err != nil {
				b.Fatal(err)
			}
			img := image.NewRGBA(image.Rectangle{Max: s.Size()})
			for b.Loop() {
				if err := s.Draw(img, dirty); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
