package camera

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"menshen/hal"
	"menshen/hal/camera/picture"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// card writes a picture without a person: a grey gradient with a dark disc.
func card(t testing.TB, dir, name string, shade uint8) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 200, 240))
	for y := range 240 {
		for x := range 200 {
			v := shade + uint8(y/8)
			if (x-100)*(x-100)+(y-120)*(y-120) < 3600 {
				v = shade / 2
			}
			img.Set(x, y, color.RGBA{v, v, v, 255})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	for spec, gone := range map[string]bool{
		"":                          false,
		"v4l2":                      false,
		"webcam:0":                  false,
		"v4l2:/dev/no-such-camera":  true,
		"v4l2:/dev/null@12":         false,
		"file:" + dir + "/clip.avi": false,
		"folder:" + dir:             true,
		"sim:" + dir + "/none":      true,
	} {
		c, err := Open(spec)
		if err == nil {
			c.Close()
			t.Errorf("%q: opened", spec)
		} else if errors.Is(err, hal.ErrGone) != gone {
			t.Errorf("%q: %v", spec, err)
		}
	}
}

// scripted is a source whose frames the test hands out one by one.
type scripted struct {
	frames chan []byte
	closed chan struct{}
	filled [][]byte // all memory that frames were read into
}

func (s *scripted) read(f *hal.Frame) error {
	pix, ok := <-s.frames
	if !ok {
		return hal.ErrGone
	}
	f.Width, f.Height, f.BGR = 1, len(pix)/3, append(f.BGR[:0], pix...)
	s.filled = append(s.filled, f.BGR)
	if len(pix)%3 != 0 {
		return hal.ErrNoFrame
	}
	return nil
}

func (s *scripted) close() error { close(s.closed); return nil }

func TestStreamNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &scripted{frames: make(chan []byte), closed: make(chan struct{})}
		c := newStream("test", src)
		for i := range byte(5) {
			src.frames <- []byte{i, i, i}
		}
		synctest.Wait()
		var f hal.Frame
		if err := c.Next(t.Context(), &f); err != nil || f.Seq != 5 || f.BGR[0] != 4 {
			t.Fatalf("Next gave frame %d (%v), want the fifth", f.Seq, err)
		}
		if err := c.Next(t.Context(), &f); !errors.Is(err, hal.ErrNoFrame) {
			t.Errorf("nothing new: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Next(ctx, &f); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		close(src.frames)
		synctest.Wait()
		if err := c.Next(t.Context(), &f); !errors.Is(err, hal.ErrGone) {
			t.Errorf("unplugged: %v", err)
		}
		<-src.closed
		c.Close()
	})
}

// TestStreamOnce: no frame is handed over twice, whatever is read while one is handed over.
func TestStreamOnce(t *testing.T) {
	src := &scripted{frames: make(chan []byte), closed: make(chan struct{})}
	c := newStream("test", src)
	go func() {
		defer close(src.frames)
		for range 300_000 {
			src.frames <- make([]byte, 3)
		}
	}()
	var f hal.Frame
	for last := uint64(0); c.Next(t.Context(), &f) == nil; last = f.Seq {
		if f.Seq <= last {
			t.Errorf("frame %d after frame %d", f.Seq, last)
			break
		}
	}
	for range src.frames { // what is left after a failure
	}
	<-src.closed
}

// TestRStrangerStreamWipes: once a frame has been handed over, no other buffer holds pixels: not
// while the source is silent, not after a read that failed half way, and not after Close.
func TestRStrangerStreamWipes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &scripted{frames: make(chan []byte), closed: make(chan struct{})}
		c := newStream("test", src)
		var f hal.Frame
		see := func(when string) {
			t.Helper()
			synctest.Wait()
			left := 0
			for _, buffer := range src.filled {
				if &buffer[0] != &f.BGR[:1][0] && !bytes.Equal(buffer, make([]byte, len(buffer))) {
					left++
				}
			}
			if left > 0 {
				t.Errorf("%s: pixels left in %d of %d buffers", when, left, len(src.filled))
			}
		}
		for i := range byte(8) {
			src.frames <- []byte{7 + i, 7, 7}
			src.frames <- []byte{8 + i, 8, 8}
			synctest.Wait()
			if err := c.Next(t.Context(), &f); err != nil || f.BGR[0] != 8+i {
				t.Fatalf("frame %v, %v", f.BGR, err)
			}
			see("silent")
		}
		src.frames <- []byte{9, 9, 9, 9} // not a whole pixel: the read fails
		see("failed")
		src.frames <- []byte{9, 9, 9}
		close(src.frames)
		<-c.done
		see("closed")
	})
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	card(t, dir, "b.png", 200)
	card(t, dir, "a.png", 40)
	src, err := openFolder(dir, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	var f hal.Frame
	for i, want := range []byte{40, 200, 40} {
		if err := src.read(&f); err != nil || f.Width != 200 || f.Height != 240 || f.BGR[0] != want {
			t.Errorf("picture %d: %d×%d, first byte %d, %v", i, f.Width, f.Height, f.BGR[0], err)
		}
	}
}

func TestScenes(t *testing.T) {
	dir, from := t.TempDir(), t.TempDir()
	if s, err := readScene(dir); err != nil || s != (Scene{}) {
		t.Fatalf("no scene file: %+v, %v", s, err)
	}
	for _, shade := range []uint8{90, 120} {
		if err := SetScene(dir, Scene{Picture: card(t, from, "x.png", shade), Kind: Photo, Seed: 5}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := readScene(dir)
	if err != nil || s.Kind != Photo || s.Seed != 5 || filepath.Dir(s.Picture) != dir {
		t.Fatalf("%+v, %v", s, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("the folder holds %v, want the scene and one picture", left)
	}
	if err := SetScene(dir, Scene{}); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("the folder holds %v, want the scene alone", left)
	}
	if err := SetScene(dir, Scene{Kind: "ghost"}); err == nil {
		t.Error("a ghost was let in")
	}
	if _, err := parseScene(dir, []byte(`picture = "/etc/passwd"`)); err == nil {
		t.Error("a picture outside the folder was taken")
	}
}

func TestSimDeterministic(t *testing.T) {
	dir := t.TempDir()
	var p hal.Frame
	if err := picture.Load(card(t, dir, "x.png", 90), &p); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []Kind{Person, Photo, Screen} {
		var a, b, c, empty hal.Frame
		scene := Scene{Picture: "x", Kind: kind, Seed: 3}
		newShow().render(scene, &p, 20, &a)
		newShow().render(scene, &p, 20, &b)
		newShow().render(scene, &p, 21, &c)
		newShow().render(Scene{Seed: 3}, &p, 20, &empty)
		switch {
		case !bytes.Equal(a.BGR, b.BGR):
			t.Errorf("%s: the same frame twice differs", kind)
		case bytes.Equal(a.BGR, c.BGR):
			t.Errorf("%s: the next frame is the same", kind)
		case bytes.Equal(a.BGR, empty.BGR):
			t.Errorf("%s: no person is seen", kind)
		}
	}
}

func TestSimUnplug(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cam")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := Open("sim:" + dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var f hal.Frame
	if err := c.Next(t.Context(), &f); err != nil || f.Width != Width || f.Height != Height {
		t.Fatalf("%d×%d, %v", f.Width, f.Height, err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		err = c.Next(t.Context(), &f)
	}
	if !errors.Is(err, hal.ErrGone) {
		t.Fatal(err)
	}
}

func FuzzScene(f *testing.F) {
	f.Add([]byte("picture = \"a.png\"\nkind = \"person\"\nseed = 3\nface = [1, 2, 3, 4]\n"))
	f.Add([]byte("picture = \"../a\""))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := parseScene("/d", text); err == nil && s.Picture != "" && filepath.Dir(s.Picture) != "/d" {
			t.Errorf("picture %q left the folder", s.Picture)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	var p, f hal.Frame
	if err := picture.Load(card(b, b.TempDir(), "x.png", 90), &p); err != nil {
		b.Fatal(err)
	}
	s := newShow()
	for n := 0; b.Loop(); n++ {
		s.render(Scene{Picture: "x"}, &p, n%60, &f)
	}
}
