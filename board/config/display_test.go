package config

import (
	"strings"
	"testing"
	"time"
)

// TestDisplay: the hours of the night, in the site's own zone, and the language.
func TestDisplay(t *testing.T) {
	c, err := Parse(strings.NewReader(siteHead + "[site]\nzone = \"Asia/Shanghai\"\n[console]\nlanguage = \"zh\"\n" +
		"[display]\nscreen = \"drm\"\nnight = \"22:00-06:00\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Shows() || c.DisplayLanguage() != "zh" {
		t.Errorf("shows %v, in %q", c.Shows(), c.DisplayLanguage())
	}
	for hour, dark := range map[string]bool{"21:59": false, "22:00": true, "03:00": true, "06:00": false} {
		at, err := time.ParseInLocation("15:04", hour, c.Site.Location())
		if err != nil || c.DarkAt(at.UTC()) != dark {
			t.Errorf("at %s dark: %v, %v", hour, !dark, err)
		}
	}
}

// TestDisplayRefuses: each value that cannot be has its remedy, and takes the display with it, not
// the door.
func TestDisplayRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`screen = "television"`:                "[display] screen \"television\"",
		`screen = "ssd1306:spi=0.0"`:           "ssd1306:i2c=1:0x3c",
		`camera = "left"`:                      "[display] has no screen",
		"screen = \"drm\"\nlanguage = \"fr\"":  "write one of en, zh",
		"screen = \"drm\"\ncamera = \"top\"":   "write one of above, below, left, right",
		"screen = \"drm\"\nnight = \"22-6\"":   "22:00-06:00",
		"screen = \"drm\"\nlanguge = \"zh\"":   "did you mean \"language\"",
		"screen = \"sim:screen,size=480x320\"": "from / on",
	} {
		c, err := decode(strings.NewReader(siteHead + "[display]\n" + text + "\n"))
		if err == nil {
			wrong := c.check()
			err = c.lines.explain(wrong)
			for _, w := range wrong {
				if !c.LeaveOut(w.key, w.err) || c.LeftOut(PartDisplay) == nil {
					t.Errorf("%s: %s takes the door with it", text, w.key)
				}
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
