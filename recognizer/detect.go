package recognizer

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// found is a face the detector found, in pixels of the frame.
type found struct {
	x0, y0, x1, y1 float64
	score          float32
}

func (f found) height() float64 { return f.y1 - f.y0 }

// rect is the box in whole pixels, inside the frame.
func (f found) rect(bounds image.Rectangle) image.Rectangle {
	round := func(v float64) int { return int(math.Round(v)) }
	return image.Rect(round(f.x0), round(f.y0), round(f.x1), round(f.y1)).Intersect(bounds)
}

// decode reads the detector's outputs: scores in pairs (index 1: face) and boxes as x0 y0 x1 y1 in
// 0…1 of the frame. Anything but a proper box of at least 8 pixels is dropped, so that wrong output
// of the network is never cropped.
func decode(scores, boxes []float32, threshold float32, w, h float64) []found {
	var all []found
	for i := 0; i*4+4 <= len(boxes) && i*2+2 <= len(scores); i++ {
		if !(scores[i*2+1] >= threshold) {
			continue
		}
		b := boxes[i*4 : i*4+4]
		f := found{float64(b[0]) * w, float64(b[1]) * h, float64(b[2]) * w, float64(b[3]) * h, scores[i*2+1]}
		sane := func(v float32) bool { return v > -1 && v < 2 } // false for NaN
		if sane(b[0]) && sane(b[1]) && sane(b[2]) && sane(b[3]) && f.x1-f.x0 >= 8 && f.height() >= 8 && f.score <= 1 {
			all = append(all, f)
		}
	}
	return all
}

// suppress keeps, of boxes that overlap by more than the given intersection over union, the one
// with the best score (greedy non-maximum suppression). The result is sorted by score, best first.
func suppress(all []found, overlap float64) []found {
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	kept := all[:0]
	for _, f := range all {
		if !slices.ContainsFunc(kept, func(k found) bool { return iou(k, f) > overlap }) {
			kept = append(kept, f)
		}
	}
	return kept
}

// iou is the intersection of two boxes over their union.
func iou(a, b found) float64 {
	w := math.Min(a.x1, b.x1) - math.Max(a.x0, b.x0)
	h := math.Min(a.y1, b.y1) - math.Max(a.y0, b.y0)
	if w <= 0 || h <= 0 {
		return 0
	}
	both := w * h
	return both / ((a.x1-a.x0)*a.height() + (b.x1-b.x0)*b.height() - both)
}
