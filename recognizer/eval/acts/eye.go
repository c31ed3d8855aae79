package acts

// eye is an eye of a portrait: its opening between the two lids, in the portrait's pixels.
type eye struct {
	x0, x1       float64 // corners
	upper, lower [4]point
	wide         float64
}

// Parts of a closed eye, in its widths: what the lid's skin is taken from, and its lashes.
const (
	skin   = 0.25
	lashes = 0.15
)

// eyeOf takes the six points of an eye, from the first on: corner, two above, corner, two below.
// They lie a little within the opening.
func eyeOf(at func(int) point, first int) eye {
	e := eye{
		upper: [4]point{at(first), at(first + 1), at(first + 2), at(first + 3)},
		lower: [4]point{at(first), at(first + 5), at(first + 4), at(first + 3)},
	}
	e.wide = e.upper[3].x - e.upper[0].x
	e.x0, e.x1 = e.upper[0].x-0.08*e.wide, e.upper[3].x+0.08*e.wide
	for i := range e.upper {
		e.upper[i].y -= 0.05 * e.wide
		e.lower[i].y += 0.12 * e.wide
	}
	return e
}

// lid gives the place of the portrait that is seen at (x, y) when the upper lid has come down: the
// skin above the opening is stretched over it, and its lashes come to lie below.
func (e *eye) lid(x, y, closed float64) float64 {
	if closed <= 0 || x <= e.x0 || x >= e.x1 {
		return y
	}
	top, bottom := along(e.upper, x), along(e.lower, x)
	down := closed * max(bottom-top, 0)
	lash := lashes * e.wide
	from, edge, to := top-lash-skin*e.wide, top-lash+down, top+down
	switch {
	case y <= from || y >= to:
		return y
	case y >= edge:
		return y - down
	}
	return from + (y-from)*skin*e.wide/(edge-from)
}

// along is the height of a line through four points at x.
func along(line [4]point, x float64) float64 {
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		if x <= b.x && b.x > a.x {
			return a.y + (b.y-a.y)*(x-a.x)/(b.x-a.x)
		}
	}
	return line[len(line)-1].y
}
