package fusion

import "math"

// Signs is what one frame says for a living head, or for a sheet held up, besides the passive
// model. A field of zero says nothing.
type Signs struct {
	EyesOpen float64     // probability that both eyes are open, 0…1
	Yaw      float64     // degrees; positive when the nose points to the image's right, which is the person's left
	Points   [5]Position // in the frame: the image's left and right eye, nose, left and right corner of the mouth
	Infrared Infrared
}

// Position is a place in the frame, in pixels.
type Position struct{ X, Y float64 }

// What a sign adds to the logarithm of the odds for a living head. Only the passive model is
// measured (docs/figures.md). These weights are chosen so that no sign alone can open, and two
// strong ones against can deny.
const (
	passiveMost  = 3.0  // a single frame's word, at most: odds of 20 to 1
	headWeight   = 1.0  // the nose moved before the face as a head's does
	sheetWeight  = -3.0 // it was turned and the nose did not move
	passedWeight = 2.5  // did what was asked
	failedWeight = -6.0 // did not
	lampWeight   = 1.0  // there in infrared, lit by our emitter: so is a print
	noLampWeight = -6.0 // not there, or not lit: no head is like that
)

// liveness gathers the evidence of the frames of one face. Frames of one walk-up are alike, so the
// passive model's log odds are averaged, not added up.
type liveness struct {
	frames  int
	passive float64 // sum
	motion  motion
	lamp    infrared
}

func (l *liveness) add(f Frame) {
	l.frames++
	l.passive += min(max(logit(f.Live), -passiveMost), passiveMost)
	l.motion.add(f.Signs.Points)
	l.lamp.add(f.Signs.Infrared)
}

// probability is the fused evidence, 0…1, with what came of the challenge, if there was one.
func (l *liveness) probability(c *challenge) float64 {
	if l.frames == 0 {
		return 0
	}
	odds := l.passive / float64(l.frames)
	switch l.motion.verdict() {
	case movedLikeAHead:
		odds += headWeight
	case movedLikeASheet:
		odds += sheetWeight
	}
	switch l.lamp.word() {
	case headThere:
		odds += lampWeight
	case noHead:
		odds += noLampWeight
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
