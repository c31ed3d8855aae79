package recognizer

import (
	"math"
	"slices"
)

// A sheet or a screen held up has four straight edges around the face. The background of a person
// may have some of them, but rarely all, and the lower one least often. border looks for them in
// the square that the liveness model sees.

const (
	edgeContrast = 24.0 // least difference across an edge, of 255
	edgeTilt     = 8    // most that an edge leans, in pixels over its length
	edgeMargin   = 0.3  // least distance of an edge from the face box, and length beyond it, in heights of the face

	// Shares of the best line: what background reaches on its second weakest side, in 90% of LFW's
	// pictures, and what a sheet reaches.
	brokenEdge = 0.70
	wholeEdge  = 0.98
)

// border is how unbroken the second weakest of the four sides is, 0…1; 1 is a frame of which at
// most one side is hidden, by a hand for instance. grey is n×n pixels; face is the face box in it
// (left, top, right, bottom). A side that lies outside the square counts as 0.
func border(grey []float32, n int, face [4]float64) float32 {
	margin := edgeMargin * (face[3] - face[1])
	l, t, r, b := face[0]-margin, face[1]-margin, face[2]+margin, face[3]+margin
	column := func(x, y int) float32 { return grey[y*n+x+1] - grey[y*n+x-1] }
	row := func(y, x int) float32 { return grey[(y+1)*n+x] - grey[(y-1)*n+x] }
	end := float64(n - 2)
	sides := []float64{
		side(column, n, 1, l, t, b), side(column, n, r, end, t, b),
		side(row, n, 1, t, l, r), side(row, n, b, end, l, r),
	}
	slices.Sort(sides)
	return float32(math.Min(math.Max((sides[1]-brokenEdge)/(wholeEdge-brokenEdge), 0), 1))
}

// side looks for a nearly straight line across positions from…to along from…to. It gives the
// share of the line on which the contrast keeps its sign. diff is the difference across the
// line at a place.
func side(diff func(across, along int) float32, n int, from, to, alongFrom, alongTo float64) float64 {
	first, last := max(2, int(from)), min(n-3, int(to))
	start, end := max(2, int(alongFrom)), min(n-3, int(alongTo))
	if last-first < 2 || end-start < 16 {
		return 0
	}
	best := 0
	steps := (end-start)/2 + 1
	for at := first; at <= last; at++ {
		for tilt := -edgeTilt; tilt <= edgeTilt; tilt += 2 {
			up, down := 0, 0
			for i := range steps {
				across := at + tilt*(2*i-steps)/(2*steps)
				if across < 1 || across > n-2 {
					continue
				}
				switch d := diff(across, start+2*i); {
				case d > edgeContrast:
					up++
				case d < -edgeContrast:
					down++
				}
			}
			best = max(best, up, down)
		}
	}
	return float64(best) / float64(steps)
}
