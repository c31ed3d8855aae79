package screen

import (
	"image"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	spi := map[string]string{"dc": "GPIO25", "reset": "pinctrl-rp1:27"}
	for text, want := range map[string]Source{
		"drm":                   {Kind: "drm"},
		"drm:HDMI-A-1":          {Kind: "drm", Where: "HDMI-A-1"},
		"drm:DSI-1,turn=90":     {Kind: "drm", Where: "DSI-1", Turn: 90},
		"drm:turn=270":          {Kind: "drm", Turn: 270},
		"fb:/dev/fb0":           {Kind: "fb", Where: "/dev/fb0"},
		"sim:/tmp/s,size=80x40": {Kind: "sim", Where: "/tmp/s", Size: image.Pt(80, 40)},
		"ssd1306:i2c=1:0x3c":    {Kind: "ssd1306", Bus: "i2c", Port: [2]int{1, 0x3c}, Size: image.Pt(128, 64)},
		"ssd1306:spi=0.1,dc=GPIO25,reset=pinctrl-rp1:27,size=128x32": {Kind: "ssd1306", Bus: "spi", Port: [2]int{0, 1},
			Lines: spi, Size: image.Pt(128, 32)},
		"st7789:spi=0.0,dc=GPIO25,reset=pinctrl-rp1:27,size=240x240,offset=0x80,turn=180": {Kind: "st7789", Bus: "spi",
			Lines: spi, Size: image.Pt(240, 240), Offset: image.Pt(0, 80), Turn: 180},
		"ili9341:spi=0.0,dc=GPIO25,colours=rgb,invert=yes": {Kind: "ili9341", Bus: "spi", Size: image.Pt(240, 320),
			Lines: map[string]string{"dc": "GPIO25"}, Colours: "rgb", Invert: "yes"},
		"epaper:spi=0.0,dc=pin 22,reset=pin 11,busy=pin 18": {Kind: "epaper", Bus: "spi", Size: image.Pt(122, 250),
			Lines: map[string]string{"dc": "pin 22", "reset": "pin 11", "busy": "pin 18"}},
	} {
		got, err := Parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if got.String() != text {
			t.Errorf("%s is written as %s", text, got)
		}
	}
}

// TestParseRefuses: each error says what is wrong, and how it is written right.
func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   `"" is none of drm, epaper, fb,`,
		"hdmi":                               `"hdmi" is none of`,
		"drm:../card0":                       "is no connector: write it as drm or drm:HDMI-A-1",
		"drm:HDMI-A-1,turn=45":               `"turn=45" says nothing of a drm`,
		"drm:size=800x480":                   `"size=800x480" says nothing`,
		"fb:fb0":                             `"fb0" is no path from / on: write it as fb:/dev/fb0`,
		"fb:/dev/../fb0":                     "is no path",
		"sim:/tmp/s":                         "it has no size",
		"sim:/tmp/s,size=9999x80":            `"size=9999x80" says nothing`,
		"ssd1306":                            "it has no bus: i2c or spi",
		"ssd1306:1:0x3c":                     "is no bus",
		"ssd1306:i2c=1:60":                   `"i2c=1:60" says nothing`,
		"ssd1306:i2c=1:0x3c,dc=GPIO25":       "on I2C it has no lines",
		"ssd1306:i2c=1:0x3c,spi=0.0":         `"spi=0.0" says nothing`,
		"st7789:spi=0.0":                     "it has no line dc",
		"st7789:i2c=1:0x3c":                  `"i2c=1:0x3c" says nothing`,
		"st7789:spi=0.0,dc=GPIO1,dc=GPIO2":   `"dc=GPIO2" says nothing`,
		"st7789:spi=00.0,dc=GPIO1":           `"spi=00.0" says nothing`,
		"st7789:spi=0.0,dc=GPIO1,offset=0x1": "its points end outside the controller's 240×320",
		"epaper:spi=0.0,dc=GPIO1,reset=2":    "it has no line busy",
		"epaper:spi=0.0,colours=rgb":         `"colours=rgb" says nothing`,
		"st7789:spi=0.0,dc=GPIO1,invert=1":   `"invert=1" says nothing`,
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, k := range kinds {
		text, _, _ := strings.Cut(k.example, " ")
		f.Add(text)
	}
	f.Add("st7735:spi=1.0,dc=pin 22,offset=2x1,turn=90")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(s.String())
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Fatalf("%q became %q, and that %+v, %v", text, s, again, err)
		}
	})
}
