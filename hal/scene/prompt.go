package scene

import (
	"fmt"

	"menshen/internal/i18n"
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
	CloseEyes: {"close eyes", i18n.M("scene.close-eyes", "please close your eyes for a moment")},
	TurnLeft:  {"turn left", i18n.M("scene.turn-left", "please turn your head a little to your left")},
	TurnRight: {"turn right", i18n.M("scene.turn-right", "please turn your head a little to your right")},
}

// Acts are those that may be asked for.
func Acts() []Act { return []Act{CloseEyes, TurnLeft, TurnRight} }

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

// Advice is what a person can do so that the next frame is better.
type Advice uint8

// The advices. The eye protocol carries the numbers: add new ones at the end.
const (
	Fine Advice = iota // the frame can be used
	ComeCloser
	StepBack
	TooDark
	TooBright
	HoldStill
	LookStraight
	Uncover
	OneAtATime
)

// advices has the words of each advice: short enough for two lines of a small display, and
// plain enough to be spoken.
var advices = [...]struct {
	id string
	m  i18n.Message
}{
	Fine:         {"fine", i18n.M("scene.fine", "thank you")},
	ComeCloser:   {"come closer", i18n.M("scene.come-closer", "please come closer")},
	StepBack:     {"step back", i18n.M("scene.step-back", "please step back a little")},
	TooDark:      {"too dark", i18n.M("scene.too-dark", "too dark: please turn towards the light")},
	TooBright:    {"too bright", i18n.M("scene.too-bright", "too bright: please turn away from the light")},
	HoldStill:    {"hold still", i18n.M("scene.hold-still", "please hold still for a moment")},
	LookStraight: {"look straight", i18n.M("scene.look-straight", "please look straight at the camera")},
	Uncover:      {"uncover", i18n.M("scene.uncover", "please uncover your face")},
	OneAtATime:   {"one at a time", i18n.M("scene.one-at-a-time", "one at a time, please")},
}

// String is the advice's short English name, as in the audit log (policy.Face.Quality).
func (a Advice) String() string {
	if int(a) < len(advices) {
		return advices[a].id
	}
	return fmt.Sprintf("advice(%d)", uint8(a))
}

// Message is what to tell the person.
func (a Advice) Message() i18n.Message {
	if !a.Valid() {
		a = HoldStill
	}
	return advices[a].m
}

// Valid reports whether a is one of the advices.
func (a Advice) Valid() bool { return int(a) < len(advices) }
