package screen

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"menshen/hal"
	"menshen/internal/confine"
	"menshen/internal/confine/confinetest"
)

// TestMain lets the test binary be the process that draws.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "draws" {
		if err := drawConfined(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// noise is a picture in which each pixel is told from the others.
func noise(size image.Point, seed int) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			n := (x*251 + y*509 + seed*131071) * 2654435761
			img.SetRGBA(x, y, color.RGBA{byte(n >> 8), byte(n >> 16), byte(n >> 24), 255})
		}
	}
	return img
}

// simulated makes a simulated screen and opens it.
func simulated(t *testing.T, size image.Point, turn int) (Screen, Source) {
	t.Helper()
	s := Source{Kind: "sim", Where: filepath.Join(t.TempDir(), "screen"), Size: size, Turn: turn}
	if err := MakeSim(s.Where, size); err != nil {
		t.Fatal(err)
	}
	screen, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	return screen, s
}

// upright turns a picture back, by a rule of its own: the pixel that a person sees at a place.
func upright(img *image.RGBA, degrees int) *image.RGBA {
	for range degrees / 90 { // each time the picture is turned right by a quarter
		b := img.Rect
		next := image.NewRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
		for y := range b.Dy() {
			for x := range b.Dx() {
				next.SetRGBA(b.Dy()-1-y, x, img.RGBAAt(x, y))
			}
		}
		img = next
	}
	return img
}

// TestTurned: however a screen is mounted, a person sees the picture upright, and parts of it too.
func TestTurned(t *testing.T) {
	for _, degrees := range []int{0, 90, 180, 270} {
		screen, s := simulated(t, image.Pt(7, 5), degrees)
		size := screen.Looks().Size
		if want := map[int]image.Point{0: {7, 5}, 90: {5, 7}}[degrees%180]; size != want {
			t.Fatalf("turned by %d: %v", degrees, size)
		}
		img := noise(size, 0)
		if err := screen.Draw(img, img.Rect); err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			number := rapid.IntRange(-2, 9)
			dirty := image.Rect(number.Draw(t, "x"), number.Draw(t, "y"), number.Draw(t, "x"), number.Draw(t, "y"))
			other := noise(size, number.Draw(t, "seed"))
			for y := range size.Y {
				for x := range size.X {
					if image.Pt(x, y).In(dirty) {
						img.SetRGBA(x, y, other.RGBAAt(x, y))
					}
				}
			}
			if err := screen.Draw(img, dirty); err != nil {
				t.Fatal(err)
			}
			shown, err := ReadSim(s.Where, s.Size)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(upright(shown, degrees).Pix, img.Pix) {
				t.Fatalf("turned by %d: another picture is seen", degrees)
			}
		})
	}
}

// TestSimGone: a screen that is not there may come; one that went away is told.
func TestSimGone(t *testing.T) {
	screen, s := simulated(t, image.Pt(80, 40), 0)
	if err := screen.Check(); err != nil {
		t.Error(err)
	}
	os.Remove(s.Where)
	if err := screen.Check(); !errors.Is(err, hal.ErrGone) {
		t.Error(err)
	}
	if _, err := s.Open(); !errors.Is(err, hal.ErrGone) {
		t.Error(err)
	}
	if err := MakeSim(s.Where, image.Pt(8, 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(); err == nil {
		t.Error("a file of another size was opened")
	}
}

// drawConfined draws after it was confined, onto a screen that it opens again.
func drawConfined() error {
	s := Source{Kind: "sim", Where: filepath.Join(os.TempDir(), "screen"), Size: image.Pt(80, 40)}
	keep := s.Keep()
	keep.Memory = 512 << 20
	force, err := confine.Process(keep)
	fmt.Println(force)
	if err != nil {
		return err
	}
	for seed := range 2 {
		screen, err := s.Open()
		if err != nil {
			return err
		}
		img := noise(s.Size, seed)
		if err := errors.Join(screen.Draw(img, img.Rect), screen.Check(), screen.Close()); err != nil {
			return err
		}
	}
	_, err = openBus("SPI", "/dev/zero", func() (any, error) { return nil, nil })
	if !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("a bus that is not kept: %w", err)
	}
	f, err := os.OpenFile(s.Where, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString("longer"); err == nil {
		return errors.New("could write a file")
	}
	return nil
}

// TestConfined: the simulated screen works in a process that may write no file, and a panel's bus
// is told to be out of its reach.
func TestConfined(t *testing.T) {
	dir := t.TempDir()
	path, size := filepath.Join(dir, "screen"), image.Pt(80, 40)
	if err := MakeSim(path, size); err != nil {
		t.Fatal(err)
	}
	if _, skip, err := confinetest.Run("draws", dir); skip != "" {
		t.Skip(skip)
	} else if err != nil {
		t.Fatal(err)
	}
	shown, err := ReadSim(path, size)
	if err != nil || !bytes.Equal(shown.Pix, noise(size, 1).Pix) {
		t.Errorf("another picture is shown; %v", err)
	}
}

// fbOf is what a driver says of a frame buffer: 30×20 pixels, 3 rows down in its memory.
func fbOf(bits uint32, red, green, blue channel) (variable, fixed []uint32) {
	variable, fixed = make([]uint32, variableSize/4), make([]uint32, fixedSize/4)
	put := func(in []uint32, at int, values ...uint32) { copy(in[at/4:], values) }
	put(variable, varWidth, 30, 20)
	put(variable, varX, 0, 3, bits)
	put(variable, varRed, red.shift, red.bits, 0, green.shift, green.bits, 0, blue.shift, blue.bits)
	put(variable, varMillimetres, 154)
	put(fixed, fixLength, 4*64*64)
	put(fixed, fixPitch, 128)
	return variable, fixed
}

// TestFrameBuffer: pixels lie where the driver says, in its colours.
func TestFrameBuffer(t *testing.T) {
	for name, c := range map[string]struct {
		bits  uint32
		rgb   [3]channel
		pixel []byte // of red 0xff, green 0x84, blue 0x08
	}{
		"565":  {16, [3]channel{{11, 5}, {5, 6}, {0, 5}}, []byte{0x21, 0xfc}},
		"888":  {24, [3]channel{{16, 8}, {8, 8}, {0, 8}}, []byte{0x08, 0x84, 0xff}},
		"8888": {32, [3]channel{{16, 8}, {8, 8}, {0, 8}}, []byte{0x08, 0x84, 0xff, 0x00}},
		"bgr":  {32, [3]channel{{0, 8}, {8, 8}, {16, 8}}, []byte{0xff, 0x84, 0x08, 0x00}},
	} {
		m, length, err := frameBuffer(fbOf(c.bits, c.rgb[0], c.rgb[1], c.rgb[2]))
		if err != nil || m.looks != (Looks{Size: image.Pt(30, 20), Width: 154, Colour: true}) {
			t.Errorf("%s: %+v, %v", name, m, err)
			continue
		}
		m.all = make([]byte, length)
		img := image.NewRGBA(image.Rect(0, 0, 30, 20))
		img.SetRGBA(2, 1, color.RGBA{0xff, 0x84, 0x08, 255})
		if err := m.Draw(img, image.Rect(2, 1, 3, 2)); err != nil {
			t.Error(err)
		}
		want := make([]byte, length)
		copy(want[(3+1)*128+2*len(c.pixel):], c.pixel)
		if !bytes.Equal(m.all, want) {
			t.Errorf("%s: %x, want %x", name, m.all[4*128:][:16], c.pixel)
		}
	}
}

// TestFrameBufferRefuses: what does not fit into the memory that is there, or has no colours, is
// not used.
func TestFrameBufferRefuses(t *testing.T) {
	rgb := [3]channel{{16, 8}, {8, 8}, {0, 8}}
	for name, spoil := range map[string]func(variable, fixed []uint32){
		"too high":       func(v, _ []uint32) { v[varHeight/4] = 200 },
		"too wide":       func(v, _ []uint32) { v[varWidth/4] = 200 },
		"no width":       func(v, _ []uint32) { v[varWidth/4] = 0 },
		"far down":       func(v, _ []uint32) { v[varY/4] = 1 << 31 },
		"a palette":      func(v, _ []uint32) { v[varBits/4] = 8 },
		"in planes":      func(_, f []uint32) { f[fixKind/4] = 1 },
		"grey":           func(v, _ []uint32) { v[varRed/4+1] = 0 },
		"outside itself": func(v, _ []uint32) { v[varRed/4] = 30 },
	} {
		v, f := fbOf(32, rgb[0], rgb[1], rgb[2])
		spoil(v, f)
		if m, _, err := frameBuffer(v, f); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if _, err := openFB("/dev/null"); err == nil {
		t.Error("/dev/null is a frame buffer")
	}
	if _, err := openFB("/dev/fb-none"); !errors.Is(err, hal.ErrGone) || errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}
