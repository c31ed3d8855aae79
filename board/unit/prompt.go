package unit

import (
	"time"

	"menshen/recognizer"
	"menshen/recognizer/fusion"
)

// Prompt is what whoever stands at the door is to do now. The zero value: nothing, or nobody is there.
type Prompt struct {
	Act    fusion.Act        // close the eyes, turn the head
	Advice recognizer.Advice // come closer, hold still, where the picture is no good
}

// Text is the prompt in words of lang; empty: there is nothing to do.
func (p Prompt) Text(lang string) string {
	switch {
	case p.Act != fusion.NoAct:
		return p.Act.Text(lang)
	case p.Advice != recognizer.Fine:
		return p.Advice.Text(lang)
	}
	return ""
}

func (u *Unit) prompt(now time.Time) Prompt {
	f := &u.faces
	if f.taking != nil { // the picture decides; steps of the enrolment are told where it was begun
		return Prompt{Advice: f.taking.advice}
	}
	if act := f.visit.Asks(); act != fusion.NoAct && !f.visit.Gone(now) {
		return Prompt{Act: act}
	}
	advice := recognizer.AdviceNamed(f.visit.Advice(now))
	if advice == recognizer.Fine && f.card != nil { // whose card was read is looked for
		advice = recognizer.LookStraight
	}
	return Prompt{Advice: advice}
}
