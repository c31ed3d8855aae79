package infrared

import (
	"image"
	"math"
	"testing"

	"menshen/hal"

	"pgregory.net/rapid"
)

// grey is a frame of one brightness, but for a part.
func grey(w, h int, all uint8, part image.Rectangle, there uint8) *hal.Frame {
	f := &hal.Frame{Width: w, Height: h, BGR: make([]byte, w*h*3)}
	for y := range h {
		for x := range w {
			v := all
			if image.Pt(x, y).In(part) {
				v = there
			}
			for c := range 3 {
				f.BGR[(y*w+x)*3+c] = v
			}
		}
	}
	return f
}

func TestPair(t *testing.T) {
	face := image.Rect(200, 120, 360, 320)
	lit := Read(grey(640, 480, 30, face, 140), true)
	dark := Read(grey(640, 480, 8, face, 12), false)
	for _, p := range [][2]*Reading{{&lit, &dark}, {&dark, &lit}} { // in any order
		got := Pair(p[0], p[1], face, .9)
		if !got.Pair || got.Lit != 140 || got.Dark != 12 || got.Changed != 1 || got.Face != .9 {
			t.Errorf("%+v", got)
		}
	}
	// A person crosses the picture, and the emitter does nothing.
	here := Read(grey(640, 480, 20, image.Rect(0, 0, 160, 480), 90), true)
	gone := Read(grey(640, 480, 20, image.Rect(480, 0, 640, 480), 90), false)
	if got := Pair(&here, &gone, face, .9); !got.Unlit() {
		t.Errorf("a movement counts as light: %+v", got)
	}
	if got := Pair(&lit, &Reading{}, face, .9); got.Dark != 0 {
		t.Errorf("of no frame: %+v", got)
	}
}

func TestReadRefusesWhatDoesNotFit(t *testing.T) {
	small := &hal.Frame{Width: 16, Height: 16, BGR: make([]byte, 16*16*3)}
	for _, f := range []*hal.Frame{{}, {Width: 640, Height: 480}, small} {
		if r := Read(f, true); r != (Reading{}) {
			t.Errorf("%d×%d in %d bytes was read", f.Width, f.Height, len(f.BGR))
		}
	}
}

// TestPlaceAndView: the view that is told for a face puts that face where it was found, for any two
// cameras that look the same way.
func TestPlaceAndView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
		from := image.Pt(draw("width", 320, 1920), draw("height", 240, 1080))
		to := image.Pt(draw("own width", 320, 1280), draw("own height", 240, 800))
		box := func(name string, in image.Point) image.Rectangle {
			h := draw(name+" size", 60, min(in.X, in.Y)/2)
			at := image.Pt(draw(name+" x", 0, in.X-h*4/5), draw(name+" y", 0, in.Y-h))
			return image.Rectangle{Min: at, Max: at.Add(image.Pt(h*4/5, h))}
		}
		face, found := box("face", from), box("found", to)
		place := Place(face, from, to, View(face, found, from, to))
		slack := max(3, found.Dy()/8, 3*to.X/1000, 3*to.Y/1000) // views are whole thousandths
		off := place.Min.Add(place.Max).Sub(found.Min).Sub(found.Max)
		for _, d := range []int{off.X, off.Y, place.Dy() - found.Dy()} {
			if math.Abs(float64(d)) > 2*float64(slack) {
				t.Fatalf("face %v of %v, found %v of %v: placed at %v", face, from, found, to, place)
			}
		}
		if !There(found, place) {
			t.Fatalf("%v is not at %v", found, place)
		}
	})
}

func TestThere(t *testing.T) {
	place := image.Rect(200, 100, 300, 220)
	for name, c := range map[string]struct {
		found image.Rectangle
		want  bool
	}{
		"the same":               {place, true},
		"two cameras apart":      {place.Add(image.Pt(60, 10)), true},
		"beside":                 {place.Add(image.Pt(160, 0)), false},
		"a person far behind":    {image.Rect(230, 130, 270, 180), false},
		"a much larger face":     {image.Rect(150, 40, 350, 280), false},
		"a box without a height": {image.Rect(250, 160, 250, 160), false},
	} {
		if got := There(c.found, place); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if s := At(place, []Spot{{place.Add(image.Pt(300, 0)), .99}, {place, .8}}); s.Score != .8 {
		t.Errorf("of two faces %+v was taken", s)
	}
	if s := At(place, nil); s.Score != 0 || s.Box != place {
		t.Errorf("without a face: %+v", s)
	}
}

func TestParseEmitter(t *testing.T) {
	for text, want := range map[string]Emitter{
		"line":                      {Kind: Line},
		"alternating":               {Kind: Alternating},
		"control 0x009c0901=2/0":    {Kind: Control, Number: 0x9c0901, On: 2},
		"control 9963776=255/-1":    {Kind: Control, Number: 9963776, On: 255, Off: -1},
		"":                          {},
		"control":                   {},
		"control 0x9c0901":          {},
		"control 0x9c0901=1/1":      {},
		"control 0x9c0901=1":        {},
		"control 0x1009c0901=1/0":   {},
		"Line":                      {},
		"control 0x9c0901=1/0 more": {},
	} {
		got, err := ParseEmitter(text)
		if got != want || (err == nil) != (want != Emitter{}) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if again, _ := ParseEmitter(got.String()); err == nil && again != got {
			t.Errorf("%q reads back as %+v", got, again)
		}
	}
}
