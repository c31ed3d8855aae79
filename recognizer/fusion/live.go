package fusion

import (
	"math"
	"slices"
)

// Signs is what one frame says for a living head, or for a sheet or a screen held up, besides the
// passive model. A field of zero says nothing.
type Signs struct {
	EyesOpen float64     // probability that both eyes are open, 0…1
	Border   float64     // how much of a straight-edged frame stands around the face, 0…1
	Pattern  float64     // a regular fine pattern on it, as of a screen or a printing raster, 0…1
	Yaw      float64     // degrees; positive when the nose points to the image's right, which is the person's left
	Points   [5]Position // in the frame: the image's left and right eye, nose, left and right corner of the mouth
}

// Position is a place in the frame, in pixels.
type Position struct{ X, Y float64 }

// What a sign adds to the logarithm of the odds for a living head. Only the passive model is
// measured (docs/figures.md). These weights are chosen so that no sign alone can open, and two
// strong ones against can deny.
const (
	passiveMost   = 3.0  // a single frame's word, at most: odds of 20 to 1
	borderWeight  = -4.0 // a frame on all four sides
	patternWeight = -4.0 // a clear raster or moiré
	headWeight    = 1.0  // the nose moved before the face as a head's does
	sheetWeight   = -3.0 // it was turned and the nose did not move
	passedWeight  = 2.5  // did what was asked
	failedWeight  = -6.0 // did not
)

// liveness gathers the evidence of the frames of one face. Frames of one walk-up are alike, so the
// passive model's log odds are averaged, not added up. Of border and pattern the clearest third
// counts: a sheet whose edges are out of the picture was brought there, and its edges were seen on
// the way. One odd frame in ten has no weight.
type liveness struct {
	frames          int
	passive         float64 // sum
	border, pattern []float64
	motion          motion
}

func (l *liveness) add(f Frame) {
	l.frames++
	l.passive += min(max(logit(f.Live), -passiveMost), passiveMost)
	l.border = append(l.border, f.Signs.Border)
	l.pattern = append(l.pattern, f.Signs.Pattern)
	l.motion.add(f.Signs.Points)
}

// probability is the fused evidence, 0…1, with what came of the challenge, if there was one.
func (l *liveness) probability(c *challenge) float64 {
	if l.frames == 0 {
		return 0
	}
	n := float64(l.frames)
	odds := l.passive/n + borderWeight*beyondHalf(clearest(l.border)) + patternWeight*beyondHalf(clearest(l.pattern))
	switch l.motion.verdict() {
	case movedLikeAHead:
		odds += headWeight
	case movedLikeASheet:
		odds += sheetWeight
	}
	switch {
	case c == nil:
	case c.passed:
		odds += passedWeight
	default:
		odds += failedWeight
	}
	return 1 / (1 + math.Exp(-odds))
}

// clearest is the mean of the highest third, of one value at least.
func clearest(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	top := sorted[len(sorted)-max(len(sorted)/3, 1):]
	sum := 0.0
	for _, v := range top {
		sum += v
	}
	return sum / float64(len(top))
}

// beyondHalf is 0 up to one half, then rises to 1 at 1. Door frames and checked shirts give anyone
// a little border and pattern.
func beyondHalf(v float64) float64 { return min(max(2*v-1, 0), 1) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// Live fuses the frames of one face as a visit does, without an act, for measuring. It is
// 0…1, and 0 without frames.
func Live(frames ...Frame) float64 {
	var l liveness
	for _, f := range frames {
		l.add(f)
	}
	return l.probability(nil)
}
