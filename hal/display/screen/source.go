package screen

import (
	"fmt"
	"image"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Source names a screen, and how to reach it.
type Source struct {
	Kind   string            // "drm"
	Where  string            // connector, device or file; empty: the first one
	Bus    string            // "spi" or "i2c" of a small panel
	Port   [2]int            // bus and chip select of SPI; bus and address of I2C
	Lines  map[string]string // of a panel on SPI: names of the lines dc, reset, busy, light
	Size   image.Point       // points, as the controller has them; zero: the screen says how many
	Offset image.Point       // where they begin in a controller's memory
	Turn   int               // degrees by which it is mounted clockwise of upright: 0, 90, 180 or 270

	// Of a panel in colour, where its maker's glass is not the usual one: "rgb" or "bgr", and "yes"
	// or "no" to whether it is dark where others are light.
	Colours, Invert string
}

// kind is what the sources of one kind have.
type kind struct {
	example string
	buses   []string    // of a small panel: one of these
	lines   []string    // on SPI: these, of which the first
	needs   int         // ones are needed
	size    image.Point // usual; zero: it is asked for, or the screen says it
	most    image.Point // zero: no size can be given
	colour  bool        // of a small panel
}

var kinds = map[string]kind{
	"drm": {example: "drm or drm:HDMI-A-1"},
	"fb":  {example: "fb:/dev/fb0"},
	"sim": {example: "sim:/run/door/screen,size=800x480", most: image.Pt(4096, 4096)},
	"ssd1306": {"ssd1306:i2c=1:0x3c", []string{"i2c", "spi"}, []string{"dc", "reset"}, 1,
		image.Pt(128, 64), image.Pt(128, 64), false},
	"st7735":  colour("st7735", image.Pt(128, 160), image.Pt(132, 162)),
	"st7789":  colour("st7789", image.Pt(240, 320), image.Pt(240, 320)),
	"ili9341": colour("ili9341", image.Pt(240, 320), image.Pt(240, 320)),
	"epaper": {"epaper:spi=0.0,dc=GPIO25,reset=GPIO17,busy=GPIO24", []string{"spi"}, []string{"dc", "reset", "busy"}, 3,
		image.Pt(122, 250), image.Pt(160, 296), false},
}

func colour(name string, size, most image.Point) kind {
	lines := []string{"dc", "reset", "light"}
	return kind{name + ":spi=0.0,dc=GPIO25,reset=GPIO27", []string{"spi"}, lines, 1, size, most, true}
}

// Parse reads a source such as "drm:HDMI-A-1". Errors say what to write.
func Parse(text string) (Source, error) {
	name, rest, _ := strings.Cut(text, ":")
	k, known := kinds[name]
	if !known {
		return Source{}, fmt.Errorf("screen %q: %q is none of %s", text, name,
			strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	s := Source{Kind: name, Size: k.size}
	fields := strings.Split(rest, ",")
	if !strings.Contains(fields[0], "=") { // or else it has no place: "drm:turn=90"
		s.Where, fields = fields[0], fields[1:]
	}
	seen := map[string]bool{}
	for _, field := range fields {
		key, value, _ := strings.Cut(field, "=")
		if value == "" || seen[key] || !s.set(k, key, value) {
			return Source{}, fmt.Errorf("screen %q: %q says nothing of a %s: write it as %s",
				text, field, name, k.example)
		}
		seen[key] = true
	}
	if err := s.check(k); err != nil {
		return Source{}, fmt.Errorf("screen %q: %w: write it as %s", text, err, k.example)
	}
	return s, nil
}

// set takes one of the fields behind the kind, and reports whether it is one.
func (s *Source) set(k kind, key, value string) bool {
	switch {
	case key == "turn":
		return scan(value, "%d", &s.Turn) && slices.Contains([]int{90, 180, 270}, s.Turn)
	case key == "size" && k.most != image.Point{}:
		return scan(value, "%dx%d", &s.Size.X, &s.Size.Y) && min(s.Size.X, s.Size.Y) >= 16 &&
			s.Size.In(image.Rectangle{Max: k.most.Add(image.Pt(1, 1))})
	case key == "offset" && k.buses != nil:
		return scan(value, "%dx%d", &s.Offset.X, &s.Offset.Y) && min(s.Offset.X, s.Offset.Y) >= 0
	case key == "spi" && s.Bus == "" && slices.Contains(k.buses, key):
		s.Bus = key
		return scan(value, "%d.%d", &s.Port[0], &s.Port[1]) && min(s.Port[0], s.Port[1]) >= 0
	case key == "i2c" && s.Bus == "" && slices.Contains(k.buses, key):
		s.Bus = key
		return scan(value, "%d:0x%x", &s.Port[0], &s.Port[1]) && s.Port[0] >= 0 && s.Port[1]>>3 > 0 && s.Port[1] < 0x78
	case key == "colours" && k.colour:
		s.Colours = value
		return value == "rgb" || value == "bgr"
	case key == "invert" && k.colour:
		s.Invert = value
		return value == "yes" || value == "no"
	case slices.Contains(k.lines, key):
		if s.Lines == nil {
			s.Lines = map[string]string{}
		}
		s.Lines[key] = value
		return true
	}
	return false
}

// scan reads numbers that are written as the format writes them.
func scan(text, format string, into ...*int) bool {
	at, values := make([]any, len(into)), make([]any, len(into))
	for i := range into {
		at[i] = into[i]
	}
	if _, err := fmt.Sscanf(text, format, at...); err != nil {
		return false
	}
	for i := range into {
		values[i] = *into[i]
	}
	return fmt.Sprintf(format, values...) == text
}

// check looks at what the fields come to.
func (s *Source) check(k kind) error {
	file := s.Kind == "fb" || s.Kind == "sim"
	switch {
	case file && (!filepath.IsAbs(s.Where) || filepath.Clean(s.Where) != s.Where):
		return fmt.Errorf("%q is no path from / on", s.Where)
	case k.buses != nil && s.Where != "":
		return fmt.Errorf("%q is no bus", s.Where)
	case s.Kind == "drm" && strings.Trim(s.Where, connectorLetters) != "":
		return fmt.Errorf("%q is no connector", s.Where)
	case k.buses != nil && s.Bus == "":
		return fmt.Errorf("it has no bus: %s", strings.Join(k.buses, " or "))
	case k.most != image.Point{} && s.Size == image.Point{}:
		return fmt.Errorf("it has no size")
	case k.buses != nil && !s.Offset.Add(s.Size).In(image.Rectangle{Max: k.most.Add(image.Pt(1, 1))}):
		return fmt.Errorf("its points end outside the controller's %d×%d", k.most.X, k.most.Y)
	case s.Bus == "i2c" && s.Lines != nil:
		return fmt.Errorf("on I2C it has no lines")
	}
	if s.Bus == "spi" {
		for _, line := range k.lines[:k.needs] {
			if s.Lines[line] == "" {
				return fmt.Errorf("it has no line %s", line)
			}
		}
	}
	return nil
}

const connectorLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

// String is the source as Parse reads it.
func (s Source) String() string {
	var fields []string
	if s.Where != "" {
		fields = append(fields, s.Where)
	}
	switch s.Bus {
	case "spi":
		fields = append(fields, fmt.Sprintf("spi=%d.%d", s.Port[0], s.Port[1]))
	case "i2c":
		fields = append(fields, fmt.Sprintf("i2c=%d:0x%x", s.Port[0], s.Port[1]))
	}
	for _, line := range kinds[s.Kind].lines {
		if s.Lines[line] != "" {
			fields = append(fields, line+"="+s.Lines[line])
		}
	}
	point := func(key string, p, usual image.Point) {
		if p != usual {
			fields = append(fields, fmt.Sprintf("%s=%dx%d", key, p.X, p.Y))
		}
	}
	point("size", s.Size, kinds[s.Kind].size)
	point("offset", s.Offset, image.Point{})
	if s.Colours != "" {
		fields = append(fields, "colours="+s.Colours)
	}
	if s.Invert != "" {
		fields = append(fields, "invert="+s.Invert)
	}
	if s.Turn != 0 {
		fields = append(fields, fmt.Sprintf("turn=%d", s.Turn))
	}
	if fields == nil {
		return s.Kind
	}
	return s.Kind + ":" + strings.Join(fields, ",")
}
