package display

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"menshen/hal/display/paint"
	"menshen/hal/display/screen"
	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/internal/confine/confinetest"
)

// TestMain lets the test binary be the child: the true one, or one that misbehaves.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if live, ok := children[os.Args[1]]; ok {
			if live() != nil {
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}

// children are what a test can start as a child, by name.
var children = map[string]func() error{
	"show": func() error { return Main(3) },
	"dies": func() error { return errors.New("of its own") },
	"hangs": func() error {
		c := begun()
		time.Sleep(time.Minute)
		return c.SendJSON(kindBeat, beat{})
	},
	"floods": func() error {
		c := begun()
		var err error
		for err == nil {
			err = c.SendJSON(kindBeat, beat{})
		}
		return err
	},
	"shows what it was not told": func() error {
		c := begun()
		return errors.Join(c.SendJSON(kindBeat, beat{Number: 1000}), stay())
	},
	"has an impossible size": func() error {
		c := begun()
		return errors.Join(c.SendJSON(kindBeat, beat{Width: -4, Height: 1 << 20}), stay())
	},
	"speaks in colours": func() error {
		c := begun()
		return errors.Join(c.SendJSON(kindBeat, beat{Screen: "\x1b[31m" + strings.Repeat("x", 1000)}), stay())
	},
	"says no beat": func() error {
		c := begun()
		return errors.Join(c.Send(kindBeat, []byte("{")), stay())
	},
	"tells the parent": func() error {
		c := begun()
		return errors.Join(c.Send(kindTell, make([]byte, orderSize)), stay())
	},
	"tries to get out": escape,
}

func stay() error { time.Sleep(time.Minute); return nil }

// begun is a child that took its configuration and said that it is ready.
func begun() *child.Conn {
	c := child.NewConn(os.NewFile(3, ""), &protocol)
	var cfg Config
	_ = c.ReadConfig(&cfg)
	_ = c.SendJSON(kindReady, ready{})
	return c
}

// bench is a display on a simulated screen.
type bench struct {
	*Display
	path string
	size image.Point
	now  atomic.Pointer[time.Time]
}

func start(t *testing.T, as string, change func(*Config)) *bench {
	t.Helper()
	b := &bench{path: filepath.Join(t.TempDir(), "screen"), size: image.Pt(480, 320)}
	if err := screen.MakeSim(b.path, b.size); err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Screen: fmt.Sprintf("sim:%s,size=%dx%d", b.path, b.size.X, b.size.Y), Command: []string{os.Args[0], as},
		Site:    paint.Site{Language: "en", Contact: "+86 21 5555 0100"},
		Silence: 3 * time.Second, Dark: func(t time.Time) bool { return t.Hour() >= 22 },
		Clock: func() (time.Time, bool) {
			if now := b.now.Load(); now != nil {
				return *now, true
			}
			return time.Time{}, false
		},
	}
	if change != nil {
		change(&cfg)
	}
	d, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Display = d
	t.Cleanup(func() { d.Close() })
	return b
}

// shows tells a scene and gives what the screen then shows.
func (b *bench) shows(t *testing.T, s scene.Scene) *image.RGBA {
	t.Helper()
	b.Present(s)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := b.Shown(ctx); err != nil {
		t.Fatalf("%v; %+v", err, b.Status())
	}
	return b.picture(t)
}

func (b *bench) picture(t *testing.T) *image.RGBA {
	t.Helper()
	img, err := screen.ReadSim(b.path, b.size)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// painted is what a scene should look like.
func (b *bench) painted(t *testing.T, s scene.Scene, m paint.Moment) *image.RGBA {
	fonts := paint.OpenFonts(b.cfg.Fonts)
	t.Cleanup(func() { fonts.Close() })
	p := paint.New(b.size, paint.Colour, b.cfg.Site, fonts)
	p.Paint(s, m)
	return p.Image()
}

// until waits for a status.
func (b *bench) until(t *testing.T, what string, ok func(Status) bool) Status {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if s := b.Status(); ok(s) {
			return s
		}
	}
	t.Fatalf("not %s: %+v, %v", what, b.Status(), b.Status().LastError)
	return Status{}
}

var ways = scene.Scene{Ways: scene.ByCard | scene.ByCode}

// TestShows: each scene that is told is on the screen, pixel by pixel, with the time and, at night,
// in dark; and when the door has gone, that it is out of order.
func TestShows(t *testing.T) {
	b := start(t, "show", func(c *Config) { c.Farewell = time.Minute })
	opened := scene.Scene{Kind: scene.Opened, Lang: "zh"}
	for _, s := range []scene.Scene{ways, opened, {Kind: scene.Refused, Next: scene.TapCard}, ways} {
		if got := b.shows(t, s); !bytes.Equal(got.Pix, b.painted(t, s, paint.Moment{}).Pix) {
			t.Errorf("%+v is not what the screen shows", s)
		}
	}
	evening := time.Date(2026, 11, 29, 23, 5, 0, 0, time.UTC)
	b.now.Store(&evening)
	dark := b.painted(t, ways, paint.Moment{Clock: "23:05", Night: true})
	if got := b.shows(t, ways); !bytes.Equal(got.Pix, dark.Pix) {
		t.Error("the screen shows another time, or is not dark at night")
	}
	s := b.until(t, "all shown", func(s Status) bool { return s.Number == 5 })
	if s.Trouble() != nil && s.Font == "" || s.Size != b.size || s.Screen == "" || s.Frames < 4 || s.Took <= 0 {
		t.Errorf("%+v, trouble %v", s, s.Trouble())
	}
	b.now.Store(nil)
	b.Close()
	last := scene.Scene{Kind: scene.Broken}
	if !bytes.Equal(b.picture(t).Pix, b.painted(t, last, paint.Moment{}).Pix) {
		t.Error("after the end the screen does not say that the door is out of order")
	}
}

// TestLateScreen: a screen that comes later is found, and one that goes is told.
func TestLateScreen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "late")
	b := start(t, "show", func(c *Config) { c.Screen = "sim:" + path + ",size=480x320" })
	b.Present(ways)
	b.until(t, "without a screen", func(s Status) bool {
		return s.State == child.Running && s.Screen == "" && s.Trouble() != nil &&
			strings.Contains(s.Problem, "not there")
	})
	b.path = path
	if err := screen.MakeSim(path, b.size); err != nil {
		t.Fatal(err)
	}
	b.until(t, "on the screen", func(s Status) bool { return s.Number == 1 })
	if !bytes.Equal(b.picture(t).Pix, b.painted(t, ways, paint.Moment{}).Pix) {
		t.Error("the screen that came shows something else")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	b.until(t, "lost", func(s Status) bool { return s.Screen == "" && s.Trouble() != nil })
}

// TestWithoutFont: a door without the fonts shows English, and says which package is missing.
func TestWithoutFont(t *testing.T) {
	b := start(t, "show", func(c *Config) { c.Fonts = t.TempDir() })
	if got := b.shows(t, ways); !bytes.Equal(got.Pix, b.painted(t, ways, paint.Moment{}).Pix) {
		t.Error("the screen shows something else")
	}
	if why := b.Status().Trouble(); why == nil || !strings.Contains(why.Error(), "fonts-noto-cjk") {
		t.Errorf("trouble: %v", why)
	}
}

// TestWrongScreen: a source that cannot be opened ends the child, which says why.
func TestWrongScreen(t *testing.T) {
	b := start(t, "show", func(c *Config) { c.Screen = "television" })
	s := b.until(t, "refused", func(s Status) bool { return s.Restarts > 0 && s.LastError != nil })
	if !strings.Contains(s.LastError.Error(), "television") {
		t.Errorf("says %v", s.LastError)
	}
}

// TestBadChildren: a child that dies, hangs, floods or lies is ended and started again.
func TestBadChildren(t *testing.T) {
	for name, why := range map[string]error{
		"dies": child.ErrExited, "hangs": child.ErrSilent, "floods": child.ErrFlood,
		"shows what it was not told": child.ErrProtocol, "has an impossible size": child.ErrProtocol,
		"says no beat": child.ErrProtocol, "tells the parent": child.ErrProtocol,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, name, func(c *Config) {
				if why == child.ErrSilent {
					c.Silence = time.Second
				}
			})
			for b.Status().Restarts < 2 {
				b.Present(ways)
				time.Sleep(20 * time.Millisecond)
			}
			s := b.until(t, "told", func(s Status) bool { return s.LastError != nil })
			if !errors.Is(s.LastError, why) {
				t.Errorf("ended with %v, should be %v", s.LastError, why)
			}
		})
	}
}

// TestPlainWords: what a child says is safe to show on a terminal.
func TestPlainWords(t *testing.T) {
	b := start(t, "speaks in colours", nil)
	s := b.until(t, "said", func(s Status) bool { return s.Screen != "" })
	if strings.ContainsRune(s.Screen, 0x1b) || len(s.Screen) > 250 {
		t.Errorf("shows %q", s.Screen)
	}
}

// escape lives as the true child, and once it is confined tries to get out.
func escape() error {
	c := child.NewConn(os.NewFile(3, ""), &protocol)
	var cfg Config
	if err := c.ReadConfig(&cfg); err != nil {
		return err
	}
	source, err := screen.Parse(cfg.Screen)
	if err != nil {
		return err
	}
	holds, err := confined(cfg, source)
	if err != nil {
		return err
	}
	_ = c.SendJSON(kindReady, ready{Confined: holds})
	var out []string
	for what, try := range confinetest.Escapes {
		if try() == nil {
			out = append(out, what)
		}
	}
	_ = os.WriteFile(source.Where, []byte("changed"), 0) // its own device: allowed
	slices.Sort(out)
	words, _ := json.Marshal(out)
	_ = c.SendJSON(kindBeat, beat{Screen: string(words)})
	return stay()
}

// TestConfined: a display that was taken over reaches no file, program or socket.
func TestConfined(t *testing.T) {
	b := start(t, "tries to get out", nil)
	s := b.until(t, "tried", func(s Status) bool { return s.Screen != "" })
	if !s.Confined.Holds() {
		t.Skipf("this kernel cannot confine: %v", s.Confined)
	}
	if s.Screen != "null" {
		t.Errorf("it could %s", s.Screen)
	}
}

// TestPresentTook: how long it takes from a scene to the screen (docs/figures.md).
func TestPresentTook(t *testing.T) {
	b := start(t, "show", nil)
	n := 30
	if testing.Verbose() {
		n = 500
	}
	kinds := []scene.Scene{ways, {Kind: scene.Opened}, {Kind: scene.Refused, Next: scene.TapCard, Lang: "zh"},
		{Kind: scene.Looking, Advice: scene.ComeCloser}, {Kind: scene.Asking, Within: time.Minute}}
	var all []time.Duration
	for i := range n {
		b.shows(t, kinds[i%len(kinds)])
		all = append(all, b.Status().Took)
	}
	slices.Sort(all)
	t.Logf("%d scenes: half within %v, 99 of 100 within %v; %d MiB", n, all[n/2], all[n*99/100], b.Status().RSS>>20)
	if half := all[n/2]; half > 250*time.Millisecond {
		t.Errorf("half of the scenes took %v or more", half)
	}
}
