package qr

import "math"

// corners gives the outer corners of a code of n modules a side whose finders are t. The fourth
// corner has no finder. The alignment pattern near it (version 2 and up) shows how the code is
// tilted; without one the code is taken for a parallelogram.
func (t triple) corners(grey []byte, w, h, n int, aligned bool) ([4]Point, bool) {
	near, far := 3.5, float64(n)-3.5
	from := [4]Point{{near, near}, {far, near}, {far, far}, {near, far}}
	a, b, c := t.corner, t.right, t.below
	to := [4]Point{{a.x, a.y}, {b.x, b.y}, {b.x + c.x - a.x, b.y + c.y - a.y}, {c.x, c.y}}
	if aligned {
		from[2] = Point{float64(n) - 6.5, float64(n) - 6.5}
		to[2] = t.alignment(grey, w, h, n)
	}
	m, ok := mapping(from, to)
	if !ok {
		return [4]Point{}, false
	}
	var out [4]Point
	for i, p := range [4]Point{{0, 0}, {float64(n), 0}, {float64(n), float64(n)}, {0, float64(n)}} {
		out[i].X, out[i].Y = project(m, p.X, p.Y)
	}
	return out, true
}

// alignment finds the last alignment pattern: the place where a dark ring, a light ring and
// a dark middle are clearest, within alignReach modules of where they would be in a code
// that is not tilted.
func (t triple) alignment(grey []byte, w, h, n int) Point {
	span := float64(n - 7)
	rx, ry := (t.right.x-t.corner.x)/span, (t.right.y-t.corner.y)/span // one module to the right
	dx, dy := (t.below.x-t.corner.x)/span, (t.below.y-t.corner.y)/span // one module down
	steps := float64(n - 10)
	x, y := t.corner.x+steps*(rx+dx), t.corner.y+steps*(ry+dy)
	contrast := func(u, v float64) (sum float64) {
		for j := -2; j <= 2; j++ {
			for i := -2; i <= 2; i++ {
				a, b := u+float64(i), v+float64(j)
				light := float64(around(grey, w, h, x+a*rx+b*dx, y+a*ry+b*dy))
				if max(abs(i), abs(j)) == 1 {
					sum += light / 8
				} else {
					sum -= light / 17
				}
			}
		}
		return sum
	}
	const alignReach = 3.5
	bestU, bestV, most := 0.0, 0.0, math.Inf(-1)
	look := func(cu, cv, reach, step float64) {
		for v := -reach; v <= reach; v += step {
			for u := -reach; u <= reach; u += step {
				if s := contrast(cu+u, cv+v); s > most {
					bestU, bestV, most = cu+u, cv+v, s
				}
			}
		}
	}
	look(0, 0, alignReach, 0.5)
	look(bestU, bestV, 0.4, 0.2)
	return Point{x + bestU*rx + bestV*dx, y + bestU*ry + bestV*dy}
}

// mapping is the perspective that takes four points to four others.
func mapping(from, to [4]Point) (m [8]float64, ok bool) {
	f, ok1 := perspective(from)
	t, ok2 := perspective(to)
	if !ok1 || !ok2 {
		return m, false
	}
	a, b := matrix(t), adjugate(matrix(f))
	var c [9]float64
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				c[i*3+j] += a[i*3+k] * b[k*3+j]
			}
		}
	}
	if math.Abs(c[8]) < 1e-12 {
		return m, false
	}
	for i := range m {
		m[i] = c[i] / c[8]
	}
	return m, true
}

func matrix(m [8]float64) [9]float64 {
	return [9]float64{m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], 1}
}

// adjugate is the inverse up to a factor, which does not change a perspective.
func adjugate(m [9]float64) [9]float64 {
	minor := func(a, b, c, d int) float64 { return m[a]*m[d] - m[b]*m[c] }
	return [9]float64{
		minor(4, 5, 7, 8), -minor(1, 2, 7, 8), minor(1, 2, 4, 5),
		-minor(3, 5, 6, 8), minor(0, 2, 6, 8), -minor(0, 2, 3, 5),
		minor(3, 4, 6, 7), -minor(0, 1, 6, 7), minor(0, 1, 3, 4),
	}
}
