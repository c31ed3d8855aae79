package fusion

import (
	"menshen/internal/i18n"
	"time"
)

// Act is something that a person can do and a picture cannot.
type Act uint8

// The acts. Left and right are the person's own.
const (
	NoAct Act = iota
	CloseEyes
	TurnLeft
	TurnRight
)

var acts = [...]struct {
	id string
	m  i18n.Message
}{
	NoAct:     {id: "none"},
	CloseEyes: {"close eyes", i18n.M("recognizer.close-eyes", "please close your eyes for a moment")},
	TurnLeft:  {"turn left", i18n.M("recognizer.turn-left", "please turn your head a little to your left")},
	TurnRight: {"turn right", i18n.M("recognizer.turn-right", "please turn your head a little to your right")},
}

// String is the act's short English name.
func (a Act) String() string {
	if int(a) < len(acts) {
		return acts[a].id
	}
	return "unknown act"
}

// Message is what to ask of the person; the zero Message of NoAct.
func (a Act) Message() i18n.Message {
	if int(a) >= len(acts) {
		return i18n.Message{}
	}
	return acts[a].m
}

// When says when a person is asked to act.
type When string

// The occasions.
const (
	Never   When = "never"
	InDoubt When = "in doubt" // the face is known, and the evidence of life neither clear nor hopeless
	Always  When = "always"
)

// What counts as done. The eye model takes eyes that look down for closed ones (docs/figures.md). A
// person whose eyes it never sees open is refused when asked to close them; they have the turns of
// the head, drawn in two of three tries, and the card.
const (
	eyesOpen   = 0.7                     // probability: open
	eyesClosed = 0.3                     // closed
	eyesWithin = 2500 * time.Millisecond // from the first closed frame to the first open one
	turnBy     = 14.0                    // degrees from the pose when asked: above noise, within Options.MaxYaw
	turnFrames = 2                       // in a row, so that one bad landmark is not a turn
)

// challenge is one act asked of one person. Add only frames that were compared and found to be of
// the same face, so that one person cannot act for another.
type challenge struct {
	act     Act
	began   time.Time
	passed  bool
	step    int // CloseEyes: 1 eyes seen open, 2 then closed; a turn: frames turned in a row
	closed  time.Time
	baseYaw float64
	based   bool
}

func (c *challenge) add(s Signs, now time.Time) {
	if c.passed {
		return
	}
	switch c.act {
	case CloseEyes:
		c.blink(s.EyesOpen, now)
	case TurnLeft:
		c.turn(s.Yaw)
	case TurnRight:
		c.turn(-s.Yaw)
	}
}

// blink waits for eyes open, then closed, then open again within eyesWithin.
func (c *challenge) blink(open float64, now time.Time) {
	switch {
	case c.step == 0 && open >= eyesOpen:
		c.step = 1
	case c.step == 1 && open <= eyesClosed:
		c.step, c.closed = 2, now
	case c.step == 2 && now.Sub(c.closed) > eyesWithin:
		c.step = 0 // a picture of closed eyes, or a person who sleeps
	case c.step == 2 && open >= eyesOpen:
		c.passed = true
	}
}

// turn waits until the head is turned further than when the person was asked.
func (c *challenge) turn(yaw float64) {
	switch {
	case !c.based:
		c.baseYaw, c.based = yaw, true
	case yaw-c.baseYaw >= turnBy:
		c.step++
		c.passed = c.step >= turnFrames
	default:
		c.step = 0
	}
}
