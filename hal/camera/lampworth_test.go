package camera

import (
	"cmp"
	"flag"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"menshen/hal"
	"menshen/hal/camera/picture"
)

var lampVisits = flag.Int("lamp-visits", 10, "visits of each kind in TestLampWorth")

// TestLampWorth measures, in a model, what a visible lamp is worth that is switched at random
// moments while a face is before the camera: whether the face's place becomes brighter with it. The
// model: a head or a sheet as the simulated camera draws them, which sway, in a light that wavers;
// skin and paper give back light by what falls on them, a telephone shines by itself (300 cd/m²)
// and gives back one part in 200. docs/figures.md has the table and what follows from it.
func TestLampWorth(t *testing.T) {
	cache, _ := os.UserCacheDir()
	var portrait hal.Frame
	if err := picture.Load(filepath.Join(cache, "menshen", "pictures", "collins.png"), &portrait); err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	s := newShow()
	seen := map[Kind][]walkUp{}
	for i, kind := range []Kind{Person, Photo, Screen} {
		for n := range *lampVisits {
			seen[kind] = append(seen[kind], s.walkUp(&portrait, kind, uint64(1000*i+n)))
		}
	}
	told := map[[2]float64]float64{}
	for _, room := range []float64{5, 50, 200, 1000, 10_000} { // lux: night, stairs, office, bright hall, shade outside
		for _, lamp := range []float64{4, 130} { // lux at half a metre: an indicator of 1 cd, a LED of 1 W
			gains := map[Kind][]float64{}
			for kind, all := range seen {
				for _, w := range all {
					gains[kind] = append(gains[kind], w.gain(kind, room, lamp))
				}
			}
			head := gains[Person]
			told[[2]float64{room, lamp}] = area(head, gains[Screen])
			t.Logf("%6.0f lx, lamp %3.0f lx: head %+7.1f%% brighter; told from a screen %.2f, from a print %.2f",
				room, lamp, 100*middle(head), area(head, gains[Screen]), area(head, gains[Photo]))
		}
	}
	if dark, light := told[[2]float64{5, 130}], told[[2]float64{10_000, 4}]; dark < .99 || light > .8 {
		t.Errorf("a strong lamp at night tells %.2f of the pairs apart, a weak one in daylight %.2f", dark, light)
	}
}

// walkUp is how bright the face's place is in the frames of a second, and when the lamp is on.
type walkUp struct {
	level [Rate]float64
	on    [Rate]bool
}

func (s *show) walkUp(p *hal.Frame, kind Kind, seed uint64) (w walkUp) {
	rng := rand.New(rand.NewPCG(seed, 3))
	var f hal.Frame
	on, left := rng.IntN(2) == 0, 0
	for i := range Rate {
		if left--; left < 0 {
			on, left = !on, rng.IntN(3)
		}
		s.render(Scene{Picture: "portrait", Kind: kind, Seed: seed, Stands: true}, p, i, &f)
		w.level[i], w.on[i] = meanOf(&f, image.Rect(Width/2-40, Height/2-50, Width/2+40, Height/2+50)), on
	}
	return w
}

// gain is by which part the place is brighter with the lamp than without.
func (w walkUp) gain(kind Kind, room, lamp float64) float64 {
	var sum, n [2]float64
	for i, level := range w.level {
		falls, k := room, 0
		if w.on[i] {
			falls, k = room+lamp, 1
		}
		if kind == Screen {
			const shines, back = 300.0, 1.0 / 200
			level *= (shines + falls*back/math.Pi) / (shines + room*back/math.Pi)
		} else {
			level *= falls / room
		}
		sum[k], n[k] = sum[k]+level, n[k]+1
	}
	return sum[1]/n[1]/(sum[0]/n[0]) - 1
}

func meanOf(f *hal.Frame, r image.Rectangle) float64 {
	sum := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += int(f.BGR[(y*f.Width+x)*3+1])
		}
	}
	return float64(sum) / float64(r.Dx()*r.Dy())
}

func middle(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// area is in how many of all pairs the one of a is above the one of b; ties count half.
func area(a, b []float64) float64 {
	sum := 0.0
	for _, x := range a {
		for _, y := range b {
			sum += float64(cmp.Compare(x, y)+1) / 2
		}
	}
	return sum / float64(len(a)*len(b))
}
