package unit

import (
	"time"

	"menshen/hal/scene"
	"menshen/internal/i18n"
)

// Prompt is what the person at the door has to do now. The zero value:
// nothing, or no person is there.
type Prompt struct {
	Act    scene.Act    // close the eyes, turn the head
	Advice scene.Advice // come closer, hold still, where the picture is not good enough
}

// Message is the prompt in words; the zero Message: there is nothing to do.
func (p Prompt) Message() i18n.Message {
	switch {
	case p.Act != scene.NoAct:
		return p.Act.Message()
	case p.Advice != scene.Fine:
		return p.Advice.Message()
	}
	return i18n.Message{}
}

func (u *Unit) prompt(now time.Time) Prompt {
	f := &u.faces
	if t := f.taking; t != nil && t.owner != nil && t.advice == scene.Fine {
		return Prompt{Advice: scene.LookStraight}
	}
	if f.taking != nil { // the desk that began the enrolment says its steps
		return Prompt{Advice: f.taking.advice}
	}
	var p Prompt
	p.Act, p.Advice = f.visit.Prompt(now)
	if p == (Prompt{}) && f.card != nil { // the owner of the card has not shown their face yet
		p.Advice = scene.LookStraight
	}
	return p
}
