package fusion

import (
	"time"

	"menshen/hal/scene"
)

// When says when a person is asked to act.
type When string

// The occasions.
const (
	Never   When = "never"
	InDoubt When = "in doubt" // the face is known, and the evidence of life neither clear nor hopeless
	Always  When = "always"
)

// What counts as done (docs/figures.md has how often heads and sheets do it). The eye model takes
// eyes that look down for closed ones, and wavers on narrow eyes: a single frame is no blink. A
// person whose eyes it never sees open is refused when asked to close them; they have the turns of
// the head, drawn in two of three tries, and the card.
const (
	eyesOpen   = 0.7                     // probability: open
	eyesClosed = 0.2                     // closed
	eyesWithin = 2500 * time.Millisecond // from closed to open again
	turnBy     = 20.0                    // degrees from the pose when asked: a bent sheet seems to turn by 19
	turnTo     = 8.0                     // degrees that it must look aside in the end, wherever it began
	inARow     = 2                       // frames, so that one bad landmark is not a turn
)

// challenge is one act asked of one person. Add only frames that were compared and found to be of
// the same face, so that one person cannot act for another. Who turns when something else was
// asked for has failed: a video shows all acts in turn.
type challenge struct {
	act     scene.Act
	began   time.Time
	passed  bool
	failed  bool
	eyes    lids
	row     int       // frames in a row that the eyes are so, 1 and more
	step    int       // of CloseEyes: 1 eyes seen open, 2 then closed
	closed  time.Time // when they were
	turned  [2]int    // frames in a row that the head is turned to its left, to its right
	baseYaw float64
	based   bool
}

// lids is how the eyes are.
type lids uint8

const (
	narrow lids = iota // neither
	opened
	shut
)

func (c *challenge) add(s Signs, now time.Time) {
	if c.passed || c.failed {
		return
	}
	left, right := c.turn(s.Yaw)
	switch c.act {
	case scene.CloseEyes:
		c.blink(s.EyesOpen, now)
		c.failed = left || right
	case scene.TurnLeft:
		c.passed, c.failed = left, right
	case scene.TurnRight:
		c.passed, c.failed = right, left
	}
}

// blink waits for eyes open, then closed, then open again within eyesWithin.
func (c *challenge) blink(open float64, now time.Time) {
	eyes := narrow
	switch {
	case open >= eyesOpen:
		eyes = opened
	case open <= eyesClosed:
		eyes = shut
	}
	if eyes != c.eyes {
		c.eyes, c.row = eyes, 0
	}
	if c.row++; c.row < inARow {
		return
	}
	switch {
	case c.step == 0 && eyes == opened:
		c.step = 1
	case c.step == 1 && eyes == shut:
		c.step, c.closed = 2, now
	case c.step == 2 && now.Sub(c.closed) > eyesWithin:
		c.step = 0 // a picture of closed eyes, or a person who sleeps
	case c.step == 2 && eyes == opened:
		c.passed = true
	}
}

// turn reports whether the head has turned to its left or right since the person was asked.
func (c *challenge) turn(yaw float64) (left, right bool) {
	if !c.based {
		c.baseYaw, c.based = yaw, true
	}
	for i, side := range [2]float64{1, -1} {
		if side*(yaw-c.baseYaw) >= turnBy && side*yaw >= turnTo {
			c.turned[i]++
		} else {
			c.turned[i] = 0
		}
	}
	return c.turned[0] >= inARow, c.turned[1] >= inARow
}
