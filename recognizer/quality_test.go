package recognizer

import (
	"math"
	"slices"
	"testing"

	"menshen/hal"
	"menshen/hal/scene"
)

// head gives the five points of a head in space, turned by yaw and pitch, seen from far away, then
// rolled. Angles are in degrees; the face is 100 pixels from eyes to mouth, and the tip of the nose
// stands out by 35.
func head(yaw, pitch, roll float64) (points [5]Point) {
	rad := math.Pi / 180
	sy, cy := math.Sincos(yaw * rad)
	sp, cp := math.Sincos(pitch * rad)
	sr, cr := math.Sincos(roll * rad)
	for i, p := range [5][3]float64{{-32, 0, 0}, {32, 0, 0}, {0, 35, 35}, {-27, 70, 0}, {27, 70, 0}} {
		x, z := p[0]*cy+p[2]*sy, -p[0]*sy+p[2]*cy
		y := p[1]*cp - z*sp // pitch up moves what stands out upwards
		points[i] = Point{float32(300 + cr*x - sr*y), float32(200 + sr*x + cr*y)}
	}
	return points
}

// TestPose: within ten degrees for a head that turns one way at a time, and the sign right.
func TestPose(t *testing.T) {
	for _, c := range [][3]float64{
		{}, {25, 0, 0}, {-25, 0, 0}, {0, 20, 0}, {0, -20, 0}, {0, 0, 25}, {0, 0, -25}, {20, 0, 15},
	} {
		yaw, pitch, roll := pose(head(c[0], c[1], c[2]))
		for i, got := range []float32{yaw, pitch, roll} {
			if math.Abs(float64(got)-c[i]) > 10 {
				t.Errorf("head turned by %v: yaw %.0f, pitch %.0f, roll %.0f", c, yaw, pitch, roll)
				break
			}
		}
	}
	if y, p, r := pose([5]Point{}); y != 0 || p != 0 || r != 0 {
		t.Error("no points, yet a pose")
	}
}

func TestLight(t *testing.T) {
	flat, checks := make([]float32, 64), make([]float32, 64)
	for i := range 64 {
		flat[i] = 90
		if (i+i/8)%2 == 0 {
			checks[i] = 100
		}
	}
	if mean, sharp := light(flat, 8, 8); mean != 90 || sharp != 0 {
		t.Errorf("flat: %v, %v", mean, sharp)
	}
	if mean, sharp := light(checks, 8, 8); mean != 50 || sharp != 400*400 {
		t.Errorf("checks: %v, %v", mean, sharp)
	}
}

func TestAdvice(t *testing.T) {
	o := Options{}.withDefaults()
	good := Quality{Height: 150, Sharpness: 300, Brightness: 110, Mouth: 1, Eyes: 0.8}
	for want, spoil := range map[scene.Advice]func(*Quality){
		scene.Fine:         func(*Quality) {},
		scene.ComeCloser:   func(q *Quality) { q.Height = 50; q.Brightness = 5 },
		scene.StepBack:     func(q *Quality) { q.Height = 470 },
		scene.TooDark:      func(q *Quality) { q.Brightness = 20; q.Sharpness = 1 },
		scene.TooBright:    func(q *Quality) { q.Brightness = 240 },
		scene.LookStraight: func(q *Quality) { q.Yaw = -50 },
		scene.Uncover:      func(q *Quality) { q.Mouth = 0.2 },
		scene.HoldStill:    func(q *Quality) { q.Sharpness = 5 },
	} {
		q := good
		spoil(&q)
		if got := o.advise(q, 480, false); got != want {
			t.Errorf("%+v: %v, want %v", q, got, want)
		}
	}
	if got := o.advise(good, 480, true); got != scene.OneAtATime {
		t.Errorf("two people: %v", got)
	}
}

// TestCovering: a mask and dark glasses, drawn on a real face, are noticed.
func TestCovering(t *testing.T) {
	c := newChain(t, Options{})
	plain := gocvPicture(t, "face.jpg")
	obs := observe(t, c, plain)
	if obs.Quality.Advice != scene.Fine {
		t.Fatalf("the face itself: %+v", obs.Quality)
	}
	toFrame, err := align(obs.Evidence.Points, template)
	if err != nil {
		t.Fatal(err)
	}
	toFace := inverse(toFrame)
	for name, on := range map[string]func(x, y float64) bool{
		"mask": func(x, y float64) bool { return y > 70 && y < 116 && math.Abs(x-56) < 44-0.3*(y-68) },
		"glasses": func(x, y float64) bool {
			return math.Hypot((x-38)/16, (y-53)/11) < 1 || math.Hypot((x-74)/16, (y-53)/11) < 1
		},
	} {
		f := &hal.Frame{Width: plain.Width, Height: plain.Height, BGR: slices.Clone(plain.BGR)}
		for i := range f.Width * f.Height {
			if on(toFace.at(float64(i%f.Width), float64(i/f.Width))) {
				f.BGR[i*3], f.BGR[i*3+1], f.BGR[i*3+2] = 30, 30, 30
			}
		}
		if obs := observe(t, c, f); obs.Quality.Advice != scene.Uncover || obs.Embedding != nil {
			t.Errorf("%s: %+v", name, obs.Quality)
		}
	}
}
