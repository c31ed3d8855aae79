package recognizer

import (
	"image"
	"math"
	"testing"

	"menshen/hal"
	"menshen/hal/scene"
)

// put draws the middle of a portrait into the frame: its face box is of the given height, centred
// at (x, y), and leans by roll degrees.
func put(f, portrait *hal.Frame, box image.Rectangle, x, y, height, roll float64) {
	scale := float64(box.Dy()) / height
	sin, cos := math.Sincos(roll * math.Pi / 180)
	cx, cy := float64(box.Min.X+box.Max.X)/2, float64(box.Min.Y+box.Max.Y)/2
	m := affine{
		a: cos * scale, b: sin * scale, c: cx - (cos*x+sin*y)*scale,
		d: -sin * scale, e: cos * scale, f: cy - (-sin*x+cos*y)*scale,
	}
	v, dot := view{portrait.BGR, portrait.Width, portrait.Height}, make([]float32, 3)
	for py := range f.Height {
		for px := range f.Width {
			if math.Hypot(float64(px)-x, float64(py)-y) > 0.9*height {
				continue
			}
			sx, sy := m.at(float64(px), float64(py))
			v.sample(float32(sx), float32(sy), dot)
			for c := range dot {
				f.BGR[(py*f.Width+px)*3+c] = byte(dot[c])
			}
		}
	}
}

// TestChoose: of two faces the one is measured that is meant.
func TestChoose(t *testing.T) {
	portrait := astronaut(t)
	c := newChain(t, Options{})
	box := observe(t, c, portrait).Box
	type person struct{ x, height, roll float64 }
	left, right := person{160, 150, 0}, person{480, 150, 0}
	leaning := func(p person) person { p.roll = 50; return p }
	for name, want := range map[string]struct {
		people []person
		advice scene.Advice
		x      float64 // of the face measured; 0: any
		enrol  scene.Advice
	}{
		"a bystander as large, at the edge": {
			[]person{{330, 150, 0}, {570, 150, 0}}, scene.Fine, 330, scene.OneAtATime},
		"two who both look": {
			[]person{left, right}, scene.OneAtATime, 0, scene.OneAtATime},
		"two, and the left one looks": {
			[]person{left, leaning(right)}, scene.Fine, left.x, scene.OneAtATime},
		"two, and the right one looks": {
			[]person{leaning(left), right}, scene.Fine, right.x, scene.OneAtATime},
		"two, and neither looks": {
			[]person{leaning(left), leaning(right)}, scene.LookStraight, 0, scene.OneAtATime},
		"a passer-by behind": {
			[]person{{300, 190, 0}, {560, 60, 0}}, scene.Fine, 300, scene.Fine},
	} {
		t.Run(name, func(t *testing.T) {
			f := &hal.Frame{Width: 640, Height: 480, BGR: make([]byte, 640*480*3)}
			for i := range f.BGR {
				f.BGR[i] = 90
			}
			for _, p := range want.people {
				put(f, portrait, box, p.x, 240, p.height, p.roll)
			}
			obs := observe(t, c, f)
			if obs.Faces != len(want.people) {
				t.Fatalf("%d faces found, want %d", obs.Faces, len(want.people))
			}
			middle := float64(obs.Box.Min.X+obs.Box.Max.X) / 2
			if obs.Quality.Advice != want.advice || want.x != 0 && math.Abs(middle-want.x) > 30 {
				t.Errorf("%v, face at %.0f; want %v at %.0f", obs.Quality.Advice, middle, want.advice, want.x)
			}
			if (obs.Embedding != nil) != (want.advice == scene.Fine) {
				t.Error("embedded and refused, or neither")
			}
			obs, err := c.Enrol(f)
			if err != nil || obs.Quality.Advice != want.enrol {
				t.Errorf("enrolling: %v, %v; want %v", obs.Quality.Advice, err, want.enrol)
			}
		})
	}
}

// TestRefusedIsEmbedded: only an evaluation's chain embeds a face that the quality refuses.
func TestRefusedIsEmbedded(t *testing.T) {
	far := Options{MinHeight: 400}
	door := observe(t, newChain(t, far), astronaut(t))
	far.Refused = true
	measured := observe(t, newChain(t, far), astronaut(t))
	if door.Quality.Advice != scene.ComeCloser || measured.Quality.Advice != scene.ComeCloser {
		t.Fatalf("advice %v and %v", door.Quality.Advice, measured.Quality.Advice)
	}
	if door.Embedding != nil || measured.Embedding == nil {
		t.Error("embedded at the door, or not in the evaluation")
	}
}
