package screen

import (
	"errors"
	"image"
	"image/color"
	"io/fs"
	"testing"

	"periph.io/x/conn/v3/physic"

	"menshen/hal"
	"menshen/hal/display/screen/panel"
	"menshen/hal/display/screen/panel/paneltest"
)

// TestPanelKinds: each kind, as it is written in the configuration, shows a picture on the panel
// that is usual under its name, and tells the layout what that can do.
func TestPanelKinds(t *testing.T) {
	whole := image.Pt(240, 320)
	oled, paper := paneltest.NewOLED(image.Pt(128, 64), 0), paneltest.NewPaper(image.Pt(122, 250))
	st7735 := paneltest.NewColour(image.Pt(132, 162), image.Pt(128, 160), image.Pt(2, 1), 15*physic.MegaHertz)
	st7789 := paneltest.NewColour(whole, whole, image.Point{}, 62*physic.MegaHertz)
	st7789.Glass(false, true, false)
	ili9341 := paneltest.NewColour(whole, whole, image.Point{}, 10*physic.MegaHertz)
	ili9341.Glass(true, false, true)
	for text, e := range map[string]struct {
		wires   *paneltest.Wires
		picture func() *image.RGBA
	}{
		"ssd1306:spi=0.0,dc=a":               {&oled.Wires, oled.Picture},
		"epaper:spi=0.0,dc=a,reset=b,busy=c": {&paper.Wires, paper.Picture},
		"st7735:spi=0.0,dc=a,offset=2x1":     {&st7735.Wires, st7735.Picture},
		"st7789:spi=0.0,dc=a":                {&st7789.Wires, st7789.Picture},
		"ili9341:spi=0.0,dc=a":               {&ili9341.Wires, ili9341.Picture},
	} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.drive(panel.Wires{Port: e.wires, DC: e.wires.DC(), Reset: e.wires.Reset()}, paper.Busy())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		img := image.NewRGBA(image.Rectangle{Max: s.Size})
		for _, c := range []color.RGBA{{248, 0, 0, 255}, {0, 252, 0, 255}, {0, 0, 248, 255}, {248, 252, 248, 255}} {
			at := image.Pt(int(c.R)/8, int(c.B)/8)
			img.SetRGBA(at.X, at.Y, c)
			if err := p.Draw(img, image.Rectangle{Max: s.Size}); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			got, want := e.picture().RGBAAt(at.X, at.Y), c
			if !kinds[s.Kind].colour {
				want = color.RGBA{255, 255, 255, 255}
			}
			if got != want {
				t.Errorf("%s: %v is seen as %v", text, want, got)
			}
		}
	}
}

// TestNoPanel: a bus that is not there may come.
func TestNoPanel(t *testing.T) {
	for _, text := range []string{"ssd1306:i2c=250:0x3c", "st7789:spi=250.3,dc=GPIO-none"} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(); !errors.Is(err, hal.ErrGone) || errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
