package panel

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"

	"menshen/hal"
	"menshen/hal/display/screen/panel/paneltest"
)

// drawn is a panel that draws, and what a person sees on it.
type drawn interface {
	Draw(*image.RGBA, image.Rectangle) error
}

// scribble draws rectangles of colours, each as the only part that has changed, and compares what
// is seen after each, pixel by pixel. seen says what a colour looks like there.
func scribble(t *testing.T, p drawn, size image.Point, picture func() *image.RGBA, seen func(color.RGBA) color.RGBA) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(18, uint64(size.X)))
	img := image.NewRGBA(image.Rectangle{Max: size})
	dirty := img.Rect
	for range 20 {
		c := color.RGBA{byte(rnd.IntN(256)), byte(rnd.IntN(256)), byte(rnd.IntN(256)), 255}
		draw.Draw(img, dirty, image.NewUniform(c), image.Point{}, draw.Src)
		if err := p.Draw(img, dirty); err != nil {
			t.Fatal(err)
		}
		want := image.NewRGBA(img.Rect)
		for y := range size.Y {
			for x := range size.X {
				want.SetRGBA(x, y, seen(img.RGBAAt(x, y)))
			}
		}
		if got := picture(); !bytes.Equal(got.Pix, want.Pix) {
			t.Fatalf("after %v another picture is seen", dirty)
		}
		at := func(most int) int { return rnd.IntN(most+10) - 5 }
		dirty = image.Rect(at(size.X), at(size.Y), at(size.X), at(size.Y))
	}
}

// bits16Of is a colour of 16 bits.
func bits16Of(c color.RGBA) color.RGBA { return color.RGBA{c.R & 0xf8, c.G & 0xfc, c.B & 0xf8, 255} }

// blackOrWhite is a colour on a panel without colours.
func blackOrWhite(c color.RGBA) color.RGBA {
	if max(c.R, c.G, c.B) >= 0x80 {
		return color.RGBA{255, 255, 255, 255}
	}
	return color.RGBA{A: 255}
}

func wiresOf(w *paneltest.Wires) Wires { return Wires{Port: w, DC: w.DC(), Reset: w.Reset()} }

// TestColour: each kind of glass shows what was drawn, in its colours and at its place.
func TestColour(t *testing.T) {
	for name, c := range map[string]struct {
		memory, size, offset image.Point
		bgr, invert, mirror  bool
		fast                 physic.Frequency
	}{
		"ST7735S":            {image.Pt(132, 162), image.Pt(128, 160), image.Pt(2, 1), false, false, false, 15},
		"ST7735S, 0.96 inch": {image.Pt(132, 162), image.Pt(80, 160), image.Pt(26, 1), true, true, false, 15},
		"ST7789V":            {image.Pt(240, 320), image.Pt(240, 240), image.Pt(0, 80), false, true, false, 62},
		"ILI9341":            {image.Pt(240, 320), image.Pt(240, 320), image.Pt(0, 0), true, false, true, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := paneltest.NewColour(c.memory, c.size, c.offset, c.fast*physic.MegaHertz)
			e.Glass(c.bgr, c.invert, c.mirror)
			w := wiresOf(&e.Wires)
			w.Light = e.Light()
			p, err := NewColour(w, Glass{c.fast * physic.MegaHertz, c.size, c.offset, c.bgr, c.invert, c.mirror})
			if err != nil {
				t.Fatal(err)
			}
			if e.Lit() || !bytes.Equal(e.Picture().Pix, black(c.size).Pix) {
				t.Error("something is seen before the first picture")
			}
			scribble(t, p, c.size, e.Picture, bits16Of)
			if !e.Lit() {
				t.Error("the lamp is off")
			}
			if err := p.Close(); err != nil || e.Lit() {
				t.Errorf("closed: %v, the lamp is on: %v", err, e.Lit())
			}
		})
	}
}

func black(size image.Point) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(img, img.Rect, image.Black, image.Point{}, draw.Src)
	return img
}

// colourPanel is a panel without a reset line that shows a picture.
func colourPanel(t *testing.T) (*paneltest.Colour, *Colour, *image.RGBA) {
	size := image.Pt(240, 320)
	e := paneltest.NewColour(size, size, image.Point{}, 62*physic.MegaHertz)
	w := wiresOf(&e.Wires)
	w.Reset = nil
	time.Sleep(10 * time.Millisecond) // since its power came
	p, err := NewColour(w, Glass{Speed: physic.MegaHertz, Size: size})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(img, image.Rect(9, 9, 99, 99), image.White, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(0, 0, 240, 1), image.NewUniform(color.RGBA{248, 0, 0, 255}), image.Point{}, draw.Src)
	if err := p.Draw(img, img.Rect); err != nil {
		t.Fatal(err)
	}
	return e, p, img
}

// sees reports whether what is seen is the picture.
func sees(e *paneltest.Colour, img *image.RGBA) bool {
	want := image.NewRGBA(img.Rect)
	for y := range img.Rect.Max.Y {
		for x := range img.Rect.Max.X {
			want.SetRGBA(x, y, bits16Of(img.RGBAAt(x, y)))
		}
	}
	return bytes.Equal(e.Picture().Pix, want.Pix)
}

// TestSpark: a panel that a spark has reset shows the picture again within a minute's drawing, and
// not before.
func TestSpark(t *testing.T) {
	e, p, img := colourPanel(t)
	if !sees(e, img) {
		t.Fatal("another picture is seen")
	}
	e.Spark()
	time.Sleep(awake)
	clock := image.Rect(100, 300, 120, 310)
	if err := p.Draw(img, clock); err != nil {
		t.Fatal(err)
	}
	if sees(e, img) {
		t.Error("the emulator forgets nothing when it is reset")
	}
	p.set = p.set.Add(-again)
	if err := p.Draw(img, clock); err != nil {
		t.Fatal(err)
	}
	if !sees(e, img) {
		t.Error("another picture is seen a minute later")
	}
}

// TestOnlyDirty: what has not changed is not sent.
func TestOnlyDirty(t *testing.T) {
	e, p, img := colourPanel(t)
	if all := e.Bytes(); all < 240*320*2 {
		t.Errorf("%d bytes for all of it", all)
	}
	if err := p.Draw(img, image.Rect(0, 0, 10, 10)); err != nil {
		t.Fatal(err)
	}
	if part := e.Bytes(); part < 200 || part > 220 {
		t.Errorf("%d bytes for 100 pixels", part)
	}
	e.Unplug()
	if err := p.Draw(img, img.Rect); err == nil {
		t.Error("drawn onto nothing")
	}
}

// TestPaper: what was drawn is seen, whether all of it flickered or only what has changed moved.
func TestPaper(t *testing.T) {
	size := image.Pt(122, 250)
	e := paneltest.NewPaper(size)
	p, err := NewPaper(wiresOf(&e.Wires), e.Busy(), size)
	if err != nil {
		t.Fatal(err)
	}
	scribble(t, p, size, e.Picture, blackOrWhite)
	if e.Whole == 0 || e.Quick == 0 {
		t.Errorf("%d whole, %d quick", e.Whole, e.Quick)
	}

	img := image.NewRGBA(image.Rectangle{Max: size})
	e.Whole, e.Quick, p.shown = 0, 0, nil
	for n := range 2*mostQuick + 4 {
		img.SetRGBA(n, 0, color.RGBA{255, 255, 255, 255})
		if err := p.Draw(img, img.Rect); err != nil {
			t.Fatal(err)
		}
		if err := p.Draw(img, img.Rect); err != nil { // the same again moves nothing
			t.Fatal(err)
		}
	}
	if e.Whole != 3 || e.Quick != 2*mostQuick+1 {
		t.Errorf("%d times whole, %d quick", e.Whole, e.Quick)
	}
}

// TestOLED: what was drawn is seen, on either bus, and a panel that does not answer is told.
func TestOLED(t *testing.T) {
	for _, size := range []image.Point{{128, 64}, {128, 32}} {
		e := paneltest.NewOLED(size, 0x3d)
		if _, err := NewOLED(e, 0x3c, size); !errors.Is(err, hal.ErrGone) {
			t.Errorf("at another address: %v", err)
		}
		onI2C, err := NewOLED(e, 0x3d, size)
		if err != nil {
			t.Fatal(err)
		}
		scribble(t, onI2C, size, e.Picture, blackOrWhite)
		e.Unplug()
		if err := onI2C.Check(); !errors.Is(err, hal.ErrGone) {
			t.Error(err)
		}
		s := paneltest.NewOLED(size, 0)
		onSPI, err := NewOLEDOnSPI(wiresOf(&s.Wires), size)
		if err != nil {
			t.Fatal(err)
		}
		scribble(t, onSPI, size, s.Picture, blackOrWhite)
		if err := onSPI.Check(); err != nil {
			t.Error(err)
		}
		if err := onSPI.Close(); err != nil || !bytes.Equal(s.Picture().Pix, black(size).Pix) {
			t.Errorf("closed: %v", err)
		}
	}
}
