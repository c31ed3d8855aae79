package qr

import (
	"cmp"
	"math"
	"slices"
)

// A code is found by its three finder patterns, the squares in its corners. However the code is
// turned, any straight line through the middle of one crosses dark, light, dark, light, dark in the
// proportion 1:1:3:1:1 (clause 5.3.2.1).

// ink tells dark from light places. Dark is darker than the mean around by a twelfth of it, and by
// more than noise. sums is the picture's integral: sums[y*(w+1)+x] is the sum of all pixels above
// and left of (x, y).
func (r *Reader) ink(grey []byte, w, h int) {
	r.w, r.h = w, h
	r.sums = slices.Grow(r.sums[:0], (w+1)*(h+1))[:(w+1)*(h+1)]
	r.dark = slices.Grow(r.dark[:0], w*h)[:w*h]
	clear(r.sums[:w+1])
	for y := range h {
		row, above, line := r.sums[(y+1)*(w+1):(y+2)*(w+1)], r.sums[y*(w+1):], grey[y*w:(y+1)*w]
		sum := uint32(0)
		row[0] = 0
		for x, v := range line {
			sum += uint32(v)
			row[x+1] = above[x+1] + sum
		}
	}
	reach := max(w, h) / 8
	for y := range h {
		y0, y1 := max(0, y-reach), min(h, y+reach+1)
		top, low := r.sums[y0*(w+1):(y0+1)*(w+1)], r.sums[y1*(w+1):(y1+1)*(w+1)]
		line, out := grey[y*w:(y+1)*w], r.dark[y*w:(y+1)*w]
		for x, v := range line {
			x0, x1 := max(0, x-reach), min(w, x+reach+1)
			count := uint32((x1 - x0) * (y1 - y0))
			sum := low[x1] - low[x0] - top[x1] + top[x0]
			out[x] = (uint32(v)+noise)*count < sum-sum/12
		}
	}
}

// noise is how much darker than its surroundings, at least, ink is.
const noise = 5

// finder is a finder pattern, or something that looks like one.
type finder struct {
	x, y   float64 // its middle
	module float64 // pixels a module
	seen   float64 // by so many lines
}

// finders looks along every second line. The best come first, not more than most of them.
func (r *Reader) finders() []finder {
	const most = 12
	r.found = r.found[:0]
	for y := 1; y < r.h; y += 2 {
		var runs [5]int // the last five lengths, the newest last
		line, at := r.dark[y*r.w:(y+1)*r.w], 0
		for x := 1; x <= r.w; x++ {
			if x < r.w && line[x] == line[x-1] {
				continue
			}
			copy(runs[:], runs[1:])
			runs[4], at = x-at, x
			if !line[x-1] || !proportioned(runs) {
				continue
			}
			r.confirm(float64(x)-float64(runs[4]+runs[3])-float64(runs[2])/2, float64(y)+0.5, runs)
		}
	}
	slices.SortFunc(r.found, func(a, b finder) int { return cmp.Compare(b.seen, a.seen) })
	return r.found[:min(len(r.found), most)]
}

// smallest is the length of a finder below which no code can be read, pixels.
const smallest = 12

// proportioned reports whether five lengths are about 1:1:3:1:1.
func proportioned(runs [5]int) bool {
	sum := 0
	for _, n := range runs {
		if n == 0 {
			return false
		}
		sum += n
	}
	if sum < smallest {
		return false
	}
	unit := float64(sum) / 7
	slack := unit*0.6 + 0.5 // edges fall between pixels, and blur narrows the thin ones
	for i, n := range runs {
		want := unit
		if i == 2 {
			want = 3 * unit
			if math.Abs(float64(n)-want) > 2*slack {
				return false
			}
		} else if math.Abs(float64(n)-want) > slack {
			return false
		}
	}
	return true
}

// confirm checks a likely middle down and across as well, and joins it with others of
// the same pattern.
func (r *Reader) confirm(x, y float64, across [5]int) {
	down, cy, ok := r.cross(int(x), int(y), 0, 1)
	if !ok {
		return
	}
	level, cx, ok := r.cross(int(x), int(cy), 1, 0)
	if !ok {
		return
	}
	wide, tall := float64(total(level)), float64(total(down))
	if wide > 2*tall || tall > 2*wide || math.Abs(wide-float64(total(across))) > wide/2 {
		return
	}
	f := finder{cx, cy, (wide + tall) / 14, 1}
	for i := range r.found {
		g := &r.found[i]
		if math.Hypot(g.x-f.x, g.y-f.y) < 3*g.module && g.module < 1.7*f.module && f.module < 1.7*g.module {
			n := g.seen + 1
			g.x, g.y, g.module, g.seen = (g.x*g.seen+f.x)/n, (g.y*g.seen+f.y)/n, (g.module*g.seen+f.module)/n, n
			return
		}
	}
	if len(r.found) < maxFound {
		r.found = append(r.found, f)
	}
}

// maxFound limits the time that a picture full of small checks takes.
const maxFound = 256

// cross measures the five lengths through (x, y) in one direction, and the middle of
// the third in it.
func (r *Reader) cross(x, y, dx, dy int) (runs [5]int, middle float64, ok bool) {
	at := func(i int) (dark, inside bool) {
		px, py := x+i*dx, y+i*dy
		if px < 0 || py < 0 || px >= r.w || py >= r.h {
			return false, false
		}
		return r.dark[py*r.w+px], true
	}
	if dark, inside := at(0); !dark || !inside {
		return runs, 0, false
	}
	side := func(step int) (lengths [3]int) { // from the middle outwards: dark, light, dark
		i := step
		for k := range lengths {
			for {
				dark, inside := at(i)
				if !inside || dark != (k != 1) {
					break
				}
				lengths[k]++
				i += step
			}
		}
		return lengths
	}
	before, after := side(-1), side(1)
	runs = [5]int{before[2], before[1], before[0] + 1 + after[0], after[1], after[2]}
	start := x*dx + y*dy
	return runs, float64(start) + 0.5 + float64(after[0]-before[0])/2, proportioned(runs)
}

func total(runs [5]int) (n int) {
	for _, v := range runs {
		n += v
	}
	return n
}

// triple is three finders that may belong to one code: at its corner, to the right of it and below
// it, in the code's own orientation.
type triple struct {
	corner, right, below finder
	odd                  float64 // how far from a square's they are; 0: not at all
}

// triples gives the likely ones, the most square first.
func triples(fs []finder) []triple {
	const most = 6
	var out []triple
	for i, a := range fs {
		for j, b := range fs {
			for k := j + 1; k < len(fs); k++ {
				if c := fs[k]; i != j && i != k {
					if t, ok := asTriple(a, b, c); ok {
						out = append(out, t)
					}
				}
			}
		}
	}
	slices.SortFunc(out, func(s, t triple) int { return cmp.Compare(s.odd, t.odd) })
	return out[:min(len(out), most)]
}

// asTriple takes a as the corner.
func asTriple(a, b, c finder) (triple, bool) {
	small, large := min(a.module, b.module, c.module), max(a.module, b.module, c.module)
	ux, uy, vx, vy := b.x-a.x, b.y-a.y, c.x-a.x, c.y-a.y
	u, v := math.Hypot(ux, uy), math.Hypot(vx, vy)
	if large > 1.6*small || min(u, v) < 8*small || max(u, v) > 1.5*min(u, v) {
		return triple{}, false
	}
	cosine := math.Abs(ux*vx+uy*vy) / (u * v)
	if cosine > 0.45 {
		return triple{}, false
	}
	t := triple{a, b, c, cosine + math.Abs(math.Log(u/v)) + (large/small - 1)}
	if ux*vy-uy*vx < 0 { // y grows downwards: right, then below, turns clockwise
		t.right, t.below = c, b
	}
	return t, true
}
