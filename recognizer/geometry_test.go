package recognizer

import (
	"image"
	"math"
	"slices"
	"testing"

	"menshen/recognizer/models"

	"pgregory.net/rapid"
)

var template = models.Default().Embed.Template

// TestAlignExact: points that are a similarity of the template give back that similarity.
func TestAlignExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.Float64Range(0.2, 8).Draw(t, "scale")
		turn := rapid.Float64Range(-math.Pi, math.Pi).Draw(t, "turn")
		x := rapid.Float64Range(-500, 2000).Draw(t, "x")
		y := rapid.Float64Range(-500, 2000).Draw(t, "y")
		sin, cos := math.Sincos(turn)
		want := affine{scale * cos, -scale * sin, x, scale * sin, scale * cos, y}
		got, err := align(through(want, template), template)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range template {
			gx, gy := got.at(p[0], p[1])
			wx, wy := want.at(p[0], p[1])
			if math.Hypot(gx-wx, gy-wy) > 1e-3*scale+1e-3 {
				t.Fatalf("point %d goes to (%.3f, %.3f), want (%.3f, %.3f)", i, gx, gy, wx, wy)
			}
		}
	})
}

// TestAlignLeastSquares: no similarity near the one found brings the points nearer to the template.
func TestAlignLeastSquares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := through(affine{2, 0, 30, 0, 2, 40}, template)
		for i := range points {
			points[i].X += float32(rapid.Float64Range(-20, 20).Draw(t, "dx"))
			points[i].Y += float32(rapid.Float64Range(-20, 20).Draw(t, "dy"))
		}
		toFrame, err := align(points, template)
		if err != nil {
			t.Fatal(err)
		}
		back := inverse(toFrame)
		best := distance(back, points)
		for _, d := range []float64{-0.01, 0.01} {
			for _, near := range []affine{
				{back.a * (1 + d), back.b * (1 + d), back.c, back.d * (1 + d), back.e * (1 + d), back.f},
				{back.a - d*back.d, back.b - d*back.e, back.c, back.d + d*back.a, back.e + d*back.b, back.f},
				{back.a, back.b, back.c + 10*d, back.d, back.e, back.f},
				{back.a, back.b, back.c, back.d, back.e, back.f + 10*d},
			} {
				if distance(near, points) < best-1e-4 {
					t.Fatalf("a similarity nearby is better: %.6f < %.6f", distance(near, points), best)
				}
			}
		}
	})
}

func TestAlignDegenerate(t *testing.T) {
	if _, err := align([5]Point{{3, 4}, {3, 4}, {3, 4}, {3, 4}, {3, 4}}, template); err == nil {
		t.Error("five points in one place were aligned")
	}
}

func through(m affine, from [5][2]float64) (points [5]Point) {
	for i, p := range from {
		x, y := m.at(p[0], p[1])
		points[i] = Point{float32(x), float32(y)}
	}
	return points
}

func inverse(m affine) affine {
	det := m.a*m.e - m.b*m.d
	a, b, d, e := m.e/det, -m.b/det, -m.d/det, m.a/det
	return affine{a, b, -(a*m.c + b*m.f), d, e, -(d*m.c + e*m.f)}
}

func distance(m affine, points [5]Point) (sum float64) {
	for i, p := range points {
		x, y := m.at(float64(p.X), float64(p.Y))
		sum += (x-template[i][0])*(x-template[i][0]) + (y-template[i][1])*(y-template[i][1])
	}
	return sum
}

func TestWarp(t *testing.T) {
	v := view{make([]byte, 8*6*3), 8, 6} // blue counts columns, green rows
	for y := range 6 {
		for x := range 8 {
			v.pix[(y*8+x)*3], v.pix[(y*8+x)*3+1], v.pix[(y*8+x)*3+2] = byte(10*x), byte(10*y), 200
		}
	}
	for _, c := range []struct {
		what string
		m    affine
		x, y int
		want [3]float32
	}{
		{"same place", stretch(0, 0, 8, 6, 8, 6), 3, 2, [3]float32{30, 20, 200}},
		{"half size is the mean of four", stretch(0, 0, 8, 6, 4, 3), 1, 1, [3]float32{25, 25, 200}},
		{"quarter turn", affine{0, -1, 5, 1, 0, 0}, 2, 1, [3]float32{40, 20, 200}},
		{"outside is black", stretch(20, 20, 8, 6, 8, 6), 0, 0, [3]float32{}},
		{"half across the edge", affine{1, 0, -0.5, 0, 1, 0}, 0, 2, [3]float32{0, 10, 100}},
	} {
		got := plain(8, 6)
		if c.what == "half size is the mean of four" {
			got = plain(4, 3)
		}
		v.warp(c.m, &got)
		i := c.y*got.w + c.x
		if px := [3]float32{got.blue[i], got.green[i], got.red[i]}; px != c.want {
			t.Errorf("%s: %v, want %v", c.what, px, c.want)
		}
	}
}

// TestWarpNeverOutside: any map, however wild, reads only the picture.
func TestWarpNeverOutside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 9).Draw(t, "w"), rapid.IntRange(1, 9).Draw(t, "h")
		v := view{slices.Repeat([]byte{255}, w*h*3), w, h}
		number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-20, 20),
			rapid.Just(0.0), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)))
		m := affine{
			number.Draw(t, "a"), number.Draw(t, "b"), number.Draw(t, "c"),
			number.Draw(t, "d"), number.Draw(t, "e"), number.Draw(t, "f"),
		}
		dst := make([]float32, 6*5*3)
		to := newCanvas(dst, 6, 5, "bgr", 0, 1)
		v.warp(m, &to)
		for _, x := range dst {
			if !(x >= 0 && x <= 255.01) {
				t.Fatalf("value %v", x)
			}
		}
	})
}

// plain is a canvas that holds the values as they are.
func plain(w, h int) canvas { return newCanvas(make([]float32, w*h*3), w, h, "bgr", 0, 1) }

// TestScale: the map without a turn gives what the general one gives, within the
// rounding of its weights.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(2, 12).Draw(t, "w"), rapid.IntRange(2, 12).Draw(t, "h")
		v := view{rapid.SliceOfN(rapid.Byte(), w*h*3, w*h*3).Draw(t, "pixels"), w, h}
		place := rapid.Float64Range(-15, 15)
		size := rapid.Float64Range(0.1, 20)
		m := stretch(place.Draw(t, "x"), place.Draw(t, "y"), size.Draw(t, "width"), size.Draw(t, "height"), 7, 5)
		fast := plain(7, 5)
		v.scale(m, &fast)
		for i := range 7 * 5 {
			x, y := m.at(float64(i%7), float64(i/7))
			slow := make([]float32, 3)
			v.sample(float32(x), float32(y), slow)
			if got := []float32{fast.blue[i], fast.green[i], fast.red[i]}; furthest(got, slow) > 2.1 {
				t.Fatalf("place %d: %v, want %v", i, got, slow)
			}
		}
	})
}

// TestHalved: where each pixel is the mean of four, at the frame's own size or a wider step, it is
// that.
func TestHalved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := 2 * rapid.IntRange(1, 3).Draw(t, "half the step")
		w, h := 4*step, 3*step
		v := view{rapid.SliceOfN(rapid.Byte(), w*h*3, w*h*3).Draw(t, "pixels"), w, h}
		got := newCanvas(make([]float32, 4*3*3), 4, 3, "rgb", 127, 128)
		v.warp(stretch(0, 0, float64(w), float64(h), 4, 3), &got)
		for i := range 4 * 3 {
			x, y := i%4*step+step/2-1, i/4*step+step/2-1
			for c, plane := range [][]float32{got.blue, got.green, got.red} {
				at := func(x, y int) float64 { return float64(v.pix[(y*w+x)*3+c]) }
				want := ((at(x, y)+at(x+1, y)+at(x, y+1)+at(x+1, y+1))/4 - 127) / 128
				if math.Abs(float64(plane[i])-want) > 1e-5 {
					t.Fatalf("place %d, colour %d: %v, want %v", i, c, plane[i], want)
				}
			}
		}
	})
}

// TestCanvas: the planes are in the order of the colours, and the picture's grey can be had back.
func TestCanvas(t *testing.T) {
	grey := []float32{0.114*10 + 0.587*20 + 0.299*30, 0.114*40 + 0.587*50 + 0.299*60}
	for colour, want := range map[string][]float32{
		"bgr":  {4, 19, 9, 24, 14, 29},
		"rgb":  {14, 29, 9, 24, 4, 19},
		"grey": {(grey[0] - 2) / 2, (grey[1] - 2) / 2},
	} {
		got, light := make([]float32, len(want)), make([]float32, 2)
		c := newCanvas(got, 2, 1, colour, 2, 2)
		view{[]byte{10, 20, 30, 40, 50, 60}, 2, 1}.warp(stretch(0, 0, 2, 1, 2, 1), &c)
		c.light(light)
		if furthest(got, want) > 1e-4 || furthest(light, grey) > 1e-4 {
			t.Errorf("%s: %v, want %v; grey %v, want %v", colour, got, want, light, grey)
		}
	}
}

func TestDecode(t *testing.T) {
	nan := float32(math.NaN())
	scores := []float32{0.1, 0.9, 0.9, 0.1, 0, nan, 0, 0.8, 0, 0.8, 0, 0.8, 0, 2}
	boxes := []float32{
		0.25, 0.25, 0.5, 0.75, // good
		0.25, 0.25, 0.5, 0.75, // score too low
		0.25, 0.25, 0.5, 0.75, // no score
		0.5, 0.25, 0.25, 0.75, // inside out
		0.25, nan, 0.5, 0.75,
		0.25, 0.25, 50, 0.75,
		0.25, 0.25, 0.5, 0.75, // score impossible
	}
	got := decode(scores, boxes, 0.65, 640, 480)
	want := []found{{160, 120, 320, 360, 0.9}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := decode(scores[:3], boxes[:5], 0.65, 640, 480); len(got) != 1 {
		t.Errorf("cut short: %v", got)
	}
}

// TestSuppress: what is kept does not overlap, and what is dropped overlaps something better.
func TestSuppress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) found {
			x, y := rapid.Float64Range(0, 100).Draw(t, "x"), rapid.Float64Range(0, 100).Draw(t, "y")
			w, h := rapid.Float64Range(8, 60).Draw(t, "w"), rapid.Float64Range(8, 60).Draw(t, "h")
			return found{x, y, x + w, y + h, float32(rapid.Float64Range(0.65, 1).Draw(t, "score"))}
		}), 0, 30).Draw(t, "faces")
		kept := suppress(slices.Clone(all), 0.4)
		for i, a := range kept {
			for _, b := range kept[:i] {
				if iou(a, b) > 0.4 || b.score < a.score {
					t.Fatalf("kept %v and %v", a, b)
				}
			}
		}
		for _, f := range all {
			if !slices.ContainsFunc(kept, func(k found) bool {
				return k == f || k.score >= f.score && iou(k, f) > 0.4
			}) {
				t.Fatalf("%v was dropped for nothing", f)
			}
		}
	})
}

func TestZone(t *testing.T) {
	o := Options{Zone: image.Rect(250, 0, 750, 1000)}.withDefaults()
	for box, want := range map[image.Rectangle]bool{
		image.Rect(300, 200, 340, 240): true,
		image.Rect(0, 200, 100, 300):   false,
		image.Rect(500, 0, 640, 100):   false,
	} {
		if got := o.inZone(box, 640, 480); got != want {
			t.Errorf("%v in zone: %v", box, got)
		}
	}
}
