package config

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"menshen/hal/display/screen"
	"menshen/internal/i18n/catalogue"
)

// Display says what a door with a screen shows what it tells on, and how. A door with an empty
// screen has none.
type Display struct {
	Screen   string `toml:"screen"`   // as screen.Parse reads it: "drm"
	Language string `toml:"language"` // for whoever is not known: a code, "zh"; empty: the console's, or English
	Camera   string `toml:"camera"`   // where the camera is: one of CameraSides; empty: above
	Night    string `toml:"night"`    // "22:00-06:00", when it is dark; empty: never
	Lower    bool   `toml:"lower"`    // on an upright screen all stands in its lower part
	Mirror   bool   `toml:"mirror"`   // pictures right, words left
	Fonts    string `toml:"fonts"`    // folder of Noto Sans CJK; empty: where Debian has it
}

// CameraSides are the sides of a display on which a camera can be, as seen by who reads it.
var CameraSides = []string{"above", "below", "left", "right"}

// Shows reports whether the door has a display.
func (c *Config) Shows() bool { return c.Display.Screen != "" }

// DisplayLanguage is that of whoever is not known.
func (c *Config) DisplayLanguage() string {
	return cmp.Or(c.Display.Language, c.Console.Language, "en")
}

// DarkAt reports whether the display is dark at a time.
func (c *Config) DarkAt(t time.Time) bool {
	from, until, _ := spanOfDay(c.Display.Night)
	return inSpan(from, until, t.In(c.Site.Location()))
}

func (c *Config) checkDisplay(m *misfits) {
	d := &c.Display
	if d.Screen != "" {
		if _, err := screen.Parse(d.Screen); err != nil {
			m.add("display.screen", fmt.Errorf("[display] %w", err))
		}
	}
	other := *d
	other.Screen = ""
	m.when(d.Screen == "" && other != Display{}, "display.screen",
		"[display] has no screen: write such as screen = \"drm\", or leave [display] out")
	if d.Language != "" {
		m.add("display.language", oneOf("[display] language", d.Language, catalogue.Codes()))
	}
	if d.Camera != "" && !slices.Contains(CameraSides, d.Camera) {
		m.add("display.camera", oneOf("[display] camera", d.Camera, CameraSides))
	}
	_, _, ok := spanOfDay(d.Night)
	m.when(!ok && d.Night != "", "display.night",
		"[display] night %q is not a span of the day: write such as \"22:00-06:00\"", d.Night)
}
