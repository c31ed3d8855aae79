package fusion

import (
	"math"
	"slices"
)

// Signs is what one frame says for a living head, or for a sheet or a screen held up, beside the passive model. Zero fields say nothing.
type Signs struct {
	EyesOpen float64     // probability that both eyes are open, 0…1
	Border   float64     // how much of a straight-edged frame stands around the face, 0…1
	Pattern  float64     // a regular fine pattern on it, as of a screen or a printing raster, 0…1
	Yaw      float64     // degrees; positive when the nose points to the image's right, which is the person's left
	Points   [5]Position // in the frame: left eye, right eye (as in the image), nose, left and right corner of the mouth
}

// Position is a place in the frame, in pixels.
type Position struct{ X, Y float64 }

// What a sign adds to the logarithm of the odds for a living head. Only the passive model's probability is measured (AUC .924; alone it lets
// 18.5% of attack frames pass); these weights are chosen: no sign alone can open, two strong ones against can close.
const (
	passiveMost   = 3.0  // a single frame's word, at most: odds of 20 to 1
	borderWeight  = -4.0 // a frame on all four sides
	patternWeight = -4.0 // a clear raster or moiré
	headWeight    = 1.0  // the nose moved before the face as a head's does
	sheetWeight   = -3.0 // it was turned and the nose did not move
	passedWeight  = 2.5  // did what was asked
	failedWeight  = -6.0 // did not
)

// liveness gathers the evidence of the frames of one face. Frames of one walk-up are alike, so their passive words are averaged, not added
// up. Of border and pattern the clearest third counts: whoever holds a sheet so near that its edges leave the picture had to
// bring it there, and what was seen on the way is not forgotten. One odd frame in ten weighs nothing.
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

// beyondHalf is 0 up to one half and 1 at 1: door frames and checked shirts give a little of border and pattern to everybody.
func beyondHalf(v float64) float64 { return min(max(2*v-1, 0), 1) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// Live fuses the frames of one face, as a visit does, without an act: for measuring. It is 0 without frames.
func Live(frames ...Frame) float64 {
	var l liveness
	for _, f := range frames {
		l.add(f)
	}
	return l.probability(nil)
}
