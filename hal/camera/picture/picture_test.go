package picture

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/hal"
)

// scene is a picture without a person: gradients, and a disc.
func scene(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), 90, 255}
			if dx, dy := x-w/2, y-h/2; dx*dx+dy*dy < h*h/16 {
				c = color.RGBA{220, uint8((x ^ y) & 0x7f), 30, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

// encoded is the picture as a camera sends it: 4:2:0, without tables when bare.
func encoded(t testing.TB, m image.Image, bare bool) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	if !bare {
		return b.Bytes()
	}
	without := bytes.Replace(b.Bytes(), usual(), nil, 1)
	if len(without) != b.Len()-len(usual()) {
		t.Fatal("the tables are not there")
	}
	return without
}

// TestUsual: the tables are those of the standard, 420 bytes with marker and length.
func TestUsual(t *testing.T) {
	const want = "06ead79f18b4b18186f3ffeb1c8fbb68b659ec6d7ecde7fc139221b54af01448"
	if sum := fmt.Sprintf("%x", sha256.Sum256(usual())); sum != want || len(usual()) != 420 {
		t.Errorf("%d bytes, %s: does Go's encoder use other tables now?", len(usual()), sum)
	}
}

func TestJPEG(t *testing.T) {
	const w, h = 320, 240
	m := scene(w, h)
	var with, bare hal.Frame
	if err := JPEG(encoded(t, m, false), w, h, &with); err != nil {
		t.Fatal(err)
	}
	if err := JPEG(encoded(t, m, true), w, h, &bare); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(with.BGR, bare.BGR) || with.Width != w || with.Height != h || len(with.BGR) != w*h*3 {
		t.Fatalf("%d×%d, %d bytes", with.Width, with.Height, len(with.BGR))
	}
	at := func(x, y int) string { return fmt.Sprintf("%d", with.BGR[(y*w+x)*3:][:3]) }
	for _, p := range [][2]int{{8, 8}, {300, 8}, {8, 230}} {
		want := m.RGBAAt(p[0], p[1])
		got := with.BGR[(p[1]*w+p[0])*3:]
		for i, c := range []byte{want.B, want.G, want.R} {
			if d := int(got[i]) - int(c); d < -6 || d > 6 {
				t.Errorf("at %v: %v, expected %v", p, at(p[0], p[1]), want)
			}
		}
	}
}

// TestBadFrames: what a camera or a bad cable may send.
func TestBadFrames(t *testing.T) {
	good := encoded(t, scene(64, 48), true)
	huge := bytes.Clone(good)
	sof := bytes.Index(huge, []byte{0xff, 0xc0})
	copy(huge[sof+5:], "\xff\xff\xff\xff")
	for name, data := range map[string][]byte{
		"nothing": nil, "one byte": good[:1], "the mark alone": good[:2], "cut short": good[:len(good)/2],
		"another size": encoded(t, scene(64, 40), true), "a huge size": huge, "zeros": make([]byte, 4096),
	} {
		f := hal.Frame{BGR: []byte{1, 2, 3}}
		if err := JPEG(data, 64, 48, &f); !errors.Is(err, hal.ErrNoFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRStrangerDecoderWiped: what the decoder had of the frame is overwritten.
func TestRStrangerDecoderWiped(t *testing.T) {
	src := &lender{from: withTables(encoded(t, scene(320, 240), true))}
	m, err := jpeg.Decode(src)
	if err != nil {
		t.Fatal(err)
	}
	src.wipe()
	var f hal.Frame
	fill(&f, m)
	left := bytes.Trim(src.lent, "\x00")
	for _, plane := range [][]byte{m.(*image.YCbCr).Y, m.(*image.YCbCr).Cb, m.(*image.YCbCr).Cr} {
		left = append(left, bytes.Trim(plane, "\x00")...)
	}
	if len(src.lent) < 1000 || len(left) > 0 {
		t.Errorf("%d bytes are left; the decoder's buffer has %d", len(left), len(src.lent))
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	m := image.NewNRGBA(image.Rect(5, 5, 7, 6))
	m.Set(5, 5, color.NRGBA{R: 10, G: 20, B: 30, A: 255})
	m.Set(6, 5, color.NRGBA{R: 200})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	f := hal.Frame{BGR: make([]byte, 1000)}
	if err := Load(write("a.png", b.Bytes()), &f); err != nil {
		t.Fatal(err)
	}
	if f.Width != 2 || f.Height != 1 || string(f.BGR) != "\x1e\x14\x0a\x00\x00\x00" {
		t.Errorf("%d×%d % x", f.Width, f.Height, f.BGR)
	}
	jpg := encoded(t, scene(64, 48), false)
	if err := Load(write("b.jpg", jpg), &f); err != nil || f.Width != 64 || len(f.BGR) != 64*48*3 {
		t.Errorf("a JPEG file: %v", err)
	}
	copy(jpg[bytes.Index(jpg, []byte{0xff, 0xc0})+5:], "\xff\xff\xff\xff")
	if err := Load(write("huge.jpg", jpg), &f); !errors.Is(err, ErrLarge) {
		t.Errorf("65535×65535: %v", err)
	}
	if err := Load(filepath.Join(dir, "absent.png"), &f); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if err := Load(write("text.png", []byte("no picture")), &f); err == nil {
		t.Error("text was read as a picture")
	}
}

// FuzzJPEG: whatever a camera sends is a frame of the agreed size, or none.
func FuzzJPEG(f *testing.F) {
	good := encoded(f, scene(32, 24), true)
	f.Add(good)
	f.Add(encoded(f, scene(32, 24), false))
	f.Add(good[:len(good)-20])
	f.Add([]byte(strings.Repeat("\xff\xd8", 9)))
	f.Fuzz(func(t *testing.T, data []byte) {
		var to hal.Frame
		err := JPEG(data, 32, 24, &to)
		if err == nil && (to.Width != 32 || to.Height != 24 || len(to.BGR) != 32*24*3) ||
			err != nil && !errors.Is(err, hal.ErrNoFrame) {
			t.Errorf("%d×%d, %d bytes, %v", to.Width, to.Height, len(to.BGR), err)
		}
	})
}

func BenchmarkJPEG(b *testing.B) {
	for _, size := range [][2]int{{640, 480}, {1280, 720}} {
		data := encoded(b, scene(size[0], size[1]), true)
		b.Run(fmt.Sprintf("%d×%d", size[0], size[1]), func(b *testing.B) {
			var f hal.Frame
			for b.Loop() {
				if err := JPEG(data, size[0], size[1], &f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
